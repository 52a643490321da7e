/**
 * Many runs of one scenario, folded as they end: which rows failed, how often, and in which ways.
 */
import type { Outcome, RunSummary, Unbound } from "../trace/outcome.ts";
import type { Group, RowResult } from "./result.ts";
import { plural } from "./summary.ts";

const EXAMPLES = 5;

interface Tally {
  readonly row: string;
  readonly place: string;
  failed: number;
}

export class Sweep {
  runs = 0;
  passed = 0;
  events = 0;
  virtual = 0;
  /** The same for every seed, but for what one of them was seen to break. */
  unbound: Unbound | null = null;
  readonly #rows = new Map<string, Tally>();
  /** Failing seeds by the first row that failed. */
  readonly #seeds = new Map<string, string[]>();

  add(summary: RunSummary): void {
    this.runs++;
    this.events += summary.events;
    this.virtual += summary.virtual;
    this.unbound ??= summary.unbound ?? null;
    for (const outcome of summary.outcomes) this.#count(outcome);
    if (summary.passed) {
      this.passed++;
      return;
    }
    const row = signature(summary);
    const seeds = this.#seeds.get(row);
    if (seeds === undefined) this.#seeds.set(row, [summary.seed]);
    else seeds.push(summary.seed);
  }

  /** The commonest way to fail first. */
  get groups(): readonly Group[] {
    const groups = [...this.#seeds].map(([row, seeds]): Group => {
      const all = seeds.toSorted(bySeed);
      const [smallest = ""] = all;
      return { row, seeds: all.length, smallest, examples: all.slice(0, EXAMPLES), all };
    });
    return groups.toSorted((a, b) => b.seeds - a.seeds);
  }

  get rows(): readonly RowResult[] {
    return [...this.#rows.values()].map(({ row, place, failed }): RowResult => {
      const when =
        failed === 0 ? "in every run" : `failed in ${failed} of ${plural(this.runs, "run")}`;
      return { row, place, passed: failed === 0, failed, when, outcome: null };
    });
  }

  /** By place, not by order: the scenario's own seed, met on the way, has rows of its own. */
  #count(outcome: Outcome): void {
    const { row, place } = outcome;
    const key = `${place} ${row}`;
    const tally = this.#rows.get(key) ?? { row, place, failed: 0 };
    this.#rows.set(key, tally);
    if (!outcome.passed) tally.failed++;
  }
}

/** Runs that fail alike first fail the same row. */
function signature({ crash, outcomes }: RunSummary): string {
  if (crash !== null) return `${crash.node} crashes`;
  return outcomes.find((outcome) => !outcome.passed)?.row ?? "";
}

/** Numbers by size, other texts after them. */
function bySeed(a: string, b: string): number {
  const [x, y] = [Number(a), Number(b)];
  if (Number.isNaN(x) || Number.isNaN(y)) return Number.isNaN(x) ? (Number.isNaN(y) ? 0 : 1) : -1;
  return x - y;
}
