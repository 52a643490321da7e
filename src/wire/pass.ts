/**
 * Passing over a JSON value that nobody asked for: its grammar is checked, nothing is built. Time
 * is linear in its bytes, memory constant.
 */
import { Malformed } from "./mismatch.ts";
import { passString } from "./string.ts";
import {
  CLOSE_LIST,
  CLOSE_OBJECT,
  COLON,
  COMMA,
  DOT,
  isDigit,
  isExponent,
  MINUS,
  OPEN_LIST,
  OPEN_OBJECT,
  passSpace,
  PLUS,
  QUOTE,
  ZERO,
} from "./token.ts";

const DEPTH_MAX = 64;
const WORDS = ["null", "true", "false"] as const;

/** From a place that is no white space; where the value ends. */
export function passValue(bytes: Uint8Array, from: number, depth = 0): number | Malformed {
  const byte = bytes[from];
  if (byte === QUOTE) return passString(bytes, from + 1);
  if (byte === MINUS || isDigit(byte)) return passNumber(bytes, from);
  if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
    if (depth === DEPTH_MAX) return new Malformed(from, `at most ${DEPTH_MAX} levels`);
    const inside = passSpace(bytes, from + 1);
    if (byte === OPEN_LIST) return passList(bytes, inside, depth + 1);
    return passObject(bytes, inside, depth + 1);
  }
  for (const word of WORDS) if (startsWith(bytes, from, word)) return from + word.length;
  return new Malformed(from, "a value");
}

function passList(bytes: Uint8Array, from: number, depth: number): number | Malformed {
  if (bytes[from] === CLOSE_LIST) return from + 1;
  for (let at = from; ;) {
    const end = passSmall(bytes, at) || passValue(bytes, at, depth);
    if (typeof end !== "number") return end;
    at = passSpace(bytes, end);
    if (bytes[at] === CLOSE_LIST) return at + 1;
    if (bytes[at] !== COMMA) return new Malformed(at, "`,` or `]`");
    at = passSpace(bytes, at + 1);
  }
}

/** Most lists are bytes: where such a number ends at a comma. 0 for all else, also for faults. */
function passSmall(bytes: Uint8Array, from: number): number {
  const byte = bytes[from];
  if (!isDigit(byte)) return 0;
  let at = from + 1;
  if (byte !== ZERO) while (isDigit(bytes[at])) at++;
  return bytes[at] === COMMA ? at : 0;
}

function passObject(bytes: Uint8Array, from: number, depth: number): number | Malformed {
  if (bytes[from] === CLOSE_OBJECT) return from + 1;
  for (let at = from; ;) {
    if (bytes[at] !== QUOTE) return new Malformed(at, "a key");
    const key = passString(bytes, at + 1);
    if (typeof key !== "number") return key;
    at = passSpace(bytes, key);
    if (bytes[at] !== COLON) return new Malformed(at, "`:`");
    const end = passValue(bytes, passSpace(bytes, at + 1), depth);
    if (typeof end !== "number") return end;
    at = passSpace(bytes, end);
    if (bytes[at] === CLOSE_OBJECT) return at + 1;
    if (bytes[at] !== COMMA) return new Malformed(at, "`,` or `}`");
    at = passSpace(bytes, at + 1);
  }
}

/** From its first byte, a sign or a digit. */
export function passNumber(bytes: Uint8Array, from: number): number | Malformed {
  const first = bytes[from] === MINUS ? from + 1 : from;
  let at = passDigits(bytes, first);
  if (at === first) return new Malformed(at, "a digit");
  if (at > first + 1 && bytes[first] === ZERO) return new Malformed(at, "no leading zero");
  if (bytes[at] === DOT) {
    const digits = at + 1;
    at = passDigits(bytes, digits);
    if (at === digits) return new Malformed(at, "a digit");
  }
  if (!isExponent(bytes[at])) return at;
  const sign = bytes[at + 1];
  const digits = sign === MINUS || sign === PLUS ? at + 2 : at + 1;
  at = passDigits(bytes, digits);
  return at === digits ? new Malformed(at, "a digit") : at;
}

function passDigits(bytes: Uint8Array, from: number): number {
  let at = from;
  while (isDigit(bytes[at])) at++;
  return at;
}

export function startsWith(bytes: Uint8Array, from: number, word: string): boolean {
  for (let at = 0; at < word.length; at++) {
    if (bytes[from + at] !== word.charCodeAt(at)) return false;
  }
  return true;
}
