/**
 * Ranges handed out through BullMQ, which keeps them in redis: whoever has a worker takes the next
 * one, and a range whose worker falls silent goes to another. What redis forgets is handed out
 * again. Both packages are the user's to install; only this file knows them.
 */
import { randomUUID } from "node:crypto";
import type * as bull from "bullmq";
import type * as redis from "ioredis";
import { BadInput } from "../core/assert.ts";
import type { Asked } from "./asked.ts";
import type { Range } from "./range.ts";
import type { Tally } from "./tally.ts";

/** A range of a campaign, with all that decides what becomes of its worlds. */
export interface Offer {
  readonly version: string;
  readonly asked: Asked;
  readonly range: Range;
}

type Handed = bull.Job<Offer, Tally>;

export interface Counter {
  /** Null: stopped before anybody began. */
  readonly look: (range: Range) => Promise<Tally | null>;
  close(): Promise<void>;
}

const NAME = "timesim";
/** A worker that has not been heard of for so long is dead, in ms. */
const SILENCE = 5_000;
/** How often a range may lose its worker. */
const LOST_MAX = 1_000;
/** What nobody asked for is forgotten after so long, in s. */
const FORGET = 3_600;
/** How often it is looked whether waiting ranges can be taken back, in ms. */
const WITHDRAW = 250;
/** How often redis is asked whether it still knows what was handed out, in ms. */
const ASK = 3_000;

interface Packages {
  readonly bullmq: typeof bull;
  readonly Redis: typeof redis.Redis;
}

/** The side that asks. Throws BadInput where there is no redis, or no package for it. */
export async function openCounter(
  url: string,
  offer: Omit<Offer, "range">,
  stop: AbortSignal,
): Promise<Counter> {
  const { bullmq, Redis } = await packages();
  await reach(url, Redis);
  const connection = { url, maxRetriesPerRequest: null };
  const queue: Queue = new bullmq.Queue(NAME, { connection });
  const events = new bullmq.QueueEvents(NAME, { connection });
  const desk = new Desk(queue, events, offer, stop);
  await events.waitUntilReady();
  return desk;
}

type Queue = bull.Queue<Offer, Tally>;

/** Handed out and not answered yet. */
interface Open {
  readonly range: Range;
  readonly resolve: (tally: Tally | null) => void;
  readonly fail: (reason: string) => void;
}

class Desk implements Counter {
  readonly #queue: Queue;
  readonly #events: bull.QueueEvents;
  readonly #offer: Omit<Offer, "range">;
  readonly #stop: AbortSignal;
  /** By the job's id. */
  readonly #open = new Map<string, Open>();
  #over = false;

  constructor(
    queue: Queue,
    events: bull.QueueEvents,
    offer: Omit<Offer, "range">,
    stop: AbortSignal,
  ) {
    this.#queue = queue;
    this.#events = events;
    this.#offer = offer;
    this.#stop = stop;
    // Both try again by themselves; without a listener each attempt would be printed.
    queue.on("error", () => {});
    events.on("error", () => {});
    events.on("completed", ({ jobId, returnvalue }) => {
      this.#open.get(jobId)?.resolve(returnvalue as Tally);
    });
    events.on("failed", ({ jobId, failedReason }) => this.#open.get(jobId)?.fail(failedReason));
    stop.addEventListener("abort", () => void this.#repeat(WITHDRAW, this.#takeBack), {
      once: true,
    });
    void this.#repeat(ASK, this.#askFor);
  }

