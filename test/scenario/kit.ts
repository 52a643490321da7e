/** A little protocol to write scenarios for: nodes count, meet each other and say so in facts. */
import type { ClaimContext, Watch } from "../../src/check/claim.ts";
import type { Claim } from "../../src/kit/kit.ts";
import type { Dialect } from "../../src/scenario/dialect.ts";
import { kindMask, type TraceEvent, WORLD } from "../../src/trace/event.ts";

export interface Fact {
  readonly type: "count" | "met" | "said";
  readonly is?: number;
  readonly with?: string;
  readonly text?: string;
}

const facts = kindMask("fact");

/** A state: the last number this node counted. */
const count: Claim = {
  about: "The node's last count",
  scope: "node",
  fields: { is: { kind: "number", about: "Equal to", whole: true, min: 0 } },
  watch: (node, args, context): Watch<number> => ({
    mode: "state",
    mask: facts,
    node,
    sentence: `${context.node(node)} counts ${String(args["is"])}`,
    init: () => 0,
    next: (memory, event) => {
      const fact = factOf(event, node);
      return fact?.type === "count" ? (fact.is ?? 0) : memory;
    },
    holds: (memory) => memory === args["is"],
    say: (memory) => `${context.node(node)} counted ${memory}`,
  }),
};

/** An event: this node met another. */
const met: Claim = {
  about: "The node meets another",
  scope: "node",
  fields: {
    with: { kind: "node", about: "Whom" },
    within: { kind: "duration", about: "How fast", default: 1_000_000 },
  },
  watch: (node, args, context) =>
    happening(context, node, `meets ${String(args["with"])}`, (fact) => {
      return fact.type === "met" && fact.with === args["with"];
    }),
};

const said: Claim = {
  about: "The node says something",
  scope: "node",
  fields: { matches: { kind: "pattern", about: "What", optional: true } },
  watch: (node, args, context) => {
    const pattern = new RegExp(String(args["matches"] ?? ""));
    return happening(context, node, `says ${String(pattern)}`, (fact) => {
      return fact.type === "said" && pattern.test(fact.text ?? "");
    });
  },
};

/** About the world: every node counted the same. */
const agreed: Claim = {
  about: "All nodes count the same",
  scope: "world",
  fields: {},
  watch: (_, __, context): Watch<Readonly<Record<number, number>>> => ({
    mode: "state",
    mask: facts,
    node: WORLD,
    sentence: "all count the same",
    init: () => ({}),
    next: (memory, event) => {
      const fact = factOf(event, event.node);
      return fact?.type === "count" ? { ...memory, [event.node]: fact.is ?? 0 } : memory;
    },
    holds: (memory) => new Set(context.nodes.map((_, index) => memory[index] ?? 0)).size === 1,
    say: (memory) => JSON.stringify(memory),
  }),
};

/** About the world, yet decided by an event of one node. */
const heard: Claim = {
  about: "Somebody says something",
  scope: "world",
  fields: {
    who: { kind: "node", about: "Who" },
    matches: { kind: "pattern", about: "What", optional: true },
  },
  watch: (_, args, context) => said.watch(context.index(String(args["who"])), args, context),
};

function happening(
  context: ClaimContext,
  node: number,
  words: string,
  match: (fact: Fact) => boolean,
): Watch<number> {
  return {
    mode: "event",
    mask: facts,
    node,
    sentence: `${context.node(node)} ${words}`,
    init: () => 0,
    next: (memory, event) => (factOf(event, node) === null ? memory : memory + 1),
    holds: (_, event) => {
      const fact = event === null ? null : factOf(event, node);
      return fact !== null && match(fact);
    },
    say: (memory) => `${context.node(node)} had ${memory} other facts`,
  };
}

function factOf(event: TraceEvent, node: number): Fact | null {
  return event.kind === "fact" && event.node === node ? (event.body as Fact) : null;
}

