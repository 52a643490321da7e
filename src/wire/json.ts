/**
 * JSON values to be written, that lose nothing: 64-bit integers are exact (section 2.3). Reading
 * makes no such values: it goes straight to what a shape asks for (reader.ts).
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

/** A value that is written already. */
export class Written {
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
  | Written
  | readonly Json[]
  | ReadonlyMap<string, Json>;

/** Compact, keys in their order. */
export function writeJson(value: Json): string {
  if (typeof value === "number") {
    assert(Number.isSafeInteger(value), "exact integers only");
    return String(value);
  }
  if (typeof value === "string") return JSON.stringify(value);
  if (value === null || typeof value === "boolean") return String(value);
  if (value instanceof WideInteger) {
    return (value.negative ? "-" : "") + formatU64(value.magnitude);
  }
  if (value instanceof Written) return value.text;
  return isList(value) ? writeList(value) : writeObject(value);
}

/** `Array.isArray` does not narrow readonly arrays. */
function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function writeList(items: readonly Json[]): string {
  // Most lists on this wire are bytes, and the engine prints those twice as fast.
  if (items.every(Number.isSafeInteger)) return JSON.stringify(items);
  return `[${items.map((item) => writeJson(item)).join(",")}]`;
}

function writeObject(fields: ReadonlyMap<string, Json>): string {
  let text = "{";
  for (const [key, value] of fields) {
    if (text.length > 1) text += ",";
    text += `${JSON.stringify(key)}:${writeJson(value)}`;
  }
  return `${text}}`;
}
