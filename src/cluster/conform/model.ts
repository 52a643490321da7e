/**
 * The scenario in the simulated world, as often as one likes. Run 0 is exact; every other one is
 * shaken by lateness of its own, some less and some much more than a real world is expected to be,
 * so that what is rare there is plain here.
 */
import type { Protocol } from "../../core/machine.ts";
import type { Duration, Time } from "../../core/units.ts";
import type { Kit } from "../../kit/kit.ts";
import type { Scenario } from "../../scenario/model.ts";
import { runScenario } from "../../scenario/run.ts";
import type { Trace } from "../../trace/trace.ts";

export interface ModelOptions {
  readonly seed: string;
  readonly profile: string;
  readonly until: Time;
  /** How late a real world is as a rule, in µs of the run's time. */
  readonly late: Duration;
  /** Messages that the simulated network loses though TCP never would: a wrong model, for tests. */
  readonly loses: number;
  /** The real nodes' network is a proxy, and so the model's has to be. */
  readonly proxied: boolean;
  readonly version: string;
}

export type Model = (run: number) => Trace;

/** Times what is expected. */
const SHAKES = [0.5, 1, 2, 4] as const;
const STALLS = 1 / 16;

export function modelOf<P extends Protocol>(
  kit: Kit<P>,
  scenario: Scenario,
  options: ModelOptions,
): Model {
  const { seed, profile, until, late, loses, proxied, version } = options;
  const played = loses === 0 ? scenario : losing(scenario, loses);
  return (run) => {
    const shake = SHAKES[run % SHAKES.length] ?? 1;
    const usual = Math.round(late * shake) as Duration;
    const jitter = { seed: `${seed}/${run}`, usual, stalls: STALLS };
    const asked = { seed, profile, until, proxied, version, ...(run === 0 ? {} : { jitter }) };
    return runScenario(kit, played, asked).trace;
  };
}

function losing(scenario: Scenario, chance: number): Scenario {
  const fault = { do: "drop", from: "*", to: "*", chance } as const;
  return { ...scenario, events: [{ at: 0 as Time, fault }, ...scenario.events] };
}