export const kit: Dialect = {
  name: "toy",
  files: { counts: null, peers: null },
  defaultPort: 24_100,
  profiles: [
    { name: "repaired", about: "As it should be", machine: { kinds: ["Ping", "Pong", "Hello"] } },
    { name: "as-found", about: "As it was", machine: { kinds: ["Ping"] } },
  ],
  config: {
    announceDelay: { kind: "duration", about: "Silence after boot", default: 0 },
    minimumMasternodes: { kind: "number", about: "Needed", default: 3, min: 1, whole: true },
    ratio: { kind: "number", about: "A share", min: 0, max: 1, optional: true },
    greet: { kind: "flag", about: "Says hello", default: true },
    relay: {
      kind: "group",
      about: "How news travels",
      fields: {
        mode: { kind: "choice", about: "To whom", of: ["flood", "gossip"], default: "flood" },
        every: { kind: "duration", about: "How often", default: 5_000_000 },
      },
    },
  },
  world: {
    chain: {
      kind: "group",
      about: "Where the chain stands",
      fields: {
        height: { kind: "number", about: "Blocks there are", default: 0, whole: true, min: 0 },
        expected: { kind: "number", about: "Blocks there should be", optional: true, whole: true },
      },
    },
    slot: { kind: "duration", about: "Length of a slot", default: 600_000_000 },
  },
  node: {
    masternode: { kind: "flag", about: "Is a masternode", default: true },
    dials: { kind: "nodes", about: "Whom it dials at boot", default: [] },
    note: { kind: "text", about: "For people", optional: true },
  },
  claims: { count, met, said, heard, "tips-equal": agreed },
  commands: {
    addnode: { about: "Dial that node", fields: { node: { kind: "node", about: "Whom" } } },
    say: {
      about: "Say something",
      fields: {
        text: { kind: "text", about: "What" },
        times: { kind: "number", about: "How often", default: 1, whole: true },
      },
    },
    stop: { about: "Stop yourself", fields: {} },
  },
};

/** Uses nearly every word there is. */
export const example = `# The seed's timeline:
# three nodes find each other.

seed: 3009
profile: repaired
until: 60s
chain: { height: 3009, expected: 3011 }
config: { minimumMasternodes: 2, relay: { every: 2s } }
link: { latency: 40ms..80ms, drawn: per-link }
sweep: { link: 1ms..400ms }
network: { userTimeout: 20s }
links:
  - { from: A, to: [B, C], latency: 200ms }
  - { between: [A, B], loss: 0.01, bandwidth: 1000000 }
nodes:
  A: { address: 203.0.113.10 }
  B:
    start: 5s
    address: 203.0.113.11:24101
    dials: [A]
    profile: as-found
    config: { announceDelay: 5s }
    clock: { offset: -2s, drift: 50 }
    disk: { delay: 2ms }
  C: { start: never, address: 203.0.113.12, dialsFrom: 198.51.100.7, masternode: false }
  n{1..3}: { start: 10s..20s, address: "10.0.0.{1..3}", dials: A }
events:
  - { at: 20s, node: [A, B], addnode: C }
  - { at: 21s, node: A, say: { text: hello, times: 2 } }
  - { at: 22s, node: A, stop: true }
  - { at: 23s, stop: A }
  - { at: 30s, partition: [[A], [B, C]], for: 20s, name: split }
  - { at: 31s, cut: { from: A, to: all } }
  - { at: 31s, hold: { from: [A], to: "n{1..3}" } }
  - { at: 31s, flap: { between: [A, B], down: 1s, up: 2s } }
  - { at: 31s, shape: { from: A, to: B, latency: { exponential: 40ms, min: 5ms } } }
  - { at: 31s, drop: { from: all, to: all, message: Ping, chance: 0.5 } }
  - { at: 31s, duplicate: { from: A, to: B } }
  - { at: 31s, corrupt: { from: A, to: B } }
  - { at: 31s, delay: { from: A, to: B, by: 1s } }
  - { at: 32s, kill: [A, B] }
  - { at: 33s, restart: A }
  - { at: 33s, hang: C }
  - { at: 34s, power-loss: B }
  - { at: 34s, power-loss: { node: C, disk: torn } }
  - { at: 35s, pause: { node: A, for: 5s } }
  - { at: 35s, clock: { node: A, jump: -2m } }
  - { at: 35s, disk: { node: A, full: true } }
  - { at: 35s, disk: { node: B, damage: counts } }
  - { at: 36s, move: { node: A, address: 203.0.113.99 } }
  - { at: 37s, reset: [A, B] }
  - { at: 38s, heal: split }
  - { at: 39s, heal: true }
expect:
  - row: t=0 A says hello
    on: A
    that: { said: { matches: "^hello" } }
    at: 0s
  - row: t=5 B meets A
    on: B
    chain: [{ met: A }, { count: { is: 1 } }]
    pinned: { at: 5s }
    sweep: { by: 7s, after: 1s }
  - { on: all, that: [{ count: 3 }, said], eventually: { within: 20s, after: 30s } }
  - { on: [A, B], that: said, never: { to: 40s } }
  - { that: tips-equal, always: { from: 50s } }
`;
