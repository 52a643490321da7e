/** Plays a scenario in a simulated world and judges its expectations. */
import { StepFailed } from "../core/assert.ts";
import type { Protocol } from "../core/machine.ts";
import type { Duration, Time } from "../core/units.ts";
import type { Jitter } from "../engine/lateness.ts";
import type { World } from "../engine/world.ts";
import { defaultsOf } from "../kit/field.ts";
import type { Kit } from "../kit/kit.ts";
import type { Crash, RunSummary } from "../trace/outcome.ts";
import { Recorder, type TraceLevel } from "../trace/recorder.ts";
import type { Trace, TraceHeader } from "../trace/trace.ts";
import { compared } from "./alike.ts";
import { compile, profileOf } from "./compile.ts";
import { claimContext } from "./context.ts";
import { Judge } from "./expect.ts";
import type { Scenario } from "./model.ts";
import { planOf } from "./plan.ts";
import { beforeCut, judgedBy, watchOf } from "./promises.ts";

export interface RunOptions {
  /** Default: the scenario's own (a pinned run); any other makes it a sweep. */
  readonly seed?: string;
  readonly profile?: string;
  readonly until?: Time;
  /** Default `full`. */
  readonly level?: TraceLevel;
  /** Messages as objects, or encoded to wire bytes and decoded again. Same digest. */
  readonly wire?: "objects" | "bytes";
  /** Deep-freeze states and inputs. */
  readonly guard?: boolean;
  /** Hears how far the run is, event by event. */
  readonly tick?: (at: Time) => void;
  /** Everything a little late, as in the real world; left out: exact. */
  readonly jitter?: Jitter;
  /** Nodes hear of time-outs what they hear behind a proxy: engine/world.ts. */
  readonly proxied?: boolean;
  /** Written into the trace's header. */
  readonly version?: string;
  /** Likewise: the defect that the kit was given. */
  readonly mutant?: string | null;
}

export interface Run<P extends Protocol> {
  readonly summary: RunSummary;
  readonly trace: Trace;
  /** As it stands at the end: states to look at, or a place to go on from. */
  readonly world: World<P>;
}

/**
 * Throws BadInput for what only the kit can see; a machine that throws is a crash in the summary.
 */
export function runScenario<P extends Protocol>(
  kit: Kit<P>,
  scenario: Scenario,
  options: RunOptions = {},
): Run<P> {
  const seed = options.seed ?? scenario.seed;
  const profile = options.profile ?? scenario.profile;
  const recorder = new Recorder({ level: options.level ?? "full" });
  const context = claimContext(scenario.nodes);
  const kind = seed === scenario.seed ? "pinned" : "sweep";
  const judge = new Judge(kit, scenario, kind, context);
  recorder.listen(judge);
  const until = options.until ?? scenario.until;
  const { invariants = [] } = scenario;
  const monitor = watchOf(kit, invariants, () => planOf(kit, scenario, { seed, profile, until }));
  if (monitor !== null) recorder.listen(monitor);
  const { wire = "objects", guard = false, jitter, proxied } = options;
  const world = compile(kit, scenario, { seed, profile, recorder, wire, guard, jitter, proxied });
  const crash = play(world, until, scenario, options.tick);
  const complaints = [
    ...beforeCut(crash?.at ?? null, monitor?.finish(world.now) ?? []),
    ...compared(kit, scenario, invariants, { seed, profile }),
  ];
  const { outcomes: kept, ...unbound } = judgedBy(kit, scenario, profile, complaints);
  const outcomes = [...judge.finish(world.now), ...kept];
  const summary: RunSummary = {
    scenario: scenario.name,
    file: scenario.file,
    seed,
    profile,
    passed: crash === null && outcomes.every((outcome) => outcome.passed),
    outcomes,
    ...unbound,
    crash,
    digest: recorder.digest,
    events: recorder.count,
    virtual: world.now as number as Duration,
  };
  const { version = "", mutant = null } = options;
  const header = {
    ...headerOf(kit, scenario, seed, profile, version),
    ...(mutant === null ? {} : { mutant }),
  };
  return { summary, trace: traceOf(header, summary, recorder), world };
}

function play<P extends Protocol>(
  world: World<P>,
  until: Time,
  scenario: Scenario,
  tick: RunOptions["tick"],
): Crash | null {
  try {
    if (tick !== undefined) while (world.step(until)) tick(world.now);
    world.run(until);
    return null;
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error;
    const cause = error.cause instanceof Error ? error.cause : error;
    return {
      node: scenario.nodes[error.node]?.name ?? `#${error.node}`,
      event: error.event,
      at: world.now,
      error: error.message,
      stack: cause.stack ?? "",
    };
  }
}

export function headerOf<P extends Protocol>(
  kit: Kit<P>,
  scenario: Scenario,
  seed: string,
  profile: string,
  version: string,
): TraceHeader {
  const config = { ...defaultsOf(kit.config), ...profileOf(kit, profile).config };
  return {
    format: 2,
    origin: "sim",
    kit: kit.name,
    timesim: version,
    scenario,
    name: scenario.name,
    seed,
    profile,
    nodes: scenario.nodes.map(({ name, address }) => ({ name, address })),
    epoch: kit.epoch(scenario.world, { ...config, ...scenario.config }),
  };
}

export function traceOf(header: TraceHeader, summary: RunSummary, recorder: Recorder): Trace {
  const { digest, events, virtual, outcomes } = summary;
  return {
    header,
    footer: { digest, events, virtual, outcomes },
    event: (id) => recorder.event(id),
    events: () => recorder.events(),
  };
}
