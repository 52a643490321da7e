/**
 * Forms: zod schemas with a voice. A `text` form reads a small text; a `custom` form looks at the
 * value first and then picks what it must be, so that a union's error is about the branch its
 * author meant. zod's own unions only describe such a form to editors.
 */
import * as z from "zod";
import { ASKED, missing } from "./reasons.ts";
import { isWrong, tell, type Wrong } from "./texts.ts";

export type Form<T> = z.ZodType<T>;
/** A key that may be left out. */
export type Maybe<T> = z.ZodOptional<Form<T>>;
export type Path = readonly (string | number)[];

export interface TextHints {
  readonly about: string;
  readonly pattern?: string;
  readonly examples?: readonly string[];
  /** What to write, for values that are no text: `a duration needs a unit: 5s, 250ms, 1m30s`. */
  readonly write: string;
}

export function text<T>(hints: TextHints, read: (text: string) => T | Wrong): Form<T> {
  const { about, pattern, examples, write } = hints;
  const meta = {
    description: about,
    ...(pattern === undefined ? {} : { pattern }),
    ...(examples === undefined ? {} : { examples: [...examples] }),
  };
  // Undefined means: left out. The error map says so.
  const error = (issue: { readonly input?: unknown }): string | undefined =>
    issue.input === undefined ? undefined : `${write}; found ${tell(issue.input)}`;
  return z
    .string({ error })
    .meta(meta)
    .transform((given, ctx) => {
      const value = read(given);
      if (!isWrong(value)) return value;
      ctx.addIssue({ code: "custom", message: value.wrong });
      return z.NEVER;
    });
}

/** Where a custom form says what is wrong. */
export interface Report {
  problem(path: Path, reason: string): void;
  /** About a key itself, not its value. */
  key(path: Path, key: string, reason: string): void;
  /** Reads a part; undefined when it was wrong (and reported). */
  part<T>(form: Form<T>, value: unknown, path: Path): T | undefined;
}

/**
 * `read` answers the value, or undefined after it reported a problem. `looks` tells editors what
 * may stand here; it is never used to check.
 */
export function custom<T>(
  about: string,
  looks: () => z.ZodType,
  read: (value: unknown, report: Report) => T | undefined,
): Form<T> {
  const given = z.unknown().meta({ description: about });
  appearance.set(given, looks);
  return given.transform((value, ctx) => {
    if (value === undefined) {
      ctx.addIssue({ code: "custom", message: missing(about) });
      return z.NEVER;
    }
    const result = read(value, reportTo(ctx));
    return result === undefined ? z.NEVER : result;
  });
}

/** One of several forms, picked by looking at the value. */
export function branch<T>(
  about: string,
  forms: readonly Form<T>[],
  pick: (value: unknown) => number,
): Form<T> {
  const looks = (): z.ZodType => z.union(forms);
  return custom(about, looks, (value, report) => {
    const form = forms[pick(value)];
    return form === undefined ? undefined : report.part(form, value, []);
  });
}

const appearance = new WeakMap<object, () => z.ZodType>();

/** JSON Schema of what a form accepts as written. */
export function describe(form: z.ZodType): Record<string, unknown> {
  return z.toJSONSchema(form, {
    io: "input",
    unrepresentable: "any",
    override: ({ zodSchema, jsonSchema }) => {
      const looks = appearance.get(zodSchema);
      if (looks === undefined) return;
      const { $schema: _, ...described } = describe(looks());
      Object.assign(jsonSchema, described, jsonSchema);
    },
  }) as Record<string, unknown>;
}

type Ctx = z.core.$RefinementCtx;

/** For a transform that found something wrong; `path` is below the value it got. */
export function complain(ctx: Ctx, path: Path, reason: string): void {
  ctx.addIssue({ code: "custom", message: reason, path: [...path] });
}

function reportTo(ctx: Ctx): Report {
  const key = (path: Path, word: string, message: string): void =>
    ctx.addIssue({ code: "custom", message, path: [...path], params: { key: word } });
  return {
    problem: (path, reason) => complain(ctx, path, reason),
    key,
    part: (form, value, path) => {
      const result = form.safeParse(value, ASKED);
      if (result.success) return result.data;
      for (const found of foundBy(result.error)) {
        const whole = [...path, ...found.path];
        if (found.key === null) complain(ctx, whole, found.reason);
        else key(whole, found.key, found.reason);
      }
      return undefined;
    },
  };
}

/** One problem; `key` when it is about a key of the mapping at `path`. */
export interface Found {
  readonly path: Path;
  readonly key: string | null;
  readonly reason: string;
}

/**
 * Every problem of a failed parse. zod lets a transform run after `unrecognized_keys`, so custom
 * forms, whose value is missing then, never pass that code on: this is where it ends.
 */
export function foundBy(error: z.ZodError): readonly Found[] {
  return error.issues.flatMap((issue): Found[] => {
    const path = issue.path.map((part) => (typeof part === "number" ? part : String(part)));
    if (issue.code === "unrecognized_keys") {
      const reasons = issue.message.split("\n");
      return issue.keys.map((key, index) => ({
        path,
        key,
        reason: reasons[index] ?? "unknown key",
      }));
    }
    const key: unknown = issue.code === "custom" ? issue.params?.["key"] : null;
    return [{ path, key: typeof key === "string" ? key : null, reason: issue.message }];
  });
}

export function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A copy without the keys that hold undefined: absent is absent. */
export function compact<T extends object>(record: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(record).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> };
}
