/** `expect:` as written. A row with `pinned` and `sweep` becomes two expectations. */
import * as z from "zod";
import type { Settings } from "../kit/field.ts";
import type { Dialect } from "./dialect.ts";
import { argumentsOf } from "./fields.ts";
import { complain, custom, type Form, isMapping, type Report } from "./forms.ts";
import type { ClaimCall, Expectation, When } from "./model.ts";
import { unknownWord } from "./reasons.ts";
import type { Scope } from "./scope.ts";
import { tell } from "./texts.ts";
import { WHENS, whenForm, whenOf, whenShape } from "./when.ts";
import { nodeNames } from "./words.ts";

/** An expectation that does not know yet where in the file it stands. */
export type Row = Omit<Expectation, "place">;

export function rowForm(kit: Dialect, scope: Scope): Form<readonly Row[]> {
  const claim = claimForm(kit, scope);
  const shape = {
    row: z.string().meta({ description: "The row in the reader's words" }).optional(),
    on: nodeNames("Whom it is about: a node, a list, or all", scope).optional(),
    that: claimsForm(claim).optional(),
    chain: z
      .array(claim)
      .min(2)
      .meta({ description: "Claims, each with the one before among its causes" })
      .optional(),
    ...whenShape(scope),
    pinned: whenForm("When, in a run with the scenario's own seed", scope).optional(),
    sweep: whenForm("When, in runs with other seeds", scope).optional(),
  };
  return z.strictObject(shape).transform((given, ctx) => {
    const problems: string[] = [];
    const wrong = (path: readonly (string | number)[], reason: string): void => {
      problems.push(reason);
      complain(ctx, path, reason);
    };
    const { that, chain, pinned, sweep } = given;
    const claims = that ?? chain ?? [];
    if (that === undefined && chain === undefined) wrong([], "claims nothing; add that or chain");
    if (that !== undefined && chain !== undefined) wrong(["chain"], "leave out that, or chain");
    checkSubject(claims, given.on, kit, wrong);
    const whens: [Row["runs"], When][] = [];
    if (pinned !== undefined) whens.push(["pinned", pinned]);
    if (sweep !== undefined) whens.push(["sweep", sweep]);
    if (whens.length === 0) {
      const when = whenOf(given, scope, wrong);
      if (when !== null) whens.push(["all", when]);
    } else {
      const stray = [...WHENS, "after" as const].find((key) => given[key] !== undefined);
      if (stray !== undefined) wrong([stray], "move it into pinned or sweep");
    }
    if (problems.length > 0) return z.NEVER;
    const on = given.on ?? [];
    const row = given.row ?? wordsFor(on, claims);
    const chained = chain !== undefined;
    return whens.map(([runs, when]): Row => ({ row, on, claims, chained, when, runs }));
  });
}

type Complain = (path: readonly (string | number)[], reason: string) => void;

/** Claims about nodes need `on`; claims about the world have no node to stand on. */
function checkSubject(
  claims: readonly ClaimCall[],
  on: readonly string[] | undefined,
  kit: Dialect,
  wrong: Complain,
): void {
  const scopes = claims.map(({ claim }) => ({ claim, scope: kit.claims[claim]?.scope }));
  const ofNode = scopes.find(({ scope }) => scope === "node");
  const ofWorld = scopes.find(({ scope }) => scope === "world");
  if (ofNode !== undefined && ofWorld !== undefined) {
    wrong([], `${ofNode.claim} is about a node, ${ofWorld.claim} about the world; write two rows`);
  } else if (ofNode !== undefined && on === undefined) {
    wrong([], `${ofNode.claim} is about a node; add on: with a node, a list, or all`);
  } else if (ofWorld !== undefined && on !== undefined) {
    wrong(["on"], `${ofWorld.claim} is about the world, not a node; leave out on`);
  }
}

/** One claim, or a list of which all must come true. */
function claimsForm(claim: Form<ClaimCall>): Form<readonly ClaimCall[]> {
  const looks = (): z.ZodType => z.union([claim, z.array(claim)]);
  return custom("A claim, or a list: all of them", looks, (value, report) => {
    if (!Array.isArray(value)) {
      const one = report.part(claim, value, []);
      return one === undefined ? undefined : [one];
    }
    if (value.length === 0) {
      report.problem([], "an empty list claims nothing; add a claim");
      return undefined;
    }
    const read = value.map((item, index) => report.part(claim, item, [index]));
    const claims = read.filter((one) => one !== undefined);
    return claims.length === read.length ? claims : undefined;
  });
}

/** `ready: { with: A }`, `ready: A`, or plain `tips-equal`. */
function claimForm(kit: Dialect, scope: Scope): Form<ClaimCall> {
  const names = Object.keys(kit.claims);
  const forms = new Map<string, Form<Settings>>();
  const args = (name: string): Form<Settings> => {
    const claim = kit.claims[name];
    const form = forms.get(name) ?? argumentsOf(claim?.about ?? "", claim?.fields ?? {}, scope);
    forms.set(name, form);
    return form;
  };
  const looks = (): z.ZodType =>
    z.union([z.enum(names), ...names.map((name) => z.strictObject({ [name]: args(name) }))]);
  return custom("What is claimed", looks, (value, report) => {
    const call = callOf(value, names, report);
    if (call === null) return undefined;
    const given = report.part(args(call.name), call.given, call.path);
    return given === undefined ? undefined : { claim: call.name, args: given };
  });
}

interface Call {
  readonly name: string;
  readonly given: unknown;
  readonly path: readonly string[];
}

/** Name and arguments, however written. One claim a mapping keeps a chain's order plain. */
function callOf(value: unknown, names: readonly string[], report: Report): Call | null {
  if (typeof value === "string") {
    if (names.includes(value)) return { name: value, given: {}, path: [value] };
    report.problem([], unknownWord("claim", value, names));
    return null;
  }
  const keys = isMapping(value) ? Object.keys(value) : [];
  const [name, second] = keys;
  if (!isMapping(value) || name === undefined) {
    report.problem([], `expected a claim: one of ${names.join(", ")}; found ${tell(value)}`);
    return null;
  }
  const strange = keys.filter((key) => !names.includes(key));
  for (const key of strange) report.key([], key, unknownWord("claim", key, names));
  if (strange.length > 0) return null;
  if (second === undefined) return { name, given: value[name], path: [name] };
  report.key([], second, `one claim a mapping; for both write [{ ${name}: … }, { ${second}: … }]`);
  return null;
}

/** The row's text when its author wrote none. */
function wordsFor(on: readonly string[], claims: readonly ClaimCall[]): string {
  const words = claims.map(({ claim, args }) => {
    const given = Object.entries(args).map(([name, value]) => `${name} ${JSON.stringify(value)}`);
    return given.length === 0 ? claim : `${claim} (${given.join(", ")})`;
  });
  const who = on.length > 4 ? `${on.length} nodes` : on.join(", ");
  return who === "" ? words.join(", ") : `${who}: ${words.join(", ")}`;
}
