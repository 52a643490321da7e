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
import type { Edit, Pass } from "./edit.ts";
import { fitted } from "./fit.ts";
import { PASSES } from "./passes.ts";
import type { Seen, Target, Trial } from "./trial.ts";
import { endsFor } from "./times.ts";
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

/** `chunk` edits of a pass from `offset` on are tried next; 0: the pass has not begun. */
interface Position {
  readonly round: number;
  readonly pass: number;
  readonly chunk: number;
  readonly offset: number;
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

/** Null: it does not fail in that way. Rows that are not what fails are no part of it. */
export function beginning(scenario: Scenario, target: Target, trial: Trial): ShrinkState | null {
  const expect = scenario.expect.filter((row) => target.kind === "row" && row.row === target.row);
  const best = { ...scenario, expect: expect.slice(0, 1) };
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
  #edits: readonly Edit[] = [];
  /** What the edits are of. */
  #of: { readonly pass: number; readonly best: Scenario } | null = null;

  constructor(kit: Dialect, trial: Trial, state: ShrinkState) {
    this.state = state;
    this.#kit = kit;
    this.#trial = trial;
    this.#weight = weigh(kit, state.best);
  }

  /** Whether a world was played. */
  advance(): boolean {
    const { position } = this.state;
    const pass = PASSES[position.pass];
    if (pass === undefined) {
      this.#endRound();
      return false;
    }
    const edits = this.#editsOf(pass);
    const chunk = Math.min(position.chunk === 0 ? Infinity : position.chunk, edits.length);
    const size = position.chunk === 0 && !pass.together ? 1 : chunk;
    if (edits.length === 0 || (position.offset >= edits.length && size <= 1)) {
      this.#move({ pass: position.pass + 1, chunk: 0, offset: 0 });
      return false;
    }
    if (position.offset >= edits.length) {
      this.#move({ chunk: Math.ceil(size / 2), offset: 0 });
      return false;
    }
    return this.#attempt(edits.slice(position.offset, position.offset + size), size);
  }

  #attempt(edits: readonly Edit[], size: number): boolean {
    const { best, position } = this.state;
    const next = { chunk: size, offset: position.offset + size };
    const candidate = applied(this.#kit, best, edits);
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
      this.#move({ chunk: size });
      this.state = { ...this.state, ...failing, gained: true };
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

  #editsOf(pass: Pass): readonly Edit[] {
    const { best, seen, position } = this.state;
    if (this.#of?.pass !== position.pass || this.#of.best !== best) {
      this.#edits = pass.edits(this.#kit, best, seen.at);
      this.#of = { pass: position.pass, best };
    }
    return this.#edits;
  }

  #endRound(): void {
    const { gained, position } = this.state;
    if (!gained) {
      this.state = { ...this.state, done: true };
      return;
    }
    this.#move({ round: position.round + 1, pass: 0, chunk: 0, offset: 0 });
    this.state = { ...this.state, gained: false };
  }

  #move(to: Partial<Position>): void {
    this.state = { ...this.state, position: { ...this.state.position, ...to } };
  }
}

/** What cannot be done is left out. Null: a scenario that could not be loaded. */
function applied(kit: Dialect, scenario: Scenario, edits: readonly Edit[]): Scenario | null {
  return fitted(
    kit,
    edits.reduce((changed, edit) => edit(changed) ?? changed, scenario),
  );
}

/** All that decides how it runs. */
function contentOf({ name: _name, about: _about, file: _file, ...rest }: Scenario): string {
  return JSON.stringify(rest);
}
