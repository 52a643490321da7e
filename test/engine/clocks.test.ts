/** Three clocks: the run's, and each node's wall and uptime, which may both be wrong. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { type Duration, seconds, type Time, type UnixMicros } from "../../src/core/units.ts";
import { startClock, trueLength, uptimeAt, withDrift } from "../../src/runtime/clock.ts";
import { EPOCH, type Stage, type ToyOptions, toyWorld } from "./world.ts";

const HOUR = 3_600;

function lookAt(stage: Stage, ...times: number[]): { wall: number; uptime: number }[] {
  for (const at of times) stage.tell(at, "A", "look");
  stage.run((times.at(-1) ?? 0) + 1);
  const facts = stage.facts(0, "A").filter(({ fact }) => fact.text === "looked");
  return facts.map(({ at, fact }) => ({ wall: fact.wall - EPOCH - at, uptime: fact.uptime - at }));
}

function clocked(offset: number, drift: number, more: ToyOptions = {}): Stage {
  return toyWorld({ ...more, nodes: 1, clock: () => ({ offset, drift }) });
}

it("an exact clock shows the epoch plus the time of the run", () => {
  expect(lookAt(clocked(0, 0), 5)).toEqual([{ wall: 0, uptime: 0 }]);
});

it("an offset moves the wall clock and not the uptime", () => {
  expect(lookAt(clocked(seconds(-3), 0), 5)).toEqual([{ wall: seconds(-3), uptime: 0 }]);
});

it.each([200, -200])("a drift of %d ppm moves both, by 0.72 s in an hour", (drift) => {
  const late = seconds((HOUR * drift) / 1_000_000);
  expect(lookAt(clocked(0, drift), HOUR)).toEqual([{ wall: late, uptime: late }]);
});

it("a jump moves the wall clock at once, uptime never jumps", () => {
  const stage = clocked(0, 0).faultAt(5, { do: "clock", node: "A", jump: seconds(-60) });
  expect(lookAt(stage, 4, 5, 6)).toEqual([
    { wall: 0, uptime: 0 },
    { wall: seconds(-60), uptime: 0 },
    { wall: seconds(-60), uptime: 0 },
  ]);
});

it("an offset fault sets the wall clock against true time, whatever it was", () => {
  const offset = seconds(7);
  const stage = clocked(seconds(-3), 500).faultAt(100, { do: "clock", node: "A", offset });
  expect(lookAt(stage, 100)[0]?.wall).toBe(seconds(7));
});

it("uptime restarts at boot, the wall clock runs through", () => {
  const stage = clocked(0, 0).faultAt(5, { do: "restart", node: "A" });
  stage.faultAt(8, { do: "power-loss", node: "A", disk: "kept" });
  stage.faultAt(10, { do: "restart", node: "A" });
  expect(lookAt(stage, 6, 12)).toEqual([
    { wall: 0, uptime: seconds(-5) },
    { wall: 0, uptime: seconds(-10) },
  ]);
});

it("each boot and each change of a clock says how to read it from there on", () => {
  const stage = clocked(seconds(2), 100).faultAt(5, { do: "clock", node: "A", drift: -50 }).run(6);
  const seen = stage.events("clock").map(({ at, a, b }) => [at, a - EPOCH - at, b]);
  expect(seen).toEqual([
    [0, seconds(2), 100],
    [seconds(5), seconds(2) + 500, -50],
  ]);
});

it("timers run by the node's own oscillator", () => {
  const stage = clocked(0, 100_000).tell(0, "A", "arm x 11").run(20);
  expect(stage.story()).toEqual(["10.000000 A timer x"]);
});

it("a timer never fires before its length has passed by the node's own uptime", () => {
  const drift = fc.integer({ min: -500_000, max: 500_000 });
  const moment = fc.integer({ min: 0, max: 10 ** 12 });
  fc.assert(
    fc.property(
      drift,
      moment,
      moment,
      fc.integer({ min: 0, max: 10 ** 9 }),
      (ppm, since, at, n) => {
        const start = startClock(0 as UnixMicros, 0 as Duration, 0);
        const clock = withDrift(start, since as Time, ppm);
        const now = since + at;
        const fired = now + trueLength(clock, n as Duration);
        const passed = uptimeAt(clock, fired as Time) - uptimeAt(clock, now as Time);
        expect(passed).toBeGreaterThanOrEqual(n);
        expect(passed).toBeLessThanOrEqual(n + 2);
      },
    ),
  );
});

it("uptime never runs backwards, whatever is done to the clock", () => {
  const change = fc.record({
    at: fc.integer({ min: 1, max: 100 }),
    drift: fc.integer({ min: -900_000, max: 900_000 }),
    jump: fc.integer({ min: -(10 ** 9), max: 10 ** 9 }),
  });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 6 }), (changes) => {
      const stage = clocked(0, 0);
      for (const { at, drift, jump } of changes) {
        const length = jump as Duration;
        stage.faultAt(at, { do: "clock", node: "A", drift, jump: length });
      }
      for (let at = 0; at <= 101; at++) stage.tell(at, "A", "look");
      stage.run(102);
      const ups = stage.facts().map(({ fact }) => fact.uptime);
      expect(ups).toEqual(ups.toSorted((one, other) => one - other));
    }),
    { numRuns: 30 },
  );
});
