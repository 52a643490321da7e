/** A scenario as monitors are told of it: who runs what, with which constants, over which links. */
import type { RunPlan, Standing } from "../check/invariant.ts";
import type { Protocol } from "../core/machine.ts";
import { type Duration, SECOND, type Time } from "../core/units.ts";
import { defaultsOf } from "../kit/field.ts";
import type { Kit } from "../kit/kit.ts";
import { linkOf, profileOf } from "./compile.ts";
import { claimContext } from "./context.ts";
import type { Scenario } from "./model.ts";

/** Clocks are rounded. */
const ROUNDED = 10 as Duration;
/** Real nodes read their clocks before the trace does, and wake up late: a second of the run... */
const LATE: number = SECOND;
/** ...and where its time goes faster, what so long a time of this machine is there... */
const LATE_HERE: number = 0.2 * SECOND;
/** ...but less than the ten seconds of a handshake, a hold or a rank: nothing would be late. */
const LATE_MAX: number = 5 * SECOND;

export interface Played {
  readonly seed: string;
  readonly profile: string;
  readonly until: Time;
}

/** Of each node, in the scenario's order. */
export function standingsOf<P extends Protocol>(
  kit: Kit<P>,
  { nodes }: Pick<Scenario, "nodes">,
  profile: string,
): readonly Standing[] {
  return nodes.map((node) => profileOf(kit, node.profile ?? profile).standing ?? "kept");
}

export function planOf<P extends Protocol>(
  kit: Kit<P>,
  scenario: Scenario,
  { seed, profile, until }: Played,
): RunPlan {
  const defaults = defaultsOf(kit.config);
  const standard = { ...defaults, ...profileOf(kit, profile).config, ...scenario.config };
  const standings = standingsOf(kit, scenario, profile);
  return {
    ...claimContext(scenario.nodes),
    plans: scenario.nodes.map(({ name, address, dialsFrom, start, settings, ...node }, index) => {
      const { clock, disk } = node;
      const standing = standings[index] ?? "kept";
      const own = standing === "kept" ? {} : profileOf(kit, node.profile ?? profile).config;
      const config = { ...defaults, ...own, ...scenario.config, ...node.config };
      return { name, address, dialsFrom, standing, start, config, settings, clock, disk };
    }),
    world: scenario.world,
    link: linkOf(scenario, seed),
    dialTimeout: scenario.network.dialTimeout,
    userTimeout: scenario.network.userTimeout,
    epoch: kit.epoch(scenario.world, standard),
    exact: true,
    slack: ROUNDED,
    end: until,
  };
}

/** The same of real nodes, which ran `speed` times faster than real time. */
export function realPlanOf(plan: RunPlan, speed: number): RunPlan {
  const late = Math.min(Math.max(LATE, LATE_HERE * speed), LATE_MAX);
  return { ...plan, exact: false, slack: late as Duration };
}
