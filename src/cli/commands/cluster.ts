/** `timesim cluster`: a scenario played by real nodes, and which of its expectations came true. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type ClusterRun, type Look, runCluster } from "../../cluster/cluster.ts";
import { NodeFailed } from "../../cluster/process.ts";
import { BadInput } from "../../core/assert.ts";
import { formatDuration } from "../../core/units.ts";
import type { Result } from "../../report/result.ts";
import type { Scenario } from "../../scenario/model.ts";
import { ofRealNodes } from "../../scenario/promises.ts";
import { EXIT, exitOf } from "../exit.ts";
import { readScenario } from "../files.ts";
import { Interrupted, untilInterrupted } from "../interrupt.ts";
import { type Io, note } from "../output.ts";
import { type Ask, askOf, failuresIn, type PlayFlags, resultOf } from "../play.ts";
import { printResult } from "../print.ts";
import { type Protocol, protocolOf } from "../protocol.ts";
import { groundFor, type RealFlags } from "../real.ts";
import { parseReporters, report, type Reporters } from "../reporters.ts";
import { parseSeeds } from "../seeds.ts";
import { storeRun } from "../store.ts";
import { checkFolder, isSystemError, targetProblems, Troubles } from "../system.ts";
import { Watch } from "../watch.ts";

export interface ClusterArgs extends RealFlags, Pick<PlayFlags, "profile" | "until"> {
  readonly path: string;
  readonly seed?: string;
  readonly json?: boolean;
  /** `--no-report` makes it false. */
  readonly report?: boolean;
  readonly reports?: string;
}

export async function cluster(args: ClusterArgs, io: Io): Promise<number> {
  const reporters = parseReporters([], args.json ?? false);
  try {
    return await playReal(args, reporters, io);
  } catch (error) {
    if (error instanceof Interrupted || error instanceof NodeFailed) {
      note(io, io.paint.bad(error.message));
      return report(io, reporters, [], { exit: exitFor(error), problems: [error.message] });
    }
    const problems = error instanceof BadInput ? error.problems : systemProblems(error);
    if (problems === null || reporters.stdout === "people") throw error;
    report(io, reporters, [], { exit: EXIT.usage, problems });
    throw error;
  }
}

function exitFor(cut: Error): number {
  return cut instanceof Interrupted ? cut.exit : EXIT.failed;
}

function systemProblems(error: unknown): readonly string[] | null {
  return isSystemError(error) ? [error.message] : null;
}

async function playReal(args: ClusterArgs, reporters: Reporters, io: Io): Promise<number> {
  const kit = protocolOf(io);
  const scenario = readScenario(kit, args.path, io.cwd);
  const seed = seedOf(args, scenario);
  checkReports(args, io);
  const ground = await groundFor(io, kit, scenario, args);
  const ask: Ask = { ...askOf(args, kit, io), speed: ground.speed };
  const { profile, until } = ask;
  const logs = new Map<string, string>();
  const started = io.now();
  const begun = io.elapsed();
  const troubles = new Troubles(io);
  const watch = new Watch(io, scenario.name, until ?? scenario.until);
  const run = await untilInterrupted((signal) =>
    runCluster(kit, scenario, {
      ...ground,
      ...(profile === null ? {} : { profile }),
      ...(until === null ? {} : { until }),
      seed,
      signal,
      watch: (look: Look) => watch.tick(look),
      unkept: (file, error) => troubles.met(file, error),
      ended: (node, folder) => logs.set(node, logIn(folder)),
    }),
  ).finally(() => watch.end());
  const result = resultFor(kit, scenario, run, ask, io.elapsed() - begun);
  if (run.cut !== null) {
    // No verdict: what is left of the rows had no time to come true.
    const [far, end] = [result.virtual, until ?? scenario.until];
    note(io, `it went as far as ${formatDuration(far)} of ${formatDuration(end)}`);
    keep(io, kit, args, { result: { ...result, failures: [] }, run, started, logs }, troubles);
    throw run.cut;
  }
  if (reporters.stdout === "people") printResult(io, result, run.scenario);
  const { unasked } = ofRealNodes(kit, scenario.invariants ?? []);
  if (unasked !== null) note(io, io.paint.dim(unasked));
  if (run.late > 0) note(io, `${run.late} events came too late for their place in the trace`);
  keep(io, kit, args, { result, run, started, logs }, troubles);
  return report(io, reporters, [result], {
    exit: exitOf([result]),
    problems: troubles.problems,
  });
}

function resultFor(
  kit: Protocol,
  scenario: Scenario,
  run: ClusterRun,
  ask: Ask,
  wall: number,
): Result {
  // Rows speak of the addresses that were played; where they stand is the file.
  const failures = failuresIn(kit, run.scenario, run, ask);
  return resultOf(scenario, run.summary, ask, { wall, extra: [], failures });
}

interface Played {
  readonly result: Result;
  readonly run: ClusterRun;
  readonly started: number;
  readonly logs: ReadonlyMap<string, string>;
}

function keep(io: Io, kit: Protocol, args: ClusterArgs, played: Played, troubles: Troubles): void {
  const { report: wanted = true, reports = "reports" } = args;
  if (!wanted) return;
  const { result, run, started, logs } = played;
  troubles.attempt(reports, () => {
    const stored = { result, traces: [run.trace], started, latest: true, logs };
    note(io, io.paint.dim(`report ${storeRun(io, kit, reports, stored)}`));
  });
}

function checkReports({ report: wanted = true, reports = "reports" }: ClusterArgs, io: Io): void {
  const problems = wanted ? targetProblems(io.cwd, [[reports, checkFolder]]) : [];
  if (problems.length > 0) throw new BadInput(problems);
}

function seedOf({ seed }: ClusterArgs, scenario: Scenario): string {
  const seeds = seed === undefined ? null : parseSeeds(seed);
  if (seeds !== null && seeds.count > 1) {
    throw new BadInput([`--seed ${JSON.stringify(seed)} — real nodes play one seed at a time`]);
  }
  const [only = scenario.seed] = seeds ?? [];
  return only;
}

/** A node that never started has none. */
function logIn(folder: string): string {
  try {
    return readFileSync(join(folder, "logs", "timed.log"), "utf8");
  } catch {
    return "";
  }
}
