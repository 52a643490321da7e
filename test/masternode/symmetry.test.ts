/**
 * Rule S2 as a metamorphic property: who dials whom decides nothing. The same nodes with all dials
 * reversed end with the same registries, active sets and heights.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { values } from "../../src/core/table.ts";
import type { World } from "../../src/engine/world.ts";
import type { Masternode } from "../../src/masternode/state.ts";
import { type NodeWish, play, stateOf } from "./worlds.ts";

const NAMES = ["A", "B", "C", "D", "E", "F"];

/** Every node but the first is linked to an earlier one, some to more: always connected. */
const graph = fc
  .record({
    seed: fc.nat().map(String),
    size: fc.integer({ min: 2, max: 6 }),
    parents: fc.array(fc.nat(), { minLength: 5, maxLength: 5 }),
    extra: fc.array(fc.tuple(fc.nat({ max: 5 }), fc.nat({ max: 5 })), { maxLength: 4 }),
    starts: fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 6, maxLength: 6 }),
    plain: fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }),
    flips: fc.array(fc.boolean(), { minLength: 9, maxLength: 9 }),
  })
  .map(({ seed, size, parents, extra, starts, plain, flips }) => {
    const tree = parents
      .slice(0, size - 1)
      .map((parent, index) => [index + 1, parent % (index + 1)]);
    const more = extra.filter(([from, to]) => from !== to && from < size && to < size);
    const names = NAMES.slice(0, size);
    return { seed, names, edges: [...tree, ...more] as [number, number][], starts, plain, flips };
  });

type Graph = typeof graph extends fc.Arbitrary<infer T> ? T : never;

test("reversing who dials changes nothing in the end", () => {
  fc.assert(
    fc.property(graph, (drawn) => {
      const asDrawn = outcome(drawn, () => false);
      expect(outcome(drawn, () => true)).toEqual(asDrawn);
      expect(outcome(drawn, (edge) => drawn.flips[edge] === true)).toEqual(asDrawn);
    }),
    { numRuns: 40, seed: 2 },
  );
});

function outcome({ seed, names, edges, starts, plain }: Graph, flip: (edge: number) => boolean) {
  const dials = names.map((): string[] => []);
  for (const [edge, pair] of edges.entries()) {
    const [from, to] = flip(edge) ? [pair[1], pair[0]] : pair;
    dials[from]?.push(names[to] ?? "");
  }
  const nodes = names.map((name, index): NodeWish => {
    const settings = { masternode: plain[index] !== true || index < 3 };
    return { name, dials: dials[index] ?? [], start: starts[index] ?? 0, settings };
  });
  const { world } = play(nodes, 150, { seed });
  // Which block was made depends on who was active by then; that all hold the same one does not.
  const tips = new Set(names.map((name) => stateOf(world, name).chain.tip));
  expect(tips.size).toBe(1);
  return names.map((name) => standing(world, name));
}

/** What must not depend on who dialed; evidence and sessions may. */
function standing(world: World<Masternode>, name: string) {
  const { registry, chain } = stateOf(world, name);
  const entries = values(registry.entries).map(({ address, status, publicKey, tier }) => {
    return { address, status, publicKey, tier };
  });
  return { name, entries, active: registry.active, height: chain.height };
}
