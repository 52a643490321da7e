/** In which way a scenario fails, whatever it is held to: what there is to complain of first. */
import { FOREVER } from "../../core/units.ts";
import type { Protocol } from "../../core/machine.ts";
import type { Kit } from "../../kit/kit.ts";
import type { Scenario } from "../../scenario/model.ts";
import { runScenario } from "../../scenario/run.ts";
import { judge } from "../judge.ts";
import type { Target, TrialOptions } from "./trial.ts";

/**
 * A crash first, then the earliest broken promise, of those that the scenario names or else of all,
 * then the first of its rows that fails. Null: it passes.
 */
export function failureOf<P extends Protocol>(
  kit: Kit<P>,
  scenario: Scenario,
  { wire = "objects" }: TrialOptions = {},
): Target | null {
  const { invariants: named } = scenario;
  const { complaints } = judge(kit, scenario, {
    wire,
    ...(named === undefined ? {} : { invariants: named }),
  });
  const [first] = complaints.toSorted((one, other) => one.at - other.at);
  if (first !== undefined) {
    return { kind: "promise", invariant: first.invariant, witness: first.witness };
  }
  const { invariants: _invariants, ...rest } = scenario;
  const { summary } = runScenario(kit, rest, { wire, level: "digest" });
  const failed = summary.outcomes.filter(({ passed }) => !passed);
  const since = ({ parts }: (typeof failed)[number]): number =>
    Math.min(...parts.map((part) => (part.passed ? FOREVER : (part.at ?? FOREVER))));
  const [row] = failed.toSorted((one, other) => since(one) - since(other));
  return row === undefined ? null : { kind: "row", row: row.row };
}

export function targetText(target: Target): string {
  if (target.kind === "row") return `row "${target.row}"`;
  const { invariant, witness } = target;
  return witness === "" ? invariant : `${invariant}: ${witness}`;
}

/** As a run with this seed plays it: a sweep's link and rows are the scenario's own then. */
export function withSeed(scenario: Scenario, seed: string): Scenario {
  const kind = seed === scenario.seed ? "pinned" : "sweep";
  const rows = scenario.expect.filter(({ runs }) => runs === "all" || runs === kind);
  const { link, sweepLink } = scenario;
  return {
    ...scenario,
    seed,
    link: kind === "sweep" ? (sweepLink ?? link) : link,
    sweepLink: null,
    expect: rows.map((row) => ({ ...row, runs: "all" })),
  };
}
