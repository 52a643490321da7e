/** When a row must come true: exactly one of `at`, `by`, `always`, `never`, `eventually`. */
import * as z from "zod";
import { type Duration, FOREVER, formatDuration, SECOND, type Time } from "../core/units.ts";
import { complain, custom, type Form, type Maybe, type Path } from "./forms.ts";
import type { When } from "./model.ts";
import type { Scope } from "./scope.ts";
import { tell } from "./texts.ts";
import { duration, moment } from "./words.ts";

export const WHENS = ["at", "by", "always", "never", "eventually"] as const;

/** What the forms below leave of the keys. */
export interface WhenKeys {
  readonly at?: Time | undefined;
  readonly by?: Time | undefined;
  readonly after?: Time | undefined;
  readonly always?: Span | undefined;
  readonly never?: Span | undefined;
  readonly eventually?: { readonly within: Duration; readonly after: Time } | undefined;
}

interface Span {
  readonly from: Time;
  readonly to: Time;
}

type WhenShape = {
  readonly [Key in keyof WhenKeys]-?: Maybe<Exclude<WhenKeys[Key], undefined>>;
};

export function whenShape(scope: Scope): WhenShape {
  return {
    at: moment("First comes true within this second", scope).optional(),
    by: moment("First comes true no later than this", scope).optional(),
    after: moment("With at or by: count from here on", scope).optional(),
    always: span("Holds at every moment: true, or { from, to }", scope).optional(),
    never: span("Does not hold or happen: true, or { from, to }", scope).optional(),
    eventually: z
      .strictObject({
        within: duration("How long it may take"),
        after: moment("Counted from here; default 0s", scope).optional(),
      })
      .meta({ description: "Comes true some time within a span" })
      .transform((given) => ({ within: given.within, after: given.after ?? (0 as Time) }))
      .optional(),
  };
}

/** `pinned:` and `sweep:`, which hold a when of their own. */
export function whenForm(about: string, scope: Scope): Form<When> {
  return z
    .strictObject(whenShape(scope))
    .meta({ description: about })
    .transform((given, ctx) => {
      const when = whenOf(given, scope, (path, reason) => complain(ctx, path, reason));
      return when ?? z.NEVER;
    });
}

type Complain = (path: Path, reason: string) => void;

/** Null after a complaint. */
export function whenOf(keys: WhenKeys, scope: Scope, wrong: Complain): When | null {
  const given = WHENS.filter((key) => keys[key] !== undefined);
  const [kind, second] = given;
  if (kind === undefined) {
    wrong([], `says no time; add one of ${WHENS.join(", ")}`);
    return null;
  }
  if (second !== undefined) {
    wrong([second], `${given.join(" and ")} exclude each other; write a row for each`);
    return null;
  }
  const when = build(kind, keys);
  const problem = flaw(when, keys, scope);
  if (problem === null) return when;
  wrong(...problem);
  return null;
}

/** The defaults only satisfy the types: `kind` is a key that is there. */
function build(kind: (typeof WHENS)[number], keys: WhenKeys): When {
  const after = keys.after ?? (0 as Time);
  const whole: Span = { from: 0 as Time, to: FOREVER };
  switch (kind) {
    case "at":
      return { kind, second: keys.at ?? (0 as Time), after };
    case "by":
      return { kind, limit: keys.by ?? (0 as Time), after };
    case "always":
      return { kind, ...(keys.always ?? whole) };
    case "never":
      return { kind, ...(keys.never ?? whole) };
    case "eventually":
      return { kind, ...(keys.eventually ?? { after, within: 0 as Duration }) };
  }
}

/** A row that can never fail, or never pass, is a mistake of its author. */
function flaw(when: When, keys: WhenKeys, scope: Scope): [Path, string] | null {
  const until = scope.until ?? FOREVER;
  if (keys.after !== undefined) {
    if (when.kind !== "at" && when.kind !== "by") return [["after"], "goes with at or by only"];
    const limit = when.kind === "at" ? when.second + SECOND : when.limit;
    if (when.after >= limit) return [["after"], `must be before ${formatDuration(limit)}`];
  }
  if (when.kind === "at" && when.second >= until) {
    return [["at"], `the run ends at ${formatDuration(until)}, so this second never comes`];
  }
  if (when.kind === "eventually" && when.after + when.within > until) {
    const end = `${formatDuration(when.after)} + ${formatDuration(when.within)}`;
    return [["eventually"], `${end} is beyond the end: until is ${formatDuration(until)}`];
  }
  return null;
}

function span(about: string, scope: Scope): Form<Span> {
  const mapping = z.strictObject({
    from: moment("Default 0s", scope).optional(),
    to: moment("Default the end of the run", scope).optional(),
  });
  const looks = (): z.ZodType => z.union([z.literal(true), mapping]);
  return custom(about, looks, (value, report) => {
    if (value === true) return { from: 0 as Time, to: FOREVER };
    if (typeof value !== "object" || value === null) {
      report.problem([], `expected true, or a span { from: 0s, to: 40s }; found ${tell(value)}`);
      return undefined;
    }
    const given = report.part(mapping, value, []);
    if (given === undefined) return undefined;
    const result = { from: given.from ?? (0 as Time), to: given.to ?? FOREVER };
    if (result.from < result.to && result.from !== scope.until) return result;
    const key = given.from === undefined ? "to" : "from";
    report.problem([key], "the span is empty; from must be before to and before the end");
    return undefined;
  });
}
