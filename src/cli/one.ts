/** One scenario with one seed: played, compared with its golden, perhaps played again. */
import type { Result } from "../report/result.ts";
import type { Scenario } from "../scenario/model.ts";
import type { Trace } from "../trace/trace.ts";
import { checkDeterminism } from "./determinism.ts";
import { compareGolden, goldenFile, hasGolden, writeGolden } from "./golden.ts";
import { type Io, note } from "./output.ts";
import { repeatCommand } from "../scenario/repeat.ts";
import { type Ask, isPinned, play, resultOf } from "./play.ts";
import type { Protocol } from "./protocol.ts";
import type { Troubles } from "./system.ts";

/** What else is wanted of a run. */
export interface Wishes {
  readonly check: boolean;
  /** `known`: only if there is a golden already. */
  readonly update: "no" | "known" | "create";
}

export interface Finished {
  readonly result: Result;
  /** The run's, or a sweep's failing ones. */
  readonly traces: readonly Trace[];
}

/** Its golden is written before it is compared, so that `--update` ends well. */
export function runOne(
  io: Io,
  kit: Protocol,
  scenario: Scenario,
  seed: string,
  ask: Ask,
  wishes: Wishes,
  troubles: Troubles,
): Finished {
  const start = io.elapsed();
  const run = play(kit, scenario, seed, ask, "full");
  const wall = io.elapsed() - start;
  const unsteady = wishes.check ? checkDeterminism(kit, scenario, run, ask) : null;
  const file = goldenFile(scenario);
  if (wishes.update !== "no") {
    const sound = run.summary.passed && unsteady === null;
    const mayCreate = wishes.update === "create";
    const refusal = refusalOf(scenario, io, sound, mayCreate);
    if (refusal !== null) note(io, `${file}: not written, ${refusal}`);
    else
      troubles.attempt(file, () => note(io, `${writeGolden(kit, scenario, run, io.cwd)}: written`));
  }
  const repeat = repeatCommand(scenario, ask, seed);
  const pinned = isPinned(scenario, ask, run.summary);
  const golden = pinned
    ? troubles.attempt(file, () => compareGolden(kit, scenario, run, io.cwd, repeat))
    : null;
  const failures = [golden?.failure ?? null, unsteady].filter((one) => one !== null);
  const extra = golden === null ? [] : [golden.outcome];
  return {
    result: resultOf(scenario, run, ask, { kit, wall, extra, failures }),
    traces: [run.trace],
  };
}

/** Why this run is none to keep, and the user should know. */
function refusalOf(scenario: Scenario, io: Io, sound: boolean, mayCreate: boolean): string | null {
  if (!sound) return "the run failed: a golden is a run in which every row came true";
  if (mayCreate || hasGolden(scenario, io.cwd)) return null;
  return `there is none yet: name ${scenario.file} alone to make one`;
}
