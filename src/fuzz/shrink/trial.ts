/**
 * What has to stay while a scenario shrinks, and how one finds out: a promise broken in the same
 * way, or a row of its own that fails. Where there is a protocol without the defect, it must pass.
 */
import { type Complaint, signatureOf } from "../../check/invariant.ts";
import { BadInput } from "../../core/assert.ts";
import type { Protocol } from "../../core/machine.ts";
import { FOREVER, SECOND, type Time } from "../../core/units.ts";
import type { Kit } from "../../kit/kit.ts";
import type { Expectation, Scenario } from "../../scenario/model.ts";
import { specOf } from "../../scenario/promises.ts";
import { runScenario } from "../../scenario/run.ts";
import { judge } from "../judge.ts";

export type Target =
  | { readonly kind: "promise"; readonly invariant: string; readonly witness: string }
  /** A row of `expect`, by its words. */
  | { readonly kind: "row"; readonly row: string };

/** That it still fails, and where. */
export interface Seen {
  readonly at: Time;
  /** Index of the node, or WORLD. */
  readonly node: number;
  /** The event that shows it; null where one is missing. */
  readonly event: number | null;
  readonly text: string;
}

/** Null: it does not fail, or not in this way. */
export type Trial = (scenario: Scenario) => Seen | null;

export interface TrialOptions {
  readonly wire?: "objects" | "bytes";
  /** Another machine profile than the scenario's. */
  readonly profile?: string;
}

/** A protocol with the defect beside one without it. */
export interface Trials {
  readonly defective: Trial;
  /** Null: none is known that passes. */
  readonly healthy: Healthy | null;
}

export interface Healthy {
  /** As a sentence says it: `the repaired profile`. */
  readonly name: string;
  readonly trial: Trial;
}

/** The name of a mutant's own protocol. */
export const UNCHANGED = "the unchanged protocol";

/** What one protocol does. */
export function trialOf<P extends Protocol>(
  kit: Kit<P>,
  target: Target,
  options: TrialOptions = {},
): Trial {
  const look =
    target.kind === "row" ? rowTrial(kit, target, options) : promiseTrial(kit, target, options);
  return (scenario) => possible(() => look(scenario));
}

/** It fails with the defect, and not without. */
export function between({ defective, healthy }: Trials): Trial {
  return (scenario) => {
    const seen = defective(scenario);
    if (seen === null || healthy === null) return seen;
    return healthy.trial(scenario) === null ? seen : null;
  };
}

/** What only the kit can see to be wrong with a scenario is no failure of it. */
function possible(look: () => Seen | null): Seen | null {
  try {
    return look();
  } catch (error) {
    if (error instanceof BadInput) return null;
    throw error;
  }
}

type Of<Kind> = Extract<Target, { readonly kind: Kind }>;

function promiseTrial<P extends Protocol>(
  kit: Kit<P>,
  { invariant, witness }: Of<"promise">,
  { wire = "objects", profile }: TrialOptions,
): Trial {
  const invariants = specOf(kit, invariant) === undefined ? [] : [invariant];
  const signature = signatureOf({ invariant, witness } as Complaint);
  return (given) => {
    const scenario = profile === undefined ? given : { ...given, profile };
    const { complaints } = judge(kit, scenario, { invariants, wire });
    const found = complaints.find((complaint) => signatureOf(complaint) === signature);
    if (found === undefined) return null;
    const { at, node, event, text } = found;
    return { at, node, event, text };
  };
}

function rowTrial<P extends Protocol>(
  kit: Kit<P>,
  { row }: Of<"row">,
  { wire = "objects", profile }: TrialOptions,
): Trial {
  return (scenario) => {
    const asked = scenario.expect.find((one) => one.row === row);
    if (asked === undefined) return null;
    const alone = { ...scenario, expect: [asked] };
    const how = profile === undefined ? {} : { profile };
    const { summary } = runScenario(kit, alone, { wire, level: "digest", ...how });
    const outcome = summary.outcomes.find((one) => one.row === row && !one.passed);
    const part = outcome?.parts.find((one) => !one.passed);
    if (outcome === undefined || part === undefined || summary.crash !== null) return null;
    const node = scenario.nodes.findIndex(({ name }) => name === part.node);
    const text = `expected ${outcome.expected}; found: ${part.found}`;
    return { at: momentOf(asked, part.at, summary.virtual), node, event: part.event, text };
  };
}

/** When the row was lost; a row's window has to fit into the run besides. */
function momentOf({ when }: Expectation, at: Time | null, end: number): Time {
  switch (when.kind) {
    case "at":
      return (when.second + SECOND) as Time;
    case "by":
      return when.limit;
    case "eventually":
      return (when.after + when.within) as Time;
    case "always":
    case "never": {
      const last = when.to === FOREVER ? (at ?? end) : Math.max(at ?? 0, when.to);
      return Math.max(last, when.from) as Time;
    }
  }
}
