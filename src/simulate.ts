/**
 * Running scenarios of masternodes from a program, given or drawn: what `timesim` and
 * `timesim/vitest` share. Reads files, brings Node's cryptography; everything else is below.
 */
import { readFileSync } from "node:fs";
import { signatureOf } from "./check/invariant.ts";
import { BadInput } from "./core/assert.ts";
import type { Protocol } from "./core/machine.ts";
import { formatTime, type Time } from "./core/units.ts";
import { judge } from "./fuzz/judge.ts";
import { promising, type WantedInvariants } from "./fuzz/promising.ts";
import {
  isTold,
  type ScenarioArbitrary,
  type ScenarioOptions,
  scenariosOf,
} from "./fuzz/scenarios.ts";
import { nodeCrypto } from "./host/crypto.ts";
import type { Kit } from "./kit/kit.ts";
import { masternodeKit } from "./masternode/kit.ts";
import type { Masternode } from "./masternode/state.ts";
import { failuresOf, failureText } from "./report/failure.ts";
import { timeline, timelineLine } from "./report/timeline.ts";
import { askRow, assertAskable, assertOf, type Row } from "./scenario/ask.ts";
import type { Dialect } from "./scenario/dialect.ts";
import { loadScenario } from "./scenario/load.ts";
import type { Scenario } from "./scenario/model.ts";
import { promisable } from "./scenario/promises.ts";
import { repeatCommand } from "./scenario/repeat.ts";
import { type Run, type RunOptions, runScenario } from "./scenario/run.ts";
import { writeScenario } from "./scenario/write.ts";
import type { Outcome } from "./trace/outcome.ts";
import { wordsFor } from "./trace/text.ts";

/** The masternode protocol with Node's cryptography. */
export function masternode(): Kit<Masternode> {
  return masternodeKit(nodeCrypto);
}

/**
 * Plays a scenario of masternodes: a path to a YAML file, the YAML itself (anything with a line
 * break), or a loaded scenario. Throws BadInput for what cannot be used.
 */
export function simulate(source: string | Scenario, options: RunOptions = {}): Run<Masternode> {
  const kit = masternode();
  if (typeof source !== "string") return runScenario(kit, source, options);
  const isText = source.includes("\n");
  const text = isText ? source : textOf(source);
  return runScenario(kit, loadScenario(kit, text, isText ? "<text>" : source), options);
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new BadInput([`${file} — cannot be read: ${(error as Error).message}`]);
  }
}

/** What a run came to, for any test runner. Each call throws with a full report, or chains on. */
export interface TimelineExpectation {
  /** All of the scenario's own rows. */
  toPass(): TimelineExpectation;
  /**
   * One more row, written as in a scenario: `{ on: "B", that: { active: { count: 2 } }, by: "15s"
   * }`.
   */
  toHold(row: Row): TimelineExpectation;
}

/** Whose run it is. */
export interface OfKit {
  /** Default: the masternode protocol. */
  readonly kit?: Dialect & Pick<Kit<Protocol>, "vocabulary">;
}

/** What is left of a run when it is over. */
export type Played = Pick<Run<Protocol>, "summary" | "trace">;

const OTHER = "with --machine or --mutant for the test's kit";

/** Throws BadInput for a run of another protocol than the kit's, or without its whole trace. */
export function expectTimeline(run: Played, { kit }: OfKit = {}): TimelineExpectation {
  const of = kit === undefined ? {} : { kit };
  const self: TimelineExpectation = {
    toPass() {
      if (run.summary.outcomes.length === 0) throw new Error("the run was asked nothing");
      if (!run.summary.passed) throw new Error(reportOf(run, run.summary.outcomes, of));
      return self;
    },
    toHold(row) {
      const outcome = askRow(kit ?? masternode(), run, row);
      if (!outcome.passed) throw new Error(reportOf(run, [outcome], of));
      return self;
    },
  };
  return self;
}

/** Why rows of a run failed, as the command line prints it. Empty when none did. */
export function reportOf(run: Played, outcomes: readonly Outcome[], { kit }: OfKit = {}): string {
  const its = kit ?? masternode();
  assertOf(its, run);
  return explained(its, run, outcomes, kit === undefined ? null : OTHER);
}

