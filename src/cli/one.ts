/** One scenario with one seed: played, compared with its golden, perhaps played again. */
import type { Failure } from "../report/failure.ts";
import type { Result } from "../report/result.ts";
import type { Scenario } from "../scenario/model.ts";
import type { Trace } from "../trace/trace.ts";
import { checkDeterminism } from "./determinism.ts";
import { compareGolden, goldenFile, writeGolden } from "./golden.ts";
import { type Io, note } from "./output.ts";
import { type Ask, isPinned, play, repeatCommand, resultOf } from "./play.ts";
import type { Protocol } from "./protocol.ts";

/** What else is wanted of a run. */
export interface Wishes {
  readonly check: boolean;
  readonly update: boolean;
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
): Finished {
  const start = io.elapsed();
  const run = play(kit, scenario, seed, ask, "full");
  const wall = io.elapsed() - start;
  const failures: Failure[] = [];
  const pinned = isPinned(scenario, ask, run.summary);
  if (wishes.update) update(io, kit, scenario, pinned && run.summary.crash === null ? run : null);
  const repeat = repeatCommand(scenario, ask, seed);
  const golden = pinned ? compareGolden(kit, scenario, run, io.cwd, repeat) : null;
  if (golden !== null && golden.failure !== null) failures.push(golden.failure);
  const unsteady = wishes.check ? checkDeterminism(kit, scenario, run, ask) : null;
  if (unsteady !== null) failures.push(unsteady);
  const extra = golden === null ? [] : [golden.outcome];
  return {
    result: resultOf(scenario, run, ask, { kit, wall, extra, failures }),
    traces: [run.trace],
  };
}

/** Null: this is no run to keep, and the user should know. */
function update(
  io: Io,
  kit: Protocol,
  scenario: Scenario,
  run: Parameters<typeof writeGolden>[2] | null,
): void {
  if (run === null) {
    note(io, `${goldenFile(scenario)}: not written, only a whole run with the scenario's own seed`);
  } else {
    note(io, `${writeGolden(kit, scenario, run, io.cwd)}: written`);
  }
}
