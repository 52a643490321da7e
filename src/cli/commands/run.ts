/** `timesim run`: plays scenarios and says which of their expectations came true. */
import { statSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { BadInput } from "../../core/assert.ts";
import { passed, type Result } from "../../report/result.ts";
import type { Scenario } from "../../scenario/model.ts";
import { withDefect } from "../defect.ts";
import { EXIT, exitOf } from "../exit.ts";
import { readScenarios, traceBytes } from "../files.ts";
import { hasGolden } from "../golden.ts";
import { problemsOf } from "../house.ts";
import { type Interrupted, untilInterrupted } from "../interrupt.ts";
import { type Finished, runKnown, runOne, type Wishes } from "../one.ts";
import { type Io, note } from "../output.ts";
import { type Ask, askOf, type PlayFlags } from "../play.ts";
import { printResult, printTotal } from "../print.ts";
import { Progress } from "../progress.ts";
import { type Protocol, protocolOf } from "../protocol.ts";
import { type Quick, quickly } from "../quick.ts";
import { parseReporters, report, type Reporters } from "../reporters.ts";
import { parseSeeds, type Seeds } from "../seeds.ts";
import { selectFiles } from "../select.ts";
import { storeRun } from "../store.ts";
import { runSweep } from "../sweep.ts";
import { checkFile, checkFolder, makeFolders, targetProblems, Troubles } from "../system.ts";

export interface RunArgs extends PlayFlags {
  readonly paths: readonly string[];
  readonly seed?: string;
  readonly trace?: string;
  readonly checkDeterminism?: boolean;
  readonly reporter?: readonly string[];
  readonly json?: boolean;
  readonly update?: boolean;
  /** `--no-report` makes it false. */
  readonly report?: boolean;
  readonly reports?: string;
}

/** The words of the command, understood, and what the runs so far left behind. */
interface Job {
  readonly args: RunArgs;
  readonly reporters: Reporters;
  readonly io: Io;
  readonly kit: Protocol;
  readonly seeds: Seeds | null;
  readonly ask: Ask;
  readonly update: Wishes["update"];
  readonly troubles: Troubles;
}

/** Problems of the command line and of files are thrown; everything else is a result. */
export async function run(args: RunArgs, io: Io): Promise<number> {
  const reporters = parseReporters(args.reporter ?? [], args.json ?? false);
  try {
    return await playAll(args, reporters, io);
  } catch (error) {
    const problems = problemsOf("timesim", error);
    // Who reads a document must learn it from the document.
    if (problems !== null) report(io, reporters, [], { exit: EXIT.usage, problems });
    throw error;
  }
}

/** All files are read before the first is played: a typing mistake must not cost a sweep. */
async function playAll(args: RunArgs, reporters: Reporters, io: Io): Promise<number> {
  const kit = await withDefect(protocolOf(io), args.mutant ?? null, io.cwd);
  const ask = askOf(args, kit, io);
  const seeds = args.seed === undefined ? null : parseSeeds(args.seed);
  const files = selectFiles(args.paths, io.cwd);
  refuseNonsense(args, io, files, seeds);
  const scenarios = readScenarios(kit, files, io.cwd);
  if (args.update === true) refuseOtherRuns(scenarios, seeds, ask);
  if (scenarios.length === 0) {
    note(io, `nothing to run: no scenario is meant by ${args.paths.join(" ")}`);
    return report(io, reporters, [], { exit: EXIT.nothing, problems: [] });
  }
  checkTargets(args, reporters, io);
  const troubles = new Troubles(io);
  const update = updateOf(args, io);
  const job: Job = { args, reporters, io, kit, seeds, ask, update, troubles };
  const { results, interrupted } = await playUntil(job, scenarios);
  if (reporters.stdout === "people") printTotal(io, results);
  if (interrupted !== null) {
    const judged = results.reduce((sum, { runs }) => sum + runs, 0);
    const all = scenarios.length * (seeds?.count ?? 1);
    const problem = `${interrupted.message}: ${judged} of ${all} runs were judged`;
    note(io, io.paint.bad(problem));
    const problems = [...troubles.problems, problem];
    return report(io, reporters, results, { exit: interrupted.exit, problems });
  }
  const exit = exitOf(results, args.checkDeterminism ?? false);
  if (exit === EXIT.nothing) {
    const [first, ...more] = results.map(({ file }) => file);
    const files = more.length === 0 ? first : `${first} and ${more.length} more`;
    note(io, `nothing was asked: no row of ${files} is about what was run`);
  }
  return report(io, reporters, results, { exit, problems: troubles.problems });
}

interface Judged {
  readonly results: readonly Result[];
  /** Null: that is all of them. */
  readonly interrupted: Interrupted | null;
}

/** Of sweeps what there is when Ctrl-C comes; a single run hears of nothing before it is over. */
async function playUntil(job: Job, scenarios: readonly Scenario[]): Promise<Judged> {
  const { seeds } = job;
  if (seeds === null || seeds.count === 1) {
    const never = new AbortController().signal;
    return { results: await playEach(job, scenarios, never), interrupted: null };
  }
  return untilInterrupted(async (stop) => {
    const results = await playEach(job, scenarios, stop);
    return { results, interrupted: stop.aborted ? (stop.reason as Interrupted) : null };
  });
}

/** Printed, traced and stored at once, so that a long list shows its first results early. */
async function playEach(
  job: Job,
  scenarios: readonly Scenario[],
  stop: AbortSignal,
): Promise<readonly Result[]> {
  const { reporters, io } = job;
  const results: Result[] = [];
  const quick = verdicts(job, scenarios);
  const progress =
    scenarios.length > 1 ? new Progress(io, "all", scenarios.length, "scenarios") : null;
  try {
    for (const scenario of scenarios) {
      const started = io.now();
      const known = looksQuick(job, scenario, scenarios) ? await quick.next() : null;
      progress?.end();
      if (results.length > 0 && reporters.stdout === "people") io.stdout.write("\n");
      const verdict = known?.done === false ? known.value : null;
      const finished = await playScenario(job, scenario, verdict, stop);
      keep(job, scenario, finished, started, results.every(passed));
      results.push(finished.result);
      if (stop.aborted) break;
      progress?.tick(results.length, results.filter((result) => !passed(result)).length);
    }
  } finally {
    // Its threads would keep the process alive.
    await quick.return(undefined);
  }
  progress?.end();
  return results;
}

/** Of many scenarios only verdicts are wanted; of one, of goldens and of checks, every event. */
function looksQuick(job: Job, scenario: Scenario, all: readonly Scenario[]): boolean {
  const { args, seeds, update, io } = job;
  const many = seeds !== null && seeds.count > 1;
  const close = args.trace !== undefined || args.checkDeterminism === true || update !== "no";
  return all.length > 1 && !many && !close && !hasGolden(scenario, io.cwd);
}

function verdicts(job: Job, scenarios: readonly Scenario[]): AsyncGenerator<Quick, void> {
  const { io, kit, ask } = job;
  const quick = scenarios.filter((scenario) => looksQuick(job, scenario, scenarios));
  const [only] = job.seeds ?? [];
  const jobs = quick.map((scenario) => ({ scenario, seed: only ?? scenario.seed, ask }));
  return quickly(io, kit, jobs, ask.mutant);
}

function keep(
  { args, ask, reporters, io, kit, troubles }: Job,
  scenario: Scenario,
  { result, traces }: Finished,
  started: number,
  sound: boolean,
): void {
  const until = ask.until ?? scenario.until;
  if (reporters.stdout === "people") printResult(io, result, { ...scenario, until });
  const { trace: target, reports = "reports" } = args;
  const [trace] = traces;
  if (target !== undefined && trace !== undefined) {
    troubles.attempt(target, () => {
      writeFileSync(resolve(io.cwd, target), traceBytes(trace, target));
    });
  }
  // Who looks at the latest looks for what went wrong.
  const latest = !passed(result) || sound;
  if (args.report === false) return;
  troubles.attempt(reports, () => {
    const folder = storeRun(io, kit, reports, { result, traces, started, latest });
    note(io, io.paint.dim(`report ${folder}`));
  });
}

/** `known`: what came of it when it was played for its verdict alone. */
async function playScenario(
  job: Job,
  scenario: Scenario,
  known: Quick | null,
  stop: AbortSignal,
): Promise<Finished> {
  const { args, io, kit, seeds, ask, update, troubles } = job;
  if (known !== null && "problems" in known) throw new BadInput(known.problems);
  if (known?.summary.passed === true) return runKnown(scenario, known, ask);
  const check = args.checkDeterminism ?? false;
  if (seeds !== null && seeds.count > 1)
    return runSweep(io, kit, scenario, seeds, ask, check, stop);
  const [seed = scenario.seed] = seeds ?? [];
  return runOne(io, kit, scenario, seed, ask, { check, update }, troubles);
}

/** Before an hour's sweep, not after it. */
function checkTargets(args: RunArgs, reporters: Reporters, io: Io): void {
  const targets: [string, (path: string) => void][] = [];
  if (args.trace !== undefined) targets.push([args.trace, checkFile]);
  if (args.report !== false) targets.push([args.reports ?? "reports", checkFolder]);
  for (const { path } of reporters.files) {
    const check = (file: string): void => {
      makeFolders(dirname(file));
      checkFile(file);
    };
    targets.push([path, check]);
  }
  const problems = targetProblems(io.cwd, targets);
  if (problems.length > 0) throw new BadInput(problems);
}

/** A golden is made of the one file that was named: a folder may only renew what it has. */
function updateOf({ update, paths }: RunArgs, io: Io): Wishes["update"] {
  if (update !== true) return "no";
  const [path = ""] = paths;
  const alone = paths.length === 1 && statSync(resolve(io.cwd, path), QUIET)?.isFile() === true;
  return alone ? "create" : "known";
}

const QUIET = { throwIfNoEntry: false } as const;

/** A golden is the run that the scenario itself describes. */
function refuseOtherRuns(scenarios: readonly Scenario[], seeds: Seeds | null, ask: Ask): void {
  const [seed = null] = seeds ?? [];
  const { profile, until, mutant } = ask;
  const problems = scenarios.flatMap((scenario): readonly string[] => {
    const wrong = [
      seed !== null && seed !== scenario.seed ? "--seed" : "",
      profile !== null && profile !== scenario.profile ? "--profile" : "",
      until !== null && until !== scenario.until ? "--until" : "",
      mutant !== null ? "--mutant" : "",
    ].filter((flag) => flag !== "");
    if (wrong.length === 0) return [];
    const flags = wrong.join(", ");
    return [`--update — the golden of ${scenario.file} is its own run: leave out ${flags}`];
  });
  if (problems.length > 0) throw new BadInput(problems);
}

/** Words that make sense alone and not together. */
function refuseNonsense(
  args: RunArgs,
  io: Io,
  files: readonly string[],
  seeds: Seeds | null,
): void {
  const many = seeds !== null && seeds.count > 1;
  const problems: string[] = [];
  if (args.trace !== undefined && (many || files.length > 1)) {
    problems.push("--trace — one file holds one run: give one scenario and one seed");
  }
  if (args.update === true && many) {
    problems.push("--update — a golden is a run with the scenario's own seed: leave out --seed");
  }
  if (args.update === true && (io.env["CI"] ?? "") !== "" && io.env["CI"] !== "false") {
    problems.push("--update — CI is set: goldens are rewritten by people, who read the change");
  }
  if (problems.length > 0) throw new BadInput(problems);
}
