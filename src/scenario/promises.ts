/**
 * `invariants:`, the promises that a scenario's runs are held to besides its own rows: all of the
 * kit's, or some. Each is one row of the outcome.
 */
import * as z from "zod";
import type { Time } from "../core/units.ts";
import type { Complaint, InvariantSpec, Monitor, RunPlan, Standing } from "../check/invariant.ts";
import type { Kit } from "../kit/kit.ts";
import type { Protocol } from "../core/machine.ts";
import type { Outcome, OutcomePart, RunSummary, Unbound } from "../trace/outcome.ts";
import { relationsOf } from "./alike.ts";
import type { Dialect } from "./dialect.ts";
import { custom, type Form } from "./forms.ts";
import type { Scenario } from "./model.ts";
import { standingsOf } from "./plan.ts";
import { unknownWord } from "./reasons.ts";
import { tell } from "./texts.ts";

type Promising = Pick<Dialect, "invariants" | "ending" | "fuzz">;

/** A promise of single runs, or one about runs beside each other; undefined: there is none. */
export function specOf(kit: Promising, name: string): InvariantSpec | undefined {
  const { specs = {} } = kit.invariants ?? {};
  const all = { ...specs, ...relationsOf(kit) };
  return Object.hasOwn(all, name) ? all[name] : undefined;
}

/** Those that can be broken, in the kit's order: what is only counted promises nothing. */
export function promises({ invariants }: Promising): readonly string[] {
  const specs = Object.entries(invariants?.specs ?? {});
  return specs.filter(([, { mode }]) => mode !== "sometimes").map(([name]) => name);
}

/** All that a run can be held to by name: those, and promises about runs beside each other. */
export function promisable(kit: Promising): readonly string[] {
  return [...promises(kit), ...Object.keys(relationsOf(kit))];
}

export function promised(kit: Dialect): Form<readonly string[]> {
  const every = promises(kit);
  const names = promisable(kit);
  const about = "Promises about every run that this one is held to: all, or a list";
  const one = names.length === 0 ? z.never() : z.enum(names);
  const looks = (): z.ZodType => z.union([z.literal("all"), z.array(one)]);
  return custom(about, looks, (value, report) => {
    if (names.length === 0 || (value === "all" && every.length === 0)) {
      report.problem([], `${kit.name} promises nothing of every run; leave it out`);
      return undefined;
    }
    if (value === "all") return every;
    if (!Array.isArray(value) || value.length === 0) {
      report.problem([], `expected all, or a list of invariants; found ${tell(value)}`);
      return undefined;
    }
    const strange = value.filter((name, index) => {
      const known = typeof name === "string" && names.includes(name);
      const word = typeof name === "string" ? name : tell(name);
      if (!known) report.problem([index], unknownWord("invariant", word, names));
      return !known;
    });
    return strange.length > 0 ? undefined : [...new Set(value as readonly string[])];
  });
}

/** As it is written in a file; undefined for none. */
export function promisedOut(
  kit: Dialect,
  names: readonly string[],
): "all" | readonly string[] | undefined {
  if (names.length === 0) return undefined;
  const all = promises(kit);
  return all.length === names.length && all.every((name) => names.includes(name)) ? "all" : names;
}

/** Some promises as they are asked of real nodes, and why not all; null: all are. */
export interface OfRealNodes {
  readonly asked: readonly string[];
  readonly unasked: string | null;
}

export function ofRealNodes(kit: Promising, names: readonly string[]): OfRealNodes {
  const why = (name: string): string | undefined => specOf(kit, name)?.simulated;
  const unasked = names.filter((name) => why(name) !== undefined);
  const reasons = [...new Set(unasked.map(why))];
  const said = reasons.map((reason) => {
    return `${unasked.filter((name) => why(name) === reason).join(", ")} (${reason})`;
  });
  return {
    asked: names.filter((name) => why(name) === undefined),
    unasked: said.length === 0 ? null : `not asked of real nodes: ${said.join("; ")}`,
  };
}

/** Of those names the ones about single runs; null where there are none. */
export function watchOf<P extends Protocol>(
  { invariants }: Kit<P>,
  names: readonly string[],
  plan: () => RunPlan,
): Monitor | null {
  const own = names.filter((name) => Object.hasOwn(invariants?.specs ?? {}, name));
  return own.length === 0 ? null : (invariants?.watch(own, plan()) ?? null);
}

/**
 * Which of those names bind none of the nodes, by their standing; null: each binds somebody. A kit
 * may judge others, too: what was seen to be broken bound somebody.
 */
function unboundOf(
  kit: Promising,
  names: readonly string[],
  standings: readonly Standing[],
  complaints: readonly Complaint[],
): Unbound | null {
  if (standings.includes("kept")) return null;
  const broken = new Set(complaints.map(({ invariant }) => invariant));
  const unbound = names.filter(
    (name) => specOf(kit, name)?.everybody !== true && !broken.has(name),
  );
  if (unbound.length === 0) return null;
  const kinds = [...new Set(standings)].map((kind) => {
    const count = standings.filter((standing) => standing === kind).length;
    return `${count} ${count === 1 ? "node" : "nodes"} of standing ${kind}`;
  });
  return { promises: unbound, because: kinds.join(", ") };
}

/**
 * Where a step threw, or a file ends, the last moment is not whole: what was not done in it is no
 * breach. `cut`: that moment; null: the run came to its end.
 */
export function beforeCut(
  cut: Time | null,
  complaints: readonly Complaint[],
): readonly Complaint[] {
  return cut === null ? complaints : complaints.filter(({ at }) => at < cut);
}

/** Of a run's summary: which promises bound somebody, and what became of those. */
export function judgedBy<P extends Protocol>(
  kit: Kit<P>,
  scenario: Scenario,
  profile: string,
  complaints: readonly Complaint[],
): Pick<RunSummary, "outcomes" | "unbound"> {
  const { invariants = [] } = scenario;
  const unbound = unboundOf(kit, invariants, standingsOf(kit, scenario, profile), complaints);
  const asked = invariants.filter((name) => unbound?.promises.includes(name) !== true);
  const outcomes = outcomesOf(kit, asked, scenario, complaints);
  return unbound === null ? { outcomes } : { outcomes, unbound };
}

/** One row for each: kept, or all that was seen to break it. */
function outcomesOf(
  kit: Promising,
  names: readonly string[],
  { promisedAt, file, nodes }: Pick<Scenario, "promisedAt" | "file" | "nodes">,
  complaints: readonly Complaint[],
): readonly Outcome[] {
  return names.map((name): Outcome => {
    const spec = specOf(kit, name);
    const sentence = spec?.about ?? name;
    const broken = complaints
      .filter(({ invariant }) => invariant === name)
      .toSorted((one, other) => one.at - other.at);
    const parts = broken.map(({ node, at, event, text }): OutcomePart => {
      const who = nodes[node]?.name ?? "-";
      return { node: who, sentence, passed: false, at, event, found: text };
    });
    const kept = { node: "-", sentence, passed: true, at: null, event: null, found: "" };
    return {
      row: rowOf(name, spec),
      invariant: name,
      place: promisedAt ?? `${file}:1:1`,
      passed: broken.length === 0,
      expected: `in every run: ${sentence}`,
      parts: parts.length === 0 ? [kept] : parts,
    };
  });
}

function rowOf(name: string, spec: InvariantSpec | undefined): string {
  return spec === undefined || spec.rule === "general" ? name : `${name} (${spec.rule})`;
}
