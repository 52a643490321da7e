/** Happened-before against its definition: the transitive closure, computed the slow way. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Time } from "../../src/core/units.ts";
import { Causes } from "../../src/scenario/causes.ts";
import { type TraceEvent, WORLD } from "../../src/trace/event.ts";

interface Edge {
  readonly node: number;
  readonly back: number;
}

function events(edges: readonly Edge[], first: number): readonly TraceEvent[] {
  return edges.map(({ node, back }, index) => {
    const cause = back === 0 || back > index ? -1 : first + index - back;
    const id = first + index;
    return { id, at: 0 as Time, node, kind: "fact", cause, a: 0, b: 0, body: null };
  });
}

/** Every pair by definition: own cause, or the node's event before, and all that came before it. */
function closure(all: readonly TraceEvent[]): readonly ReadonlySet<number>[] {
  const past: Set<number>[] = [];
  for (const [index, event] of all.entries()) {
    const mine = new Set([event.id]);
    const own = all.slice(0, index).findLast(({ node }) => node === event.node && node !== WORLD);
    for (const parent of [own?.id, event.cause]) {
      const at = all.findIndex(({ id }) => id === parent);
      if (at >= 0) for (const id of past[at] ?? []) mine.add(id);
    }
    past.push(mine);
  }
  return past;
}

describe("happened before", () => {
  it("is the transitive closure of causes and each node's own order", () => {
    const edge = fc.record({ node: fc.integer({ min: -1, max: 3 }), back: fc.nat(6) });
    const runs = fc.array(edge, { minLength: 1, maxLength: 25 });
    fc.assert(
      fc.property(runs, fc.constantFrom(0, 7), (edges, first) => {
        const all = events(edges, first);
        const causes = new Causes();
        for (const event of all) causes.see(event);
        const past = closure(all);
        for (const [index, late] of all.entries()) {
          for (const early of all) {
            const expected = past[index]?.has(early.id);
            expect(causes.before(early.id, late.id)).toBe(expected);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it("holds a long run", () => {
    const causes = new Causes();
    const edges = Array.from({ length: 10_000 }, (_, index) => ({ node: index % 50, back: 1 }));
    for (const event of events(edges, 0)) causes.see(event);
    expect(causes.before(0, 9_999)).toBe(true);
    expect(causes.before(9_999, 0)).toBe(false);
  });
});
