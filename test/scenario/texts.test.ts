import { describe, expect, it } from "vitest";
import { didYouMean, suggest } from "../../src/scenario/suggest.ts";
import { expand, readLatency, readSigned, readSpan, tell } from "../../src/scenario/texts.ts";

describe("small texts", () => {
  it("reads signed durations", () => {
    expect(readSigned("-2m")).toBe(-120_000_000);
    expect(readSigned("2s")).toBe(2_000_000);
    expect(Object.is(readSigned("-0s"), 0)).toBe(true);
    expect(readSigned("--2s")).toHaveProperty("wrong");
    expect(readSigned("-5")).toHaveProperty("wrong");
  });

  it("reads latencies", () => {
    expect(readLatency("50ms")).toEqual({ shape: "constant", at: 50_000 });
    expect(readLatency("1ms..1ms")).toEqual({ shape: "uniform", min: 1_000, max: 1_000 });
    expect(readLatency("1.5ms..2.5ms")).toEqual({ shape: "uniform", min: 1_500, max: 2_500 });
    for (const bad of ["", "..", "1ms..", "..1ms", "1..2ms", "2ms..1ms", "1ms...2ms", "fast"]) {
      expect(readLatency(bad), bad).toHaveProperty("wrong");
    }
    expect(readSpan("5s")).toBeNull();
  });

  it("expands repeated names", () => {
    expect(expand("n{1..3}")).toEqual(["n1", "n2", "n3"]);
    expect(expand("n{3..1}")).toEqual(["n3", "n2", "n1"]);
    expect(expand("10.{0..1}.0.{1..2}")).toEqual(["10.0.0.1", "10.1.0.2"]);
    expect(expand("plain")).toEqual(["plain"]);
    expect(expand("{1..2}{1..3}")).toHaveProperty("wrong");
    expect(expand("n{1..99999999999}")).toHaveProperty("wrong");
  });

  it("tells what was found", () => {
    const told = [null, undefined, [], {}, 5, true, "a\n b", "x".repeat(50)].map(tell);
    expect(told.slice(0, 7)).toEqual([
      "nothing",
      "nothing",
      "a list",
      "a mapping",
      "5",
      "true",
      '"a b"',
    ]);
    expect(told[7]).toHaveLength(43);
  });
});

describe("suggest", () => {
  it.each([
    ["dails", "dials"],
    ["Dials", "dials"],
    ["lattency", "latency"],
    ["adrdess", "address"],
    ["statr", "start"],
    ["x", null],
    ["B", null],
    ["a", "A"],
    ["partitoin", null],
  ])("%s → %s", (word, best) => {
    expect(suggest(word, ["start", "address", "dials", "latency", "A"])).toBe(best);
  });

  it("prefers the nearest", () => {
    expect(didYouMean("gatewy", ["gateways", "gateway"])).toBe(' (did you mean "gateway"?)');
    expect(didYouMean("zzz", ["gateway"])).toBe("");
  });
});
