/** Forms that several parts of a scenario share: times, durations, node names, choices. */
import * as z from "zod";
import {
  type Address,
  formatAddress,
  formatIp,
  ipOf,
  isUnusable,
  parseAddress,
} from "../core/address.ts";
import type { Ends } from "../core/fault.ts";
import { type Duration, formatDuration, type Time } from "../core/units.ts";
import { custom, type Form, type Report, text } from "./forms.ts";
import { unknownWord } from "./reasons.ts";
import type { Scope } from "./scope.ts";
import {
  DURATION_HINT,
  DURATION_PATTERN,
  expand,
  isWrong,
  readDuration,
  readSigned,
  SIGNED_PATTERN,
  tell,
  type Wrong,
} from "./texts.ts";

export function duration(
  about: string,
  examples: readonly string[] = ["5s", "250ms"],
): Form<Duration> {
  return text({ about, pattern: DURATION_PATTERN, examples, write: DURATION_HINT }, readDuration);
}

export function signedDuration(about: string): Form<Duration> {
  const examples = ["2s", "-2m"];
  return text({ about, pattern: SIGNED_PATTERN, examples, write: DURATION_HINT }, readSigned);
}

/** A moment of the run. Nothing can happen after its end. */
export function moment(about: string, scope: Scope): Form<Time> {
  const hints = { about, pattern: DURATION_PATTERN, examples: ["20s", "1m30s"] };
  return text({ ...hints, write: DURATION_HINT }, (given) => readMoment(given, scope));
}

export function readMoment(given: string, scope: Scope): Time | Wrong {
  const time = readDuration(given);
  if (isWrong(time)) return time;
  if (scope.until === null || time <= scope.until) return time as number as Time;
  return { wrong: `${given} is beyond the end: until is ${formatDuration(scope.until)}` };
}

export function nodeName(about: string, scope: Scope): Form<string> {
  const { addressPort } = scope;
  const write =
    addressPort === undefined ? "expected the name of a node" : addressHint(addressPort);
  return text({ about, write }, (given) => known(given, scope));
}

function known(name: string, scope: Scope): string | Wrong {
  if (scope.addressPort !== undefined) {
    const read = readPeer(name, scope.addressPort);
    return isWrong(read) ? read : formatAddress(read);
  }
  if (scope.nodes === null || scope.nodes.includes(name)) return name;
  return { wrong: unknownWord("node", name, scope.nodes) };
}

/** One name, a list of them, repeated ones as `n{1..5}`, or `all`. */
export function ends(about: string, scope: Scope): Form<Ends> {
  return custom(about, namesLook, (value, report) => {
    if (value === "all" && scope.addressPort === undefined) return "*";
    if (!Array.isArray(value)) return namesAt(value, [], scope, report);
    const lists = value.map((item, index) => namesAt(item, [index], scope, report));
    if (value.length === 0) report.problem([], "an empty list names no node; write all, or a node");
    const names = lists.flatMap((list) => list ?? []);
    const bad = value.length === 0 || lists.includes(undefined);
    return bad ? undefined : [...new Set(names)];
  });
}

/** As `ends`, with `all` spelled out. `empty` allows a list of none. */
export function nodeNames(about: string, scope: Scope, empty = false): Form<readonly string[]> {
  const form = ends(about, scope);
  return custom(about, namesLook, (value, report) => {
    if (empty && Array.isArray(value) && value.length === 0) return [];
    const names = report.part(form, value, []);
    return names === "*" ? (scope.nodes ?? []) : names;
  });
}

const namesLook = (): z.ZodType => z.union([z.string(), z.array(z.string())]);

function namesAt(
  value: unknown,
  path: readonly number[],
  scope: Scope,
  report: Report,
): readonly string[] | undefined {
  if (typeof value !== "string") {
    const example = scope.addressPort === undefined ? (scope.nodes?.[0] ?? "A") : "203.0.113.10";
    const hint = `expected a node or a list of nodes such as [${example}]`;
    report.problem(path, `${hint}; found ${tell(value)}`);
    return undefined;
  }
  const names = expand(value);
  const found = isWrong(names) ? [names] : names.map((name) => known(name, scope));
  const wrong = found.find(isWrong);
  if (wrong === undefined) return found as readonly string[];
  report.problem(path, wrong.wrong);
  return undefined;
}

export function address(about: string, defaultPort: number): Form<Address> {
  const write = addressHint(defaultPort);
  return text<Address>({ about, examples: ["203.0.113.10"], write }, (given) => {
    return readAddress(given, defaultPort);
  });
}

/** Of somebody who can be called (rule S5). */
export function peer(about: string, defaultPort: number): Form<Address> {
  const write = addressHint(defaultPort);
  return text<Address>({ about, examples: ["203.0.113.11"], write }, (given) => {
    return readPeer(given, defaultPort);
  });
}

function readPeer(given: string, defaultPort: number): Address | Wrong {
  const read = readAddress(given, defaultPort);
  if (isWrong(read) || !isUnusable(read)) return read;
  return { wrong: `${tell(given)} reaches nobody: no node is at 0.x, from 224.x on, or at port 0` };
}

function addressHint(port: number): string {
  return `an address is written 203.0.113.10 or 203.0.113.10:${port}`;
}

function readAddress(given: string, defaultPort: number): Address | Wrong {
  const wrong = `${addressHint(defaultPort)}; found ${tell(given)}`;
  return parseAddress(given, defaultPort) ?? { wrong };
}

/** As an unsigned number. A port would be ignored, so none may be written. */
export function ip(about: string): Form<number> {
  const write = "an ip is written 198.51.100.7, without a port";
  return text<number>({ about, examples: ["198.51.100.7"], write }, (given) => {
    const parsed = parseAddress(given, 0);
    const bare = parsed !== null && formatIp(parsed) === given;
    return bare ? ipOf(parsed) : { wrong: `${write}; found ${tell(given)}` };
  });
}

/** One word out of several; the error says `unknown profile "repared" (did you mean …?)`. */
export function choice(what: string, about: string, of: readonly string[]): Form<string> {
  const look = (): z.ZodType => z.enum(of);
  return custom(about, look, (value, report) => {
    if (typeof value === "string" && of.includes(value)) return value;
    const word = typeof value === "string" ? value : tell(value);
    report.problem([], unknownWord(what, word, of));
    return undefined;
  });
}

export function chance(about: string): z.ZodType<number, number> {
  return z.number().min(0).max(1).meta({ description: about });
}
