/** Any scenario of the toy kit, as data. */
import fc from "fast-check";
import { type Address, parseAddress } from "../../src/core/address.ts";
import type { Ends, Fault, Latency, LinkProfile } from "../../src/core/fault.ts";
import { type Duration, FOREVER, type Time } from "../../src/core/units.ts";
import type { Settings } from "../../src/kit/field.ts";
import type {
  ClaimCall,
  Expectation,
  NodePlan,
  Scenario,
  ScenarioEvent,
  When,
} from "../../src/scenario/model.ts";
import { NETWORK } from "../../src/scenario/network.ts";

const UNTIL = 100_000_000;
const NAMES = ["A", "B-2", "c.3", "Dora_4"];

const name = fc.constantFrom(...NAMES);
const names = fc.uniqueArray(name, { minLength: 1 });
const ends: fc.Arbitrary<Ends> = fc.oneof(fc.constant("*" as const), names);
const length = fc.integer({
  min: 0,
  max: 90_000_000,
}) as fc.Arbitrary<Duration>;
const moment = length as unknown as fc.Arbitrary<Time>;
const signed = fc.integer({
  min: -1e9,
  max: 1e9,
}) as fc.Arbitrary<Duration>;
/** YAML knows many ways to misread a text. */
const words = fc.oneof(
  fc.string({ minLength: 1 }),
  fc.constantFrom("null", "~", "3", "1e3", "yes", "true", "0x1", "a: b", "- x", "# c", "\n", " "),
  fc.constantFrom("{1..3}", "*a", "&a", "!t", "%d", "a\nb: c\n", "'", '"', "5s", "x ".repeat(80)),
);
const share = fc.double({ min: 0, max: 1, noNaN: true }).map((value) => value + 0);

const latency: fc.Arbitrary<Latency> = fc.oneof(
  length.map((at): Latency => ({ shape: "constant", at })),
  sorted(2).map(([min = 0, max = 0]) => ({ shape: "uniform", min, max }) as Latency),
  sorted(3).map(
    ([min = 0, mean = 0, max = 0]) => ({ shape: "exponential", min, mean, max }) as Latency,
  ),
);

function sorted(count: number): fc.Arbitrary<number[]> {
  const lengths = fc.array(length, { minLength: count, maxLength: count });
  return lengths.map((list) => list.toSorted((a, b) => a - b));
}

const link: fc.Arbitrary<LinkProfile> = fc.record({
  latency,
  drawn: fc.constantFrom("per-link", "per-message"),
  loss: share,
  bandwidth: fc.option(fc.double({ min: 0.001, max: 1e12, noNaN: true })),
});
const change = fc
  .record(
    {
      latency,
      drawn: fc.constantFrom("per-link" as const, "per-message" as const),
      loss: share,
      bandwidth: fc.option(fc.integer({ min: 1 })),
    },
    { requiredKeys: [] },
  )
  .filter((some) => Object.keys(some).length > 0);

