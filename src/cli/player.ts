/** A worker thread of `timesim run FOLDER`: plays what it is sent and answers with the verdict. */
import { serve } from "../campaign/pool.ts";
import { withDefect } from "./defect.ts";
import type { PlayerSetup, Quick, QuickJob } from "./quick.ts";
import { playQuickly } from "./quick.ts";
import { protocolOf } from "./protocol.ts";

await serve<PlayerSetup, QuickJob, Quick>(async ({ machine, mutant, cwd }) => {
  const whole =
    machine === null
      ? protocolOf({ kit: null })
      : await (await import("./machine.ts")).loadKit(machine, cwd);
  const kit = await withDefect(whole, mutant, cwd);
  return (job) => playQuickly(kit, job, () => performance.now());
});
