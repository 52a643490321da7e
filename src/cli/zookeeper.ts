/** A worker thread of `timesim zoo`: a campaign's jobs, for the protocol with a mutant's defect. */
import type { Asked } from "../campaign/asked.ts";
import type { Done } from "../campaign/job.ts";
import { serve } from "../campaign/pool.ts";
import type { ZooJob } from "../campaign/zoo.ts";
import { zooWorker } from "../campaign/zoojob.ts";
import { traceBytes } from "./files.ts";
import { kitFor } from "./fuzzed.ts";
import { mutantsIn } from "./mutant.ts";

export interface ZookeeperSetup {
  readonly asked: Asked;
  /** The module that exports them. */
  readonly module: string;
  readonly cwd: string;
}

await serve<ZookeeperSetup, ZooJob, Done>(async ({ asked, module, cwd }) => {
  const kit = await kitFor(asked, cwd);
  const mutants = await mutantsIn("--mutants", module, cwd);
  const askedOf = (id: string | null): Asked => {
    return { ...asked, mutant: id === null ? null : `${module}#${id}` };
  };
  return zooWorker(kit, mutants, askedOf, (trace) => traceBytes(trace, "trace.ndjson.gz"));
});