  readonly look = async (range: Range): Promise<Tally | null> => {
    if (this.#stop.aborted) return null;
    // Of its own: a redis that begins anew would number other jobs as it did these.
    const id = `range-${randomUUID()}`;
    const answer = new Promise<Tally | null>((resolve, reject) => {
      const fail = (reason: string): void => reject(new BadInput([reason]));
      this.#open.set(id, { range, resolve, fail });
    });
    try {
      // A worker's refusal may be here before redis has said that it took the range.
      const [tally] = await Promise.all([answer, this.#hand(id, range)]);
      return tally;
    } finally {
      this.#open.delete(id);
      await this.#removed(id);
    }
  };

  async close(): Promise<void> {
    this.#over = true;
    // What somebody is working on is forgotten when it is old.
    await Promise.all([...this.#open.keys()].map((id) => this.#removed(id)));
    await this.#events.close();
    await this.#queue.close();
  }

  async #hand(id: string, range: Range): Promise<void> {
    const keep = { removeOnComplete: { age: FORGET }, removeOnFail: { age: FORGET } };
    await this.#queue.add("look", { ...this.#offer, range }, { ...keep, jobId: id });
  }

  /** For each that is open, with a pause between; ends with the campaign. */
  async #repeat(pause: number, work: (id: string, open: Open) => Promise<void>): Promise<void> {
    while (!this.#over) {
      await new Promise((go) => setTimeout(go, pause).unref());
      for (const [id, open] of this.#open) {
        // A redis that does not answer is asked again.
        if (!this.#over) await work(id, open).catch(() => {});
      }
    }
  }

  readonly #takeBack = async (id: string, { resolve }: Open): Promise<void> => {
    if (await this.#removed(id)) resolve(null);
  };

  /** Redis may have lost it, or told of its end when nobody could hear it. */
  readonly #askFor = async (id: string, { range, resolve, fail }: Open): Promise<void> => {
    const state = await this.#queue.getJobState(id);
    if (!this.#open.has(id)) return;
    if (state === "unknown") await this.#hand(id, range);
    if (state !== "completed" && state !== "failed") return;
    const job: Handed | undefined = await this.#queue.getJob(id);
    if (state === "failed") fail(job?.failedReason ?? "");
    else if (job !== undefined) resolve(job.returnvalue);
  };

  /** Not while somebody works on it: it is locked then. */
  async #removed(id: string): Promise<boolean> {
    try {
      return (await this.#queue.remove(id)) === 1;
    } catch {
      return false;
    }
  }
}

function aborted(stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (stop.aborted) resolve();
    else stop.addEventListener("abort", () => resolve(), { once: true });
  });
}

export interface Bench {
  /** Looked at so many ranges at a time. */
  readonly threads: number;
  readonly look: (offer: Offer) => Promise<Tally>;
  /** What is under way is finished. */
  readonly stop: AbortSignal;
  /** It waits for ranges now. */
  ready(): void;
}

/** The side that works, until it is told to stop. */
export async function serveQueue(url: string, bench: Bench): Promise<void> {
  const { bullmq, Redis } = await packages();
  await reach(url, Redis);
  const worker: bull.Worker<Offer, Tally> = new bullmq.Worker(
    NAME,
    async ({ data }: Handed) => {
      try {
        return await bench.look(data);
      } catch (error) {
        // No other worker would do better: whoever asked is to hear of it.
        throw new bullmq.UnrecoverableError(error instanceof Error ? error.message : String(error));
      }
    },
    {
      connection: { url, maxRetriesPerRequest: null },
      concurrency: bench.threads,
      lockDuration: SILENCE,
      stalledInterval: SILENCE,
      maxStalledCount: LOST_MAX,
    },
  );
  // It tries again by itself; without a listener it would end the process.
  worker.on("error", () => {});
  await worker.waitUntilReady();
  bench.ready();
  await aborted(bench.stop);
  await worker.close();
}

async function packages(): Promise<Packages> {
  try {
    const [bullmq, { Redis }] = await Promise.all([import("bullmq"), import("ioredis")]);
    return { bullmq, Redis };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error;
    const command = "npm install bullmq@6 ioredis@6";
    throw new BadInput([`--queue — two packages that it needs are not installed: ${command}`]);
  }
}

/** Else BullMQ would try for ever without a word. */
async function reach(url: string, Redis: Packages["Redis"]): Promise<void> {
  if (!/^rediss?:\/\/[^/]/.test(url)) {
    throw new BadInput([`--queue ${url} — expected an address such as redis://127.0.0.1:6379`]);
  }
  const probe = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
  let reason = "";
  probe.on("error", (error: Error) => (reason = error.message));
  try {
    await probe.connect();
    await probe.ping();
  } catch (error) {
    const why = reason === "" ? (error as Error).message : reason;
    throw new BadInput([`--queue ${url} — no redis can be reached there: ${why}`]);
  } finally {
    probe.disconnect();
  }
}
