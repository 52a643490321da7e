/**
 * `timesim check`: a recorded run, of the simulator or of a cluster, held to what is promised of
 * every run, as this version promises it. Nothing is played.
 */
import { BadInput } from "../../core/assert.ts";
import type { Duration, Time } from "../../core/units.ts";
import type { Result } from "../../report/result.ts";
import type { Scenario } from "../../scenario/model.ts";
import { planOf, realPlanOf } from "../../scenario/plan.ts";
import { beforeCut, judgedBy, ofRealNodes, promises } from "../../scenario/promises.ts";
import { quoted, withMachine } from "../../scenario/repeat.ts";
import { didYouMean } from "../../scenario/suggest.ts";
import { KIND, type TraceEvent } from "../../trace/event.ts";
import type { Crash, RunSummary } from "../../trace/outcome.ts";
import type { ReadTrace } from "../../trace/stored.ts";
import { namesOf, type Trace } from "../../trace/trace.ts";
import { recordedIn } from "../again.ts";
import { exitOf } from "../exit.ts";
import { misfit, openRecorded } from "../open.ts";
import { type Io, note } from "../output.ts";
import { askOf, failuresIn, resultOf } from "../play.ts";
import { printResult } from "../print.ts";
import { type Protocol, protocolOf } from "../protocol.ts";
import { parseReporters, report } from "../reporters.ts";

export interface CheckArgs {
  readonly path: string;
  /** Names, with commas between them. */
  readonly invariants?: string;
  readonly json?: boolean;
}

export function check(args: CheckArgs, io: Io): number {
  const kit = protocolOf(io);
  const names = namesIn(kit, args.invariants);
  const { trace, cut } = openRecorded(args.path, kit, io);
  if (trace.event(0) === null) {
    throw new BadInput([`${args.path}:1:1 trace — it cannot be judged: it lacks its first events`]);
  }
  const { scenario, profile } = playedIn(kit, trace, args.path);
  const real = trace.header.origin === "host";
  const { asked: invariants, unasked } = real
    ? ofRealNodes(kit, names)
    : { asked: names, unasked: null };
  if (invariants.length === 0) throw new BadInput([`${args.path}:1:1 trace — ${unasked}`]);
  // They are asked for here, whether its scenario does so or not.
  const { promisedAt: _elsewhere, ...played } = scenario;
  const asked: Scenario = { ...played, invariants };
  const begun = io.elapsed();
  const { summary, marks } = judged(kit, asked, { profile, trace, cut, path: args.path });
  const run = { trace, summary, path: args.path };
  const result = resultIn(kit, asked, run, io.elapsed() - begun, io);
  const reporters = parseReporters([], args.json ?? false);
  if (reporters.stdout === "people") {
    printResult(io, result, asked, { each: true });
    if (unasked !== null) note(io, io.paint.dim(unasked));
    if (marks.length > 0) note(io, io.paint.dim(`it came past ${marks.join(", ")}`));
  }
  return report(io, reporters, [result], { exit: exitOf([result]), problems: [] });
}

/** All, or those that are asked for. */
function namesIn(kit: Protocol, words: string | undefined): readonly string[] {
  const known = promises(kit);
  if (known.length === 0) throw new BadInput([`${kit.name} promises nothing of every run`]);
  if (words === undefined) return known;
  const names = words.split(",").map((word) => word.trim());
  const strange = names.filter((name) => !known.includes(name));
  if (strange.length === 0) return [...new Set(names)];
  throw new BadInput(
    strange.map((name) => {
      const hint = didYouMean(name, known) || `; there are ${known.join(", ")}`;
      return `--invariants ${JSON.stringify(name)} — no invariant of that name${hint}`;
    }),
  );
}

type Recorded = ReturnType<typeof recordedIn>;

/** A single node's record says nothing of the world around it. */
function playedIn(kit: Protocol, trace: Trace, file: string): Recorded {
  if (trace.header.setup === undefined) return recordedIn(kit, trace, file);
  throw new BadInput([
    `${file}:1:1 trace — it is the record of one node: promises are made of whole worlds`,
  ]);
}

interface Judged {
  readonly summary: RunSummary;
  /** `sometimes` invariants that it came past. */
  readonly marks: readonly string[];
}

function judged(
  kit: Protocol,
  scenario: Scenario,
  { profile, trace, cut, path }: Record<"profile" | "path", string> & Omit<ReadTrace, "signed">,
): Judged {
  const { header, footer } = trace;
  const { seed, origin, speed = 1 } = header;
  const until = footer.virtual as number as Time;
  const simulated = planOf(kit, scenario, { seed, profile, until });
  const plan = origin === "sim" ? simulated : realPlanOf(simulated, speed);
  const wanted = Object.entries(kit.invariants?.specs ?? {})
    .filter(([name, { mode }]) => mode === "sometimes" || scenario.invariants?.includes(name))
    .map(([name]) => name);
  const monitor = kit.invariants?.watch(wanted, plan);
  let crash: Crash | null = null;
  let events = 0;
  for (const event of trace.events()) {
    events++;
    if (event.kind === "crash") crash = crashOf(event, trace);
    if (monitor === undefined || (monitor.mask & (1 << KIND[event.kind])) === 0) continue;
    try {
      monitor.see(event);
    } catch (error) {
      throw misfit(trace, path, event, error);
    }
  }
  const isWhole = crash === null && cut === null;
  const complaints = beforeCut(isWhole ? null : until, monitor?.finish(until) ?? []);
  const judgement = judgedBy(kit, scenario, profile, complaints);
  const summary: RunSummary = {
    ...{ scenario: header.name, file: scenario.file, seed, profile },
    passed: crash === null && judgement.outcomes.every((outcome) => outcome.passed),
    ...judgement,
    ...{ crash, digest: footer.digest, events },
    virtual: until as number as Duration,
  };
  return { summary, marks: monitor?.marks?.() ?? [] };
}

function crashOf({ id, at, node, body }: TraceEvent, { header }: Trace): Crash {
  const error = String(body);
  return { node: namesOf(header).node(node), event: id, at, error, stack: error };
}

function resultIn(
  kit: Protocol,
  scenario: Scenario,
  run: { readonly trace: Trace; readonly summary: RunSummary; readonly path: string },
  wall: number,
  io: Io,
): Result {
  const ask = askOf({}, kit, io);
  const repeat = withMachine(`npx timesim check ${quoted(run.path)}`, io.machine);
  const failures = failuresIn(kit, scenario, run, ask).map((failure) => ({ ...failure, repeat }));
  return { ...resultOf(scenario, run.summary, ask, { wall, extra: [], failures }), repeat };
}
