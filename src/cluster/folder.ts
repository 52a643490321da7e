/** What a node's process finds in its folder before its first start: its config and its key. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Address, formatAddress, ipText } from "../core/address.ts";
import { formatDuration } from "../core/units.ts";
import type { Fields, Setting, Settings } from "../kit/field.ts";
import type { NodePlan, Scenario } from "../scenario/model.ts";
import { settingsOut } from "../scenario/write.ts";

/** What of a kit says how settings are written. */
export interface Fielded {
  readonly config: Fields;
  readonly world: Fields;
  readonly node: Fields;
  readonly files: Readonly<Record<string, unknown>>;
}

export interface FolderPlan {
  /** Folders of all nodes are in it. */
  readonly dir: string;
  readonly kit: Fielded;
  readonly scenario: Scenario;
  readonly seed: string;
  readonly profile: string;
  readonly speed: number;
  readonly epoch: number;
  readonly proxy: Address;
  /** A node's secret, 32 bytes as hex. */
  readonly key: (name: string) => string;
}

/** How a node's clocks are wrong at time 0 of a run. */
export interface ClockSetting {
  /** µs. */
  readonly offset: number;
  readonly drift: number;
}

const CONFIG_FILE = "config.yaml";

export class Folder {
  readonly path: string;
  readonly #plan: FolderPlan;
  readonly #node: NodePlan;

  constructor(plan: FolderPlan, node: NodePlan) {
    this.path = join(plan.dir, node.name);
    this.#plan = plan;
    this.#node = node;
    mkdirSync(this.path, { mode: 0o700, recursive: true });
    writeFileSync(join(this.path, "key"), `${plan.key(node.name)}\n`, { mode: 0o600 });
    this.configure(node.clock);
  }

  get config(): string {
    return join(this.path, CONFIG_FILE);
  }

  /** Whatever else it says is not changed by time. JSON is YAML, too. */
  configure(clock: ClockSetting): void {
    const { kit, scenario, seed, profile, speed, epoch, proxy } = this.#plan;
    const node = this.#node;
    const config = {
      name: node.name,
      profile: node.profile ?? profile,
      listen: formatAddress(node.address),
      ...(node.dialsFrom === null ? {} : { dialsFrom: ipText(node.dialsFrom) }),
      proxy: `socks5://${node.name}@${formatAddress(proxy)}`,
      data: this.path,
      seed,
      clock: { offset: formatDuration(clock.offset), drift: clock.drift, epoch, speed },
      ...settingsOut(kit.world, scenario.world),
      ...settingsOut(kit.node, byAddress(kit.node, node.settings, scenario.nodes)),
      config: settingsOut(kit.config, { ...scenario.config, ...node.config }),
    };
    writeFileSync(this.config, `${JSON.stringify(config, null, 2)}\n`);
  }

  /** A new disk: everything the machine saved is gone, who it is remains. */
  wipe(): void {
    for (const file of Object.keys(this.#plan.kit.files)) {
      rmSync(join(this.path, file), { force: true });
    }
  }
}

/** Real nodes know nobody by name. */
export function byAddress(fields: Fields, settings: Settings, nodes: Scenario["nodes"]): Settings {
  const at = new Map(nodes.map((node) => [node.name, formatAddress(node.address)]));
  const place = (name: unknown): string => at.get(String(name)) ?? String(name);
  const entries = Object.entries(settings).map(([key, value]): [string, Setting | undefined] => {
    const kind = fields[key]?.kind;
    if (kind === "node" && typeof value === "string") return [key, place(value)];
    return [key, kind === "nodes" && Array.isArray(value) ? value.map(place) : value];
  });
  return Object.fromEntries(entries);
}
