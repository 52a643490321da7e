/** A node's own clock, from the trace alone, is the one it really had. */
import { describe, expect, it } from "vitest";
import { startClock, wallAt, withDrift, withJump } from "../../src/runtime/clock.ts";
import type { Duration, Time } from "../../src/core/units.ts";
import { Walls } from "../../src/trace/walls.ts";
import { HEADER, traceOf } from "./story.ts";

describe("a wall clock", () => {
  it("is exact until something else is said", () => {
    expect(new Walls(HEADER).wall(0, 5e6)).toBe(HEADER.epoch + 5e6);
  });

  it("agrees with the engine's through offset, drift and jump", () => {
    const T = (second: number): Time => (second * 1e6) as Time;
    const first = startClock(HEADER.epoch, -2_000_000 as Duration, 0);
    const drifting = withDrift(first, T(10), 37);
    const jumped = withJump(drifting, T(20), 5_000_000);
    const walls = new Walls(HEADER);
    const told = traceOf([
      [0, 1, "clock", { a: wallAt(first, T(0)) }],
      [10, 1, "clock", { a: wallAt(drifting, T(10)), b: 37 }],
      [20, 1, "clock", { a: wallAt(jumped, T(20)), b: 37 }],
    ]);
    const clocks = [first, drifting, jumped];
    for (const [index, event] of [...told.events()].entries()) {
      walls.see(event);
      const clock = clocks[index] ?? first;
      for (const later of [0, 1, 999_999, 7_654_321]) {
        const at = (event.at + later) as Time;
        expect(walls.wall(1, at)).toBe(wallAt(clock, at));
      }
    }
    expect(walls.wall(0, 3)).toBe(HEADER.epoch + 3);
  });
});