const config: fc.Arbitrary<Settings> = fc.record(
  {
    announceDelay: length,
    minimumMasternodes: fc.integer({ min: 1, max: 9 }),
    ratio: share,
    greet: fc.boolean(),
    relay: fc.record(
      { mode: fc.constantFrom("flood", "gossip"), every: length },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<Settings>;

function node(at: number): fc.Arbitrary<NodePlan> {
  const settings = fc.record(
    { masternode: fc.boolean(), dials: fc.uniqueArray(name), note: words },
    { requiredKeys: ["masternode", "dials"] },
  );
  const port = fc.constantFrom("", ":1", ":65535");
  return fc.record({
    name: fc.constant(NAMES[at] ?? ""),
    address: port.map((text) => parseAddress(`10.0.0.${at}${text}`, 24_100) as Address),
    dialsFrom: fc.option(fc.integer({ min: 0, max: 0xffffffff })),
    start: fc.option(moment),
    profile: fc.option(fc.constantFrom("repaired", "as-found")),
    config,
    settings,
    clock: fc.record({ offset: signed, drift: fc.integer({ min: -100, max: 100 }) }),
    disk: fc.record({ delay: length, full: fc.boolean() }),
  });
}

const sides = { from: ends, to: ends };
const messages = {
  ...sides,
  message: fc.option(fc.constantFrom("Ping", "Hello"), { nil: undefined }),
  chance: share,
};
const lasting = fc.oneof(
  fc.tuple(fc.shuffledSubarray(NAMES, { minLength: 2 }), fc.boolean()).map(([list, split]) => {
    const groups = split ? [list.slice(0, 1), list.slice(1)] : [list];
    return { do: "partition", groups };
  }),
  fc.record({ do: fc.constantFrom("cut", "hold"), ...sides }),
  fc.record({
    do: fc.constant("flap"),
    between: fc.tuple(ends, ends),
    down: length.filter((one) => one > 0),
    up: length,
  }),
  fc.record({ do: fc.constant("shape"), ...sides, link: change }),
  fc.record({ do: fc.constantFrom("drop", "duplicate", "corrupt"), ...messages }),
  fc.record({ do: fc.constant("delay"), ...messages, by: length }),
);
const lasts = fc.record(
  { name: words, for: length.filter((one) => one > 0) },
  { requiredKeys: [] },
);
const fault = fc.oneof(
  fc.tuple(lasting, lasts).map(([one, more]) => ({ ...one, ...more })),
  fc.record({ do: fc.constantFrom("stop", "kill", "restart", "hang"), node: name }),
  fc.record({
    do: fc.constant("power-loss"),
    node: name,
    disk: fc.constantFrom("kept", "torn", "lost"),
  }),
  fc.record({ do: fc.constant("pause"), node: name, for: length }),
  fc.record(
    { do: fc.constant("clock"), node: name, offset: signed, jump: signed, drift: share },
    { requiredKeys: ["do", "node", "jump"] },
  ),
  fc.record(
    {
      do: fc.constant("disk"),
      node: name,
      full: fc.boolean(),
      delay: length,
      damage: fc.constantFrom("counts", "peers"),
    },
    { requiredKeys: ["do", "node", "full"] },
  ),
  fc.record({
    do: fc.constant("move"),
    node: name,
    address: fc.constantFrom("10.9.0.1:24100", "10.9.0.2:1"),
  }),
  fc.record({ do: fc.constant("reset"), between: fc.tuple(name, name) }),
  fc.constant({ do: "heal" }),
) as fc.Arbitrary<Fault>;

const command = fc.oneof(
  fc.record({ command: fc.constant("addnode"), args: fc.record({ node: name }) }),
  fc.record({
    command: fc.constant("say"),
    args: fc.record({ text: words, times: fc.integer() }),
  }),
  fc.record({ command: fc.constant("stop"), args: fc.constant({}) }),
) as fc.Arbitrary<{ command: string; args: Settings }>;

const event: fc.Arbitrary<ScenarioEvent> = fc.oneof(
  fc.record({ at: moment, fault }),
  fc.tuple(moment, name, command).map(([at, to, what]) => ({ at, node: to, ...what })),
);

const claim = fc.oneof(
  fc.record({ claim: fc.constant("count"), args: fc.record({ is: fc.nat() }) }),
  fc.record({ claim: fc.constant("met"), args: fc.record({ with: name, within: length }) }),
  fc.record({
    claim: fc.constant("said"),
    args: fc.record({ matches: fc.constantFrom("^a", "b: c", "") }, { requiredKeys: [] }),
  }),
) as fc.Arbitrary<ClaimCall>;

const when = fc.oneof(
  sorted(2).map(([after = 0, second = 0]) => ({ kind: "at", second, after })),
  sorted(2).map(([after = 0, limit = 0]) => ({ kind: "by", limit: limit + 1, after })),
  fc.constant({ kind: "never", from: 0, to: FOREVER }),
  moment.map((from) => ({ kind: "never", from, to: FOREVER })),
  sorted(2).map(([from = 0, to = 0]) => ({ kind: "never", from, to: to + 1 })),
  fc
    .tuple(moment, fc.nat(10_000_000))
    .map(([after, within]) => ({ kind: "eventually", after, within })),
) as fc.Arbitrary<When>;

const row: fc.Arbitrary<Expectation> = fc.oneof(
  fc.record({
    row: words,
    on: names,
    claims: fc.array(claim, { minLength: 2, maxLength: 3 }),
    chained: fc.boolean(),
    when,
    runs: fc.constantFrom("all" as const, "pinned" as const, "sweep" as const),
    place: fc.constant(""),
  }),
  fc.record({
    row: words,
    on: fc.constant([]),
    claims: fc.constant([{ claim: "tips-equal", args: {} }]),
    chained: fc.constant(false),
    when: fc.oneof(when, fc.constant<When>({ kind: "always", from: 5 as Time, to: FOREVER })),
    runs: fc.constant("all" as const),
    place: fc.constant(""),
  }),
);

export const scenarios: fc.Arbitrary<Scenario> = fc
  .record({
    name: words,
    about: words,
    file: fc.constant("drawn.yaml"),
    seed: words,
    profile: fc.constantFrom("repaired", "as-found"),
    until: fc.constant(UNTIL as Time),
    config,
    world: fc.record({
      chain: fc.record({ height: fc.nat(), expected: fc.nat() }, { requiredKeys: ["height"] }),
      slot: length,
    }) as fc.Arbitrary<Settings>,
    nodes: fc.tuple(node(0), node(1), node(2), node(3)),
    link,
    links: fc.array(fc.record({ ...sides, link: change })),
    network: fc.record({ rtoMin: length, sendBuffer: fc.integer({ min: 1 }) }),
    sweepLink: fc.option(link),
    events: fc.array(event, { maxLength: 12 }),
    expect: fc.array(row, { maxLength: 6 }),
  })
  .map((drawn) => ({ ...drawn, network: { ...NETWORK, ...drawn.network } }));
