/**
 * Heartbeats over any connected network (rules H1 and H2): everybody counts everybody, no end of a
 * link sends one twice, and numbers only rise, whatever restarts and clocks do (rule A4).
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { seconds, type Time } from "../../src/core/units.ts";
import type { Fact } from "../../src/masternode/facts.ts";
import type { Message } from "../../src/masternode/messages.ts";
import type { Scenario } from "../../src/scenario/model.ts";
import type { TraceEvent } from "../../src/trace/event.ts";
import { activeAt, faultAt, type NodeWish, play } from "./worlds.ts";

type Events = Scenario["events"];

const NAMES = ["A", "B", "C", "D", "E", "F", "G", "H"];

/** Every node but the first is linked to an earlier one, some to more. */
const network = fc.record({
  seed: fc.nat().map(String),
  size: fc.integer({ min: 2, max: 8 }),
  parents: fc.array(fc.nat(), { minLength: 7, maxLength: 7 }),
  extra: fc.array(fc.tuple(fc.nat({ max: 7 }), fc.nat({ max: 7 })), { maxLength: 5 }),
  starts: fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 8, maxLength: 8 }),
  sessionsWanted: fc.constantFrom(0, 2, 8),
});

type Network = typeof network extends fc.Arbitrary<infer T> ? T : never;

/**
 * Operators lay the links after all have started. With `sessionsWanted` 0 there are no others. Lists
 * are asked for once, on each new session: what comes later comes by the flood.
 */
function flood({ size, parents, extra, ...drawn }: Network, more: Events, until: number) {
  const names = NAMES.slice(0, size);
  const tree = parents.slice(0, size - 1).map((parent, index) => [index + 1, parent % (index + 1)]);
  const laid = [...tree, ...extra].flatMap(([from = 0, to = 0]): Events => {
    const [node = "", peer = ""] = [names[from], names[to]];
    if (from === to || node === "" || peer === "") return [];
    return [{ at: seconds(21) as number as Time, node, command: "addnode", args: { peer } }];
  });
  const config = { sessionsWanted: drawn.sessionsWanted, exchangePeriod: seconds(3_600) };
  const nodes = names.map((name, index): NodeWish => {
    return { name, start: drawn.starts[index] ?? 0, config };
  });
  const scenario = { seed: drawn.seed, events: [...laid, ...more] };
  const { world, trace } = play(nodes, until, scenario, "full");
  return { names, world, events: [...trace.events()] };
}

test("everybody counts everybody, and no end of a link sends one twice", () => {
  fc.assert(
    fc.property(network, (drawn) => {
      const { names, world, events } = flood(drawn, [], 150);
      for (const name of names) expect(activeAt(world, name)).toHaveLength(names.length - 1);
      const floods = floodsIn(events);
      expect(floods.size).toBeGreaterThanOrEqual(names.length);
      for (const { sends, ends, began, reached } of floods.values()) {
        if (began > SETTLED) expect(reached.size).toBe(names.length);
        expect(new Set(sends).size).toBe(sends.length);
        expect(sends.length).toBeLessThanOrEqual(ends);
      }
    }),
    { numRuns: 40, seed: 1 },
  );
});

test("numbers rise across restarts, with the clock set back or not", () => {
  const life = fc.record({
    restart: fc.integer({ min: 25, max: 130 }),
    offset: fc.constantFrom(0, -90, -86_400, 40),
  });
  fc.assert(
    fc.property(network, life, (drawn, { restart, offset }) => {
      const { events } = flood(
        drawn,
        [
          faultAt(restart - 1, { do: "clock", node: "A", offset: seconds(offset), drift: 0 }),
          faultAt(restart, { do: "restart", node: "A" }),
        ],
        200,
      );
      expect(sequencesOf(events, "broadcast").length).toBeGreaterThan(3);
      expect(sequencesOf(events, "heartbeat").length).toBeGreaterThan(3);
    }),
    { numRuns: 10, seed: 1 },
  );
});

/** The links are laid, and all know each other. */
const SETTLED = seconds(40);

interface Flood {
  readonly began: number;
  /** Nodes that sent or received it. */
  readonly reached: Set<number>;
  /** Each a node and its session. */
  readonly sends: string[];
  /** Ends of links that were ready when it was sent last: twice as many as links. */
  ends: number;
}

function floodsIn(events: readonly TraceEvent[]): ReadonlyMap<string, Flood> {
  const floods = new Map<string, Flood>();
  const ready = new Set<string>();
  for (const { at, kind, node, a, body } of events) {
    if (kind === "fact") {
      const fact = body as Fact;
      if (fact.type === "ready") ready.add(`${node}/${fact.session}`);
      if (fact.type === "lost") ready.delete(`${node}/${fact.session}`);
    }
    if (kind !== "send" && kind !== "deliver") continue;
    if ((body as Message).type !== "HeartbeatBroadcast") continue;
    const { heartbeat } = body as Extract<Message, { type: "HeartbeatBroadcast" }>;
    const name = `${heartbeat.masternodeAddress} ${heartbeat.sequenceNumber}`;
    const flood = floods.get(name) ?? { sends: [], ends: 0, began: at, reached: new Set() };
    flood.reached.add(node);
    if (kind === "send") flood.sends.push(`${node}/${a}`);
    if (kind === "send") flood.ends = ready.size;
    floods.set(name, flood);
  }
  return floods;
}

/** Of the first node's facts, in which each must be above the one before. */
function sequencesOf(events: readonly TraceEvent[], type: "broadcast" | "heartbeat"): number[] {
  const sequences = events.flatMap(({ kind, node, body }): number[] => {
    const fact = body as Fact;
    return kind === "fact" && node === 0 && fact.type === type ? [fact.sequence] : [];
  });
  expect(sequences).toEqual([...new Set(sequences)].sort((left, right) => left - right));
  return sequences;
}
