/** One line for a row, a run, a sweep, and all of them. */
import { describe, expect, it } from "vitest";
import type { Duration, Time } from "../../src/core/units.ts";
import { Sweep } from "../../src/report/sweep.ts";
import { runLine, sweepLine, totalLine, whenText } from "../../src/report/summary.ts";
import type { Outcome, OutcomePart, RunSummary } from "../../src/trace/outcome.ts";
import { traceOf } from "../trace/story.ts";
import { failures, part, resultOf, row } from "./toy.ts";

const at = (node: string, second: number): OutcomePart => {
  return part(node, { at: Math.round(second * 1e6) as Time });
};
const bad = part("A", { passed: false, found: "A counted 1" });

describe("when a row came true", () => {
  it.each<readonly [string, readonly OutcomePart[], string]>([
    ["one node", [at("A", 5.30106)], "A 5.301060"],
    ["two claims: the later", [at("A", 5), at("A", 7), at("A", 6)], "A 7.000000"],
    ["nodes", [at("A", 5), at("B2", 7)], "A 5.000000  B2 7.000000"],
    ["the world", [at("-", 5)], "5.000000"],
    ["nothing broke it", [part("A"), part("B2")], "held"],
    [
      "not judged",
      [part("A", { found: "not judged: the run ended at 3s" })],
      "not judged: the run ended at 3s",
    ],
    [
      "many nodes",
      ["a", "b", "c", "d", "e"].map((name, i) => at(name, i)),
      "5 nodes 0.000000 to 4.000000",
    ],
    ["failed", [bad], "A counted 1"],
    ["failed twice", [bad, at("A", 1), bad], "A counted 1 (and 1 more)"],
    ["failed for the world", [part("-", { passed: false, found: "two tips" })], "two tips"],
  ])("%s", (_name, parts, text) => {
    expect(whenText(row("r", ...parts))).toBe(text);
  });
});

describe("a run in one line", () => {
  const good = row("good", at("A", 1));
  const rows = [row("bad", bad), good];
  const blocks = failures(traceOf([[0, 0, "boot"]]), rows);

  it("that passed", () => {
    expect(runLine(resultOf([good, good]))).toBe(
      "2 rows passed · 411 events · 1m virtual in 0.05s · digest 0123456789abcdef",
    );
  });

  it("that failed", () => {
    expect(runLine(resultOf(rows, blocks))).toMatch(/^1 row failed, 1 passed · /);
  });

  it("that expects nothing", () => {
    expect(runLine(resultOf([]))).toMatch(/^expects nothing · /);
  });

  it("of several scenarios", () => {
    const results = [resultOf([good]), resultOf(rows, blocks)];
    expect(totalLine(results)).toBe("2 scenarios: 1 failed, 1 passed · 3 rows judged · 0.10s");
    expect(totalLine([resultOf([good]), resultOf([], [], { runs: 9, passedRuns: 9 })])).toBe(
      "2 scenarios: 1 passed, 1 expects nothing · 10 runs · 1 row judged · 0.10s",
    );
  });
});

describe("a sweep", () => {
  const summary = (seed: string, outcomes: readonly Outcome[]): RunSummary => ({
    ...{ scenario: "toy", file: "toy.yaml", seed, profile: "usual", crash: null, digest: "-" },
    ...{ passed: outcomes.every(({ passed }) => passed), outcomes, events: 10 },
    virtual: 60_000_000 as Duration,
  });
  const good = row("first", at("A", 1));
  const sweep = new Sweep();
  for (const seed of ["1", "2", "3", "12", "9"]) {
    const fails = seed !== "1" && seed !== "3";
    sweep.add(summary(seed, [good, row("second", fails ? bad : at("A", 1)), row("third", bad)]));
  }
  const crash = { node: "A", event: 0, at: 0 as Time, error: "x", stack: "" };
  sweep.add({ ...summary("4", [good]), passed: false, crash });

  it("groups seeds by the first row that failed, the commonest first", () => {
    expect(sweep.groups).toEqual([
      { row: "second", seeds: 3, smallest: "2", examples: ["2", "9", "12"], all: ["2", "9", "12"] },
      { row: "third", seeds: 2, smallest: "1", examples: ["1", "3"], all: ["1", "3"] },
      { row: "A crashes", seeds: 1, smallest: "4", examples: ["4"], all: ["4"] },
    ]);
  });

  it("has every seed that failed, and of many a few to show", () => {
    const many = new Sweep();
    const seeds = Array.from({ length: 40 }, (_, index) => String(index + 1));
    for (const seed of seeds.toReversed()) many.add(summary(seed, [row("r", bad)]));
    expect(many.groups).toEqual([
      { row: "r", seeds: 40, smallest: "1", examples: seeds.slice(0, 5), all: seeds },
    ]);
  });

  it("counts each row", () => {
    expect(sweep.rows.map(({ row: name, failed, when }) => [name, failed, when])).toEqual([
      ["first", 0, "in every run"],
      ["second", 3, "failed in 3 of 6 runs"],
      ["third", 5, "failed in 5 of 6 runs"],
    ]);
  });

  it("is one line", () => {
    const { runs, passed: passedRuns, events, virtual } = sweep;
    const result = resultOf([good], [], {
      runs,
      passedRuns,
      events,
      virtual,
      wall: 60,
      digest: null,
    });
    expect(sweepLine(result)).toBe(
      "6 runs: 0 passed, 6 failed · 1 row judged · 60 events, 1000/s · 6m virtual in 0.06s, 6000:1",
    );
  });

  it("puts seeds that are no numbers last", () => {
    const words = new Sweep();
    for (const seed of ["b", "10", "a", "9"]) words.add(summary(seed, [row("r", bad)]));
    expect(words.groups[0]?.examples).toEqual(["9", "10", "b", "a"]);
  });
});