function explained(
  kit: Pick<Kit<Protocol>, "vocabulary">,
  run: Played,
  outcomes: readonly Outcome[],
  /** What its command says nothing of. */
  besides: string | null,
): string {
  const { header } = run.trace;
  const { file, virtual } = run.summary;
  const { seed, profile } = header;
  const scenario = header.scenario as Scenario;
  const cut = virtual < scenario.until ? (virtual as number as Time) : null;
  const isText = file.includes("<");
  const again = isText
    ? `simulate(text, { seed: "${seed}", profile: "${profile}" })`
    : repeatCommand(scenario, { ...PLAIN, profile, until: cut }, seed);
  const isOwn = outcomes.every((outcome) => run.summary.outcomes.includes(outcome));
  const untold = isOwn ? besides : "the run; the row is the test's";
  // It can be pasted as it is.
  const repeat = untold === null ? again : `${again}  ${isText ? "//" : "#"} ${untold}`;
  const words = wordsFor(header, kit.vocabulary);
  const failed = { trace: run.trace, words, file, repeat };
  return failuresOf(outcomes, run.summary.crash, failed).map(failureText).join("\n\n");
}

const PLAIN = { wire: "objects", guard: false, machine: null, mutant: null } as const;

/** The run's timeline, one line per state change, exact to the microsecond. */
export function timelineOf(run: Played, { kit = masternode() }: OfKit = {}): string {
  assertAskable(kit, run);
  const words = wordsFor(run.trace.header, kit.vocabulary);
  return `${timeline(run.trace, words)
    .map((row) => timelineLine(row, words))
    .join("\n")}\n`;
}

/** What is to be drawn, and for which protocol. */
export interface ScenariosOf<P extends Protocol = Masternode> extends ScenarioOptions {
  /** Default: the masternode protocol. A mutant's: `mutated(masternode(), mutant)`. */
  readonly kit?: Kit<P>;
}

/**
 * Any world, as an arbitrary of fast-check: `fc.assert(fc.property(scenarios(), (s) => holds(s)))`.
 * What fails is shrunk by changes to the scenario: fewer nodes, faults and constants, an earlier
 * end, rounder numbers. Throws BadInput for options that are none.
 */
export function scenarios<P extends Protocol = Masternode>(
  options: ScenariosOf<P> = {},
): ScenarioArbitrary {
  const { kit, ...rest } = options;
  return kit === undefined ? scenariosOf(masternode(), rest) : scenariosOf(kit, rest);
}

export interface HoldsOptions<P extends Protocol = Masternode> {
  /** Whose machines play it, and whose promises these are; default: the masternode protocol. */
  readonly kit?: Kit<P>;
}

/**
 * Plays a scenario and throws unless the promises about every run are kept: all, or those named, or
 * one's own. The error says which was broken first, where and when, and what led to it, and shows
 * the scenario as a file that `timesim run` fails on (which knows neither one's own promises nor,
 * without `--machine` or `--mutant`, another kit). Rows of `expect` are not asked. Throws BadInput
 * for promises that are none.
 */
export function holds<P extends Protocol = Masternode>(
  scenario: Scenario,
  invariants: WantedInvariants = "all",
  { kit }: HoldsOptions<P> = {},
): void {
  if (kit === undefined) hold(masternode(), scenario, invariants, null);
  else hold(kit, scenario, invariants, OTHER);
}

function hold<P extends Protocol>(
  given: Kit<P>,
  scenario: Scenario,
  wanted: WantedInvariants,
  besides: string | null,
): void {
  const { kit, names } = promising(given, wanted);
  const { complaints } = judge(kit, scenario, { invariants: names });
  const [first, ...others] = complaints.toSorted((one, other) => one.at - other.at);
  if (first === undefined) return;
  const { invariants: _invariants, ...plain } = { ...scenario, expect: [] };
  const asked = (names: readonly string[]): Scenario => {
    return names.includes(first.invariant) ? { ...plain, invariants: [first.invariant] } : plain;
  };
  const run = runScenario(kit, asked(names));
  const isKits = promisable(given).includes(first.invariant);
  const untold = isKits ? besides : "the run; the promise is the test's";
  const later = new Set(others.map(({ invariant }) => invariant));
  later.delete(first.invariant);
  isTold(scenario);
  const lines = [
    `${signatureOf(first)}, at ${formatTime(first.at)}`,
    explained(kit, run, run.summary.outcomes, untold),
    ...(later.size === 0 ? [] : [`  broken later  ${[...later].join(", ")}`]),
    `\n# ${scenario.file}`,
    writeScenario(given, asked(promisable(given))),
  ];
  throw new Error(lines.join("\n"));
}
