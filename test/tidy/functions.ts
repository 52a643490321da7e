/**
 * Where functions begin and end, by matching brackets in blanked code (source.ts). A function is a
 * parameter list, perhaps a return type, then a body; also an arrow whose value is one bracket.
 */
import { lineAt } from "./source.ts";

export interface Span {
  readonly first: number;
  readonly last: number;
}

type Pairs = ReadonlyMap<number, number>;

const CONTROL = /^(?:if|for|while|switch|catch|with|await)$/;
const PREFIX = /(?:(?:readonly|keyof|typeof|asserts|unique|infer|new)\s+|[|&]\s*)*/y;
const WORD = /-?[\w$.]+|(["'`])\s*\1/y;
const JOINT = /\s*(?:[|&]|is\b|extends\b)\s*/y;
const LONE_ARROW = /[\w$]\s*=>\s*(?=[{([])/g;

/** Every function with a bracketed body, its header's line to its closing bracket's. */
export function functions(code: string): readonly Span[] {
  const pairs = brackets(code);
  const heads = new Map<number, number>();
  for (const open of pairs.keys()) {
    const head = code[open] === "(" ? headOf(code, open) : -1;
    const body = head < 0 ? -1 : bodyOf(code, pairs.get(open) ?? -1, pairs);
    if (body >= 0) heads.set(body, head);
  }
  for (const match of code.matchAll(LONE_ARROW)) {
    const body = match.index + match[0].length;
    if (!heads.has(body)) heads.set(body, match.index);
  }
  const last = (body: number): number => lineAt(code, pairs.get(body) ?? body);
  return [...heads].map(([body, head]) => ({ first: lineAt(code, head), last: last(body) }));
}

/** Opening bracket to its closing one, in order of opening. */
function brackets(code: string): Pairs {
  const pairs = new Map<number, number>();
  const open: number[] = [];
  for (const match of code.matchAll(/[()[\]{}]/g)) {
    if ("([{".includes(match[0])) {
      open.push(match.index);
      pairs.set(match.index, match.index);
    } else {
      pairs.set(open.pop() ?? match.index, match.index);
    }
  }
  return pairs;
}

/** The name before a parameter list, or the list if it has none; −1 for `if (` and its like. */
function headOf(code: string, open: number): number {
  let at = back(code, open - 1);
  if (code[at] === ">" && code[at - 1] !== "=") {
    for (let depth = 1; depth > 0 && at > 0;) {
      at -= 1;
      if (code[at] === ">" && code[at - 1] !== "=") depth += 1;
      if (code[at] === "<") depth -= 1;
    }
    at = back(code, at - 1);
  }
  const word = /[\w$]*$/.exec(code.slice(Math.max(0, at - 60), at + 1))?.[0] ?? "";
  if (CONTROL.test(word)) return -1;
  return word === "" ? open : at;
}

function bodyOf(code: string, close: number, pairs: Pairs): number {
  let at = forth(code, close + 1);
  if (code[at] === ":") at = forth(code, afterType(code, at + 1, pairs));
  if (!code.startsWith("=>", at)) return code[at] === "{" ? at : -1;
  at = forth(code, at + 2);
  return "{([".includes(code[at] ?? " ") ? at : -1;
}

/** The end of the type that begins at `from`; a place where no body can stand if it is none. */
function afterType(code: string, from: number, pairs: Pairs): number {
  let at = from;
  for (;;) {
    at = skip(PREFIX, code, forth(code, at));
    const close = pairs.get(at);
    const end = close === undefined ? skip(WORD, code, at) : close + 1;
    if (end === at) return at;
    const isList = code[at] === "(";
    at = afterSuffixes(code, end, pairs);
    const next = forth(code, at);
    const isFunctionType = isList && code.startsWith("=>", next);
    if (isFunctionType && code[forth(code, next + 2)] !== "{") {
      at = next + 2;
      continue;
    }
    const joined = skip(JOINT, code, at);
    if (joined === at) return at;
    at = joined;
  }
}

/** `<…>` and `[…]` after a type's name. */
function afterSuffixes(code: string, from: number, pairs: Pairs): number {
  let at = from;
  if (code[at] === "<") {
    for (let depth = 0; at < code.length; at += 1) {
      if (code[at] === "<") depth += 1;
      if (code[at] === ">" && code[at - 1] !== "=") depth -= 1;
      if (depth === 0) break;
    }
    at += 1;
  }
  while (code[at] === "[") at = (pairs.get(at) ?? at) + 1;
  return at;
}

function skip(token: RegExp, code: string, at: number): number {
  token.lastIndex = at;
  return at + (token.exec(code)?.[0].length ?? 0);
}

function forth(code: string, at: number): number {
  return skip(/\s*/y, code, at);
}

function back(code: string, from: number): number {
  let at = from;
  while (at >= 0 && /\s/.test(code[at] ?? "")) at -= 1;
  return at;
}
