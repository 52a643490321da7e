/**
 * Running scenarios of masternodes from a program: what `timesim` and `timesim/vitest` share. Reads
 * files, brings Node's cryptography; everything else is below.
 */
import { readFileSync } from "node:fs";
import { nodeCrypto } from "./host/crypto.ts";
import type { Time } from "./core/units.ts";
import type { Kit } from "./kit/kit.ts";
import { masternodeKit } from "./masternode/kit.ts";
import type { Masternode } from "./masternode/state.ts";
import { failuresOf, failureText } from "./report/failure.ts";
import { timeline, timelineLine } from "./report/timeline.ts";
import { askRow, type Row } from "./scenario/ask.ts";
import { loadScenario } from "./scenario/load.ts";
import type { Scenario } from "./scenario/model.ts";
import { repeatCommand } from "./scenario/repeat.ts";
import { type Run, type RunOptions, runScenario } from "./scenario/run.ts";
import type { Outcome } from "./trace/outcome.ts";
import { type Words, wordsFor } from "./trace/text.ts";

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
  const text = isText ? source : readFileSync(source, "utf8");
  return runScenario(kit, loadScenario(kit, text, isText ? "<text>" : source), options);
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

export function expectTimeline(run: Run<Masternode>): TimelineExpectation {
  const self: TimelineExpectation = {
    toPass() {
      if (run.summary.outcomes.length === 0) throw new Error("the run was asked nothing");
      if (!run.summary.passed) throw new Error(reportOf(run, run.summary.outcomes));
      return self;
    },
    toHold(row) {
      const outcome = askRow(masternode(), run, row);
      if (!outcome.passed) throw new Error(reportOf(run, [outcome]));
      return self;
    },
  };
  return self;
}

/** Why rows of a run failed, as the command line prints it. Empty when none did. */
export function reportOf(run: Run<Masternode>, outcomes: readonly Outcome[]): string {
  const { header } = run.trace;
  const { file, virtual } = run.summary;
  const { seed, profile } = header;
  const scenario = header.scenario as Scenario;
  const cut = virtual < scenario.until ? (virtual as number as Time) : null;
  const repeat = file.includes("<")
    ? `simulate(text, { seed: "${seed}", profile: "${profile}" })`
    : repeatCommand(scenario, { ...PLAIN, profile, until: cut }, seed);
  const failed = { trace: run.trace, words: wordsOf(run), file, repeat };
  return failuresOf(outcomes, run.summary.crash, failed).map(failureText).join("\n\n");
}

const PLAIN = { wire: "objects", guard: false, machine: null } as const;

/** The run's timeline, one line per state change, exact to the microsecond. */
export function timelineOf(run: Run<Masternode>): string {
  const words = wordsOf(run);
  return `${timeline(run.trace, words)
    .map((row) => timelineLine(row, words))
    .join("\n")}\n`;
}

function wordsOf(run: Run<Masternode>): Words {
  return wordsFor(run.trace.header, masternode().vocabulary);
}
