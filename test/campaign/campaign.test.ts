/** What was found is on the disk whatever ends a campaign. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import type { Asked } from "../../src/campaign/asked.ts";
import { campaign } from "../../src/campaign/campaign.ts";
import { UNKNOWN } from "../../src/campaign/examine.ts";
import { ReportFolder } from "../../src/campaign/folder.ts";
import { nodeCrypto } from "../../src/host/crypto.ts";
import { masternodeKit } from "../../src/masternode/kit.ts";
import { tallyOf } from "./worlds.ts";

/** Finds what seed 5 shows, and takes its time to look closely. */
const WORKER = `
import { parentPort, workerData } from "node:worker_threads";
const { tally, examined } = workerData.setup;
const say = (done) => parentPort.postMessage({ kind: "done", done });
parentPort.on("message", (job) => {
  if (job.do === "look") say(tally);
  else setTimeout(() => say(examined), 100);
});
parentPort.postMessage({ kind: "ready" });
`;

const asked: Asked = {
  ...{ kit: "masternode", machine: null, mutant: null, profile: null, worlds: "quick" },
  ...{ faults: null, seedStart: 5, runs: 2, shard: null, bail: null },
  ...{ hungAfter: 30, maxShrinkTime: 0 },
};

const place = mkdtempSync(join(tmpdir(), "timesim-campaign-"));
afterEach(() => {
  rmSync(place, { recursive: true, force: true });
});

it("also where it is still looked at when an error comes", async () => {
  const folder = new ReportFolder(join(place, "r"), "r");
  const examined = { ...UNKNOWN, files: { "found.yaml": "nodes" } };
  const failed = campaign({
    ...{ kit: masternodeKit(nodeCrypto), asked, range: { from: 5, to: 6 }, version: "0", folder },
    worker: new URL(`data:text/javascript,${encodeURIComponent(WORKER)}`),
    setup: { tally: tallyOf({ from: 5, to: 5 }), examined },
    ...{ threads: 1, maxTime: null, stop: new AbortController().signal, queue: null, started: 0 },
    took: () => {
      throw new Error("no more");
    },
    unwritten: () => {},
  });
  await expect(failed).rejects.toThrow("no more");
  const left = folder.leave() ?? "";
  expect(left).toMatch(/^r\.\d+\.partial$/);
  const read = (file: string): string => readFileSync(join(place, left, "common-5", file), "utf8");
  expect(read("failure.txt")).toContain("seen in 5");
  expect(read("found.yaml")).toBe("nodes");
});
