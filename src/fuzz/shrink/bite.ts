/**
 * What each thing that is left of a shrunk scenario is good for: it is played once more without it.
 * Of a scenario that cannot shrink any further most bites are deep, the complaint is gone.
 */
import { type Complaint, signatureOf } from "../../check/invariant.ts";
import { BadInput } from "../../core/assert.ts";
import type { Protocol } from "../../core/machine.ts";
import { type Duration, formatDuration, SECOND, type Time } from "../../core/units.ts";
import type { Kit } from "../../kit/kit.ts";
import type { Dialect } from "../../scenario/dialect.ts";
import type { Scenario } from "../../scenario/model.ts";
import { judge } from "../judge.ts";
import { fitted } from "./fit.ts";
import type { Seen, Target, Trials } from "./trial.ts";
import { drop, overrides, type Way } from "./usual.ts";
import { eventSentence, moment, settingText } from "./words.ts";

export interface Bite {
  /** What was left out, as words. */
  readonly without: string;
  /** Index into the scenario's events, or null for a constant. */
  readonly event: number | null;
  /** Of the same failure: how much later (or, below 0, earlier). Null: it is gone, or `shared`. */
  readonly later: Duration | null;
  /** Who fails in the same way then, without the defect: it shows nothing. Null: nobody. */
  readonly shared: string | null;
  /** What is complained of instead; null: nothing. */
  readonly instead: string | null;
  /** All of it in words: `nothing is complained of`. */
  readonly text: string;
}

interface Lack {
  readonly without: string;
  readonly event: number | null;
  readonly scenario: Scenario;
}

/** One for each event, then one for each constant that was changed. */
export function bites<P extends Protocol>(
  kit: Kit<P>,
  scenario: Scenario,
  target: Target,
  seen: Seen,
  { defective, healthy }: Trials,
): readonly Bite[] {
  // What is left out may have hurried it.
  const until = (scenario.until + Math.max(20 * SECOND, scenario.until / 4)) as Time;
  return lacks(kit, scenario).map(({ without, event, scenario: less }): Bite => {
    const longer = { ...less, until };
    const again = defective(longer);
    const both = again !== null && healthy !== null && healthy.trial(longer) !== null;
    const changed = {
      later: again === null || both ? null : ((again.at - seen.at) as Duration),
      shared: both ? healthy.name : null,
      instead: again === null ? otherOf(kit, longer, target) : null,
    };
    return { without, event, ...changed, text: bitten(changed) };
  });
}

function lacks(kit: Dialect, scenario: Scenario): readonly Lack[] {
  const { events, config, nodes } = scenario;
  const found = [
    ...events.map((event, index): Candidate => {
      const left = events.filter((_, at) => at !== index);
      return {
        without: `${moment(event.at)} ${eventSentence(event)}`,
        event: index,
        scenario: { ...scenario, events: left },
      };
    }),
    ...overrides(kit.config, config).map((way): Candidate => {
      const less = { ...scenario, config: drop(config, way) };
      return { without: constantText(kit, config, way), event: null, scenario: less };
    }),
    ...nodes.flatMap(({ name, config: own }) =>
      overrides(kit.config, own).map((way): Candidate => {
        const less = nodes.map((node) => {
          return node.name === name ? { ...node, config: drop(own, way) } : node;
        });
        const without = `${name}'s ${constantText(kit, own, way)}`;
        return { without, event: null, scenario: { ...scenario, nodes: less } };
      }),
    ),
  ];
  return found.flatMap((lack) => {
    const less = fitted(kit, lack.scenario);
    return less === null ? [] : [{ ...lack, scenario: less }];
  });
}

type Candidate = Lack;

function constantText(kit: Dialect, config: Scenario["config"], way: Way): string {
  return settingText(kit.config, config, way);
}

/** The first complaint of another kind. */
function otherOf<P extends Protocol>(
  kit: Kit<P>,
  scenario: Scenario,
  target: Target,
): string | null {
  if (target.kind === "row") return null;
  const complaints = complaintsOf(kit, scenario);
  const [first] = complaints.toSorted((one, other) => one.at - other.at);
  return first === undefined ? null : signatureOf(first);
}

function complaintsOf<P extends Protocol>(kit: Kit<P>, scenario: Scenario): readonly Complaint[] {
  try {
    return judge(kit, scenario).complaints;
  } catch (error) {
    if (error instanceof BadInput) return [];
    throw error;
  }
}

function bitten({ later, shared, instead }: Pick<Bite, "later" | "shared" | "instead">): string {
  if (shared !== null) return `${shared} fails in the same way`;
  if (instead !== null) return `something else is complained of: ${instead}`;
  if (later === null) return "nothing is complained of";
  if (later === 0) return "it happens all the same";
  const by = formatDuration(Math.abs(later));
  return `it happens all the same, ${by} ${later > 0 ? "later" : "earlier"}`;
}
