/** What shrinking comes to: a scenario file that is a regression test by itself. */
import type { Protocol } from "../../core/machine.ts";
import type { Kit } from "../../kit/kit.ts";
import { aboutOf } from "../../scenario/comment.ts";
import type { Scenario } from "../../scenario/model.ts";
import { promises, specOf } from "../../scenario/promises.ts";
import { runScenario } from "../../scenario/run.ts";
import { writeScenario } from "../../scenario/write.ts";
import { type Bite, bites } from "./bite.ts";
import { narrated } from "./narrate.ts";
import type { ShrinkState } from "./shrink.ts";
import type { Target, Trials } from "./trial.ts";

export interface Minimal {
  readonly scenario: Scenario;
  /** The file. */
  readonly text: string;
  readonly bites: readonly Bite[];
}

/** `name`: the scenario's, in words with dashes. `found`: `timesim fuzz, seed 8123`. */
export function minimalOf<P extends Protocol>(
  kit: Kit<P>,
  state: ShrinkState,
  trials: Trials,
  { name, found }: { readonly name: string; readonly found: string },
): Minimal {
  const { best, seen, target } = state;
  // Each is a whole run for whatever is left, and means little while more can be left out.
  const bitten = state.done ? bites(kit, best, target, seen, trials) : [];
  const { trace } = runScenario(kit, best, { level: "full" });
  const comments = narrated(kit, { state, bites: bitten, trace, found });
  const asked = expecting(kit, best, target);
  const scenario = { ...asked, name, about: aboutOf(comments) };
  return { scenario, text: writeScenario(kit, scenario, comments), bites: bitten };
}

/** A crash breaks every run, so of one that crashed all promises are asked. */
function expecting<P extends Protocol>(kit: Kit<P>, best: Scenario, target: Target): Scenario {
  if (target.kind === "row") return best;
  const all = promises(kit);
  const invariants = specOf(kit, target.invariant) === undefined ? all : [target.invariant];
  return invariants.length === 0 ? best : { ...best, invariants };
}
