/** Any document, read through the same calls that the shapes use: to hold them against JSON.parse. */
import type { ReadJson } from "../../src/wire/shape.ts";
import { readJson } from "../../src/wire/shape.ts";
import { Mismatch } from "../../src/wire/mismatch.ts";
import type { Reader } from "../../src/wire/reader.ts";

/** Stands for a number that is no integer of 64 bits. */
export const FRACTION = Symbol("fraction");

export function readAny(bytes: Uint8Array, room?: number): ReadJson<unknown> {
  return readJson({ read: any }, bytes, room);
}

/** Nobody asks for anything: null is what it says of a document that is none. */
export function passAny(bytes: Uint8Array): ReadJson<unknown> {
  return readJson({ read: (from) => from.pass() }, bytes);
}

function any(from: Reader): unknown {
  if (from.startsText()) return from.text();
  if (from.startsList()) return anyList(from);
  if (from.startsObject()) return anyObject(from);
  if (from.null()) return null;
  return from.bool() ?? from.integer() ?? from.pass() ?? FRACTION;
}

function anyList(from: Reader): readonly unknown[] | Mismatch {
  const items: unknown[] = [];
  for (;;) {
    const more = from.item(items.length, 1);
    if (more !== true) return more === false ? items : more;
    const item = any(from);
    if (item instanceof Mismatch) return item;
    items.push(item);
  }
}

function anyObject(from: Reader): ReadonlyMap<string, unknown> | Mismatch {
  const fields = new Map<string, unknown>();
  for (;;) {
    const key = from.key(fields.size);
    if (typeof key !== "string") return key ?? fields;
    if (fields.has(key)) return from.repeated();
    const value = any(from);
    if (value instanceof Mismatch) return value;
    fields.set(key, value);
  }
}
