import fc from "fast-check";
import { expect, it } from "vitest";
import {
  FOREVER,
  formatDuration,
  formatTime,
  parseDuration,
  seconds,
} from "../../src/core/units.ts";

it("every length prints as a text that parses back to it", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: FOREVER }), (length) => {
      expect(parseDuration(formatDuration(length))).toBe(length);
    }),
    { numRuns: 2_000 },
  );
});

it.each([
  [0, "0s"],
  [1, "1us"],
  [40_213, "40.213ms"],
  [250_000, "250ms"],
  [1_000_000, "1s"],
  [90_000_000, "1m30s"],
  [5_400_000_000, "1h30m"],
  [86_400_000_000, "1d"],
  [60_000_001, "1m0.000001s"],
  [-1_500_000, "-1.5s"],
])("%d µs prints as %s", (length, text) => {
  expect(formatDuration(length)).toBe(text);
});

it.each([
  ["5s", 5_000_000],
  ["250ms", 250_000],
  ["1m30s", 90_000_000],
  ["1.5h", 5_400_000_000],
  ["0.1s", 100_000],
  ["7us", 7],
  ["7µs", 7],
  ["2d12h", 216_000_000_000],
  ["0s", 0],
])("%s parses as %d µs", (text, length) => {
  expect(parseDuration(text)).toBe(length);
});

it.each(["", "5", "s", "-5s", "+5s", " 5s", "5 s", "5s ", "5x", "1e3s", "1.s", ".5s", "0.5us"])(
  "%j is no length",
  (text) => {
    expect(parseDuration(text)).toBeNull();
  },
);

it.each(["99999999999d", "5S", "5s5", "1,5s", "1.0000001s", "NaNs", "∞s"])("nor is %j", (text) => {
  expect(parseDuration(text)).toBeNull();
});

it("times print with six decimals, so that columns line up and sort", () => {
  expect(formatTime(5_240_113)).toBe("5.240113");
  expect(formatTime(0)).toBe("0.000000");
  expect(formatTime(seconds(3_600) + 7)).toBe("3600.000007");
});
