/**
 * Something to shrink: a wide world with many faults, masternodes that lack something, and one
 * plain promise, that the chain goes on where nothing happened lately.
 */
import type { Complaint, InvariantSpec, Monitor, RunPlan } from "../../src/check/invariant.ts";
import type { Duration, Time } from "../../src/core/units.ts";
import { FOREVER, MINUTE } from "../../src/core/units.ts";
import type { Mutant } from "../../src/fuzz/mutant.ts";
import { mutated } from "../../src/fuzz/mutant.ts";
import { nodeCrypto } from "../../src/host/crypto.ts";
import type { Kit } from "../../src/kit/kit.ts";
import type { Behaviour } from "../../src/masternode/behaviour.ts";
import { masternodeKit } from "../../src/masternode/kit.ts";
import { createMachine, repaired } from "../../src/masternode/machine.ts";
import type { Masternode } from "../../src/masternode/state.ts";
import { loadScenario } from "../../src/scenario/load.ts";
import type { Scenario } from "../../src/scenario/model.ts";
import { kindMask, type TraceEvent, typeOf } from "../../src/trace/event.ts";

const GROWS: InvariantSpec = {
  rule: "general",
  about: "three masternodes that nothing disturbs make the blocks that are due",
  mode: "eventually",
};

const QUIET: Duration = MINUTE;

/** The chain reaches the clock in worlds that are left alone. */
class Grows implements Monitor {
  readonly mask: number = kindMask("fault", "lift", "boot", "fact", "stall", "down");
  readonly #plan: RunPlan;
  readonly #due: number;
  /** When it had what is due. */
  readonly #done: Time[];
  readonly #up = new Set<number>();
  #disturbed = 0;

  constructor(plan: RunPlan) {
    this.#plan = plan;
    this.#due = (plan.world["chain"] as { readonly expected?: number } | undefined)?.expected ?? 0;
    this.#done = plan.plans.map(() => (this.#due === 0 ? (0 as Time) : FOREVER));
  }

  see({ kind, at, node, body }: TraceEvent): void {
    if (kind === "fact") {
      const { height = 0 } = body as { readonly height?: number };
      if (typeOf(body) !== "tip") return;
      if (height >= this.#due && this.#done[node] === FOREVER) this.#done[node] = at;
      return;
    }
    this.#disturbed = at;
    if (kind === "boot") this.#up.add(node);
    if (kind === "down") this.#up.delete(node);
  }

  finish(end: Time): readonly Complaint[] {
    const at = (this.#disturbed + QUIET) as Time;
    const { plans } = this.#plan;
    if (at > end || plans.some((_, index) => !this.#up.has(index)) || plans.length < 3) return [];
    const node = this.#done.findIndex((done) => done > at);
    if (node < 0) return [];
    const text = `${this.#plan.node(node)} has not what is due, block ${this.#due}`;
    return [{ invariant: "grows", witness: "", node, at, event: null, text }];
  }
}

export const healthy: Kit<Masternode> = {
  ...masternodeKit(nodeCrypto),
  invariants: { specs: { grows: GROWS }, watch: (_names, plan) => new Grows(plan) },
};

function lacking(id: string, change: Partial<Behaviour>): Kit<Masternode> {
  const mutant: Mutant<Masternode> = {
    id,
    apply: (profile) => ({ ...profile, machine: createMachine({ ...repaired, ...change }) }),
  };
  return mutated(healthy, mutant);
}

const {
  BlocksResponse: _blocks,
  BlockAnnouncement: _block,
  ...others
} = repaired.messages.accepted;
const table = others as Behaviour["messages"]["accepted"];

/** A step fails when it sends on a session that it still thinks is open. */
export const hearsNoEnd: Kit<Masternode> = lacking("hears-no-end", { closed: (state) => state });
/** Makes blocks, and takes none. */
export const takesNoBlocks: Kit<Masternode> = lacking("takes-no-blocks", {
  messages: { dialed: table, accepted: table },
});

/** Twelve nodes, nine faults. */
const WIDE: string = `
name: wide
seed: 77
until: 4m
chain: { height: 3009, expected: 3011 }
link: { latency: { exponential: 47ms, min: 11ms, max: 900ms }, loss: 0.01 }
config: { announcePeriod: 47s, pingPeriod: 23s, exchangePeriod: 71s }
links:
  - { from: n2, to: [n3, n5], latency: 310ms }
nodes:
  n1: { address: 203.0.113.9 }
  n2: { address: 198.51.100.77, dials: n1, tier: Gold }
  n3: { address: 10.1.2.3, start: 3s, dials: [n1, n2], clock: { offset: 3s } }
  n4: { address: 10.1.2.33, dials: n1, masternode: false }
  n5: { address: 10.1.2.34, start: 11s, dials: n4, disk: { delay: 40ms } }
  n6: { address: 192.0.2.6, dials: [n2, n3] }
  n7: { address: 192.0.2.70, dials: [n2, n5], knowsAddress: false }
  n8: { address: 192.0.2.8, start: 17s, dials: n1, config: { tipPeriod: 21s } }
  n9: { address: 192.0.2.9, dials: [n8] }
  n10: { address: 192.0.2.10, dials: [n9, n1] }
  n11: { address: 192.0.2.11, dials: n10 }
  n12: { address: 192.0.2.12, start: 40s, dials: [n11, n4] }
events:
  - { at: 3s, partition: [[n1, n2, n3, n4], [n5, n6, n7, n8]], for: 81s }
  - { at: 47s, kill: n9 }
  - { at: 61s, restart: n9 }
  - { at: 90s, power-loss: { node: n3, disk: torn } }
  - { at: 99s, restart: n3 }
  - { at: 101s, cut: { from: n1, to: all }, name: deaf }
  - { at: 140s, heal: deaf }
  - { at: 150s, pause: { node: n6, for: 20s } }
  - { at: 170s, reset: [n1, n2] }
`;

export function wide(kit: Kit<Masternode>): Scenario {
  return loadScenario(kit, WIDE, "wide.yaml");
}

/** Four nodes, of whom one comes late, and trouble that has nothing to do with it. */
const LATE = `
name: late
seed: 5
until: 3m
chain: { height: 10, expected: 11 }
config: { pingPeriod: 23s }
nodes:
  A: { address: 203.0.113.1 }
  B: { address: 203.0.113.2, dials: A }
  C: { address: 203.0.113.3, dials: A }
  D: { address: 203.0.113.4, dials: A, start: never }
events:
  - { at: 20s, reset: [A, B] }
  - { at: 40s, restart: D }
  - { at: 50s, reset: [A, C] }
`;

export function lateComer(kit: Kit<Masternode>): Scenario {
  return loadScenario(kit, LATE, "late.yaml");
}
