/** One seed is one world, every world is valid, and shrinking one makes it smaller. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { drawWorld, worlds } from "../../src/fuzz/draw.ts";
import { SHAPES } from "../../src/fuzz/shapes.ts";
import { nodeCrypto } from "../../src/host/crypto.ts";
import { masternodeKit } from "../../src/masternode/kit.ts";
import { loadScenario } from "../../src/scenario/load.ts";
import { writeScenario } from "../../src/scenario/write.ts";

const kit = masternodeKit(nodeCrypto);
const names = SHAPES.map(({ name }) => name);

describe.each(names)("%s", (shape) => {
  test("what is written loads as the same scenario, to the order of its keys", () => {
    fc.assert(
      fc.property(worlds(kit, shape), (world) => {
        const again = loadScenario(kit, writeScenario(kit, world), world.file);
        expect(again).toEqual(world);
        // Luck of link rules goes by their text.
        expect(JSON.stringify(again.events)).toBe(JSON.stringify(world.events));
      }),
      { numRuns: 40, seed: 1 },
    );
  });
});

test("a seed is a world", () => {
  expect(drawWorld(kit, "standard", 7)).toEqual(drawWorld(kit, "standard", 7));
  expect(drawWorld(kit, "standard", 8)).not.toEqual(drawWorld(kit, "standard", 7));
});
