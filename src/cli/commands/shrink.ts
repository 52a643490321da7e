/** `timesim shrink`: from a scenario that fails to a smallest one that fails in the same way. */
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { BadInput } from "../../core/assert.ts";
import { parseDuration } from "../../core/units.ts";
import { mutated } from "../../fuzz/mutant.ts";
import { failureOf, targetText, withSeed } from "../../fuzz/shrink/failing.ts";
import { type Minimal, minimalOf } from "../../fuzz/shrink/minimal.ts";
import { nameFor, progressText } from "../../fuzz/shrink/narrate.ts";
import { beginning, shrinking, type ShrinkState, sizeOf } from "../../fuzz/shrink/shrink.ts";
import {
  between,
  type Healthy,
  type Target,
  trialOf,
  type Trials,
  UNCHANGED,
} from "../../fuzz/shrink/trial.ts";
import type { Scenario } from "../../scenario/model.ts";
import { didYouMean } from "../../scenario/suggest.ts";
import { EXIT } from "../exit.ts";
import { readScenario } from "../files.ts";
import { untilInterrupted } from "../interrupt.ts";
import { LiveLine } from "../live.ts";
import { mutantNamed } from "../mutant.ts";
import { type Io, note, say, sayJson } from "../output.ts";
import { profileNamed, type Protocol, protocolOf } from "../protocol.ts";
import { checkFile, targetProblems, Troubles, writeWhole } from "../system.ts";
import { version } from "../version.ts";

export interface ShrinkArgs {
  readonly path: string;
  readonly seed?: string;
  readonly profile?: string;
  readonly mutant?: string;
  readonly against?: string;
  readonly row?: string;
  readonly wire?: string;
  readonly maxShrinkTime: string;
  readonly out?: string;
  readonly state?: string;
  readonly json?: boolean;
}

/** The words, understood. */
interface Job {
  readonly args: ShrinkArgs;
  readonly io: Io;
  readonly kit: Protocol;
  readonly scenario: Scenario;
  readonly target: Target;
  readonly trials: Trials;
  /** In ms. */
  readonly time: number;
}

export async function shrink(args: ShrinkArgs, io: Io): Promise<number> {
  const job = await jobOf(args, io);
  const start = job === null ? null : startOf(job);
  if (job === null || start === null) {
    note(io, `${args.path} does not fail: there is nothing to shrink`);
    return EXIT.nothing;
  }
  const state = await untilInterrupted((signal) => search(job, start, signal));
  const minimal = minimalOf(job.kit, state, job.trials, {
    name: nameFor(state),
    found: foundBy(job),
  });
  const troubles = new Troubles(io);
  const put = (target: string | undefined, text: string): boolean =>
    target !== undefined &&
    troubles.attempt(target, () => writeWhole(resolve(io.cwd, target), text)) !== null;
  put(args.state, stateText(state));
  // What took minutes is not lost over a full disk.
  const isOut = put(args.out, minimal.text);
  tell(job, state, minimal, isOut ? args.out : undefined);
  return troubles.problems.length === 0 ? EXIT.ok : EXIT.usage;
}

/** Null: it does not fail. */
async function jobOf(args: ShrinkArgs, io: Io): Promise<Job | null> {
  const sound = protocolOf(io);
  const wire = args.wire === "bytes" ? "bytes" : "objects";
  const time = parseDuration(args.maxShrinkTime);
  if (time === null) {
    const shown = JSON.stringify(args.maxShrinkTime);
    throw new BadInput([`--max-shrink-time ${shown} — expected a duration such as 60s`]);
  }
  const targets = [args.out, args.state].filter((file) => file !== undefined);
  const problems = targetProblems(
    io.cwd,
    targets.map((file) => [file, checkFile]),
  );
  if (problems.length > 0) throw new BadInput(problems);
  const kit =
    args.mutant === undefined ? sound : mutated(sound, await mutantNamed(args.mutant, io.cwd));
  const read = readScenario(kit, args.path, io.cwd);
  const profile = args.profile === undefined ? read.profile : profileNamed(kit, args.profile);
  const scenario = withSeed({ ...read, profile }, args.seed ?? read.seed);
  const target =
    args.row === undefined ? failureOf(kit, scenario, { wire }) : rowOf(args, scenario);
  if (target === null) return null;
  const healthy = healthyFor(args, io, sound, scenario, target);
  // What fails with messages as objects need not be encoded for it.
  const plain = trialOf(kit, target);
  const defective = plain(scenario) === null ? trialOf(kit, target, { wire }) : plain;
  const trials = { defective, healthy };
  return { args, io, kit, scenario, target, trials, time: time / 1_000 };
}

/** Of several that fail the first is taken, unless one is named. */
function rowOf({ path, row = "" }: ShrinkArgs, { expect }: Scenario): Target {
  const names = expect.map((one) => one.row);
  if (names.includes(row)) return { kind: "row", row };
  const hint = didYouMean(row, names) || `; there are ${names.join(", ")}`;
  throw new BadInput([`--row ${JSON.stringify(row)} — ${path} has no such row${hint}`]);
}

