/**
 * JSON values that lose nothing: 64-bit integers are exact and `1` is told apart from `1.0`, as the
 * reference's serde does (section 2.3). `parseJson` (parse.ts) makes them, `writeJson` prints them.
 */
import { assert } from "../core/assert.ts";
import type { U64 } from "./u64.ts";
import { formatU64 } from "./u64.ts";

/** An integer that a float64 may not hold: from ±2^53 on, within i64 and u64. */
export class WideInteger {
  readonly negative: boolean;
  readonly magnitude: U64;
  constructor(negative: boolean, magnitude: U64) {
    this.negative = negative;
    this.magnitude = magnitude;
  }
}

/** A number serde would not read as an integer: with `.` or exponent, `-0`, or beyond 64 bits. */
export class Fraction {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** A plain `number` is always an integer within ±(2^53 − 1). Objects keep their order. */
export type Json =
  | null
  | boolean
  | number
  | string
  | WideInteger
  | Fraction
  | readonly Json[]
  | ReadonlyMap<string, Json>;

/** Compact, keys in their order; `parseJson` reads the same value back. */
export function writeJson(value: Json): string {
  if (typeof value === "number") {
    assert(Number.isSafeInteger(value), "exact integers only");
    return String(value);
  }
  if (typeof value === "string") return JSON.stringify(value);
  if (value === null || typeof value === "boolean") return String(value);
  if (value instanceof Fraction) return value.text;
  if (value instanceof WideInteger) {
    return (value.negative ? "-" : "") + formatU64(value.magnitude);
  }
  return isList(value) ? writeList(value) : writeObject(value);
}

/** `Array.isArray` does not narrow readonly arrays. */
export function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

export function isObject(value: Json): value is ReadonlyMap<string, Json> {
  return value instanceof Map;
}

function writeList(items: readonly Json[]): string {
  // Most lists on this wire are bytes, and the engine prints those twice as fast.
  if (items.every(Number.isSafeInteger)) return JSON.stringify(items);
  let text = "[";
  for (let at = 0; at < items.length; at++) {
    if (at > 0) text += ",";
    text += writeJson(items[at] as Json);
  }
  return `${text}]`;
}

function writeObject(fields: ReadonlyMap<string, Json>): string {
  let text = "{";
  for (const [key, value] of fields) {
    if (text.length > 1) text += ",";
    text += `${JSON.stringify(key)}:${writeJson(value)}`;
  }
  return `${text}}`;
}
