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
  /** Handed out and not answered yet, each with what takes it back. */
  const open = new Map<Handed, () => void>();
  let over = false;
  const takeBack = async (): Promise<void> => {
    while (open.size > 0 && !over) {
      for (const [job, drop] of open) if (await removed(job)) drop();
      await new Promise((go) => setTimeout(go, WITHDRAW));
    }
  };
  stop.addEventListener("abort", () => void takeBack(), { once: true });
  return {
    look: async (range) => {
      if (stop.aborted) return null;
      const keep = { removeOnComplete: { age: FORGET }, removeOnFail: { age: FORGET } };
      const job = await queue.add("look", { ...offer, range }, keep);
      try {
        return await new Promise((resolve, reject) => {
          open.set(job, () => resolve(null));
          // It was said while this one was on its way.
          if (stop.aborted) void takeBack();
          job.waitUntilFinished(events).then(resolve, reject);
        });
      } catch (error) {
        throw new BadInput([error instanceof Error ? error.message : String(error)]);
      } finally {
        open.delete(job);
        await removed(job);
      }
    },
    close: async () => {
      over = true;
      // What somebody is working on is forgotten when it is old.
      await Promise.all([...open.keys()].map(removed));
      await events.close();
      await queue.close();
    },
  };
}

/** Not while somebody works on it: it is locked then. */
async function removed(job: Handed): Promise<boolean> {
  try {
    await job.remove();
    return true;
  } catch {
    return false;
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
