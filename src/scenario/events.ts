/** `events:` as written: when, and one verb, which is a fault of the world or a kit's command. */
import * as z from "zod";
import type { Fault } from "../core/fault.ts";
import type { Time } from "../core/units.ts";
import type { Dialect } from "./dialect.ts";
import { argumentsOf } from "./fields.ts";
import { FAULTS, type FaultForm } from "./faults.ts";
import { compact, complain, custom, type Form, isMapping, type Report } from "./forms.ts";
import type { ScenarioEvent } from "./model.ts";
import { unknownWord } from "./reasons.ts";
import type { Scope } from "./scope.ts";
import { tell } from "./texts.ts";
import { duration, moment, nodeNames } from "./words.ts";

type Events = readonly ScenarioEvent[];

/** Keys that stand beside the verb. */
const BESIDE = ["at", "node", "for", "name"];

export function eventForm(kit: Dialect, scope: Scope): Form<Events> {
  const verbs = [...new Set([...Object.keys(FAULTS), ...Object.keys(kit.commands)])];
  const looks = (): z.ZodType => {
    const faults = Object.keys(FAULTS).map((verb) => formOf(verb, false, kit, scope));
    const commands = Object.keys(kit.commands).map((verb) => formOf(verb, true, kit, scope));
    return z.union([...faults, ...commands]);
  };
  // Made on first use: a file needs few of them, and making one is the slow part of loading.
  const forms = new Map<string, Form<Events>>();
  const about = "When, and one thing that happens: a fault, or a command to a node";
  return custom(about, looks, (value, report) => {
    if (!isMapping(value)) {
      const example = "{ at: 30s, kill: A }";
      report.problem([], `expected an event such as ${example}; found ${tell(value)}`);
      return undefined;
    }
    const verb = verbOf(value, verbs, report);
    if (verb === null) return undefined;
    const told = Object.hasOwn(kit.commands, verb);
    // `stop` may be both: a command is told to a node, a fault names it itself.
    const asCommand = told && (!Object.hasOwn(FAULTS, verb) || "node" in value);
    const key = asCommand ? `command ${verb}` : verb;
    const form = forms.get(key) ?? formOf(verb, asCommand, kit, scope);
    forms.set(key, form);
    return report.part(form, value, []);
  });
}

/**
 * The one key that says what happens. Looked for before anything is parsed: zod's union of some
 * thirty forms could only say that none of them fits.
 */
function verbOf(
  value: Readonly<Record<string, unknown>>,
  verbs: readonly string[],
  report: Report,
): string | null {
  const keys = Object.keys(value);
  const [verb, second] = keys.filter((key) => verbs.includes(key));
  if (second !== undefined) {
    report.key([], second, `one event does one thing; ${verb} is there already, so split it`);
    return null;
  }
  if (verb !== undefined) return verb;
  const strange = keys.filter((key) => !BESIDE.includes(key));
  for (const key of strange) report.key([], key, unknownWord("event", key, verbs));
  if (strange.length === 0)
    report.problem([], `says nothing to do; add one of ${verbs.join(", ")}`);
  return null;
}

function formOf(verb: string, asCommand: boolean, kit: Dialect, scope: Scope): Form<Events> {
  if (asCommand) return commandForm(verb, kit, scope);
  return faultForm(verb, FAULTS[verb] as FaultForm, kit, scope);
}

function faultForm(verb: string, fault: FaultForm, kit: Dialect, scope: Scope): Form<Events> {
  const at = moment("When it happens", scope);
  const what = described(fault.form(scope, kit), fault.about);
  if (!fault.lasts) {
    return z.strictObject({ at, [verb]: what }).transform((given) => {
      const faults = given[verb] as readonly Fault[];
      return faults.map((one) => ({ at: given["at"] as Time, fault: one }));
    });
  }
  const shape = {
    at,
    [verb]: what,
    for: duration("It lifts itself after this").optional(),
    name: z.string().min(1).meta({ description: "For a later heal" }).optional(),
  };
  return z.strictObject(shape).transform((given, ctx) => {
    const { at: from, for: length, name, [verb]: faults } = given;
    if (length === 0) complain(ctx, ["for"], "0s is no time at all; leave it out for no end");
    const beside = compact({ name, for: length });
    return (faults as readonly Fault[]).map((one) => {
      return { at: from as Time, fault: { ...one, ...beside } as Fault };
    });
  });
}

/** `node: [A, B]` tells both, as two events of the same moment. */
function commandForm(verb: string, kit: Dialect, scope: Scope): Form<Events> {
  const command = kit.commands[verb];
  const shape = {
    at: moment("When it is told", scope),
    node: nodeNames("Who is told: a node, a list, or all", scope),
    [verb]: argumentsOf(command?.about ?? "", command?.fields ?? {}, scope),
  };
  return z.strictObject(shape).transform((given): Events => {
    const nodes = given["node"] as readonly string[];
    return nodes.map((node) => {
      const args = given[verb] as Extract<ScenarioEvent, { command: string }>["args"];
      return { at: given["at"] as Time, node, command: verb, args };
    });
  });
}

function described<T>(form: Form<T>, about: string): Form<T> {
  return form.description === undefined ? form.meta({ description: about }) : form;
}
