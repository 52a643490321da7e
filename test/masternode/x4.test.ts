/**
 * Rule X4: a node that knows one member holds, within 60 s of its boot, an entry of every active
 * masternode, and counts it active. The member may be the first or the last that came.
 */
import { expect, test } from "vitest";
import { MINUTE, seconds, type Time } from "../../src/core/units.ts";
import type { World } from "../../src/engine/world.ts";
import type { Masternode } from "../../src/masternode/state.ts";
import { activeAt, knows, type NodeWish, play, sessionsWith, stateOf } from "./worlds.ts";

/** A network that grows in ten seconds, each node knowing one that was there before. */
function grown(size: number): readonly NodeWish[] {
  return Array.from({ length: size }, (_, index): NodeWish => {
    const dials = index === 0 ? [] : [`n${Math.floor(index / 2)}`];
    return { name: `n${index}`, dials, start: (10 * index) / size };
  });
}

/** The member has no room that lasts: the newcomer is a guest (rule S7), and dials what it learned. */
test("also when the member is full", () => {
  const [member, ...others] = grown(20);
  const full = { name: "n0", ...member, config: { sessionsMax: 3 } };
  const late = { name: "late", dials: ["n0"], start: 30 };
  const { world } = play([full, ...others, late], 90, { seed: "full" });
  expect(sessionsWith(world, "late", "n0")).toEqual([]);
  expect(activeAt(world, "late")).toHaveLength(20);
  expect(activeAt(world, "n0")).toHaveLength(20);
});

test.each([
  [20, "n0", 60],
  [20, "n19", 95],
  [60, "n59", 60],
])("of %i nodes a newcomer knows %s", (size, member, start) => {
  const network = grown(size);
  const late = { name: "late", dials: [member], start };
  const { world } = play([...network, late], start + 60, { seed: "x4" });
  expectWhole(world, network, late.name);
});

/**
 * Lists hold 64 entries: of 100 nodes no single answer tells. Lists alone would lose sight of some
 * later (decision 0007): it takes heartbeats, for three minutes. (For larger: bench/discovery.js.)
 */
test("a hundred tell a newcomer, and stay whole", () => {
  const network = grown(100);
  const late = { name: "late", dials: ["n70"], start: 20 };
  const { world } = play([...network, late], 60, { seed: "x4" });
  const counts = (): number[] => network.map(({ name }) => stateOf(world, name).registry.active);
  expect(counts().filter((count) => count < 99)).toEqual([]);
  world.run(seconds(80) as number as Time);
  expectWhole(world, network, late.name);
  for (let minute = 2; minute <= 4; minute++) {
    world.run((minute * MINUTE) as Time);
    expect(counts().filter((count) => count !== 100)).toEqual([]);
  }
});

function expectWhole(world: World<Masternode>, network: readonly NodeWish[], late: string): void {
  const strangers = network.filter((node) => !knows(world, late, node.name));
  expect(strangers.map((node) => node.name)).toEqual([]);
  expect(activeAt(world, late)).toHaveLength(network.length);
}
