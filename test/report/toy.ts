/** Results to report on: one run that went well, one that went badly, one sweep. */
import type { Time } from "../../src/core/units.ts";
import { type Failed, type Failure, failuresOf } from "../../src/report/failure.ts";
import type { Result } from "../../src/report/result.ts";
import { rowResult } from "../../src/report/summary.ts";
import type { Crash, Outcome, OutcomePart } from "../../src/trace/outcome.ts";
import type { Trace } from "../../src/trace/trace.ts";
import { words } from "../trace/story.ts";

const REPEAT = "npx timesim run toy.yaml --seed 7";

export function part(node: string, rest: Partial<OutcomePart> = {}): OutcomePart {
  const usual = { sentence: `${node} counts 3`, passed: true, at: null, event: null, found: "" };
  return { node, ...usual, ...rest };
}

export function row(name: string, ...parts: readonly OutcomePart[]): Outcome {
  const passed = parts.every((one) => one.passed);
  const expected = `by 5s: ${parts[0]?.sentence ?? ""}`;
  return { row: name, place: "toy.yaml:12:5", passed, expected, parts };
}

export function failed(trace: Trace, deadline?: number): Failed {
  const limit = deadline === undefined ? {} : { deadline: () => deadline as Time };
  return { trace, words, file: "toy.yaml", repeat: REPEAT, ...limit };
}

export function failures(
  trace: Trace,
  outcomes: readonly Outcome[],
  crash: Crash | null = null,
): readonly Failure[] {
  return failuresOf(outcomes, crash, failed(trace));
}

export function resultOf(
  outcomes: readonly Outcome[],
  blocks: readonly Failure[] = [],
  rest: Partial<Result> = {},
): Result {
  return {
    scenario: "toy",
    file: "toy.yaml",
    profile: "usual",
    seeds: "7",
    runs: 1,
    passedRuns: blocks.length === 0 ? 1 : 0,
    rows: outcomes.map(rowResult),
    unbound: null,
    plays: 1,
    failures: blocks,
    groups: [],
    digest: "0123456789abcdef",
    events: 411,
    virtual: 60_000_000,
    wall: 50,
    repeat: REPEAT,
    ...rest,
  };
}
