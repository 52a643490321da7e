/** A worker thread of `timesim zoo`: scenarios and a campaign's jobs, for a mutant. */
import type { Asked } from "../campaign/asked.ts";
import { serve } from "../campaign/pool.ts";
import type { ZooDone, ZooJob } from "../campaign/zoo.ts";
import { zooWorker } from "../campaign/zoojob.ts";
import type { Scenario } from "../scenario/model.ts";
import type { Trace } from "../trace/trace.ts";
import { traceBytes } from "./files.ts";
import { kitFor } from "./fuzzed.ts";
import { mutantsIn } from "./mutant.ts";

export interface ZookeeperSetup {
  readonly asked: Asked;
  /** The module that exports them. */
  readonly module: string;
  readonly cwd: string;
  readonly scenarios: readonly Scenario[];
}

await serve<ZookeeperSetup, ZooJob, ZooDone>(async ({ asked, module, cwd, scenarios }) => {
  const kit = await kitFor(asked, cwd);
  const mutants = await mutantsIn("--mutants", module, cwd);
  const askedOf = (id: string | null): Asked => {
    return { ...asked, mutant: id === null ? null : `${module}#${id}` };
  };
  const packed = (trace: Trace): Uint8Array => traceBytes(trace, "trace.ndjson.gz");
  return zooWorker(kit, mutants, askedOf, packed, scenarios);
});
