/** A worker thread of `timesim fuzz`: looks at ranges of seeds, and closely at what failed. */
import type { Asked } from "../campaign/asked.ts";
import { type Done, type Job, worker } from "../campaign/job.ts";
import { serve } from "../campaign/pool.ts";
import { traceBytes } from "./files.ts";
import { protocolsFor } from "./fuzzed.ts";

export interface FuzzerSetup {
  readonly asked: Asked;
  readonly cwd: string;
}

await serve<FuzzerSetup, Job, Done>(async ({ asked, cwd }) => {
  return worker(await protocolsFor(asked, cwd), asked, (trace) =>
    traceBytes(trace, "trace.ndjson.gz"),
  );
});
