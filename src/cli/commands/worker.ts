/** `timesim worker`: threads for campaigns that are handed out through redis. */
import type { Asked } from "../../campaign/asked.ts";
import { lookCarefully } from "../../campaign/careful.ts";
import type { Done, Job } from "../../campaign/job.ts";
import { Pool } from "../../campaign/pool.ts";
import { type Offer, serveQueue } from "../../campaign/queue.ts";
import type { Tally } from "../../campaign/tally.ts";
import { BadInput } from "../../core/assert.ts";
import { EXIT } from "../exit.ts";
import { FUZZER, kitFor, threadsOf } from "../fuzzed.ts";
import type { FuzzerSetup } from "../fuzzer.ts";
import { untilInterrupted } from "../interrupt.ts";
import { type Io, note } from "../output.ts";
import { version } from "../version.ts";

export interface WorkerArgs {
  readonly queue: string;
  readonly workers?: string;
  readonly mutant?: string;
}

export async function worker(args: WorkerArgs, io: Io): Promise<number> {
  const threads = threadsOf(args.workers);
  const benches = new Benches(io.cwd, threads);
  try {
    await untilInterrupted((stop) =>
      serveQueue(args.queue, {
        ...{ threads, stop },
        look: (offer) => {
          refuseOthers(offer, args, io);
          return benches.look(offer);
        },
        ready: () => note(io, `worker ready: ${threads} at a time from ${args.queue}`),
      }),
    );
    return EXIT.ok;
  } finally {
    await benches.close();
  }
}

/** What it runs was said where it was started: redis does not name modules to load. */
function refuseOthers({ version: by, asked }: Offer, args: WorkerArgs, io: Io): void {
  if (by !== version()) {
    throw new BadInput([`a worker is of timesim ${version()}, the campaign of ${by}`]);
  }
  const pairs = [
    ["--machine", asked.machine, io.machine],
    ["--mutant", asked.mutant, args.mutant ?? null],
  ] as const;
  for (const [flag, wanted, own] of pairs) {
    if (wanted === own) continue;
    const has = own === null ? `without ${flag}` : `with ${flag} ${own}`;
    const needs = wanted === null ? "has none" : `has ${flag} ${wanted}`;
    throw new BadInput([`a worker was started ${has}, the campaign ${needs}`]);
  }
}

interface Bench {
  readonly pool: Promise<Pool<Job, Done>>;
  /** Ranges under way. */
  busy: number;
}

/** Threads know one campaign: another has its own. */
class Benches {
  readonly #cwd: string;
  readonly #threads: number;
  readonly #benches = new Map<string, Bench>();

  constructor(cwd: string, threads: number) {
    this.#cwd = cwd;
    this.#threads = threads;
  }

  async look({ asked, range }: Offer): Promise<Tally> {
    const bench = this.#benchFor(asked);
    bench.busy++;
    try {
      const pool = await bench.pool;
      return await lookCarefully(async (part) => {
        return (await pool.run({ do: "look", range: part })) as Tally;
      }, range);
    } finally {
      bench.busy--;
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#benches.values()].map(closed));
  }

  /** Made for the campaign's first range, which ends those that nobody needs any more. */
  #benchFor(asked: Asked): Bench {
    const name = JSON.stringify(asked);
    const known = this.#benches.get(name);
    if (known !== undefined) return known;
    for (const [other, bench] of this.#benches) {
      if (bench.busy > 0) continue;
      this.#benches.delete(other);
      void closed(bench);
    }
    const bench: Bench = { pool: this.#open(asked), busy: 0 };
    this.#benches.set(name, bench);
    return bench;
  }

  async #open(asked: Asked): Promise<Pool<Job, Done>> {
    // What a worker thread cannot load is said once and with its name.
    await kitFor(asked, this.#cwd);
    const setup: FuzzerSetup = { asked, cwd: this.#cwd };
    const patience = asked.hungAfter * 1_000;
    return new Pool<Job, Done>({ worker: FUZZER, setup, threads: this.#threads, patience });
  }
}

/** One that could not be opened has said so to who needed it. */
async function closed({ pool }: Bench): Promise<void> {
  const opened = await pool.catch(() => null);
  await opened?.close();
}
