/**
 * Jobs for worker threads: whoever is free takes the next one. Its one rule: a worker that dies or
 * stands still costs its own job and no other; the job's promise says so, and another worker takes
 * the place, as soon as one can be started.
 */
import { parentPort, Worker, workerData } from "node:worker_threads";
import { BadInput, must } from "../core/assert.ts";
import { WAIT_MAX } from "./time.ts";

export interface PoolOptions {
  /** A module that calls `serve`. */
  readonly worker: URL;
  /** Handed to every worker when it starts. */
  readonly setup: unknown;
  readonly threads: number;
  /**
   * How long a worker may work without a `beat`, in ms of the time that the machine gives to it (a
   * tenth of it counts at least); left out: for ever.
   */
  readonly patience?: number;
}

/**
 * Three times V8's semi-space: of 64 MB instead of 16. What a world leaves is garbage when it is
 * over, and with room for all of it there is hardly anything to copy: 0.75 of the time.
 */
export const YOUNG_MB = 192;

/** A job was lost with its worker. */
export class Lost extends Error {
  override readonly name = "Lost";
  readonly how: "hung" | "crashed";
  constructor(how: "hung" | "crashed", error: unknown) {
    super(error instanceof Error ? error.message : String(error), { cause: error });
    this.how = how;
  }
}

interface Order<Job, Done> {
  readonly job: Job;
  readonly resolve: (done: Done) => void;
  readonly reject: (error: unknown) => void;
}

interface Seat<Job, Done> {
  readonly worker: Worker;
  readonly pulse: Int32Array;
  /** Null: free, once it is ready. */
  order: Order<Job, Done> | null;
  ready: boolean;
  /** Why it is about to end. */
  end: Lost | null;
  /** The pulse when it was last looked at, and for how long it was the same, in ms. */
  seen: number;
  still: number;
}

/** Looks at a pulse before patience is at an end. A process that slept has missed all but one. */
const LOOKS = 8;
/** Patience with a worker that is not ready yet, at least: it has much to load. In ms. */
const LOADING = 60_000;
/** Starts in a row that may fail where others went well, and the first pause after one, in ms. */
const STARTS = 6;
const PAUSE = 100;

