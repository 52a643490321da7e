/** Scenarios played as the model, and as a real world that is only a little late. */
import { readFileSync } from "node:fs";
import { type Duration, millis, type Time } from "../../src/core/units.ts";
import { Comparison, frameOf } from "../../src/cluster/conform/compare.ts";
import { modelOf } from "../../src/cluster/conform/model.ts";
import type { Frame } from "../../src/cluster/conform/tale.ts";
import { loadScenario } from "../../src/scenario/load.ts";
import type { Scenario } from "../../src/scenario/model.ts";
import { runScenario } from "../../src/scenario/run.ts";
import { masternode } from "../../src/simulate.ts";
import { wordsFor } from "../../src/trace/text.ts";
import type { Trace } from "../../src/trace/trace.ts";

const kit = masternode();

export function scenario(name: string): Scenario {
  const file = `scenarios/${name}.yaml`;
  return loadScenario(kit, readFileSync(file, "utf8"), file);
}

/** At speed 10, where a real world's 5 ms are 50. */
const LATE = millis(50);

export function comparison(
  played: Scenario,
  { loses = 0, more = 100, runs = 20 }: { loses?: number; more?: number; runs?: number } = {},
): Comparison {
  const { seed, profile, until } = played;
  const options = { seed, profile, until, late: LATE, loses, proxied: false, version: "" };
  const model = modelOf(kit, played, options);
  return new Comparison(model, frameFor(played), { runs, more, clear: 8 * LATE });
}

function frameFor(played: Scenario): Frame {
  const { trace } = runScenario(kit, played, { until: 0 as Time });
  return frameOf(played, played.until, wordsFor(trace.header, kit.vocabulary));
}

/** A world as late as a machine in use is: half of what the model allows for, few stalls. */
export function real(played: Scenario, run: number, usual: Duration = millis(20)): Trace {
  const jitter = { seed: `real ${run}`, usual, stalls: 1 / 64 };
  return runScenario(kit, played, { jitter }).trace;
}
