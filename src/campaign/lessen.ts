/** A failing world made smaller while it fails in the same way, as far as there is time. */
import { performance } from "node:perf_hooks";
import type { Protocol } from "../core/machine.ts";
import { type Minimal, minimalOf } from "../fuzz/shrink/minimal.ts";
import { nameFor } from "../fuzz/shrink/narrate.ts";
import { beginning, shrinking } from "../fuzz/shrink/shrink.ts";
import {
  between,
  type Target,
  type Trial,
  trialOf,
  type Trials,
  UNCHANGED,
} from "../fuzz/shrink/trial.ts";
import type { Kit } from "../kit/kit.ts";
import type { Scenario } from "../scenario/model.ts";
import type { Asked } from "./asked.ts";
import type { Beat } from "./pool.ts";
import type { Found } from "./tally.ts";

export interface Lessening<P extends Protocol> {
  readonly kit: Kit<P>;
  /** Without the defect that was put in: it must not fail. Null: nothing was. */
  readonly healthy: Kit<P> | null;
  readonly asked: Asked;
  readonly beat: Beat;
}

export interface Lessened extends Minimal {
  /** Nothing more can be left out. */
  readonly done: boolean;
}

/** Null: nothing to begin with; it does not fail alone, or without the defect too. */
export function lessened<P extends Protocol>(
  { kit, healthy, asked, beat }: Lessening<P>,
  scenario: Scenario,
  { seed, invariant, witness }: Found,
): Lessened | null {
  const target: Target = { kind: "promise", invariant, witness };
  const alive = (of: Kit<P>): Trial => {
    const look = trialOf(of, target);
    return (candidate) => {
      const seen = look(candidate);
      beat();
      return seen;
    };
  };
  const trials: Trials = {
    defective: alive(kit),
    healthy: healthy === null ? null : { name: UNCHANGED, trial: alive(healthy) },
  };
  const trial = between(trials);
  const start = beginning(scenario, target, trial);
  if (start === null) return null;
  const end = performance.now() + asked.maxShrinkTime * 1_000;
  let state = start;
  for (const next of shrinking(kit, trial, start)) {
    state = next;
    if (performance.now() > end || !beat()) break;
  }
  const defect = asked.mutant === null ? "" : `, mutant ${asked.mutant}`;
  const about = { name: nameFor(state), found: `timesim fuzz, seed ${seed}${defect}` };
  return { ...minimalOf(kit, state, trials, about), done: state.done };
}
