/**
 * Results as one JSON document, for programs. `format` goes up when a field changes its meaning or
 * goes away; new fields may appear at any time.
 */
import type { Outcome, Unbound } from "../trace/outcome.ts";
import { type Failure, failureText } from "./failure.ts";
import { type Group, passed, type Result } from "./result.ts";

export interface Document {
  readonly format: 1;
  readonly timesim: string;
  readonly passed: boolean;
  /** The exit code of the command. */
  readonly exit: number;
  /** What could not be used, or not be written, one line each. Only the latter leaves results. */
  readonly problems: readonly string[];
  readonly results: readonly ResultDocument[];
}

export interface ResultDocument {
  readonly scenario: string;
  readonly file: string;
  readonly profile: string;
  readonly seeds: string;
  readonly passed: boolean;
  /** How often each seed was played: 1, or more to compare. */
  readonly plays: number;
  readonly runs: { readonly total: number; readonly passed: number; readonly failed: number };
  /** Null for a sweep. */
  readonly digest: string | null;
  readonly events: number;
  readonly virtualMicros: number;
  readonly wallMillis: number;
  readonly rows: readonly RowDocument[];
  /** Promises of which no node was bound, and why; null: none. */
  readonly unbound: Unbound | null;
  readonly groups: readonly Group[];
  readonly failures: readonly FailureDocument[];
  readonly repeat: string;
}

interface RowDocument {
  readonly row: string;
  readonly place: string;
  readonly passed: boolean;
  readonly failedRuns: number;
  /** Null for a sweep. Times in µs. */
  readonly expected: string | null;
  readonly parts: Outcome["parts"];
}

interface FailureDocument {
  readonly kind: Failure["kind"];
  readonly row: string;
  readonly seed: string;
  readonly place: string;
  readonly text: string;
  readonly repeat: string;
}

export function documentOf(
  results: readonly Result[],
  run: { readonly timesim: string; readonly exit: number; readonly problems: readonly string[] },
): Document {
  const { timesim, exit, problems } = run;
  const documents = results.map(resultDocument);
  return { format: 1, timesim, passed: exit === 0, exit, problems, results: documents };
}

export function resultDocument(result: Result): ResultDocument {
  const { runs, passedRuns, virtual, wall, rows, failures, ...rest } = result;
  const { scenario, file, profile, seeds, digest, events, groups, repeat, unbound, plays } = rest;
  return {
    scenario,
    file,
    profile,
    seeds,
    passed: passed(result),
    plays,
    runs: { total: runs, passed: passedRuns, failed: runs - passedRuns },
    digest,
    events,
    virtualMicros: virtual,
    wallMillis: Math.round(wall),
    rows: rows.map((row): RowDocument => {
      const { outcome, place, failed: failedRuns } = row;
      const parts = outcome?.parts ?? [];
      const expected = outcome?.expected ?? null;
      return { row: row.row, place, passed: row.passed, failedRuns, expected, parts };
    }),
    unbound,
    groups,
    failures: failures.map((failure): FailureDocument => {
      const { kind, row, seed, place } = failure;
      return { kind, row, seed, place, text: failureText(failure), repeat: failure.repeat };
    }),
    repeat,
  };
}
