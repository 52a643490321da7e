/**
 * What zod found, in words for the person who wrote the file. Passed to every parse as its error
 * map, so that no schema repeats a message and none of zod's own ever shows.
 */
import * as z from "zod";
import { didYouMean } from "./suggest.ts";
import { tell } from "./texts.ts";

const LISTED = 24;

/** One line a problem; `unrecognized_keys` gets one line a key, in the order of `keys`. */
function explain(issue: z.core.$ZodRawIssue): string {
  if (issue.code === "unrecognized_keys") {
    const known = keysOf(issue.inst);
    return issue.keys.map((key) => unknownWord("key", key, known)).join("\n");
  }
  if (issue.input === undefined) return missing(aboutOf(issue.inst));
  return about(issue) ?? "cannot be used here";
}

export function missing(what: string): string {
  if (what === "") return "is missing";
  const shout = /^[A-Z]{2}/.test(what);
  return `is missing: ${shout ? what : what.charAt(0).toLowerCase() + what.slice(1)}`;
}

/**
 * How every form is asked to parse. zod compiles an object's schema on first use, which pays after
 * some hundred parses; a scenario's forms meet a few.
 */
export const ASKED: z.core.ParseContext<z.core.$ZodIssue> = { error: explain, jitless: true };

/** `unknown claim "redy" (did you mean "ready"?)`, else the short list of what there is. */
export function unknownWord(what: string, word: string, known: readonly string[]): string {
  const hint = didYouMean(word, known);
  const text = `unknown ${what} ${tell(word)}`;
  if (hint !== "") return text + hint;
  if (known.length === 0) return text;
  const more = known.length > LISTED ? `, … (${known.length})` : "";
  return `${text}; known: ${known.slice(0, LISTED).join(", ")}${more}`;
}

function about(issue: z.core.$ZodRawIssue): string | null {
  switch (issue.code) {
    case "invalid_type":
      return wrongType(issue.expected, issue.input);
    case "invalid_value":
      return unknownWord("choice", String(plain(issue.input)), issue.values.map(String));
    case "too_small":
      return amount("at least", issue.minimum, issue.origin, issue.input);
    case "too_big":
      return amount("at most", issue.maximum, issue.origin, issue.input);
    default:
      return null;
  }
}

function plain(value: unknown): unknown {
  return typeof value === "object" ? tell(value) : value;
}

function wrongType(expected: string, input: unknown): string {
  if (expected === "int") return `must be a whole number; found ${tell(input)}`;
  const text = `expected ${TYPES[expected] ?? expected}; found ${tell(input)}`;
  const quotable = typeof input === "number" || typeof input === "boolean";
  return expected === "string" && quotable ? `${text}, so quote it: "${String(input)}"` : text;
}

const TYPES: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  boolean: "true or false",
  array: "a list",
  tuple: "a list",
  object: "a mapping",
  record: "a mapping",
};

function amount(side: string, limit: number | bigint, origin: string, input: unknown): string {
  if (origin !== "array") return `must be ${side} ${limit}; found ${tell(input)}`;
  return `must have ${side} ${limit} ${limit === 1 ? "item" : "items"}`;
}

function keysOf(inst: unknown): readonly string[] {
  return inst instanceof z.ZodObject ? Object.keys(inst.shape) : [];
}

function aboutOf(inst: unknown): string {
  return inst instanceof z.ZodType ? (inst.description ?? "") : "";
}
