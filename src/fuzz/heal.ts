/**
 * The second half of a drawn world: link faults are lifted, and the nodes of a *core* are started,
 * their clocks set right, their disks given room. As events, so that a file says all of it and
 * shrinking may drop what is not needed.
 */
import type { Fault } from "../core/fault.ts";
import { type Duration, type Time } from "../core/units.ts";
import type { NodePlan, ScenarioEvent } from "../scenario/model.ts";

const LINK_FAULTS: readonly Fault["do"][] = [
  ...(["partition", "cut", "hold", "flap", "shape", "drop", "duplicate"] as const),
  ...(["corrupt", "delay"] as const),
];
const ENDS: readonly Fault["do"][] = ["stop", "kill", "power-loss", "hang"];

/** What is wrong with one node after `events`, in their order of time. */
interface Wrong {
  down: boolean;
  clock: boolean;
  disk: boolean;
  moved: boolean;
}

export interface Healed {
  readonly at: Time;
  readonly core: readonly NodePlan[];
  /** Between the restart of one and of the next. */
  readonly apart: Duration;
}

export function healed(
  events: readonly ScenarioEvent[],
  { at, core, apart }: Healed,
): readonly ScenarioEvent[] {
  const faults = events.flatMap((event) => ("fault" in event ? [event.fault] : []));
  const lifted = faults.some((fault) => LINK_FAULTS.includes(fault.do) && !("for" in fault));
  const lift: ScenarioEvent[] = lifted ? [{ at, fault: { do: "heal" } }] : [];
  let restarts = 0;
  const mended = core.flatMap((plan): ScenarioEvent[] => {
    const wrong = wrongWith(plan, faults);
    const node = plan.name;
    const set: ScenarioEvent[] = [];
    if (wrong.clock) set.push({ at, fault: { do: "clock", node, offset: ZERO, drift: 0 } });
    if (wrong.disk) set.push({ at, fault: { do: "disk", node, full: false, delay: ZERO } });
    if (wrong.down || wrong.moved) {
      const boot = (at + restarts++ * apart) as Time;
      set.push({ at: boot, fault: { do: "restart", node } });
    }
    return set;
  });
  return [...lift, ...mended];
}

const ZERO = 0 as Duration;
/** A clock this wrong harms nobody: µs, ppm. */
const OFFSET_MILD = 1_000_000;
const DRIFT_MILD = 100;

function wrongWith({ name, clock, disk }: NodePlan, faults: readonly Fault[]): Wrong {
  const wrong: Wrong = {
    down: false,
    clock: Math.abs(clock.offset) > OFFSET_MILD || Math.abs(clock.drift) > DRIFT_MILD,
    disk: disk.full || disk.delay > OFFSET_MILD,
    moved: false,
  };
  for (const fault of faults) {
    if (!("node" in fault) || fault.node !== name) continue;
    if (ENDS.includes(fault.do)) wrong.down = true;
    else if (fault.do === "restart") wrong.down = wrong.moved = false;
    else if (fault.do === "clock") wrong.clock = true;
    else if (fault.do === "disk") wrong.disk ||= fault.damage === undefined;
    else if (fault.do === "move") wrong.moved = true;
  }
  return wrong;
}
