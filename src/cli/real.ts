/** What it takes to play a scenario with real nodes, from words of the command line. */
import { existsSync, mkdtempSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { checkBlock, freeBlock, parseBlock } from "../cluster/block.ts";
import type { ClusterOptions } from "../cluster/cluster.ts";
import { expressible } from "../cluster/expressible.ts";
import { BadInput } from "../core/assert.ts";
import { nodeCrypto } from "../host/crypto.ts";
import { keyOfName } from "../kit/key.ts";
import type { Scenario } from "../scenario/model.ts";
import type { Io } from "./output.ts";
import type { Protocol } from "./protocol.ts";
import { makeFolders } from "./system.ts";
import { version } from "./version.ts";

export interface RealFlags {
  readonly speed?: string | undefined;
  readonly net?: string | undefined;
  readonly keep?: string | undefined;
}

type Ground = Pick<
  ClusterOptions,
  "command" | "key" | "speed" | "block" | "dir" | "keep" | "version"
>;

/** Throws BadInput for a scenario that real nodes cannot play, and for what is in the way. */
export async function groundFor(
  io: Io,
  kit: Protocol,
  scenario: Scenario,
  flags: RealFlags,
): Promise<Ground> {
  const speed = speedOf(flags.speed);
  const reasons = expressible(kit, scenario, speed);
  if (reasons.length > 0) {
    throw new BadInput(
      reasons.map((reason) => `${scenario.file}:1:1 real nodes cannot play it — ${reason}`),
    );
  }
  const block = flags.net === undefined ? await freeBlock(kit, scenario) : parseBlock(flags.net);
  if (flags.net !== undefined) await checkBlock(kit, scenario, block);
  return {
    command: daemon(io),
    key: (name) => keyOfName(nodeCrypto, name),
    speed,
    block,
    dir: folderOf(flags.keep, io),
    keep: flags.keep !== undefined,
    version: version(),
  };
}

const SPEED_MAX = 1_000;

export function speedOf(text: string | undefined): number {
  if (text === undefined) return 1;
  const speed = /^\d+(\.\d+)?$/.test(text) ? Number(text) : 0;
  if (speed > 0 && speed <= SPEED_MAX) return speed;
  const shown = JSON.stringify(text);
  throw new BadInput([`--speed ${shown} — expected a number above 0, at most ${SPEED_MAX}`]);
}

/** Beside this program where it is built. */
const DAEMONS = ["./timed.js", "../bin/timed.js", "../../dist/bin/timed.js"];

function daemon(io: Io): readonly string[] {
  if (io.kit !== null) throw new BadInput(["--machine — real nodes play this program's protocol"]);
  const paths = DAEMONS.map((name) => fileURLToPath(new URL(name, import.meta.url)));
  const found = paths.find((path) => existsSync(path));
  if (found === undefined) throw new BadInput(["timed is not built: npm run build"]);
  return [process.execPath, found];
}

/** `--keep`: made if it is missing, refused if something is in it. */
function folderOf(keep: string | undefined, io: Io): string {
  if (keep === undefined) return mkdtempSync(join(tmpdir(), "timesim-cluster-"));
  const dir = resolve(io.cwd, keep);
  makeFolders(dir);
  if (readdirSync(dir).length > 0) throw new BadInput([`--keep ${keep} — the folder is not empty`]);
  return dir;
}
