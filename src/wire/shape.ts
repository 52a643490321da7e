/**
 * Shapes: one declaration, both directions. A shape turns a value into JSON and JSON into a value
 * by the rules of serde's derived code (section 2.3); enums of messages stand in variant.ts.
 *
 * Decoding never throws: it returns the value, or a `Mismatch` that says where and what was
 * expected. Encoding a value that breaks its own type is a Bug.
 */
import { assert } from "../core/assert.ts";
import { bytesToHex, hexToNumbers, isHex } from "./bytes.ts";
import type { Json } from "./json.ts";
import { WideInteger, isList, isObject } from "./json.ts";
import type { U64 } from "./u64.ts";
import { u64From, u64ToNumber } from "./u64.ts";

export interface Shape<T> {
  encode(value: T): Json;
  decode(json: Json): T | Mismatch;
  /** A missing key reads as null. */
  readonly optional?: true;
}

/** Where the JSON differs from the shape. The path grows from the inside out. */
export class Mismatch {
  readonly path: string;
  readonly expected: string;
  constructor(path: string, expected: string) {
    this.path = path;
    this.expected = expected;
  }

  /** The same mismatch seen from one level above: `.key` or `[index]`. */
  within(step: string): Mismatch {
    return new Mismatch(step + this.path, this.expected);
  }

  toString(): string {
    return `${this.path}: expected ${this.expected}`;
  }
}

function mismatch(expected: string): Mismatch {
  return new Mismatch("", expected);
}

/** A shape whose values are JSON already. */
function plain<T extends Json>(expected: string, accepts: (json: Json) => json is T): Shape<T> {
  return {
    encode(value) {
      assert(accepts(value), expected);
      return value;
    },
    decode: (json) => (accepts(json) ? json : mismatch(expected)),
  };
}

function integer(least: number, most: number): Shape<number> {
  const fits = (json: Json): json is number =>
    typeof json === "number" && json >= least && json <= most;
  return plain(`${least}..${most}`, fits);
}

export const bool: Shape<boolean> = plain("true or false", (json) => typeof json === "boolean");
export const text: Shape<string> = plain("a text", (json) => typeof json === "string");
export const u16: Shape<number> = integer(0, 0xffff);
export const u32: Shape<number> = integer(0, 0xffff_ffff);

/** Integers of 64 bits as numbers. What a float64 cannot hold is saturated, not refused. */
export const u64: Shape<number> = {
  encode(value) {
    assert(value >= 0, "an unsigned number");
    return value;
  },
  decode(json) {
    if (typeof json === "number" && json >= 0) return json;
    const wide = json instanceof WideInteger && !json.negative;
    return wide ? Number.MAX_SAFE_INTEGER : mismatch("0..2^64-1");
  },
};

export const i64: Shape<number> = {
  encode: (value) => value,
  decode(json) {
    if (typeof json === "number") return json;
    if (json instanceof WideInteger) {
      if (json.negative) return Number.MIN_SAFE_INTEGER;
      if (json.magnitude.hi < 0x8000_0000) return Number.MAX_SAFE_INTEGER;
    }
    return mismatch("-2^63..2^63-1");
  },
};

/** All 64 bits (rule P1). */
export const exactU64: Shape<U64> = {
  encode: (value) => u64ToNumber(value) ?? new WideInteger(false, value),
  decode(json) {
    if (typeof json === "number" && json >= 0) return u64From(json);
    const wide = json instanceof WideInteger && !json.negative;
    return wide ? json.magnitude : mismatch("0..2^64-1");
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
    decode(json) {
      if (!isList(json) || (size !== undefined && json.length !== size)) return mismatch(expected);
      for (let at = 0; at < json.length; at++) {
        if (!isByte(json[at] as Json)) return mismatch("0..255").within(`[${at}]`);
      }
      return bytesToHex(json as readonly number[]);
    },
  };
}

function isByte(json: Json): boolean {
  return typeof json === "number" && json >= 0 && json <= 255;
}

/** `size` bytes that are hex text on the wire too. Ours: the reference never sends hex. */
export function hexText(size: number): Shape<string> {
  const fits = (json: Json): json is string =>
    typeof json === "string" && json.length === 2 * size && isHex(json);
  return plain(`${2 * size} hex digits`, fits);
}

/** An enum of unit variants: a bare text, or an object that names it with null. */
export function choice<T extends string>(...names: readonly T[]): Shape<T> {
  const expected = names.join(" or ");
  return {
    encode: (value) => value,
    decode(json) {
      const [only] = isObject(json) && json.size === 1 ? json : [];
      const name = only?.[1] === null ? only[0] : json;
      return names.find((known) => known === name) ?? mismatch(expected);
    },
  };
}

export function list<T>(item: Shape<T>): Shape<readonly T[]> {
  return {
    encode: (values) => values.map((value) => item.encode(value)),
    decode(json) {
      if (!isList(json)) return mismatch("an array");
      const values: T[] = [];
      for (let at = 0; at < json.length; at++) {
        const value = item.decode(json[at] as Json);
        if (value instanceof Mismatch) return value.within(`[${at}]`);
        values.push(value);
      }
      return values;
    },
  };
}

/** Null, or a missing key, is null. */
export function option<T>(inner: Shape<T>): Shape<T | null> {
  return {
    encode: (value) => (value === null ? null : inner.encode(value)),
    decode: (json) => (json === null ? null : inner.decode(json)),
    optional: true,
  };
}

/** An array of exactly two. */
export function pair<A, B>(first: Shape<A>, second: Shape<B>): Shape<readonly [A, B]> {
  return {
    encode: (value) => [first.encode(value[0]), second.encode(value[1])],
    decode(json) {
      if (!isList(json) || json.length !== 2) return mismatch("an array of 2");
      const a = first.decode(json[0] as Json);
      if (a instanceof Mismatch) return a.within("[0]");
      const b = second.decode(json[1] as Json);
      return b instanceof Mismatch ? b.within("[1]") : [a, b];
    },
  };
}
