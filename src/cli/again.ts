/**
 * A recorded run once more, with this version's code: its scenario played anew, or its inputs fed
 * to the machines. Either way it stops at the first event that differs.
 */
import { BadInput, StepFailed } from "../core/assert.ts";
import { digestOf } from "../core/digest.ts";
import type * as core from "../core/machine.ts";
import type { Time } from "../core/units.ts";
import { feed, type FeedOptions } from "../replay/feed.ts";
import { Follower } from "../replay/follow.ts";
import { compile, specsOf } from "../scenario/compile.ts";
import { loadScenario } from "../scenario/load.ts";
import type { Scenario } from "../scenario/model.ts";
import { writeScenario } from "../scenario/write.ts";
import type { Difference } from "../trace/diff.ts";
import type { EventId, FileBody, TraceEvent } from "../trace/event.ts";
import { Recorder } from "../trace/recorder.ts";
import type { Trace } from "../trace/trace.ts";
import { foundIn, machineIn } from "./flight.ts";
import { profileNamed, type Protocol } from "./protocol.ts";

export interface Again {
  readonly trace: Trace;
  readonly file: string;
  readonly cut: boolean;
  readonly node: number | null;
  /** Hears how far it is, in the run's time. */
  readonly tick: (at: Time) => void;
}

/** Of a real node's record, whether its machine ends as it did; null where that is not known. */
export interface Ending {
  readonly recorded: string;
  readonly now: string;
}

export interface Outcome {
  readonly difference: Difference | null;
  /** What this version has where it has no event. */
  readonly why: string;
  readonly equal: number;
  readonly digest: string;
  readonly ending: Ending | null;
  /** Events of this version's run, before the difference. */
  readonly found: (id: EventId) => TraceEvent | null;
}

/** The whole world again. It needs the header alone; the events are for comparison. */
export function rerun(kit: Protocol, { trace, file, cut, node, tick }: Again): Outcome {
  const { seed } = trace.header;
  const { scenario, profile } = recordedIn(kit, trace, file);
  const follower = new Follower({ trace, cut, node });
  // Where only one node is compared, the others may have differed before: their events are needed.
  const recorder = new Recorder({ level: node === null ? "digest" : "full" });
  recorder.listen(follower);
  const world = compile(kit, scenario, { seed, profile, recorder, wire: "objects", guard: false });
  const until = trace.footer.virtual as number as Time;
  try {
    while (!follower.over && world.step(until)) tick(world.now);
  } catch (error) {
    // A machine that throws has said so in the trace.
    if (!(error instanceof StepFailed)) throw error;
  }
  follower.end();
  const { difference, equal } = follower;
  const found = (id: EventId): TraceEvent | null =>
    node === null ? trace.event(id) : recorder.event(id);
  return {
    difference,
    why: "the run has ended",
    equal,
    digest: recorder.digest,
    ending: null,
    found,
  };
}

/** No world: each node alone with what it was told. */
export function refeed(kit: Protocol, { trace, file, cut, node, tick }: Again): Outcome {
  const { header, footer } = trace;
  const isHost = header.origin === "host";
  const machines = isHost ? [hostIn(kit, trace, file)] : simulatedIn(kit, trace, file);
  const found = (body: unknown): FileBody => foundIn(kit, body, file);
  const fed = feed({ trace, cut, machines, node, found }, ({ at }) => tick(at));
  const { state: recorded } = footer;
  const ending = recorded === undefined ? null : { recorded, now: digestOf(fed.state(0)) };
  return { ...fed, ending, found: (id) => trace.event(id) };
}

type Machines = FeedOptions<core.Protocol>["machines"];

function simulatedIn(kit: Protocol, trace: Trace, file: string): Machines {
  const { scenario, profile } = recordedIn(kit, trace, file);
  return specsOf(kit, scenario, profile);
}

const OF_CLUSTER =
  "real nodes that a cluster merged cannot be replayed as a whole: run timesim cluster with " +
  "--keep FOLDER, and replay the record of a node, FOLDER/NODE/record-1.ndjson";

function hostIn(kit: Protocol, { header }: Trace, file: string): Machines[number] {
  if (header.setup === undefined) throw new BadInput([`${file}:1:1 trace — ${OF_CLUSTER}`]);
  try {
    return machineIn(kit, header);
  } catch (error) {
    if (!(error instanceof BadInput)) throw error;
    const problem = `${file}:1:1 trace — its node cannot be made by this version`;
    throw new BadInput([problem, ...error.problems]);
  }
}

/** The header's scenario as this version reads it: written out, and loaded as a file would be. */
export function recordedIn(
  kit: Protocol,
  { header }: Trace,
  file: string,
): { readonly scenario: Scenario; readonly profile: string } {
  const place = `${file}:1:1 trace —`;
  try {
    const given = header.scenario as Scenario;
    const scenario = loadScenario(kit, writeScenario(kit, given), given.file);
    return { scenario, profile: profileNamed(kit, header.profile) };
  } catch (error) {
    const known = error instanceof BadInput || error instanceof TypeError;
    if (!known) throw error;
    const problems = error instanceof BadInput ? error.problems : [error.message];
    throw new BadInput([`${place} its scenario cannot be played by this version`, ...problems]);
  }
}
