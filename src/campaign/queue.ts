/**
 * Ranges handed out through BullMQ, which keeps them in redis: whoever has a worker takes the next
 * one, and a range whose worker falls silent goes to another. Both packages are the user's to
 * install; only this file knows them.
 */
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
  const queue: bull.Queue<Offer, Tally> = new bullmq.Queue(NAME, { connection });
  const events = new bullmq.QueueEvents(NAME, { connection });
  await events.waitUntilReady();
  const open = new Set<Handed>();
  const withdraw = async (job: Handed): Promise<void> => {
    open.delete(job);
    // Somebody may be working on it still: then it is forgotten when it is old.
    await job.remove().catch(() => {});
  };
  return {
    look: async (range) => {
      const keep = { removeOnComplete: { age: FORGET }, removeOnFail: { age: FORGET } };
      const job = await queue.add("look", { ...offer, range }, keep);
      open.add(job);
      const tally = await answerOf(job, events, stop);
      await withdraw(job);
      return tally;
    },
    close: async () => {
      await Promise.all([...open].map(withdraw));
      await events.close();
      await queue.close();
    },
  };
}

/** What a worker made of it; null if it was taken back before one began. */
async function answerOf(
  job: Handed,
  events: bull.QueueEvents,
  stop: AbortSignal,
): Promise<Tally | null> {
  let over = false;
  const withdrawn = async (): Promise<null> => {
    await aborted(stop);
    for (;;) {
      // Of one that is being worked on it fails: it is locked.
      const gone = await job.remove().then(
        () => true,
        () => false,
      );
      if (gone || over) return null;
      await new Promise((go) => setTimeout(go, WITHDRAW));
    }
  };
  const done = job.waitUntilFinished(events).catch((error: unknown) => {
    throw new BadInput([error instanceof Error ? error.message : String(error)]);
  });
  try {
    return await Promise.race([done, withdrawn()]);
  } finally {
    over = true;
    done.catch(() => {});
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
