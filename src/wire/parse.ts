/**
 * JSON text to values: recursive descent straight over the UTF-8 bytes. Bad text is a value, never
 * an exception: a failed reading returns undefined and leaves the first error behind. One pass,
 * time linear in the input, recursion and memory bounded by the two limits below.
 *
 * Refused beyond the grammar: bytes that are not UTF-8, lone surrogates and repeated keys.
 */
import type { Json } from "./json.ts";
import { Fraction, WideInteger } from "./json.ts";
import { readString } from "./string.ts";
import { parseU64, u64ToNumber } from "./u64.ts";
import { decodeUtf8 } from "./utf8.ts";

export type Parsed =
  | { readonly ok: true; readonly value: Json }
  | { readonly ok: false; readonly error: string };

/** One document; white space around it is allowed, anything else after it is an error. */
export function parseJson(bytes: Uint8Array): Parsed {
  const reader = new Reader(bytes);
  const value = reader.document();
  return value === undefined ? { ok: false, error: reader.error } : { ok: true, value };
}

const DEPTH_MAX = 64;
/** Arrays and objects in one document. An object of 3 bytes of text can cost 200 of memory. */
const CONTAINERS_MAX = 1_048_576;

const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** `undefined` from any method means: failed, `error` says where. No JSON value is undefined. */
class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;
  #depth = 0;
  #containers = 0;
  error = "";

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  document(): Json | undefined {
    const value = this.#value();
    if (value === undefined) return undefined;
    return this.#peek() === -1 ? value : this.#fail("nothing after the document");
  }

  #value(): Json | undefined {
    const byte = this.#peek();
    if (byte === QUOTE) return this.#string();
    if (byte === MINUS || isDigit(byte)) return this.#number();
    if (byte === OPEN_LIST || byte === OPEN_OBJECT) return this.#container(byte);
    if (this.#word("null")) return null;
    if (this.#word("true")) return true;
    if (this.#word("false")) return false;
    return this.#fail("a value");
  }

  #container(open: number): Json | undefined {
    if (this.#depth === DEPTH_MAX) return this.#fail(`at most ${DEPTH_MAX} levels`);
    if (this.#containers === CONTAINERS_MAX) return this.#fail("fewer arrays and objects");
    this.#depth++;
    this.#containers++;
    this.#at++;
    const value = open === OPEN_LIST ? this.#list() : this.#object();
    this.#depth--;
    return value;
  }

  #list(): Json | undefined {
    const items: Json[] = [];
    if (this.#take(CLOSE_LIST)) return items;
    for (;;) {
      const item = this.#value();
      if (item === undefined) return undefined;
      items.push(item);
      if (this.#take(COMMA)) continue;
      return this.#take(CLOSE_LIST) ? items : this.#fail("`,` or `]`");
    }
  }

  /** Repeated keys: serde refuses them in a struct, and elsewhere nobody honest writes them. */
  #object(): Json | undefined {
    const fields = new Map<string, Json>();
    if (this.#take(CLOSE_OBJECT)) return fields;
    for (;;) {
      if (this.#peek() !== QUOTE) return this.#fail("a key");
      const key = this.#string();
      if (key === undefined) return undefined;
      if (fields.has(key)) return this.#fail("each key once");
      if (!this.#take(COLON)) return this.#fail("`:`");
      const value = this.#value();
      if (value === undefined) return undefined;
      fields.set(key, value);
      if (this.#take(COMMA)) continue;
      return this.#take(CLOSE_OBJECT) ? fields : this.#fail("`,` or `}`");
    }
  }

  #string(): string | undefined {
    const found = readString(this.#bytes, this.#at + 1);
    this.#at = found.end;
    return found.text ?? this.#fail(found.expected);
  }

  /** Up to 15 digits are summed on the way; longer ones and fractions are read as text. */
  #number(): Json | undefined {
    const from = this.#at;
    const negative = this.#bytes[from] === MINUS;
    if (negative) this.#at++;
    const first = this.#at;
    let sum = 0;
    let byte = this.#bytes[first];
    while (isDigit(byte)) {
      sum = sum * 10 + (byte - ZERO);
      byte = this.#bytes[++this.#at];
    }
    const digits = this.#at - first;
    if (digits === 0) return this.#fail("a digit");
    if (digits > 1 && this.#bytes[first] === ZERO) return this.#fail("no leading zero");
    if (byte === DOT || isExponent(byte)) return this.#fraction(from);
    // A float64 has a negative zero and an integer has none, so serde makes it a float.
    if (negative && sum === 0) return new Fraction("-0");
    if (digits <= 15) return negative ? -sum : sum;
    return wide(negative, this.#text(first)) ?? new Fraction(this.#text(from));
  }

  #fraction(from: number): Json | undefined {
    if (this.#bytes[this.#at] === DOT) {
      this.#at++;
      if (!this.#digits()) return this.#fail("a digit");
    }
    if (isExponent(this.#bytes[this.#at])) {
      const sign = this.#bytes[++this.#at];
      if (sign === MINUS || sign === 0x2b) this.#at++;
      if (!this.#digits()) return this.#fail("a digit");
    }
    return new Fraction(this.#text(from));
  }

  #digits(): boolean {
    const from = this.#at;
    while (isDigit(this.#bytes[this.#at])) this.#at++;
    return this.#at > from;
  }

  /** What was read since `from`: digits, signs and the like, so never null. */
  #text(from: number): string {
    return decodeUtf8(this.#bytes, from, this.#at) ?? "";
  }

  #word(word: string): boolean {
    for (let at = 0; at < word.length; at++) {
      if (this.#bytes[this.#at + at] !== word.charCodeAt(at)) return false;
    }
    this.#at += word.length;
    return true;
  }

  #take(byte: number): boolean {
    if (this.#peek() !== byte) return false;
    this.#at++;
    return true;
  }

  /** The next byte that is no white space, or −1 at the end. */
  #peek(): number {
    let byte = this.#bytes[this.#at];
    while (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) {
      byte = this.#bytes[++this.#at];
    }
    return byte ?? -1;
  }

  #fail(expected: string): undefined {
    this.error = `byte ${this.#at}: expected ${expected}`;
    return undefined;
  }
}

function isDigit(byte: number | undefined): byte is number {
  return byte !== undefined && byte >= ZERO && byte <= NINE;
}

function isExponent(byte: number | undefined): boolean {
  return byte === 0x65 || byte === 0x45;
}

/** An integer of 16 digits or more; null beyond i64 and u64, where serde falls back to floats. */
function wide(negative: boolean, digits: string): number | WideInteger | null {
  const magnitude = parseU64(digits);
  if (magnitude === null) return null;
  const small = u64ToNumber(magnitude);
  if (small !== null) return negative ? -small : small;
  const { hi, lo } = magnitude;
  const beyond = negative && (hi > 0x80000000 || (hi === 0x80000000 && lo > 0));
  return beyond ? null : new WideInteger(negative, magnitude);
}
