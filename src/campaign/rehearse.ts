/**
 * Scenarios that mutants play before a world is drawn for them. Each has to pass without a defect,
 * or it would tell nothing of one; the one with the fewest events comes first. What came of a
 * scenario depends on nothing but its mutant.
 */
import { BadInput } from "../core/assert.ts";
import type { Protocol } from "../core/machine.ts";
import type { Kit } from "../kit/kit.ts";
import type { Scenario } from "../scenario/model.ts";
import { partText } from "../report/part.ts";
import { runScenario } from "../scenario/run.ts";
import type { RunSummary } from "../trace/outcome.ts";
import { attempt } from "./careful.ts";
import { Lost } from "./pool.ts";

export interface Played {
  readonly events: number;
  readonly broken: Broken | null;
}

/** The first row, in the file's order, that did not come true; or a crash, which ended the run. */
export interface Broken {
  readonly file: string;
  readonly row: string;
  /** What was there instead. */
  readonly text: string;
}

/** A scenario that counts, and what it costs. */
export interface Rehearsed {
  /** In the list of those that were given. */
  readonly index: number;
  readonly file: string;
  readonly events: number;
}

/** One of them by its index, in one worker. */
export type Play = (index: number) => Promise<Played>;

/** In a worker, with or without a defect. A golden is no part of it: any change departs from it. */
export function played<P extends Protocol>(kit: Kit<P>, scenario: Scenario): Played {
  const { file } = scenario;
  try {
    const { summary } = runScenario(kit, scenario, { level: "digest" });
    return { events: summary.events, broken: brokenIn(summary) };
  } catch (error) {
    // Not a machine's step, which is a crash: a monitor, a codec, or constants that cannot be.
    const text = error instanceof Error ? error.message : String(error);
    return { events: 0, broken: { file, row: "throws", text } };
  }
}

function brokenIn({ file, crash, outcomes }: RunSummary): Broken | null {
  if (crash !== null) return { file, row: `${crash.node} crashes`, text: crash.error };
  const outcome = outcomes.find(({ passed }) => !passed);
  if (outcome === undefined) return null;
  const part = outcome.parts.find(({ passed }) => !passed);
  return { file, row: outcome.row, text: part === undefined ? "" : partText(part) };
}

/** The cheapest first. Throws BadInput with every scenario that the protocol itself fails. */
export async function rehearsed(
  scenarios: readonly Scenario[],
  play: Play,
): Promise<readonly Rehearsed[]> {
  const all = await Promise.all(
    scenarios.map((scenario, index) => carefully(play, index, scenario)),
  );
  const problems = all.flatMap(({ broken }): readonly string[] => {
    if (broken === null) return [];
    const { file, row, text } = broken;
    return [`${file} — it fails without any defect: ${row} — ${text}`];
  });
  if (problems.length > 0) throw new BadInput(problems);
  return all
    .map(({ events }, index) => ({ index, file: scenarios[index]?.file ?? "", events }))
    .toSorted((a, b) => a.events - b.events || a.index - b.index);
}

/** What a mutant breaks first; null: it passes them all. */
export async function brokenBy(
  scenarios: readonly Rehearsed[],
  play: Play,
): Promise<Broken | null> {
  for (const scenario of scenarios) {
    const { broken } = await carefully(play, scenario.index, scenario);
    if (broken !== null) return broken;
  }
  return null;
}

/** Twice, where the worker was lost: the first may have been harmed before. */
async function carefully(
  play: Play,
  index: number,
  { file }: Pick<Scenario, "file">,
): Promise<Played> {
  const first = await attempt(play, index);
  const last = first instanceof Lost ? await attempt(play, index) : first;
  if (!(last instanceof Lost)) return last;
  const row = last.how === "hung" ? "hung" : "worker crashed";
  return { events: 0, broken: { file, row, text: last.message } };
}
