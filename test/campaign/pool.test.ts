/** Whose job a free thread takes next. */
import { expect, it } from "vitest";
import { Pool, shareOf } from "../../src/campaign/pool.ts";

/** Answers each job with itself. */
const ECHO = `
import { parentPort } from "node:worker_threads";
parentPort.on("message", (done) => parentPort.postMessage({ kind: "done", done }));
parentPort.postMessage({ kind: "ready" });
`;

it("gives a thread that has answered to whoever heard the answer, before those that wait", async () => {
  const worker = new URL(`data:text/javascript,${encodeURIComponent(ECHO)}`);
  const pool = new Pool<string, string>({ worker, setup: null, threads: 1 });
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
