/**
 * Jobs for worker threads. Whoever is free takes the next one; answers come in the order of the
 * jobs, whatever finishes first, so who prints them prints the same with any number of threads.
 */
import { Worker } from "node:worker_threads";

export interface PoolOptions<Job> {
  /** A module that calls `serve` (below) with what it does. */
  readonly worker: URL;
  /** Handed to every worker when it starts. */
  readonly setup: unknown;
  readonly jobs: readonly Job[];
  readonly threads: number;
}

/** What a worker is sent, and what it answers. */
export interface Order<Job> {
  readonly index: number;
  readonly job: Job;
}
export interface Answer<Done> {
  readonly index: number;
  readonly done: Done;
}

interface Slot<Done> {
  readonly answer: Promise<Done>;
  readonly resolve: (done: Done) => void;
  readonly reject: (error: unknown) => void;
}

/** Ends its workers also when the reader stops early. An error in a worker is thrown here. */
export async function* inThreads<Job, Done>(options: PoolOptions<Job>): AsyncGenerator<Done, void> {
  const { worker, setup, jobs, threads } = options;
  const slots = jobs.map(() => slot<Done>());
  let next = 0;
  const give = (to: Worker): void => {
    const job = jobs[next];
    if (job === undefined) return;
    const order: Order<Job> = { index: next, job };
    next++;
    to.postMessage(order);
  };
  const workers = Array.from({ length: Math.min(threads, jobs.length) }, () => {
    const made = new Worker(worker, { workerData: setup });
    made.on("message", ({ index, done }: Answer<Done>) => {
      slots[index]?.resolve(done);
      give(made);
    });
    made.on("error", (error) => {
      for (const each of slots) each.reject(error);
    });
    give(made);
    return made;
  });
  try {
    for (const { answer } of slots) yield await answer;
  } finally {
    await Promise.all(workers.map((each) => each.terminate()));
  }
}

function slot<Done>(): Slot<Done> {
  let resolve: Slot<Done>["resolve"] = () => {};
  let reject: Slot<Done>["reject"] = () => {};
  const answer = new Promise<Done>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  // Whoever reads it hears of it; nobody may be reading when it fails.
  answer.catch(() => {});
  return { answer, resolve, reject };
}
