/**
 * From what a node was told to what it runs with: its machine, its config, its clocks. Everything
 * that can be wrong with a config is found here, before anything is made or opened.
 */
import { hostname } from "node:os";
import { hrtime } from "node:process";
import { formatAddress } from "../../core/address.ts";
import type * as core from "../../core/machine.ts";
import type { Time } from "../../core/units.ts";
import type { ClockPlan } from "../../host/clock.ts";
import { defaultsOf } from "../../kit/field.ts";
import type { NodeSetup, Profile } from "../../kit/kit.ts";
import { profileOf } from "../../scenario/compile.ts";
import { type DaemonPlan, type Flag, loadDaemon } from "../../scenario/daemon.ts";
import { readBytes } from "../files.ts";
import type { Io } from "../output.ts";
import { NODE_PEERS, NODE_USUAL, type Protocol, protocolOf } from "../protocol.ts";
import { addressIn } from "./methods.ts";

export interface Setup {
  readonly plan: DaemonPlan;
  readonly kit: Protocol;
  readonly profile: Profile<core.Protocol>;
  /** In logs and traces. */
  readonly name: string;
  readonly clock: ClockPlan;
  /** By that clock's time. */
  readonly bootAt: Time;
  /** All that the machine's config is made of but the key: plain data, and `addressOf`. */
  readonly node: Omit<NodeSetup, "key">;
}

export function setupOf(file: string | null, flags: readonly Flag[], io: Io): Setup {
  const kit = protocolOf(io);
  const text = file === null ? null : readBytes(file, io.cwd).toString("utf8");
  const source = file === null || text === null ? null : { name: file, text };
  const plan = loadDaemon(kit, source, flags, NODE_USUAL);
  const profile = profileOf(kit, plan.profile);
  const name = plan.name ?? hostname();
  const config = { ...defaultsOf(kit.config), ...profile.config, ...plan.config };
  const named = (plan.node[NODE_PEERS] ?? []) as readonly string[];
  const peers = [...new Set([...plan.peers.map(formatAddress), ...named])];
  const node = {
    name,
    address: plan.listen,
    config,
    world: plan.world,
    node: { ...plan.node, [NODE_PEERS]: peers },
    addressOf: (spelling: string) => addressIn(spelling, kit.defaultPort),
  };
  // Says what only the kit can see.
  kit.configure(node);
  const { origin, ...rest } = plan.clock;
  const clock = { ...rest, origin: null };
  const setup = { plan, kit, profile, name, clock, bootAt: plan.bootAt ?? (0 as Time), node };
  return origin === null ? setup : begun(setup, originOf(origin));
}

/** With a time 0 that others share: its wall clock then shows what the world says, if not more. */
export function begun(setup: Setup, origin: bigint, bootAt: Time = setup.bootAt): Setup {
  const { kit, clock, node } = setup;
  const epoch = clock.epoch ?? kit.epoch(node.world, node.config);
  return { ...setup, clock: { ...clock, origin, epoch }, bootAt };
}

/** By the machine's monotonic clock, in ns. */
function originOf(origin: NonNullable<DaemonPlan["clock"]["origin"]>): bigint {
  if ("monotonic" in origin) return BigInt(origin.monotonic) * 1_000n;
  const ago = Date.now() * 1_000 - origin.wall;
  return hrtime.bigint() - BigInt(ago) * 1_000n;
}
