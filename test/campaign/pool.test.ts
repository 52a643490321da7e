/** Whose job a free thread takes next, and what becomes of jobs when threads end or never begin. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { Lost, Pool, shareOf } from "../../src/campaign/pool.ts";

/** Answers each job with itself. */
const ECHO = `
import { parentPort } from "node:worker_threads";
parentPort.on("message", (done) => parentPort.postMessage({ kind: "done", done }));
parentPort.postMessage({ kind: "ready" });
`;

function workerOf(text: string): URL {
  return new URL(`data:text/javascript,${encodeURIComponent(text)}`);
}

it("gives a thread that has answered to whoever heard the answer, before those that wait", async () => {
  const pool = new Pool<string, string>({ worker: workerOf(ECHO), setup: null, threads: 1 });
  const order: string[] = [];
  const run = async (job: string, first = false): Promise<void> => {
    order.push(await pool.run(job, first));
  };
  const urgent = async (): Promise<void> => {
    for (const job of ["urgent 1", "urgent 2", "urgent 3"]) await run(job, true);
  };
  await Promise.all([run("patient 1"), run("patient 2"), urgent()]);
  await pool.close();
  expect(order).toEqual(["urgent 1", "urgent 2", "urgent 3", "patient 1", "patient 2"]);
});

it("has as much more patience as the machine is busy with others, up to ten times", () => {
  expect(shareOf(1_000, 1_000, 1)).toBe(1);
  expect(shareOf(2_000, 1_000, 2)).toBe(1);
  expect(shareOf(3_000, 1_000, 1)).toBe(1);
  expect(shareOf(500, 1_000, 2)).toBe(0.25);
  expect(shareOf(0, 1_000, 1)).toBe(0.1);
});

/** Ends with the job `die`, is at `hold` until there were four starts; start n, from 0, fails where `setup[n + 1]` is not 0. */
const MORTAL = `
import { parentPort, workerData } from "node:worker_threads";
const starts = workerData.setup;
if (starts[1 + Atomics.add(starts, 0, 1)] !== 0) throw new Error("no memory");
parentPort.on("message", (done) => {
  if (done === "die") process.exit(3);
  while (done === "hold" && Atomics.load(starts, 0) < 4);
  parentPort.postMessage({ kind: "done", done });
});
parentPort.postMessage({ kind: "ready" });
`;

function mortals(threads: number, fails: readonly boolean[]): Pool<string, string> {
  const setup = new Int32Array(new SharedArrayBuffer(4 * 64));
  for (const [n, fail] of fails.entries()) setup[n + 1] = fail ? 1 : 0;
  return new Pool<string, string>({ worker: workerOf(MORTAL), setup, threads });
}

/** The answers, or in what way there is none. */
function answers(pool: Pool<string, string>, ...jobs: readonly string[]): Promise<string[]> {
  const told = (error: unknown): string =>
    error instanceof Lost ? `lost: ${error.message}` : String(error);
  return Promise.all(jobs.map((job) => pool.run(job).catch(told)));
}

const LOST = "lost: the worker ended with exit code 3";

describe("a worker that cannot begin", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it("is replaced where another could", async () => {
    const pool = mortals(1, [false, true, true, false]);
    expect(await answers(pool, "1", "die", "2", "3")).toEqual(["1", LOST, "2", "3"]);
    await pool.close();
  });

  it("is missed by nobody where others are at work", async () => {
    const pool = mortals(
      2,
      Array.from({ length: 50 }, (_, n) => n > 1),
    );
    expect(await answers(pool, "die", "hold", "2", "3")).toEqual([LOST, "hold", "2", "3"]);
    await pool.close();
  });

  it("is the end when none is left and none can be started, again and again", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const pool = mortals(2, [false, false, ...Array.from({ length: 40 }, () => true)]);
    let left = true;
    const run = answers(pool, "1", "die", "die", "2", "3").finally(() => (left = false));
    while (left) {
      vi.runOnlyPendingTimers();
      await new Promise((go) => setImmediate(go));
    }
    const none = "BadInput: no worker can be started: no memory";
    expect(await run).toEqual(["1", LOST, LOST, none, none]);
    await pool.close();
  });

  it("is the end at once where none ever could", async () => {
    const pool = mortals(1, [true]);
    expect(await answers(pool, "1", "2")).toEqual(["Error: no memory", "Error: no memory"]);
    // Whoever asks later may have more luck.
    expect(await answers(pool, "3")).toEqual(["3"]);
    await pool.close();
  });

  it("is noticed when it stands still, with patience for what it loads", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    const options = { worker: workerOf("for (;;);"), setup: null, threads: 1, patience: 800 };
    const pool = new Pool<string, string>(options);
    const run = answers(pool, "1");
    vi.advanceTimersByTime(900_000);
    expect(await run).toEqual(["BadInput: no worker can be started: no sign of life for 60000 ms"]);
    await pool.close();
  });
});
