/**
 * One world, played and judged by everything that is promised of every run. A machine that throws
 * breaks the first promise of all.
 */
import type { Complaint } from "../check/invariant.ts";
import { StepFailed } from "../core/assert.ts";
import type { Protocol } from "../core/machine.ts";
import type { Time } from "../core/units.ts";
import type { World } from "../engine/world.ts";
import type { Kit } from "../kit/kit.ts";
import { compared, relationsOf } from "../scenario/alike.ts";
import { compile } from "../scenario/compile.ts";
import type { Scenario } from "../scenario/model.ts";
import { planOf } from "../scenario/plan.ts";
import { beforeCut, watchOf } from "../scenario/promises.ts";
import { type Listener, Recorder } from "../trace/recorder.ts";

export interface JudgeOptions {
  /** Invariants to hold it to; default: all of the kit's, and those about runs beside others. */
  readonly invariants?: readonly string[];
  /** Messages as objects, or encoded to wire bytes and decoded again. */
  readonly wire?: "objects" | "bytes";
  /** Who else wants to see the run. */
  readonly listener?: Listener;
}

export interface Judgement {
  /** Empty: all promises were kept. */
  readonly complaints: readonly Complaint[];
  /** `sometimes` invariants that it came past. */
  readonly marks: readonly string[];
  readonly digest: string;
  readonly events: number;
  /** How far it went. */
  readonly virtual: Time;
}

/** More than most worlds have; of a large one, as much as may be kept. */
const BATCH = 32_768;

/** The name of the promise that no kit has to make. */
const NO_CRASH = "no-crash";

export function judge<P extends Protocol>(
  kit: Kit<P>,
  scenario: Scenario,
  options: JudgeOptions = {},
): Judgement {
  const { seed, profile, until } = scenario;
  const recorder = new Recorder({ level: "digest", batch: BATCH });
  const { specs = {} } = kit.invariants ?? {};
  const names = options.invariants ?? Object.keys({ ...specs, ...relationsOf(kit) });
  const monitor = watchOf(kit, names, () => planOf(kit, scenario, { seed, profile, until }));
  if (monitor !== null) recorder.listen(monitor);
  if (options.listener !== undefined) recorder.listen(options.listener);
  const wire = options.wire ?? "objects";
  const world = compile(kit, scenario, { seed, profile, recorder, wire, guard: false });
  const crash = crashOf(world, until);
  recorder.flush();
  const complaints = [
    ...beforeCut(crash?.at ?? null, monitor?.finish(world.now) ?? []),
    ...compared(kit, scenario, names, { seed, profile }),
  ];
  return {
    complaints: crash === null ? complaints : [crash, ...complaints],
    marks: monitor?.marks?.() ?? [],
    digest: recorder.digest,
    events: recorder.count,
    virtual: world.now,
  };
}

function crashOf<P extends Protocol>(world: World<P>, until: Time): Complaint | null {
  try {
    world.run(until);
    return null;
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error;
    const { node, event, message, cause } = error;
    const witness = cause instanceof Error ? cause.message.replaceAll(/\d+/g, "N") : "";
    return { invariant: NO_CRASH, witness, node, at: world.now, event, text: message };
  }
}
