/**
 * Rule B5 over whatever befalls a small network. Phase one: faults of every kind, and only safety
 * counts: nobody produces with fewer than three active, nobody's height falls but by a
 * reorganisation. Phase two: the world heals, and liveness is due: one chain at the height of the
 * clock within two minutes, and from then on a block in every slot.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Fault } from "../../src/core/fault.ts";
import { seconds } from "../../src/core/units.ts";
import type { Fact, FactOf } from "../../src/masternode/facts.ts";
import type { Run } from "../../src/scenario/run.ts";
import type { Masternode } from "../../src/masternode/state.ts";
import { faultAt, type NodeWish, play, stateOf } from "./worlds.ts";

const NAMES = ["A", "B", "C", "D", "E", "F"];
const HEAL = 480;
const WHOLE = HEAL + 118;
const NEXT_SLOT = WHOLE + 100;

/** What happens to node `who` (or between it and the next), and for how many seconds. */
const trouble = fc.record({
  at: fc.integer({ min: 20, max: 420 }),
  who: fc.nat({ max: 5 }),
  lasts: fc.integer({ min: 1, max: 200 }),
  kind: fc.constantFrom(
    ...(["kill", "power", "torn", "pause", "cut", "partition", "clock", "reset", "slow"] as const),
  ),
});

const network = fc.record({
  seed: fc.nat().map(String),
  size: fc.integer({ min: 3, max: 6 }),
  starts: fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 6, maxLength: 6 }),
  dials: fc.array(fc.nat({ max: 5 }), { minLength: 6, maxLength: 6 }),
  troubles: fc.array(trouble, { maxLength: 5 }),
});

type Network = typeof network extends fc.Arbitrary<infer T> ? T : never;

test("safe while it lasts, live when it is over", () => {
  fc.assert(
    fc.property(network, (drawn) => {
      const names = NAMES.slice(0, drawn.size);
      const run = play(wishes(names, drawn), NEXT_SLOT, { events: events(names, drawn) }, "full");
      expectSafe(run);
      const heights = heightsAt(run, WHOLE);
      expect(names.map((name) => heights.get(names.indexOf(name)))).toEqual(names.map(() => 3011));
      const tips = names.map((name) => stateOf(run.world, name).chain);
      expect(tips.map(({ height }) => height)).toEqual(names.map(() => 3012));
      expect(new Set(tips.map(({ tip }) => tip)).size).toBe(1);
    }),
    { numRuns: 30, seed: 5 },
  );
});

function wishes(names: readonly string[], { starts, dials }: Network): readonly NodeWish[] {
  return names.map((name, index): NodeWish => {
    // Each knows an earlier one, so that the network is one when nothing hinders it.
    const known = index === 0 ? [] : [names[(dials[index] ?? 0) % index] ?? ""];
    return { name, start: starts[index] ?? 0, dials: known };
  });
}

type Events = ReturnType<typeof faultAt>[];

function events(names: readonly string[], { troubles }: Network): Events {
  const struck = troubles.flatMap(({ at, who, lasts, kind }): Events => {
    const node = names[who % names.length] ?? "";
    const other = names[(who + 1) % names.length] ?? "";
    const end = Math.min(at + lasts, HEAL);
    const length = seconds(end - at);
    const one = (fault: Fault): Events => [faultAt(at, fault)];
    switch (kind) {
      case "kill":
        return [...one({ do: "kill", node }), faultAt(end, { do: "restart", node })];
      case "power":
      case "torn": {
        const disk = kind === "torn" ? "torn" : "kept";
        return [...one({ do: "power-loss", node, disk }), faultAt(end, { do: "restart", node })];
      }
      case "pause":
        return one({ do: "pause", node, for: length });
      case "cut":
        return one({ do: "cut", from: [node], to: [other], for: length });
      case "partition":
        return one({ do: "partition", groups: [[node, other]], for: length });
      case "clock":
        return [
          ...one({ do: "clock", node, jump: seconds((who - 2) * 20) }),
          faultAt(end, { do: "clock", node, offset: seconds(0) }),
        ];
      case "reset":
        return one({ do: "reset", between: [node, other] });
      case "slow":
        return one({ do: "shape", from: [node], to: "*", link: { loss: 0.2 }, for: length });
    }
  });
  return struck.sort((left, right) => left.at - right.at);
}

function factsOf<T extends Fact["type"]>(
  run: Run<Masternode>,
  ...types: readonly T[]
): { readonly at: number; readonly node: number; readonly fact: FactOf<T> }[] {
  return [...run.trace.events()].flatMap(({ kind, at, node, body }) => {
    const fact = body as FactOf<T>;
    return kind === "fact" && types.includes(fact.type) ? [{ at, node, fact }] : [];
  });
}

function expectSafe(run: Run<Masternode>): void {
  // Honest nodes never ban honest nodes, nor count anything against them (rule S8).
  expect(factsOf(run, "violation", "banned")).toEqual([]);
  const active = new Map<number, number>();
  const heights = new Map<number, number>();
  for (const { node, fact } of factsOf(run, "active", "produced", "tip")) {
    if (fact.type === "active") active.set(node, fact.count);
    else if (fact.type === "produced") expect(active.get(node)).toBeGreaterThanOrEqual(3);
    else {
      const rolledBack = ["start", "reorganisation"].includes(fact.via);
      if (!rolledBack) expect(fact.height).toBeGreaterThanOrEqual(heights.get(node) ?? 0);
      heights.set(node, fact.height);
    }
  }
}

function heightsAt(run: Run<Masternode>, moment: number): ReadonlyMap<number, number> {
  const tips = factsOf(run, "tip").filter(({ at }) => at <= moment * 1_000_000);
  return new Map(tips.map(({ node, fact }) => [node, fact.height]));
}
