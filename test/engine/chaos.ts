/**
 * Random worlds as data: a few toys on random links, told random things, meeting random faults of
 * every kind. Drawn by fast-check, so that a failing world shrinks.
 */
import fc from "fast-check";
import type { Fault, Latency, LinkProfile } from "../../src/core/fault.ts";
import { type Duration, millis, seconds } from "../../src/core/units.ts";
import type { NetworkConfig } from "../../src/engine/net.ts";
import { echoing } from "./toy.ts";
import { namesOf, type Stage, type ToyOptions, toyWorld } from "./world.ts";

export interface Chaos {
  readonly nodes: number;
  readonly seed: string;
  readonly wire: "objects" | "bytes";
  readonly link: LinkProfile;
  readonly network: Partial<NetworkConfig>;
  readonly drift: number;
  /** Seconds from save to durable. */
  readonly disk: number;
  readonly acts: readonly { readonly at: number; readonly node: string; readonly acts: string }[];
  readonly faults: readonly { readonly at: number; readonly fault: Fault }[];
}

/** Bounded in time too: shrinking a world may take for ever, and a slow machine may do less. */
export function runs(count: number): {
  numRuns: number;
  seed: number;
  interruptAfterTimeLimit: number;
} {
  return { numRuns: count, seed: 3009, interruptAfterTimeLimit: 8_000 };
}

/** Faults and commands fall into the first two minutes. */
export const STORM = 120;

const length: fc.Arbitrary<Duration> = fc.integer({ min: 0, max: 60_000 }).map(millis);
const moment = fc.integer({ min: 0, max: STORM * 1_000 }).map((at) => at / 1_000);

const latency: fc.Arbitrary<Latency> = fc.oneof(
  fc.record({ shape: fc.constant("constant" as const), at: fc.integer({ min: 0, max: 300_000 }) }),
  fc.record({
    shape: fc.constant("uniform" as const),
    min: fc.integer({ min: 0, max: 50_000 }),
    max: fc.integer({ min: 50_000, max: 2_000_000 }),
  }),
  fc.record({
    shape: fc.constant("exponential" as const),
    min: fc.integer({ min: 0, max: 50_000 }),
    mean: fc.integer({ min: 50_000, max: 200_000 }),
    max: fc.integer({ min: 200_000, max: 3_000_000 }),
  }),
) as fc.Arbitrary<Latency>;

const bandwidth = fc.constantFrom(null, null, 50, 5_000, 100_000);

const link: fc.Arbitrary<LinkProfile> = fc.record({
  latency,
  drawn: fc.constantFrom("per-link", "per-message"),
  loss: fc.constantFrom(0, 0, 0.05, 0.3),
  bandwidth,
});

const network: fc.Arbitrary<Partial<NetworkConfig>> = fc.oneof(
  fc.constant({}),
  fc.constantFrom({ sendBuffer: 1_500 }, { receiveBuffer: 800 }, { userTimeout: seconds(5) }),
);

function actsOf(names: readonly string[]): fc.Arbitrary<string> {
  const name = fc.constantFrom(...names);
  const n = fc.integer({ min: 0, max: 9_999 });
  const kind = fc.constantFrom("note", "other");
  const bytes = fc.constantFrom(0, 0, 10, 700);
  return fc.oneof(
    { weight: 3, arbitrary: name.map((to) => `dial ${to}`) },
    {
      weight: 6,
      arbitrary: fc.tuple(n, kind, bytes).map(([i, type, pad]) => `send ${i} ${type} all ${pad}`),
    },
    fc.tuple(n, kind).map(([i, type]) => `spray ${i} ${type} all 90`),
    fc.tuple(n, name).map(([i, to]) => `save f ${i} before-sends; send ${i} note; close ${to}`),
    n.map((i) => `save g ${i} whenever; send ${i} other`),
    name.map((to) => `close ${to}`),
    fc.integer({ min: 0, max: 30 }).map((after) => `arm t ${after}; draw luck`),
  );
}

