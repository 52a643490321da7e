/**
 * A campaign's first pass: ranges of seeds handed out in order, their tallies taken in in order,
 * until all are done, time is up, enough was found or somebody says stop. What was done is one
 * range without holes, and its tally depends on that range alone.
 */
import { performance } from "node:perf_hooks";
import { countOf, type Range, type Seed } from "./range.ts";
import { EMPTY, type Found, plus, type Tally } from "./tally.ts";

/** A range's tally; null: it was not begun, because of `stop`. */
export type Ask = (range: Range) => Promise<Tally | null>;

export interface Wanted {
  readonly from: Seed;
  /** Null: no end. */
  readonly to: Seed | null;
  /** End with the seed that shows the n-th signature; null: never. */
  readonly bail: number | null;
  /** Ranges at work at a time. */
  readonly ahead: number;
  /** Seeds in a range; null: as many as take a fraction of a second. */
  readonly batch: number | null;
  /** What is under way is finished, nothing new begun. */
  readonly stop: AbortSignal;
}

export interface Heard {
  /** A signature that no lower seed has. */
  found(found: Found): void;
  /** Something was done; in order. */
  took(done: Range, tally: Tally): void;
}

export interface Searched {
  /** Null: nothing. */
  readonly done: Range | null;
  readonly tally: Tally;
  readonly ended: "all" | "bail" | "stopped";
}

export async function search(wanted: Wanted, look: Ask, heard: Heard): Promise<Searched> {
  const { from, stop } = wanted;
  const dealer = new Dealer(wanted, look);
  let tally = EMPTY;
  let to = from - 1;
  try {
    for (let batch = await dealer.next(); batch !== null; batch = await dealer.next()) {
      const { range, tally: whole } = batch;
      const cut = bailAt(wanted.bail, tally, whole);
      const done = cut === null ? range : { from: range.from, to: cut };
      const part = done.to === range.to ? whole : await look(done);
      if (part === null) break;
      for (const { first } of freshIn(tally, part)) heard.found(first);
      tally = plus(tally, part);
      to = done.to;
      heard.took({ from, to }, tally);
      if (cut !== null) return { done: { from, to }, tally, ended: "bail" };
    }
  } finally {
    dealer.end();
  }
  const ended = stop.aborted && to !== wanted.to ? "stopped" : "all";
  return { done: to < from ? null : { from, to }, tally, ended };
}

/** The seed with which enough was found. */
function bailAt(bail: number | null, before: Tally, batch: Tally): Seed | null {
  if (bail === null) return null;
  const missing = bail - Object.keys(before.failures).length;
  return freshIn(before, batch)[missing - 1]?.first.seed ?? null;
}

/** By seed, as failures are. */
function freshIn(before: Tally, { failures }: Tally): readonly { readonly first: Found }[] {
  return Object.entries(failures)
    .filter(([signature]) => before.failures[signature] === undefined)
    .map(([, group]) => group);
}

interface Batch {
  readonly range: Range;
  readonly tally: Tally;
}

/** Not begun. */
interface Dropped {
  readonly range: Range;
  readonly tally: null;
}

const NOTHING = { range: null, tally: null };

/** How long a range should take, in ms: progress is seen and an end is near at any time. */
const TARGET = 250;
const FIRST = 4;
const MOST = 500;
/** Ranges that wait for an earlier one, a slow one perhaps. */
const KEPT = 1_000;

/** Keeps so many ranges at work, and gives them back in order. */
class Dealer {
  readonly #wanted: Wanted;
  readonly #look: Ask;
  readonly #dealt: Promise<Batch | Dropped>[] = [];
  #next: Seed;
  #size: number;
  #busy = 0;
  #ended = false;

  constructor(wanted: Wanted, look: Ask) {
    this.#wanted = wanted;
    this.#look = look;
    this.#next = wanted.from;
    this.#size = wanted.batch ?? FIRST;
  }

  /** Begins nothing more: whoever works for it may have other work. */
  end(): void {
    this.#ended = true;
  }

  /** Null: all that was begun is back, and no more is to be. */
  async next(): Promise<Batch | null> {
    this.#deal();
    const { range, tally } = (await this.#dealt.shift()) ?? NOTHING;
    return range === null || tally === null ? null : { range, tally };
  }

  #deal(): void {
    const { to, ahead, stop } = this.#wanted;
    while (this.#busy < ahead && this.#dealt.length < KEPT) {
      if (stop.aborted || this.#ended) return;
      if (to !== null && this.#next > to) return;
      const last = this.#next + this.#size - 1;
      const range = { from: this.#next, to: to === null ? last : Math.min(last, to) };
      this.#next = range.to + 1;
      const answer = this.#do(range);
      // Whoever takes it hears of it; an earlier one may have ended all before.
      answer.catch(() => {});
      this.#dealt.push(answer);
    }
  }

  async #do(range: Range): Promise<Batch | Dropped> {
    this.#busy++;
    const start = performance.now();
    try {
      const tally = await this.#look(range);
      const each = (performance.now() - start) / countOf(range);
      if (this.#wanted.batch === null) {
        this.#size = Math.max(1, Math.min(MOST, this.#size * 2, Math.floor(TARGET / each)));
      }
      return { range, tally };
    } finally {
      this.#busy--;
      this.#deal();
    }
  }
}
