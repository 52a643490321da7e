/** One seed is one world, every world is valid, and shrinking one makes it smaller. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { drawWorld, TROUBLES } from "../../src/fuzz/draw.ts";
import { judge } from "../../src/fuzz/judge.ts";
import { scenariosOf } from "../../src/fuzz/scenarios.ts";
import { SHAPES } from "../../src/fuzz/shapes.ts";
import { nodeCrypto } from "../../src/host/crypto.ts";
import type { FuzzHints } from "../../src/kit/fuzz.ts";
import { masternodeKit } from "../../src/masternode/kit.ts";
import { loadScenario } from "../../src/scenario/load.ts";
import type { Scenario } from "../../src/scenario/model.ts";
import { writeScenario } from "../../src/scenario/write.ts";

const kit = masternodeKit(nodeCrypto);
const { fuzz: _, ...silent } = kit;
/** None. */
const hints: FuzzHints = {
  ...{ paces: {}, sweeps: {}, own: [], relations: [], grains: {}, worlds: [] },
  ...{ dials: null, introduce: null, node: {}, quorum: null, room: null },
};

describe.each(SHAPES.map(({ name }) => name))("%s", (shape) => {
  test("what is written loads as the same scenario, to the order of its keys", () => {
    fc.assert(
      fc.property(scenariosOf(kit, { shape }), (world) => {
        const again = loadScenario(kit, writeScenario(kit, world), world.file);
        expect(again).toEqual(world);
        // Luck of link rules goes by their text.
        expect(JSON.stringify(again.events)).toBe(JSON.stringify(world.events));
      }),
      { numRuns: shape === "large" ? 5 : 15, seed: 1 },
    );
  });

  test("a kit that gives no hints has worlds, too, and so has one whose world has no keys", () => {
    const bare = { ...silent, fuzz: { ...hints, worlds: [] } };
    for (let seed = 0; seed < 20; seed++) {
      const { scenario } = drawWorld(seed % 2 === 0 ? silent : bare, shape, seed);
      expect(scenario.config).toEqual({});
      expect(scenario.nodes.length).toBeGreaterThan(1);
    }
  });
});

test("a seed is a world, whatever was drawn before", () => {
  const first = drawWorld(kit, "standard", 7);
  expect(drawWorld(kit, "standard", 8)).not.toEqual(first);
  expect(drawWorld(kit, "standard", 7)).toEqual(first);
});

test("one kind of trouble alone, or an error that names them all", () => {
  for (const only of TROUBLES) {
    const { swarm } = drawWorld(kit, "quick", 1, [only]);
    expect(swarm.filter((word) => TROUBLES.includes(word))).toEqual([only]);
  }
  expect(() => drawWorld(kit, "quick", 1, ["quake"])).toThrow("partition, cut, hold");
  expect(() => drawWorld(kit, "vast", 1)).toThrow("swarm, quick, standard, large, calm");
});

test("a world plays as its written text does", () => {
  for (let seed = 0; seed < 4; seed++) {
    const { scenario } = drawWorld(kit, "quick", seed);
    const again = loadScenario(kit, writeScenario(kit, scenario), scenario.file);
    expect(judge(kit, again).digest).toBe(judge(kit, scenario).digest);
  }
});

/** "Some link is cut one way" as a failure: what is left is a node and a cut. */
test("fast-check shrinks worlds", () => {
  const cut = (world: Scenario): boolean => {
    return world.events.some((event) => "fault" in event && event.fault.do === "cut");
  };
  const found = fc.check(
    fc.property(scenariosOf(kit, { shape: "standard" }), (world) => !cut(world)),
    { seed: 3, numRuns: 200 },
  );
  const [world] = found.counterexample ?? [];
  expect([world?.nodes.length, world?.events.length]).toEqual([1, 1]);
  expect(world?.config).toEqual({});
  expect(world?.links).toEqual([]);
  expect(world?.until).toBe(1_000_000);
});