function linkFaultOf(names: readonly string[]): fc.Arbitrary<Fault> {
  const ends = fc.oneof(fc.constant("*" as const), fc.subarray([...names], { minLength: 1 }));
  const way = { from: ends, to: ends, for: length };
  const hit = { ...way, chance: fc.constantFrom(0.3, 1) };
  const kind = fc.constantFrom("note", "other", "echo");
  const group = fc.subarray([...names], { minLength: 1 });
  return fc.oneof(
    fc.record({ do: fc.constant("partition"), groups: fc.tuple(group), for: length }),
    fc.record({ do: fc.constant("cut"), ...way }),
    fc.record({ do: fc.constant("hold"), ...way }),
    fc.record({
      do: fc.constant("flap"),
      between: fc.tuple(ends, ends),
      down: length.map((each) => (each + 1_000) as Duration),
      up: length.map((each) => (each + 1_000) as Duration),
    }),
    fc.record({ do: fc.constant("shape"), ...way, link: fc.record({ latency }) }),
    fc.record({ do: fc.constant("shape"), ...way, link: fc.record({ bandwidth }) }),
    fc.record({ do: fc.constant("drop"), ...hit, message: kind }),
    fc.record({ do: fc.constant("corrupt"), ...hit }),
    fc.record({ do: fc.constant("duplicate"), ...hit }),
    fc.record({ do: fc.constant("delay"), ...hit, by: length }),
  ) as fc.Arbitrary<Fault>;
}

function nodeFaultOf(names: readonly string[]): fc.Arbitrary<Fault> {
  const node = fc.constantFrom(...names);
  const small = fc.integer({ min: -5_000_000, max: 5_000_000 });
  return fc.oneof(
    fc.record({ do: fc.constantFrom("stop", "kill", "restart", "restart", "hang"), node }),
    fc.record({
      do: fc.constant("power-loss"),
      node,
      disk: fc.constantFrom("kept", "torn", "lost"),
    }),
    fc.record({ do: fc.constant("pause"), node, for: length }),
    fc.record({
      do: fc.constant("clock"),
      node,
      jump: small,
      drift: small.map((n) => n % 900_000),
    }),
    fc.record({ do: fc.constant("disk"), node, full: fc.boolean(), delay: length }),
    fc.record({ do: fc.constant("disk"), node, damage: fc.constantFrom("f", "g") }),
    fc.record({
      do: fc.constant("move"),
      node,
      address: fc.integer({ min: 80, max: 84 }).map((last) => `10.0.0.${last}:24100`),
    }),
    fc.record({ do: fc.constant("reset"), between: fc.tuple(node, node) }),
    fc.constant({ do: "heal" }),
  ) as fc.Arbitrary<Fault>;
}

/** Without duplicates where exact sums are asked for: a copy is no send of its own. */
export function chaos(options: { readonly duplicates: boolean }): fc.Arbitrary<Chaos> {
  return fc.integer({ min: 2, max: 5 }).chain((nodes) => {
    const names = namesOf(nodes);
    const act = fc.record({ at: moment, node: fc.constantFrom(...names), acts: actsOf(names) });
    const fault = fc.oneof(linkFaultOf(names), nodeFaultOf(names));
    const allowed = fault.filter((each) => options.duplicates || each.do !== "duplicate");
    return fc.record({
      nodes: fc.constant(nodes),
      seed: fc.string({ maxLength: 4 }),
      wire: fc.constantFrom("objects", "bytes"),
      link,
      network,
      drift: fc.constantFrom(0, 0, 200, -200),
      disk: fc.constantFrom(0.01, 3),
      acts: fc.array(act, { minLength: 5, maxLength: 60, size: "max" }),
      faults: fc.array(fc.record({ at: moment, fault: allowed }), { maxLength: 12, size: "max" }),
    });
  });
}

/** The world of a plan, everything scheduled and nothing yet run. */
export function staged(plan: Chaos, more: ToyOptions = {}): Stage {
  const { nodes, seed, wire, link: profile, network: config, drift, disk } = plan;
  const stage = toyWorld({
    nodes,
    seed,
    wire,
    link: profile,
    network: config,
    disk,
    machine: echoing,
    stop: "send 1",
    clock: () => ({ offset: drift * 1_000, drift }),
    ...more,
  });
  // Most worlds should have sessions before the storm begins.
  for (const [index, name] of stage.names.entries()) {
    const next = stage.names[(index + 1) % nodes];
    stage.tell(0, name, `dial ${next}`);
  }
  for (const { at, node, acts } of plan.acts) stage.tell(at, node, acts);
  for (const { at, fault } of plan.faults) stage.faultAt(at, fault);
  return stage;
}

/** The storm is over: faults are lifted, every machine runs, and nobody touches them any more. */
export function settle(stage: Stage, plan: Chaos): void {
  stage.run(STORM);
  stage.world.inject({ do: "heal" });
  for (const node of stage.names) {
    const hung = plan.faults.some(({ fault }) => fault.do === "hang" && fault.node === node);
    stage.world.inject({ do: "disk", node, full: false, delay: millis(10) });
    if (hung || stage.world.status(node) !== "running") {
      stage.world.inject({ do: "restart", node });
    }
  }
  stage.run(STORM + 720);
}
