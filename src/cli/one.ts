/** One scenario with one seed: played, compared with its golden, perhaps played again. */
import type { Result } from "../report/result.ts";
import type { Scenario } from "../scenario/model.ts";
import type { RunSummary } from "../trace/outcome.ts";
import type { Trace } from "../trace/trace.ts";
import { checkDeterminism, PLAYS } from "./determinism.ts";
import { compareGolden, goldenFile, hasGolden, writeGolden } from "./golden.ts";
import { type Io, note } from "./output.ts";
import { repeatCommand } from "../scenario/repeat.ts";
import { type Ask, failuresIn, isPinned, play, resultOf } from "./play.ts";
import { Progress } from "./progress.ts";
import type { Protocol } from "./protocol.ts";
import type { Troubles } from "./system.ts";

/** What else is wanted of a run. */
export interface Wishes {
  readonly check: boolean;
  /** `known`: only if there is a golden already. */
  readonly update: "no" | "known" | "create";
}

/** A run that passed when only its verdict was kept: nobody will ask for its events. */
export function runKnown(
  scenario: Scenario,
  { summary, wall }: { readonly summary: RunSummary; readonly wall: number },
  ask: Ask,
): Finished {
  return {
    result: resultOf(scenario, summary, ask, { wall, extra: [], failures: [] }),
    traces: [],
  };
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
  const until = ask.until ?? scenario.until;
  const progress = new Progress(io, scenario.name, Math.ceil(until / 1e6), "s");
  let second = 0;
  const run = play(kit, scenario, seed, ask, "full", (at) => {
    // Looking at the clock costs more than most events do.
    if (at < second) return;
    progress.tick(Math.floor(at / 1e6), null);
    second = at + 1e6;
  });
  progress.end();
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
  const own = failuresIn(kit, scenario, run, ask);
  const failures = [...own, golden?.failure ?? null, unsteady].filter((one) => one !== null);
  const extra = golden === null ? [] : [golden.outcome];
  const plays = wishes.check ? PLAYS : 1;
  return {
    result: resultOf(scenario, run.summary, ask, { wall, extra, failures, plays }),
    traces: [run.trace],
  };
}

/** Why this run is none to keep, and the user should know. */
function refusalOf(scenario: Scenario, io: Io, sound: boolean, mayCreate: boolean): string | null {
  if (!sound) return "the run failed: a golden is a run in which every row came true";
  if (mayCreate || hasGolden(scenario, io.cwd)) return null;
  return `there is none yet: name ${scenario.file} alone to make one`;
}
