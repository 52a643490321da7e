/**
 * From a scenario that fails to a smallest one that fails in the same way. Delta debugging over its
 * data (Zeller and Hildebrandt, 2002): each pass takes away many parts at once, then fewer, then
 * one at a time, and all passes are gone through until no single removal, reset or rounding is left
 * that keeps the complaint. Everything is in the state, which is plain data: whoever calls decides
 * when to stop, and may go on from there another day.
 */
import { SECOND, type Time } from "../../core/units.ts";
import type { Dialect } from "../../scenario/dialect.ts";
import type { Scenario } from "../../scenario/model.ts";
import { fitted } from "./fit.ts";
import { PASSES } from "./passes.ts";
import type { Seen, Target, Trial } from "./trial.ts";
import { endsFor } from "./times.ts";
import { applied, contentOf, type Place, type Step, walk } from "./walk.ts";
import { isLess, weigh, type Weight } from "./weigh.ts";

export interface ShrinkState {
  readonly format: 1;
  readonly target: Target;
  /** What it began with. */
  readonly first: Size;
  readonly best: Scenario;
  readonly seen: Seen;
  readonly position: Position;
  /** Whether this round has found anything; one that has not is the last. */
  readonly gained: boolean;
  /** Worlds played so far. */
  readonly tries: number;
  readonly done: boolean;
}

/** What is tried next. */
interface Position extends Place {
  readonly round: number;
}

export interface Size {
  readonly nodes: number;
  /** Events: faults and commands. */
  readonly faults: number;
  readonly until: number;
}

export function sizeOf({ nodes, events, until }: Scenario): Size {
  return { nodes: nodes.length, faults: events.length, until };
}

/** Null: it does not fail in that way. What it expects besides is no part of it. */
export function beginning(scenario: Scenario, target: Target, trial: Trial): ShrinkState | null {
  const expect = scenario.expect.filter((row) => target.kind === "row" && row.row === target.row);
  const { invariants: _invariants, ...rest } = scenario;
  const best = { ...rest, expect: expect.slice(0, 1) };
  const seen = trial(best);
  if (seen === null) return null;
  return {
    format: 1,
    target,
    first: sizeOf(scenario),
    best,
    seen,
    position: { round: 1, pass: 0, chunk: 0, offset: 0 },
    gained: false,
    tries: 1,
    done: false,
  };
}

/** Yields where it stands after each candidate that was played; the last state is `done`. */
export function* shrinking(
  kit: Dialect,
  trial: Trial,
  start: ShrinkState,
): Generator<ShrinkState, void> {
  const search = new Search(kit, trial, start);
  while (!search.state.done) {
    if (search.advance()) yield search.state;
  }
  yield search.state;
}

/** The same in one go, as far as about `triesMax` worlds. */
export function shrink(
  kit: Dialect,
  trial: Trial,
  start: ShrinkState,
  triesMax: number = Infinity,
): ShrinkState {
  let state = start;
  for (const next of shrinking(kit, trial, start)) {
    state = next;
    if (state.tries >= triesMax) break;
  }
  return state;
}

/** How much longer a candidate may run than what it was made of. */
const LATER = 20 * SECOND;

class Search {
  state: ShrinkState;
  readonly #kit: Dialect;
  readonly #trial: Trial;
  /** Contents that were tried and did not fail: memory that only saves time. */
  readonly #failed = new Set<string>();
  #weight: Weight;
  /** What is left to try on the best; null: to be asked for anew. */
  #steps: Iterator<Step, void> | null = null;

  constructor(kit: Dialect, trial: Trial, state: ShrinkState) {
    this.state = state;
    this.#kit = kit;
    this.#trial = trial;
    this.#weight = weigh(kit, state.best);
  }

  /** Whether a world was played. */
  advance(): boolean {
    const { best, seen, position } = this.state;
    this.#steps ??= walk(PASSES, this.#kit, best, seen.at, position);
    const step = this.#steps.next();
    if (step.done !== true) return this.#attempt(step.value);
    this.#endRound();
    return false;
  }

  #attempt({ edits, place }: Step): boolean {
    const next = { ...place, offset: place.offset + place.chunk };
    const candidate = applied(this.#kit, this.state.best, edits);
    const key = candidate === null ? "" : contentOf(candidate);
    const weight = candidate === null ? null : weigh(this.#kit, candidate);
    const known = this.#failed.has(key);
    if (candidate === null || weight === null || known || !isLess(weight, this.#weight)) {
      this.#move(next);
      return false;
    }
    const failing = this.#failing(candidate, key);
    if (failing === null) {
      this.#move(next);
    } else {
      this.#weight = weigh(this.#kit, failing.best);
      // What comes next stands where the edits stood that are done.
      this.#move(place);
      this.state = { ...this.state, ...failing, gained: true };
      this.#steps = null;
    }
    return true;
  }

  /**
   * The candidate if it fails, as short as that takes. It is given a little longer than the best
   * so far had: what is plainer may come later. Counts what it plays.
   */
  #failing(candidate: Scenario, key: string): Pick<ShrinkState, "best" | "seen"> | null {
    const { first } = this.state;
    const until = Math.min(first.until, candidate.until + Math.max(LATER, candidate.until / 4));
    const longer = { ...candidate, until: Math.max(until, candidate.until) as Time };
    const seen = this.#try(longer);
    if (seen === null) {
      this.#failed.add(key);
      return null;
    }
    for (const end of endsFor(seen.at)) {
      const short = end < longer.until ? fitted(this.#kit, { ...longer, until: end }) : null;
      if (short === null || !isLess(weigh(this.#kit, short), this.#weight)) continue;
      const still = this.#try(short);
      if (still !== null) return { best: short, seen: still };
    }
    if (isLess(weigh(this.#kit, longer), this.#weight)) return { best: longer, seen };
    this.#failed.add(key);
    return null;
  }

  #try(scenario: Scenario): Seen | null {
    this.state = { ...this.state, tries: this.state.tries + 1 };
    return this.#trial(scenario);
  }

  #endRound(): void {
    const { gained, position } = this.state;
    if (!gained) {
      this.state = { ...this.state, done: true };
      return;
    }
    this.#move({ round: position.round + 1, pass: 0, chunk: 0, offset: 0 });
    this.#steps = null;
    this.state = { ...this.state, gained: false };
  }

  #move(to: Partial<Position>): void {
    this.state = { ...this.state, position: { ...this.state.position, ...to } };
  }
}
