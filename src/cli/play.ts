/** Plays a scenario with one seed and says what came of it. */
import { BadInput } from "../core/assert.ts";
import type * as core from "../core/machine.ts";
import { after, parseDuration, SECOND, type Time } from "../core/units.ts";
import { type Failed, type Failure, failuresOf } from "../report/failure.ts";
import type { Result } from "../report/result.ts";
import { rowResult } from "../report/summary.ts";
import type { Scenario, When } from "../scenario/model.ts";
import { type Differences, repeatCommand } from "../scenario/repeat.ts";
import { type Run, runScenario } from "../scenario/run.ts";
import type { Outcome, RunSummary } from "../trace/outcome.ts";
import type { TraceLevel } from "../trace/recorder.ts";
import { wordsFor } from "../trace/text.ts";
import type { Io } from "./output.ts";
import { profileNamed, type Protocol } from "./protocol.ts";
import { version } from "./version.ts";

/** How to play, as given on the command line. */
export interface PlayFlags {
  readonly profile?: string;
  readonly until?: string;
  readonly wire?: string;
  readonly guard?: boolean;
  readonly mutant?: string;
}

/** The same, checked. Null: as the scenario says. */
export interface Ask extends Differences {
  readonly version: string;
}

export type AnyRun = Run<core.Protocol>;

/** What there is to tell of a run, whoever played it. */
export type Told = Pick<AnyRun, "summary" | "trace">;

export function askOf(flags: PlayFlags, kit: Protocol, { machine }: Pick<Io, "machine">): Ask {
  const { profile, until, wire, guard = false, mutant = null } = flags;
  return {
    profile: profile === undefined ? null : profileNamed(kit, profile),
    until: until === undefined ? null : momentOf(until),
    wire: wire === "bytes" ? "bytes" : "objects",
    guard,
    machine,
    mutant,
    version: version(),
  };
}

/** `0s` is allowed: what happens at the first moment is a run, too. */
function momentOf(text: string): Time {
  const length = parseDuration(text);
  if (length !== null) return length as number as Time;
  const shown = JSON.stringify(text);
  throw new BadInput([`--until ${shown} — expected a duration such as 90s or 1m30s`]);
}

/** One run. A crash of a machine is in its summary; a scenario that cannot be is BadInput. */
export function play(
  kit: Protocol,
  scenario: Scenario,
  seed: string,
  ask: Ask,
  level: TraceLevel,
  tick?: (at: Time) => void,
): AnyRun {
  const { profile, until, wire, guard, version: by, mutant } = ask;
  const asked = {
    ...(profile === null ? {} : { profile }),
    ...(until === null ? {} : { until }),
    ...(tick === undefined ? {} : { tick }),
  };
  try {
    return runScenario(kit, scenario, { wire, guard, version: by, mutant, ...asked, seed, level });
  } catch (error) {
    if (!(error instanceof BadInput)) throw error;
    // What only the protocol can see has no place in the file but the file itself.
    throw new BadInput(error.problems.map((problem) => `${scenario.file}:1:1 ${problem}`));
  }
}

/** What every block about a failure of this run needs. */
export function failedOf(kit: Protocol, scenario: Scenario, run: Told, ask: Ask): Failed {
  const { summary, trace } = run;
  const kind = summary.seed === scenario.seed ? "pinned" : "sweep";
  return {
    trace,
    words: wordsFor(trace.header, kit.vocabulary),
    file: scenario.file,
    repeat: repeatCommand(scenario, ask, summary.seed),
    deadline: ({ place, row }) => {
      const asked = scenario.expect.filter(({ runs }) => runs === "all" || runs === kind);
      const found = asked.find((one) => one.place === place && one.row === row);
      return found === undefined ? null : limitOf(found.when);
    },
  };
}

/** When time is up; a window that lasts to the end has no limit of its own. */
function limitOf(when: When): Time | null {
  if (when.kind === "at") return after(when.second, SECOND);
  if (when.kind === "by") return when.limit;
  return when.kind === "eventually" ? after(when.after, when.within) : null;
}

/** Why a run failed, row by row. */
export function failuresIn(
  kit: Protocol,
  scenario: Scenario,
  run: Told,
  ask: Ask,
): readonly Failure[] {
  const { outcomes, crash } = run.summary;
  return failuresOf(outcomes, crash, failedOf(kit, scenario, run, ask));
}

/** A single run as a result. `extra`: rows that are not the scenario's, such as its golden. */
export function resultOf(
  scenario: Scenario,
  summary: RunSummary,
  ask: Ask,
  more: {
    readonly wall: number;
    readonly extra: readonly Outcome[];
    readonly failures: readonly Failure[];
    /** Left out: once. */
    readonly plays?: number;
  },
): Result {
  const { seed, profile, digest, events, virtual } = summary;
  const { failures } = more;
  return {
    scenario: scenario.name,
    file: scenario.file,
    profile,
    seeds: seed,
    runs: 1,
    passedRuns: failures.length === 0 ? 1 : 0,
    plays: more.plays ?? 1,
    rows: [...summary.outcomes, ...more.extra].map(rowResult),
    unbound: summary.unbound ?? null,
    failures,
    groups: [],
    digest,
    events,
    virtual,
    wall: more.wall,
    repeat: repeatCommand(scenario, ask, seed),
  };
}

/** Whether this run is the one that the scenario was written for, and a golden is kept of. */
export function isPinned(scenario: Scenario, ask: Ask, { seed, profile }: RunSummary): boolean {
  const whole = ask.until === null || ask.until === scenario.until;
  return whole && ask.mutant === null && seed === scenario.seed && profile === scenario.profile;
}
