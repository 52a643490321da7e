/** A worker thread of `timesim run FOLDER`: plays what it is sent and answers with the verdict. */
import { parentPort, workerData } from "node:worker_threads";
import type { Answer, Order } from "../campaign/pool.ts";
import { must } from "../core/assert.ts";
import type { PlayerSetup, Quick, QuickJob } from "./quick.ts";
import { playQuickly } from "./quick.ts";
import { protocolOf } from "./protocol.ts";

const port = must(parentPort, "a parent: this is a worker");
const { machine, cwd } = workerData as PlayerSetup;
const kit =
  machine === null
    ? protocolOf({ kit: null })
    : await (await import("./machine.ts")).loadKit(machine, cwd);

port.on("message", ({ index, job }: Order<QuickJob>) => {
  const answer: Answer<Quick> = { index, done: playQuickly(kit, job, () => performance.now()) };
  port.postMessage(answer);
});
