/**
 * Shapes: one declaration, both directions. A shape turns a value into JSON and JSON into a value
 * by the rules of serde's derived code (section 2.3); enums of messages stand in variant.ts.
 *
 * Reading never throws: it returns the value, or a `Mismatch` that says where and what was
 * expected. Encoding a value that breaks its own type is a Bug.
 */
import { assert } from "../core/assert.ts";
import { hexToNumbers, isHex } from "./bytes.ts";
import type { Json } from "./json.ts";
import { WideInteger } from "./json.ts";
import { Malformed, Mismatch } from "./mismatch.ts";
import { Reader } from "./reader.ts";
import type { U64 } from "./u64.ts";
import { byteListSize, digitsOf, listSize, textSize } from "./size.ts";
import { formatU64, u64From, u64ToNumber } from "./u64.ts";

export interface Shape<T> {
  encode(value: T): Json;
  /** Bytes of what `encode` gives, written. */
  size(value: T): number;
  /** Reads the value that comes next. */
  read(from: Reader): T | Mismatch;
  /** A missing key reads as null. */
  readonly optional?: true;
}

export type ReadJson<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: string };

/** One document of that shape and nothing else; `room` bounds the memory that its values take. */
export function readJson<T>(
  shape: Pick<Shape<T>, "read">,
  bytes: Uint8Array,
  room: number = Number.MAX_SAFE_INTEGER,
): ReadJson<T> {
  const from = new Reader(bytes, room);
  const value = shape.read(from);
  const bad = value instanceof Mismatch ? value : from.end();
  return bad === null ? { ok: true, value: value as T } : { ok: false, error: bad.toString() };
}

function mismatch(expected: string): Mismatch {
  return new Mismatch("", expected);
}

/** What was read, if it is `T`. */
function only<T>(read: T | null | Malformed, expected: string): T | Mismatch {
  return read ?? mismatch(expected);
}

function integer(least: number, most: number): Shape<number> {
  const expected = `${least}..${most}`;
  return {
    encode(value) {
      assert(value >= least && value <= most, expected);
      return value;
    },
    size: digitsOf,
    read(from) {
      const read = from.integer();
      if (read instanceof Malformed) return read;
      const fits = typeof read === "number" && read >= least && read <= most;
      return fits ? read : mismatch(expected);
    },
  };
}

export const bool: Shape<boolean> = {
  encode(value) {
    assert(typeof value === "boolean", "true or false");
    return value;
  },
  size: (value) => (value ? 4 : 5),
  read: (from) => only(from.bool(), "true or false"),
};
export const text: Shape<string> = {
  encode(value) {
    assert(typeof value === "string", "a text");
    return value;
  },
  size: textSize,
  read: (from) => only(from.text(), "a text"),
};
export const u16: Shape<number> = integer(0, 0xffff);
export const u32: Shape<number> = integer(0, 0xffff_ffff);

/** Integers of 64 bits as numbers. What a float64 cannot hold is saturated, not refused. */
export const u64: Shape<number> = {
  encode(value) {
    assert(value >= 0, "an unsigned number");
    return value;
  },
  size: digitsOf,
  read(from) {
    const read = from.integer();
    if (read instanceof Malformed || (typeof read === "number" && read >= 0)) return read;
    const wide = read instanceof WideInteger && !read.negative;
    return wide ? Number.MAX_SAFE_INTEGER : mismatch("0..2^64-1");
  },
};

export const i64: Shape<number> = {
  encode: (value) => value,
  size: digitsOf,
  read(from) {
    const read = from.integer();
    if (read instanceof Malformed || typeof read === "number") return read;
    if (read?.negative === true) return Number.MIN_SAFE_INTEGER;
    if (read !== null && read.magnitude.hi < 0x8000_0000) return Number.MAX_SAFE_INTEGER;
    return mismatch("-2^63..2^63-1");
  },
};

/** All 64 bits (rule P1). */
export const exactU64: Shape<U64> = {
  encode: (value) => u64ToNumber(value) ?? new WideInteger(false, value),
  size(value) {
    const narrow = u64ToNumber(value);
    return narrow === null ? formatU64(value).length : digitsOf(narrow);
  },
  read(from) {
    const read = from.integer();
    if (read instanceof Malformed) return read;
    if (typeof read === "number" && read >= 0) return u64From(read);
    const wide = read instanceof WideInteger && !read.negative;
    return wide ? read.magnitude : mismatch("0..2^64-1");
  },
};

