/**
 * Mutants put to the scenarios and the campaign that the protocol itself has to pass: the same
 * worlds, the same promises, and no hint what is wrong. Several are looked at at a time; what
 * becomes of one depends on no other, and not on the number of threads.
 */
import { performance } from "node:perf_hooks";
import type { Mutant } from "../fuzz/mutant.ts";
import type { Protocol } from "../core/machine.ts";
import type { Asked } from "./asked.ts";
import type { Scenario } from "../scenario/model.ts";
import { attempt, lookCarefully } from "./careful.ts";
import { type Examined, UNKNOWN } from "./examine.ts";
import type { Done, Job } from "./job.ts";
import { Lost, Pool } from "./pool.ts";
import {
  type Broken,
  brokenBy,
  type Play,
  type Played,
  rehearsed,
  type Rehearsed,
} from "./rehearse.ts";
import { type Searched, search } from "./search.ts";
import { EMPTY, type Found, type Tally } from "./tally.ts";

/** A job about one mutant; null: about the protocol as it is. */
export interface ZooJob {
  readonly mutant: string | null;
  readonly job: Job | PlayJob;
}

/** One of the scenarios, by its index. */
interface PlayJob {
  readonly do: "play";
  readonly scenario: number;
}

export type ZooDone = Done | Played;

export interface ZooOptions {
  readonly asked: Asked;
  /** Worlds for each; 0: scenarios alone. */
  readonly budget: number;
  /** Which each plays before, in the order that is found for them. */
  readonly scenarios: readonly Scenario[];
  readonly mutants: readonly Pick<Mutant<Protocol>, "id" | "about" | "tags">[];
  readonly worker: URL;
  readonly setup: unknown;
  readonly threads: number;
  readonly version: string;
  readonly stop: AbortSignal;
  /** The protocol itself passes them; they are played in this order. */
  rehearsed(scenarios: readonly Rehearsed[]): void;
}

/** The protocol itself has no id. */
interface Subject {
  readonly id: string | null;
  readonly about?: string;
  readonly tags?: readonly string[];
}

/** By a scenario or a world. */
export function isCaught({ broken, found }: Pick<Verdict, "broken" | "found">): boolean {
  return broken !== null || found !== null;
}

/** What became of one. */
export interface Verdict extends Pick<Examined, "files" | "drawn" | "smallest" | "shrunk"> {
  /** Null: the protocol itself. */
  readonly id: string | null;
  readonly about: string;
  readonly tags: readonly string[];
  /** What it breaks of a scenario; then no world was drawn. */
  readonly broken: Broken | null;
  /** Looked at, until it was caught or the budget was spent. */
  readonly worlds: number;
  /** The lowest seed that shows it. */
  readonly found: Found | null;
  /** Wall time, shrinking included; others were at work as well. */
  readonly seconds: number;
}

/**
 * The mutants in their order, then the protocol itself: the worlds of its whole budget are what
 * threads do that no mutant wants. Throws BadInput where a scenario fails without a defect, and the
 * reason of `stop`, at once.
 */
export async function* zoo(options: ZooOptions): AsyncGenerator<Verdict, void> {
  const { asked, worker, setup, threads, mutants, stop } = options;
  const patience = asked.hungAfter * 1_000;
  const pool = new Pool<ZooJob, ZooDone>({ worker, setup, threads, patience });
  const lanes = new Lanes(threads);
  const stopped = new Promise<never>((_, reject) => {
    stop.addEventListener("abort", () => reject(stop.reason as Error), { once: true });
  });
  stopped.catch(() => {});
  try {
    stop.throwIfAborted();
    const order = rehearsed(options.scenarios, playing(pool, null));
    order.catch(() => {});
    const scenarios = await Promise.race([order, stopped]);
    options.rehearsed(scenarios);
    const judging: Judging = { ...options, pool, scenarios };
    const verdicts = [
      ...mutants.map((mutant) => lanes.run(() => judged(judging, mutant))),
      judged(judging, { id: null, about: "the protocol as it is" }),
    ];
    for (const each of verdicts) each.catch(() => {});
    for (const verdict of verdicts) yield await Promise.race([verdict, stopped]);
  } finally {
    await pool.close();
  }
}

/** At most so many at a time, in order. */
class Lanes {
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(count: number) {
    this.#free = count;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free === 0) await new Promise<void>((go) => this.#waiting.push(go));
    else this.#free--;
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free++;
      else next();
    }
  }
}

/** What all jobs about all of them have in common. */
interface Judging extends Omit<ZooOptions, "scenarios"> {
  readonly pool: Pool<ZooJob, ZooDone>;
  readonly scenarios: readonly Rehearsed[];
}

function playing(pool: Pool<ZooJob, ZooDone>, mutant: string | null): Play {
  return async (scenario) => {
    return (await pool.run({ mutant, job: { do: "play", scenario } }, mutant !== null)) as Played;
  };
}

/** Until it is caught; the protocol itself, which passed its scenarios, over the whole budget. */
async function judged(judging: Judging, { id, about = "", tags = [] }: Subject): Promise<Verdict> {
  const { pool, scenarios, asked } = judging;
  const start = performance.now();
  const broken = id === null ? null : await brokenBy(scenarios, playing(pool, id));
  const { tally } = broken === null ? await searched(judging, id) : NOTHING;
  const found = Object.values(tally.failures)[0]?.first ?? null;
  const shrink = asked.maxShrinkTime > 0;
  const closely = found === null ? UNKNOWN : await examined(judging, id, found, shrink);
  const { files, drawn, smallest, shrunk } = closely;
  const seconds = Math.round((performance.now() - start) / 100) / 10;
  const { worlds } = tally;
  return { id, about, tags, broken, worlds, found, files, drawn, smallest, shrunk, seconds };
}

const NOTHING: Pick<Searched, "tally"> = { tally: EMPTY };

function searched(
  { budget, stop, asked, pool }: Judging,
  mutant: string | null,
): Promise<Searched> {
  const { seedStart: from } = asked;
  // Of mutants there is one for each thread, and most end with their first worlds: nothing is
  // looked at beyond the seed that shows them, nor twice. The protocol waits for what they leave.
  const width =
    mutant === null
      ? { bail: null, ahead: 2 * pool.threads, batch: null }
      : { bail: 1, ahead: 1, batch: 1 };
  const wanted = { from, to: from + budget - 1, ...width, stop };
  return search(
    wanted,
    (range) =>
      lookCarefully(async (part) => {
        const job: Job = { do: "look", range: part };
        return (await pool.run({ mutant, job }, mutant !== null)) as Tally;
      }, range),
    { found: () => {}, took: () => {} },
  );
}

/** As a campaign does: a world that kills its worker while it is made smaller is kept as drawn. */
async function examined(
  judging: Judging,
  mutant: string | null,
  found: Found,
  shrink: boolean,
): Promise<Examined> {
  const { version, pool } = judging;
  const job: Job = { do: "examine", examination: { found, version, shrink } };
  const done = await attempt((one: ZooJob) => pool.run(one, true), { mutant, job });
  if (!(done instanceof Lost)) return done as Examined;
  return shrink ? examined(judging, mutant, found, false) : UNKNOWN;
}