export class Pool<Job, Done> {
  readonly #options: PoolOptions;
  readonly #seats = new Set<Seat<Job, Done>>();
  readonly #waiting: Order<Job, Done>[] = [];
  readonly #hurry = new Int32Array(new SharedArrayBuffer(4));
  #watch: NodeJS.Timeout | null = null;
  /** Some worker was ready once. */
  #begun = false;
  /** Starts that failed since one was ready. */
  #failed = 0;
  /** Until the next start. */
  #pause: NodeJS.Timeout | null = null;
  #used = process.cpuUsage();
  #closed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  get threads(): number {
    return this.#options.threads;
  }

  /**
   * Rejects with Lost, or with why no worker can be started: what the first one threw before it
   * was ready, or that all others had ended and so did each attempt to replace them. `first`:
   * before those that wait.
   */
  run(job: Job, first = false): Promise<Done> {
    return new Promise((resolve, reject) => {
      const order = { job, resolve, reject };
      if (first) this.#waiting.unshift(order);
      else this.#waiting.push(order);
      this.#give();
    });
  }

  /** Tells every job, at its next beat, to come to an end with what it has. */
  hurry(): void {
    Atomics.store(this.#hurry, 0, 1);
  }

  /** Ends its workers; jobs that are not done are never answered. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#watch !== null) clearInterval(this.#watch);
    if (this.#pause !== null) clearTimeout(this.#pause);
    await Promise.all([...this.#seats].map(({ worker }) => worker.terminate()));
  }

  #give(): void {
    if (this.#closed) return;
    for (const seat of this.#seats) {
      if (!seat.ready || seat.order !== null) continue;
      const order = this.#waiting.shift();
      if (order === undefined) return;
      seat.order = order;
      seat.still = 0;
      seat.worker.postMessage(order.job);
    }
    while (this.#needsMore()) this.#start();
  }

  #needsMore(): boolean {
    if (this.#pause !== null || this.#seats.size >= this.#options.threads) return false;
    const starting = [...this.#seats].filter(({ ready }) => !ready).length;
    return this.#waiting.length > starting;
  }

  #start(): void {
    const { worker: url, setup, patience } = this.#options;
    const pulse = new Int32Array(new SharedArrayBuffer(4));
    const given: Given = { setup, pulse, hurry: this.#hurry };
    const resourceLimits = { maxYoungGenerationSizeMb: YOUNG_MB };
    try {
      this.#seat(new Worker(url, { workerData: given, resourceLimits }), pulse);
    } catch (error) {
      // The system has no thread left for it.
      this.#missed(new Lost("crashed", error));
    }
    if (patience === undefined || this.#watch !== null) return;
    const interval = Math.min(patience / LOOKS, WAIT_MAX);
    this.#watch = setInterval(() => this.#look(interval, patience), interval);
    this.#watch.unref();
  }

  #seat(worker: Worker, pulse: Int32Array): void {
    const seat: Seat<Job, Done> = {
      ...{ worker, pulse, order: null, ready: false, end: null, seen: 0, still: 0 },
    };
    this.#seats.add(seat);
    worker.on("message", (said: Said<Done>) => {
      if (said.kind === "ready") {
        seat.ready = true;
        this.#begun = true;
        this.#failed = 0;
      } else {
        seat.order?.resolve(said.done);
        seat.order = null;
      }
      // Whoever hears of it may have a job that goes before those that wait.
      setImmediate(() => this.#give());
    });
    worker.on("error", (error) => (seat.end ??= new Lost("crashed", error)));
    worker.on("exit", (code) => {
      this.#bury(seat, seat.end ?? new Lost("crashed", `the worker ended with exit code ${code}`));
    });
  }

  #bury(seat: Seat<Job, Done>, lost: Lost): void {
    this.#seats.delete(seat);
    if (this.#closed) return;
    seat.order?.reject(lost);
    if (!seat.ready) this.#missed(lost);
    this.#give();
  }

  /**
   * A start failed. If none ever went well, no other will. Else it may be the moment's fault, and
   * those that are at work go on; with none of them left there is an end to trying.
   */
  #missed(lost: Lost): void {
    // It was started together with another that failed.
    if (this.#pause !== null) return;
    this.#failed = Math.min(this.#failed + 1, STARTS);
    const isLast = this.#failed === STARTS && ![...this.#seats].some(({ ready }) => ready);
    if (!this.#begun || isLast) {
      const error = !this.#begun && lost.cause instanceof Error ? lost.cause : unable(lost);
      for (const { reject } of this.#waiting.splice(0)) reject(error);
      return;
    }
    const pause = PAUSE * 2 ** (this.#failed - 1);
    this.#pause = setTimeout(() => {
      this.#pause = null;
      this.#give();
    }, pause);
  }

  #look(interval: number, patience: number): void {
    const { user, system } = process.cpuUsage(this.#used);
    this.#used = process.cpuUsage();
    const busy = [...this.#seats].filter(isBusy).length;
    const share = shareOf((user + system) / 1_000, interval, busy);
    for (const seat of this.#seats) {
      const now = Atomics.load(seat.pulse, 0);
      seat.still = isBusy(seat) && now === seat.seen ? seat.still + share * interval : 0;
      seat.seen = now;
      const most = seat.ready ? patience : Math.max(patience, LOADING);
      if (seat.still <= most || seat.end !== null) continue;
      seat.end = new Lost("hung", `no sign of life for ${most} ms`);
      void seat.worker.terminate();
    }
  }
}

/** No Lost: no job is to blame. */
function unable({ message }: Lost): Error {
  return new BadInput([`no worker can be started: ${message}`]);
}

function isBusy<Job, Done>({ ready, order }: Seat<Job, Done>): boolean {
  return !ready || order !== null;
}

/** How much of a look counts: all where threads run freely, less where others take the machine. */
export function shareOf(used: number, interval: number, busy: number): number {
  return Math.min(1, Math.max(0.1, used / (interval * Math.max(1, busy))));
}

interface Given {
  readonly setup: unknown;
  readonly pulse: Int32Array;
  readonly hurry: Int32Array;
}

/** Says that a worker is still alive; false: what has no end is to find one. */
export type Beat = () => boolean;

type Said<Done> = { readonly kind: "ready" } | { readonly kind: "done"; readonly done: Done };

/** A worker's main: what to do with each job. */
export async function serve<Setup, Job, Done>(
  make: (setup: Setup) => Promise<(job: Job, beat: Beat) => Done>,
): Promise<void> {
  const port = must(parentPort, "a parent: this is a worker");
  const { setup, pulse, hurry } = workerData as Given;
  const work = await make(setup as Setup);
  const beat: Beat = () => {
    Atomics.add(pulse, 0, 1);
    return Atomics.load(hurry, 0) === 0;
  };
  port.on("message", (job: Job) => {
    port.postMessage({ kind: "done", done: work(job, beat) } satisfies Said<Done>);
  });
  port.postMessage({ kind: "ready" } satisfies Said<Done>);
}

/**
 * All of a list, answered in its order, whatever finishes first: who prints the answers prints the
 * same with any number of threads. Ends its workers also when the reader stops early.
 */
export async function* inThreads<Job, Done>(
  options: PoolOptions,
  jobs: readonly Job[],
): AsyncGenerator<Done, void> {
  const pool = new Pool<Job, Done>(options);
  const answers = jobs.map((job) => pool.run(job));
  // Whoever reads it hears of it; nobody may be reading when it fails.
  for (const answer of answers) answer.catch(() => {});
  try {
    for (const answer of answers) yield await answer;
  } finally {
    await pool.close();
  }
}