/** `size` bytes as hex inside, as an array of numbers on the wire; any size without `size`. */
export function bytes(size?: number): Shape<string> {
  const expected = size === undefined ? "an array of bytes" : `an array of ${size} bytes`;
  return {
    encode(hex) {
      assert(size === undefined || hex.length === 2 * size, expected);
      return hexToNumbers(hex);
    },
    size: byteListSize,
    read(from) {
      const read = from.hex(size ?? Number.MAX_SAFE_INTEGER);
      if (typeof read === "number") return mismatch("0..255").within(`[${read}]`);
      if (read === null || read instanceof Malformed) return read ?? mismatch(expected);
      return size === undefined || read.length === 2 * size ? read : mismatch(expected);
    },
  };
}

/** `size` bytes that are hex text on the wire too. Ours: the reference never sends hex. */
export function hexText(size: number): Shape<string> {
  const expected = `${2 * size} hex digits`;
  const fits = (value: string): boolean => value.length === 2 * size && isHex(value);
  return {
    encode(value) {
      assert(fits(value), expected);
      return value;
    },
    size: (value) => value.length + 2,
    read(from) {
      const read = from.text();
      if (read instanceof Malformed) return read;
      return read !== null && fits(read) ? read : mismatch(expected);
    },
  };
}

/** An enum of unit variants: a bare text, or an object that names it with null. */
export function choice<T extends string>(...names: readonly T[]): Shape<T> {
  const expected = names.join(" or ");
  return {
    encode: (value) => value,
    size: textSize,
    read(from) {
      const read = from.startsObject() ? nameWithNull(from) : from.text();
      if (read instanceof Malformed) return read;
      return names.find((known) => known === read) ?? mismatch(expected);
    },
  };
}

function nameWithNull(from: Reader): string | null | Malformed {
  const name = from.key(0);
  if (typeof name !== "string") return name;
  if (!from.null()) return null;
  const more = from.key(1);
  return more === null ? name : more instanceof Malformed ? more : null;
}

/** What an item of a list is taken to cost in bytes of memory, besides its texts. */
const ITEM_COST = 128;

export function list<T>(item: Shape<T>): Shape<readonly T[]> {
  return {
    encode: (values) => values.map((value) => item.encode(value)),
    size: (values) => {
      let items = 0;
      for (const value of values) items += item.size(value);
      return listSize(values.length, items);
    },
    read(from) {
      if (!from.startsList()) return mismatch("an array");
      const values: T[] = [];
      for (;;) {
        const more = from.item(values.length, ITEM_COST);
        if (more !== true) return more === false ? values : more;
        const value = item.read(from);
        if (value instanceof Mismatch) return value.within(`[${values.length}]`);
        values.push(value);
      }
    },
  };
}

/** Null, or a missing key, is null. */
export function option<T>(inner: Shape<T>): Shape<T | null> {
  return {
    encode: (value) => (value === null ? null : inner.encode(value)),
    size: (value) => (value === null ? 4 : inner.size(value)),
    read: (from) => (from.null() ? null : inner.read(from)),
    optional: true,
  };
}

/** An array of exactly two. */
export function pair<A, B>(first: Shape<A>, second: Shape<B>): Shape<readonly [A, B]> {
  return {
    encode: (value) => [first.encode(value[0]), second.encode(value[1])],
    size: (value) => listSize(2, first.size(value[0]) + second.size(value[1])),
    read(from) {
      const values = readItems(from, [first, second]);
      return values instanceof Mismatch ? values : (values as [A, B]);
    },
  };
}

/** An array of exactly these. */
export function readItems(
  from: Reader,
  shapes: readonly Pick<Shape<unknown>, "read">[],
): readonly unknown[] | Mismatch {
  const wrong = mismatch(`an array of ${shapes.length}`);
  if (!from.startsList()) return wrong;
  const values: unknown[] = [];
  for (const [at, shape] of shapes.entries()) {
    const more = from.item(at, 0);
    if (more !== true) return more === false ? wrong : more;
    const value = shape.read(from);
    if (value instanceof Mismatch) return value.within(`[${at}]`);
    values.push(value);
  }
  const more = from.item(shapes.length, 0);
  return more === false ? values : more === true ? wrong : more;
}