/** Where there is a protocol that does not have the defect, it has to pass what is left. */
function healthyFor(
  { mutant, against }: ShrinkArgs,
  io: Io,
  sound: Protocol,
  scenario: Scenario,
  target: Target,
): Healthy | null {
  const passing = (profile: string): Healthy | null => {
    const trial = trialOf(sound, target, { profile });
    const name = profile === scenario.profile ? UNCHANGED : `the ${profile} profile`;
    return trial(scenario) === null ? { name, trial } : null;
  };
  if (against !== undefined) {
    const profile = profileNamed(sound, against);
    const healthy = passing(profile);
    if (healthy !== null) return healthy;
    throw new BadInput([`--against ${against} — it fails in the same way: ${targetText(target)}`]);
  }
  const first = sound.profiles[0]?.name ?? "";
  if (mutant === undefined && first === scenario.profile) {
    if (target.kind === "row") {
      note(
        io,
        "no protocol is known that passes this row: what is left may fail for another reason",
      );
    }
    return null;
  }
  return passing(first);
}

/** From the file of an earlier search, if there is one of this failure. */
function startOf({ args, io, scenario, target, trials }: Job): ShrinkState | null {
  const file = args.state === undefined ? null : resolve(io.cwd, args.state);
  if (file !== null && existsSync(file) && readFileSync(file, "utf8").trim() !== "") {
    const state = readState(readFileSync(file, "utf8"), args.state ?? "");
    if (targetText(state.target) === targetText(target)) return state;
    const other = `it is of another failure, ${targetText(state.target)}`;
    throw new BadInput([`${args.state ?? ""}:1:1 — ${other}; this is ${targetText(target)}`]);
  }
  return beginning(scenario, target, between(trials));
}

function stateText(state: ShrinkState): string {
  return `${JSON.stringify(state)}\n`;
}

function readState(text: string, file: string): ShrinkState {
  try {
    const state = JSON.parse(text) as ShrinkState;
    if ((state.format as number) === 1 && typeof state.best === "object") return state;
  } catch {
    // Said below.
  }
  throw new BadInput([`${file}:1:1 — this is not where a search of timesim shrink stood`]);
}

const PAUSE_MS = 50;

/** In pieces, so that Ctrl-C is heard: what was found until then is kept. */
async function search(job: Job, start: ShrinkState, signal: AbortSignal): Promise<ShrinkState> {
  const { io, kit, trials, time } = job;
  const line = new LiveLine(io, 10_000);
  const began = io.elapsed();
  let state = start;
  let heard = began;
  for (const next of shrinking(kit, between(trials), start)) {
    state = next;
    const now = io.elapsed();
    if (line.due() !== null) line.show(progressOf(state, start, now - began));
    if (now - began >= time) break;
    if (now - heard < PAUSE_MS) continue;
    await new Promise((go) => setImmediate(go));
    if (signal.aborted) break;
    heard = io.elapsed();
  }
  line.end();
  return state;
}

function progressOf(state: ShrinkState, start: ShrinkState, ms: number): string {
  const rate = Math.round((state.tries - start.tries) / Math.max(0.001, ms / 1_000));
  return `${progressText(state.first, state.best)} · ${state.tries} tries · ${rate} worlds/s`;
}

function foundBy({ args, scenario }: Job): string {
  const words = [`timesim shrink of ${scenario.file}, seed ${scenario.seed}`];
  if (args.profile !== undefined) words.push(`profile ${args.profile}`);
  if (args.mutant !== undefined) words.push(`mutant ${args.mutant}`);
  return `${words.join(", ")} (timesim ${version()})`;
}

/** `to`: where it was written; undefined: stdout is for it. */
function tell(job: Job, state: ShrinkState, { text, bites }: Minimal, to?: string): void {
  const { args, io, target } = job;
  const { done, first, best, tries, seen } = state;
  if (args.json === true) {
    const size = { from: first, to: sizeOf(best) };
    const bitten = bites.map(({ text: _text, ...bite }) => bite);
    sayJson(io, {
      format: 1,
      target,
      seen,
      done,
      tries,
      ...size,
      bites: bitten,
      out: to ?? null,
      scenario: text,
    });
    return;
  }
  if (to === undefined) io.stdout.write(text);
  const where = to === undefined ? "" : ` → ${to}`;
  const how = `${progressText(first, best)} in ${tries} tries`;
  const told = done ? "nothing more can be left out" : "time was up: more may be possible";
  const line = `${targetText(target)}: ${how}; ${told}${where}`;
  if (to === undefined) note(io, line);
  else say(io, line);
  for (const bite of bites) note(io, `  without: ${bite.without} → ${bite.text}`);
}
