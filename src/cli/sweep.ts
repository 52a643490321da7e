/**
 * One scenario with many seeds: each run keeps only its digest, and the smallest seed of every way
 * to fail is played again in full for its report.
 */
import { setImmediate as turn } from "node:timers/promises";
import { type Failure, failuresOf } from "../report/failure.ts";
import type { Group, Result } from "../report/result.ts";
import { Sweep } from "../report/sweep.ts";
import type { Scenario } from "../scenario/model.ts";
import { checkDeterminism, PLAYS } from "./determinism.ts";
import type { Finished } from "./one.ts";
import type { Io } from "./output.ts";
import { repeatCommand } from "../scenario/repeat.ts";
import { type AnyRun, type Ask, failedOf, play } from "./play.ts";
import { Progress } from "./progress.ts";
import type { Protocol } from "./protocol.ts";
import type { Seeds } from "./seeds.ts";

/** Ways to fail that are told in full. */
const TOLD = 5;

/** What there is of it when `stop` says so: the seeds that were played until then, one at least. */
export async function runSweep(
  io: Io,
  kit: Protocol,
  scenario: Scenario,
  seeds: Seeds,
  ask: Ask,
  check: boolean,
  stop: AbortSignal,
): Promise<Finished> {
  const sweep = new Sweep();
  const progress = new Progress(io, scenario.name, seeds.count);
  const unsteady: Failure[] = [];
  const start = io.elapsed();
  for (const seed of seeds) {
    const run = play(kit, scenario, seed, ask, check ? "full" : "digest");
    sweep.add(run.summary);
    progress.tick(sweep.runs, sweep.runs - sweep.passed);
    const failure = check ? checkDeterminism(kit, scenario, run, ask) : null;
    if (failure !== null) unsteady.push(failure);
    // Nothing that follows could be trusted.
    if (failure !== null) break;
    // Signals are heard between two turns of the loop alone.
    await turn();
    if (stop.aborted) break;
  }
  const wall = io.elapsed() - start;
  progress.end();
  const told = sweep.groups.slice(0, TOLD).map((group) => explain(kit, scenario, group, ask));
  const { runs, passed: passedRuns, events, virtual, rows, unbound, groups } = sweep;
  const profile = ask.profile ?? scenario.profile;
  const facts = { scenario: scenario.name, file: scenario.file, profile, seeds: seeds.text };
  const result: Result = {
    ...facts,
    plays: check ? PLAYS : 1,
    ...{ runs, passedRuns, events, virtual, rows, unbound, groups, wall, digest: null },
    failures: [...told.map(({ failure }) => failure), ...unsteady],
    repeat: repeatCommand(scenario, ask, seeds.text),
  };
  return { result, traces: told.map(({ run }) => run.trace) };
}

/** The first thing that went wrong in the smallest seed of its kind. */
function explain(
  kit: Protocol,
  scenario: Scenario,
  { smallest, row }: Group,
  ask: Ask,
): { readonly failure: Failure; readonly run: AnyRun } {
  const run = play(kit, scenario, smallest, ask, "full");
  const { outcomes, crash } = run.summary;
  const failed = failedOf(kit, scenario, run, ask);
  const [failure] = failuresOf(outcomes, crash, failed);
  return { failure: failure ?? vanished(scenario, row, smallest, failed.repeat), run };
}

/** It failed a moment ago and passes now. */
function vanished(scenario: Scenario, row: string, seed: string, repeat: string): Failure {
  return {
    kind: "nondeterminism",
    scenario: scenario.file,
    row,
    seed,
    place: `${scenario.file}:1:1`,
    sections: [
      { title: "expected", lines: ["the run that failed fails again"] },
      { title: "found", lines: ["played again, it passes"] },
    ],
    repeat: `${repeat} --check-determinism`,
  };
}
