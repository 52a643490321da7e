/** A kit's Fields as forms: what `config`, `chain`, claims and commands may say, and how. */
import * as z from "zod";
import { BadInput } from "../core/assert.ts";
import { formatDuration } from "../core/units.ts";
import type { Field, Fields, Setting, Settings } from "../kit/field.ts";
import { custom, type Form, isMapping, text } from "./forms.ts";
import type { Scope } from "./scope.ts";
import { tell } from "./texts.ts";
import { choice, duration, nodeName, nodeNames } from "./words.ts";

/** `overrides`: nothing is required and no default is filled in, all the way down. */
export type Fill = "complete" | "overrides";

export function settings(fields: Fields, scope: Scope, fill: Fill): Form<Settings> {
  return z
    .strictObject(shapeOf(fields, scope, fill))
    .transform((given) => filled(fields, given, scope, fill));
}

/** The same as keys of a larger mapping; `filled` has to follow. */
export function shapeOf(fields: Fields, scope: Scope, fill: Fill): Record<string, z.ZodType> {
  const entries = Object.entries(fields).map(([name, field]) => {
    const form = formOf(field, scope, fill);
    return [name, fill === "overrides" || !isRequired(field) ? form.optional() : form];
  });
  return Object.fromEntries(entries) as Record<string, z.ZodType>;
}

/** Throws BadInput for a kit that names a key of its own as `shape` names one. */
export function refuseTaken(kit: string, what: "node" | "world", own: object, shape: object): void {
  const taken = Object.keys(own).find((name) => name in shape);
  if (taken === undefined) return;
  throw new BadInput([`kit ${kit} — a ${what} field cannot be named ${taken}: it is taken`]);
}

/** Adds defaults, drops absent keys, and everything that is none of `fields`. */
export function filled(
  fields: Fields,
  given: Readonly<Record<string, unknown>>,
  scope: Scope,
  fill: Fill,
): Settings {
  const settings: Record<string, Setting> = {};
  for (const [name, field] of Object.entries(fields)) {
    const value = given[name] ?? (fill === "complete" ? defaultOf(field, scope) : undefined);
    if (value !== undefined) settings[name] = value as Setting;
  }
  return settings;
}

/**
 * Arguments of a claim or a command: a mapping of its fields, or just the value of the one that
 * matters (`addnode: C`), or nothing (`true`) where none is required.
 */
export function argumentsOf(about: string, fields: Fields, scope: Scope): Form<Settings> {
  const full = settings(fields, scope, "complete");
  const only = onlyField(fields);
  const short =
    only === null ? null : settings({ [only]: fields[only] as Field }, scope, "complete");
  const bare = Object.values(fields).some(isRequired) ? null : z.literal(true);
  const looks = (): z.ZodType => {
    const single = only === null ? [] : [formOf(fields[only] as Field, scope, "complete")];
    return z.union([full, ...single, ...(bare === null ? [] : [bare])]);
  };
  return custom(about, looks, (value, report) => {
    if (isMapping(value)) return report.part(full, value, []);
    if (bare !== null && (value === true || value === null)) return report.part(full, {}, []);
    if (only === null || short === null) {
      const names = Object.keys(fields).join(", ");
      const hint = names === "" ? "takes nothing: write true" : `needs a mapping of: ${names}`;
      report.problem([], `${hint}; found ${tell(value)}`);
      return undefined;
    }
    const one = report.part(formOf(fields[only] as Field, scope, "complete"), value, []);
    return one === undefined ? undefined : filled(fields, { [only]: one }, scope, "complete");
  });
}

/** The field meant by a bare value: the only required one, else the only one. */
function onlyField(fields: Fields): string | null {
  const names = Object.keys(fields);
  const required = names.filter((name) => isRequired(fields[name] as Field));
  if (required.length === 1) return required[0] as string;
  return required.length === 0 && names.length === 1 ? (names[0] as string) : null;
}

function isRequired(field: Field): boolean {
  if (field.optional === true || ("default" in field && field.default !== undefined)) return false;
  return field.kind !== "group" || Object.values(field.fields).some(isRequired);
}

function defaultOf(field: Field, scope: Scope): Setting | undefined {
  if (field.kind === "group") {
    return field.optional === true
      ? undefined
      : (filled(field.fields, {}, scope, "complete") as Setting);
  }
  if (!("default" in field)) return undefined;
  const all = field.kind === "nodes" && field.default?.includes("all") === true;
  return all ? (scope.nodes ?? []) : field.default;
}

function lengthOf({ min = 0 }: Extract<Field, { kind: "duration" }>, about: string): Form<Setting> {
  const wrong = `must be at least ${formatDuration(min)}`;
  return min === 0 ? duration(about) : duration(about).refine((length) => length >= min, wrong);
}

type Plain = Exclude<Field, { readonly kind: "node" | "nodes" | "group" }>;

/** Forms that name nothing of the file are made once: making forms is the slow part of loading. */
const made: Readonly<Record<Fill, WeakMap<Plain, Form<Setting>>>> = {
  complete: new WeakMap(),
  overrides: new WeakMap(),
};

function formOf(field: Field, scope: Scope, fill: Fill): Form<Setting> {
  switch (field.kind) {
    case "node":
      return nodeName(aboutOf(field, fill), scope);
    case "nodes":
      return nodeNames(aboutOf(field, fill), scope, true);
    case "group": {
      const about = aboutOf(field, fill);
      return settings(field.fields, scope, fill).meta({ description: about }) as Form<Setting>;
    }
    default: {
      const form = made[fill].get(field) ?? plainForm(field, aboutOf(field, fill));
      made[fill].set(field, form);
      return form;
    }
  }
}

function plainForm(field: Plain, about: string): Form<Setting> {
  switch (field.kind) {
    case "duration":
      return lengthOf(field, about);
    case "number":
      return numberOf(field, about);
    case "flag":
      return z.boolean().meta({ description: about });
    case "text":
      return z.string().meta({ description: about });
    case "pattern":
      return text({ about, write: "expected a regular expression as text" }, readPattern);
    case "choice":
      return choice("choice", about, field.of);
  }
}

function numberOf(field: Extract<Field, { kind: "number" }>, about: string): Form<number> {
  let form = field.whole === true ? z.number().int() : z.number();
  if (field.min !== undefined) form = form.min(field.min);
  if (field.max !== undefined) form = form.max(field.max);
  return form.meta({ description: about });
}

/** Editors show the default where they show the description; `overrides` too, for orientation. */
function aboutOf(field: Field, fill: Fill): string {
  if (!("default" in field) || field.default === undefined) return field.about;
  const value = field.kind === "duration" ? formatDuration(field.default) : String(field.default);
  return `${field.about} (${fill === "overrides" ? "usually" : "default"} ${value || "none"})`;
}

function readPattern(pattern: string): string | { readonly wrong: string } {
  try {
    new RegExp(pattern);
    return pattern;
  } catch (error) {
    const reason = error instanceof SyntaxError ? error.message : String(error);
    return {
      wrong: `is no regular expression: ${reason.replace(/^Invalid regular expression: /, "")}`,
    };
  }
}
