/**
 * One scenario as it was run, with one seed or with many: what every reporter prints its part of.
 */
import type { Outcome, Unbound } from "../trace/outcome.ts";
import type { Failure } from "./failure.ts";

export interface Result {
  readonly scenario: string;
  readonly file: string;
  readonly profile: string;
  /** `3009`, or `1..1000`. */
  readonly seeds: string;
  readonly runs: number;
  readonly passedRuns: number;
  /** How often each seed was played: more than once to see that it gives the same run again. */
  readonly plays: number;
  /** Of the run; of a sweep, each row with what became of it in all its runs. */
  readonly rows: readonly RowResult[];
  /** Promises that were asked for and have no row; null: none. */
  readonly unbound: Unbound | null;
  /** Of a sweep, one for each way to fail, from its smallest seed. */
  readonly failures: readonly Failure[];
  /** Ways to fail of a sweep, by the first row that failed; empty for one run. */
  readonly groups: readonly Group[];
  /** Null for a sweep. */
  readonly digest: string | null;
  readonly events: number;
  /** µs, of all runs together. */
  readonly virtual: number;
  /** Real milliseconds it took. */
  readonly wall: number;
  /** The command that repeats it. */
  readonly repeat: string;
}

export interface RowResult {
  readonly row: string;
  readonly place: string;
  readonly passed: boolean;
  /** Runs in which it failed. */
  readonly failed: number;
  /** When it came true, by node; what was there instead. */
  readonly when: string;
  /** Null for a sweep. */
  readonly outcome: Outcome | null;
}

export interface Group {
  /** The first row that failed, or that a node crashed. */
  readonly row: string;
  readonly seeds: number;
  readonly smallest: string;
  /** The first few. */
  readonly examples: readonly string[];
  /** The smallest first. */
  readonly all: readonly string[];
}

export function passed(result: Result): boolean {
  return result.failures.length === 0 && result.passedRuns === result.runs;
}

/** Nothing went wrong because nothing was looked at: no pass, though no failure. */
export function asksNothing(result: Result): boolean {
  return result.rows.length === 0 && passed(result);
}
