/** `timesim run`: plays scenarios and says which of their expectations came true. */
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { BadInput } from "../../core/assert.ts";
import { passed, type Result } from "../../report/result.ts";
import type { Scenario } from "../../scenario/model.ts";
import { EXIT } from "../exit.ts";
import { readScenarios, traceBytes } from "../files.ts";
import { type Finished, runOne } from "../one.ts";
import { type Io, note } from "../output.ts";
import { type Ask, askOf, type PlayFlags } from "../play.ts";
import { printResult, printTotal } from "../print.ts";
import { type Protocol, protocolOf } from "../protocol.ts";
import { parseReporters, report, type Reporters } from "../reporters.ts";
import { parseSeeds, type Seeds } from "../seeds.ts";
import { selectFiles } from "../select.ts";
import { storeRun } from "../store.ts";
import { runSweep } from "../sweep.ts";

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

/** Problems of the command line and of files are thrown; everything else is a result. */
export function run(args: RunArgs, io: Io): number {
  const reporters = parseReporters(args.reporter ?? [], args.json ?? false);
  try {
    return playAll(args, reporters, io);
  } catch (error) {
    if (!(error instanceof BadInput) || reporters.stdout === "people") throw error;
    // Who reads the document must learn it from the document.
    report(io, reporters, [], { exit: EXIT.usage, problems: error.problems });
    throw error;
  }
}

/** All files are read before the first is played: a typing mistake must not cost a sweep. */
function playAll(args: RunArgs, reporters: Reporters, io: Io): number {
  const kit = protocolOf(io);
  const ask = askOf(args, kit);
  const seeds = args.seed === undefined ? null : parseSeeds(args.seed);
  const files = selectFiles(args.paths, io.cwd);
  refuseNonsense(args, io, files, seeds);
  const scenarios = readScenarios(kit, files, io.cwd);
  if (scenarios.length === 0) {
    note(io, `nothing to run: no scenario is meant by ${args.paths.join(" ")}`);
    report(io, reporters, [], { exit: EXIT.nothing, problems: [] });
    return EXIT.nothing;
  }
  const results = scenarios.map((scenario, index) => {
    if (index > 0 && reporters.stdout === "people") io.stdout.write("\n");
    return playScenario(args, reporters, io, kit, scenario, seeds, ask);
  });
  if (reporters.stdout === "people") printTotal(io, results);
  const exit = exitOf(results);
  report(io, reporters, results, { exit, problems: [] });
  return exit;
}

/** Printed, traced and stored at once, so that a long list shows its first results early. */
function playScenario(
  args: RunArgs,
  reporters: Reporters,
  io: Io,
  kit: Protocol,
  scenario: Scenario,
  seeds: Seeds | null,
  ask: Ask,
): Result {
  const started = io.now();
  const check = args.checkDeterminism ?? false;
  const [seed = scenario.seed] = seeds ?? [];
  const wishes = { check, update: args.update ?? false };
  const finished: Finished =
    seeds !== null && seeds.count > 1
      ? runSweep(io, kit, scenario, seeds, ask, check)
      : runOne(io, kit, scenario, seed, ask, wishes);
  const { result, traces } = finished;
  if (reporters.stdout === "people") printResult(io, result, scenario);
  const [trace] = traces;
  if (args.trace !== undefined && trace !== undefined) {
    writeFileSync(resolve(io.cwd, args.trace), traceBytes(trace, args.trace));
  }
  if (args.report !== false) {
    const folder = storeRun(io, kit, args.reports ?? "reports", { result, traces, started });
    note(io, io.paint.dim(`report ${folder}`));
  }
  return result;
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

/** The worst of all. */
function exitOf(results: readonly Result[]): number {
  const failures = results.flatMap((result) => result.failures);
  if (failures.some(({ kind }) => kind === "nondeterminism")) return EXIT.nondeterminism;
  return results.every(passed) ? EXIT.ok : EXIT.failed;
}
