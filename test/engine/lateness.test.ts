/** A world may be shaken by lateness: never early, the same for the same seed, and off by default. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { millis, type Time } from "../../src/core/units.ts";
import { type Jitter, Lateness } from "../../src/engine/lateness.ts";
import { simulate } from "../../src/simulate.ts";

const JITTER: Jitter = { seed: "shaken", usual: millis(10), stalls: 1 / 16 };
const TIMELINE = "scenarios/discovery-timeline.yaml";

test("never early, rarely above the usual, never above eight times that", () => {
  const lateness = new Lateness(JITTER);
  const drawn = Array.from({ length: 4_096 }, (_, at) => lateness.of(7, at * 1_000));
  expect(Math.min(...drawn)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...drawn)).toBeLessThan(8 * JITTER.usual);
  const stalls = drawn.filter((late) => late >= JITTER.usual).length;
  expect(stalls).toBeGreaterThan(4_096 / 32);
  expect(stalls).toBeLessThan(4_096 / 8);
});

test("of the same wait always the same, of another seed another", () => {
  const other = new Lateness({ ...JITTER, seed: "otherwise" });
  const lateness = new Lateness(JITTER);
  fc.assert(
    fc.property(fc.integer(), fc.nat({ max: 2 ** 50 }), (what, at) => {
      expect(lateness.of(what, at)).toBe(new Lateness(JITTER).of(what, at));
    }),
  );
  const both = [lateness, other].map((one) => Array.from({ length: 9 }, (_, at) => one.of(1, at)));
  expect(both[0]).not.toEqual(both[1]);
});

test("a shaken run is a function of its seeds, and of no use to who asked for an exact one", () => {
  const digest = (jitter?: Jitter): string => {
    const until = 25_000_000 as Time;
    return simulate(TIMELINE, { until, ...(jitter === undefined ? {} : { jitter }) }).summary
      .digest;
  };
  expect(digest(JITTER)).toBe(digest(JITTER));
  expect(digest(JITTER)).not.toBe(digest({ ...JITTER, seed: "otherwise" }));
  expect(digest()).toBe(digest({ ...JITTER, usual: millis(0) }));
});

test("a fork of a shaken world goes on as it would have", () => {
  const whole = simulate(TIMELINE, { jitter: JITTER, until: 30_000_000 as Time });
  const { world } = simulate(TIMELINE, { jitter: JITTER, until: 21_000_000 as Time });
  const twin = world.fork();
  twin.run(30_000_000 as Time);
  expect(twin.recorder.digest).toBe(whole.summary.digest);
});

test("boots, commands and packets are late, and keep the order of their node", () => {
  const { trace } = simulate(TIMELINE, { jitter: JITTER });
  const events = [...trace.events()];
  const boots = events.filter(({ kind }) => kind === "boot").map(({ at }) => at);
  [0, 5_000_000, 20_000_000].forEach((start, index) => {
    expect(boots[index]).toBeGreaterThanOrEqual(start);
    expect(boots[index]).toBeLessThan(start + 8 * JITTER.usual);
  });
  expect(boots.some((at) => at % 1_000_000 !== 0)).toBe(true);
  const commands = events.filter(({ kind }) => kind === "command").map(({ at }) => at);
  expect(commands.every((at) => at > 20_000_000 && at < 20_000_000 + 8 * JITTER.usual)).toBe(true);
});
