/** What became of each expectation, of a run, and of many runs. Written to reports and `--json`. */
import type { Duration, Time } from "../core/units.ts";
import type { EventId } from "./event.ts";

export interface Outcome {
  readonly row: string;
  /** Of a promise about every run: its name. */
  readonly invariant?: string;
  /** `scenarios/x.yaml:12:5`. */
  readonly place: string;
  readonly passed: boolean;
  /** What was asked for, as a sentence: `by 7s: B has a ready session with A`. */
  readonly expected: string;
  /** Per node and claim: when it came true, or what was there instead. */
  readonly parts: readonly OutcomePart[];
}

export interface OutcomePart {
  /** `-` for claims about the world. */
  readonly node: string;
  readonly sentence: string;
  readonly passed: boolean;
  /** The moment that decided it: first came true, or first broke; null for never. */
  readonly at: Time | null;
  readonly event: EventId | null;
  /** Failure: what was there instead. */
  readonly found: string;
}

/** A machine threw: the run ended there. */
export interface Crash {
  readonly node: string;
  readonly event: EventId;
  readonly at: Time;
  readonly error: string;
  readonly stack: string;
}

/** Promises of which no node of a run is bound: nothing is known of them, kept or not. */
export interface Unbound {
  readonly promises: readonly string[];
  /** `3 nodes of standing old`. */
  readonly because: string;
}

export interface RunSummary {
  readonly scenario: string;
  readonly file: string;
  readonly seed: string;
  readonly profile: string;
  readonly passed: boolean;
  readonly outcomes: readonly Outcome[];
  /** Left out: all that was asked bound somebody. */
  readonly unbound?: Unbound;
  readonly crash: Crash | null;
  readonly digest: string;
  readonly events: number;
  readonly virtual: Duration;
}
