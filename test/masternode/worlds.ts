/** Small worlds for properties: a scenario read once, and variants of it made as plain data. */
import { address } from "../../src/core/address.ts";
import type { Fault } from "../../src/core/fault.ts";
import { get, values } from "../../src/core/table.ts";
import { seconds, type Time } from "../../src/core/units.ts";
import type { World } from "../../src/engine/world.ts";
import { nodeCrypto } from "../../src/host/crypto.ts";
import { masternodeKit } from "../../src/masternode/kit.ts";
import type { Kit } from "../../src/kit/kit.ts";
import type { Masternode, Session, State } from "../../src/masternode/state.ts";
import { loadScenario } from "../../src/scenario/load.ts";
import type { NodePlan, Scenario } from "../../src/scenario/model.ts";
import { type Run, runScenario } from "../../src/scenario/run.ts";

const kit = masternodeKit(nodeCrypto);

/** Everything but its nodes and events. Heights as in the incident, links as an ocean is wide. */
const base = loadScenario(
  kit,
  `
  until: 60s
  chain: { height: 3009, expected: 3011 }
  link: { latency: 40ms..80ms, drawn: per-link }
  nodes:
    A: { address: 203.0.113.10 }
  `,
  "worlds",
);

export interface NodeWish {
  readonly name: string;
  /** Seconds. */
  readonly start?: number | null;
  readonly dials?: readonly string[];
  readonly settings?: NodePlan["settings"];
  readonly config?: NodePlan["config"];
  readonly clock?: NodePlan["clock"];
}

/** Addresses count from 198.18.0.1 in the order of the list; every 250 begin a new /24. */
function nodePlans(wishes: readonly NodeWish[]): readonly NodePlan[] {
  const [first] = base.nodes as readonly [NodePlan];
  return wishes.map((wish, index): NodePlan => {
    const { name, start = 0, dials = [], settings = {}, config = {}, clock = first.clock } = wish;
    const block = Math.floor(index / 250);
    return {
      ...first,
      name,
      address: address(0xc6_12_00_01 + block * 256 + (index % 250), 24_100),
      start: start === null ? null : (seconds(start) as number as Time),
      settings: { ...first.settings, ...settings, dials },
      config,
      clock,
    };
  });
}

export function play(
  wishes: readonly NodeWish[],
  until: number,
  more: Partial<Scenario> = {},
  level: "digest" | "full" = "digest",
  machines: Kit<Masternode> = kit,
): Run<Masternode> {
  const scenario = { ...base, nodes: nodePlans(wishes), until: at(until), ...more };
  const run = runScenario(machines, scenario, { level });
  if (run.summary.crash !== null) throw new Error(run.summary.crash.stack);
  return run;
}

/** Seconds since the run began. */
function at(count: number): Time {
  return Math.round(count * 1_000_000) as Time;
}

export function faultAt(count: number, fault: Fault): Scenario["events"][number] {
  return { at: at(count), fault };
}

export function stateOf(world: World<Masternode>, name: string): State {
  const state = world.state(name);
  if (state === null) throw new Error(`${name} does not run`);
  return state;
}

/** Ready sessions of one node with another. */
export function sessionsWith(world: World<Masternode>, name: string, peer: string): Session[] {
  const remote = world.address(peer);
  return values(stateOf(world, name).sessions).filter((session) => {
    return session.phase === "ready" && session.peer === remote;
  });
}

/** Addresses that a node counts as active, without itself. */
export function activeAt(world: World<Masternode>, name: string): number[] {
  const { entries } = stateOf(world, name).registry;
  return values(entries)
    .filter((entry) => entry.status === "active")
    .map((entry) => entry.address);
}

export function knows(world: World<Masternode>, name: string, peer: string): boolean {
  return get(stateOf(world, name).registry.entries, world.address(peer)) !== undefined;
}
