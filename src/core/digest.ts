import { assert } from "./assert.ts";

/**
 * A running 64-bit hash (two 32-bit lanes) over numbers, strings and plain data. It tells runs
 * apart; it is no cryptographic hash. Fields of a record are combined without regard to their order
 * and absent equals undefined, so equal data digests equally however it was built.
 */
export class Digest {
  #a = 0x9e3779b9 | 0;
  #b = 0x7f4a7c15 | 0;

  /** Any number: int32 exactly, others by their float64 bits. */
  number(value: number): void {
    const low = value | 0;
    if (low === value) {
      this.#mix(low);
    } else {
      floats[0] = value;
      this.#mix(words[0] as number);
      this.#mix((words[1] as number) ^ 0x5bd1e995);
    }
  }

  string(value: string): void {
    const known = hashed(value);
    this.#mix(known.a);
    this.#mix(known.b);
  }

  /**
   * Plain data: null, undefined, booleans, numbers, strings, arrays and records of these. All else
   * is a Bug, for it could not be told apart, nor written to a trace.
   */
  value(value: unknown): void {
    walk(value, 0x3c6ef372, 0x2545f491);
    this.#mix(outA);
    this.#mix(outB);
  }

  fork(): Digest {
    const twin = new Digest();
    twin.#a = this.#a;
    twin.#b = this.#b;
    return twin;
  }

  /** 16 hex digits. */
  hex(): string {
    return word(this.#a) + word(this.#b);
  }

  #mix(n: number): void {
    this.#a = mixA(this.#a, n);
    this.#b = mixB(this.#b, n ^ this.#a);
  }
}

/** 16 hex digits that tell plain data apart; of a state, which may hold anything, that part. */
export function digestOf(value: unknown): string {
  const digest = new Digest();
  anything = true;
  try {
    digest.value(value);
  } finally {
    anything = false;
  }
  return digest.hex();
}

/** Both lanes of the hash of one value, to be remembered and fed to a digest later. */
export function hashOf(value: unknown): readonly [number, number] {
  walk(value, 0x3c6ef372, 0x2545f491);
  return [outA, outB];
}

// What `walk` returns, without an allocation per field.
let outA = 0;
let outB = 0;
let anything = false;

function walk(value: unknown, a: number, b: number): void {
  if (typeof value === "string") {
    const known = hashed(value);
    outA = mixA(a, known.a);
    outB = mixB(b, known.b ^ outA);
  } else if (typeof value === "number") {
    floats[0] = value + 0;
    outA = mixA(mixA(a, words[0] as number), words[1] as number);
    outB = mixB(mixB(b, words[0] as number), (words[1] as number) ^ outA);
  } else if (Array.isArray(value)) {
    outA = mixA(a, value.length);
    outB = mixB(b, 0x1b873593);
    for (const item of value as readonly unknown[]) walk(item, outA, outB);
  } else if (typeof value === "object" && value !== null) {
    walkRecord(value, a, b);
  } else {
    if (value !== undefined && value !== null && typeof value !== "boolean") refuse(typeof value);
    outA = mixA(a, value === undefined || value === null ? 1 : value === true ? 2 : 3);
    outB = mixB(b, outA);
  }
}

function walkRecord(record: object, a: number, b: number): void {
  let sumA = 0;
  let sumB = 0;
  for (const key in record) {
    const field = (record as Readonly<Record<string, unknown>>)[key];
    if (field === undefined) continue;
    const name = hashed(key);
    walk(field, name.a, name.b);
    sumA = (sumA + outA) | 0;
    sumB = (sumB + outB) | 0;
  }
  // What a Map, a Set or a Date holds is in no field: any two of them would be equal.
  if (sumA === 0 && sumB === 0) {
    const kind = Object.prototype.toString.call(record).slice("[object ".length, -1);
    if (kind !== "Object" && !ArrayBuffer.isView(record)) refuse(kind);
  }
  outA = mixA(a, sumA);
  outB = mixB(b, sumB ^ outA);
}

function refuse(kind: string): void {
  const wanted = "messages, facts, commands and gate values are plain data";
  assert(anything, `${wanted}: numbers, texts, booleans, lists and records, no ${kind}`);
}

function mixA(lane: number, n: number): number {
  const mixed = Math.imul(lane ^ n, 0x85ebca6b);
  return (mixed << 13) | (mixed >>> 19);
}

function mixB(lane: number, n: number): number {
  const mixed = Math.imul(lane ^ n, 0xc2b2ae35);
  return (((mixed << 15) | (mixed >>> 17)) + 0x165667b1) | 0;
}

const floats = new Float64Array(1);
const words = new Int32Array(floats.buffer);

interface StringHash {
  readonly a: number;
  readonly b: number;
}

/** A pure function's memory, bounded: losing it costs time, never changes a result. */
const stringHashes = new Map<string, StringHash>();
const STRINGS_MAX = 65_536;

/** The last string of each slot: names of fields come again and again, and a Map is far away. */
const SLOTS = 1_024;
const recent: string[] = Array.from({ length: SLOTS }, () => "");
const recentHashes: StringHash[] = Array.from({ length: SLOTS }, () => remember(""));

function hashed(value: string): StringHash {
  const slot = slotOf(value);
  if (recent[slot] === value) return recentHashes[slot] as StringHash;
  const known = stringHashes.get(value) ?? remember(value);
  recent[slot] = value;
  recentHashes[slot] = known;
  return known;
}

/** Of its length and three of its characters. */
function slotOf(value: string): number {
  const { length } = value;
  if (length === 0) return 0;
  const ends = value.charCodeAt(0) * 37 + value.charCodeAt(length - 1) * 5;
  return (ends + value.charCodeAt(length >>> 1) + length * 131) & (SLOTS - 1);
}

function remember(value: string): StringHash {
  let a = 0x811c9dc5 | 0;
  let b = value.length;
  for (let at = 0; at < value.length; at++) {
    const code = value.charCodeAt(at);
    a = Math.imul(a ^ code, 0x01000193);
    b = Math.imul(b ^ code, 0x5bd1e995);
    b ^= b >>> 15;
  }
  const hash = { a, b };
  if (stringHashes.size >= STRINGS_MAX) stringHashes.clear();
  stringHashes.set(value, hash);
  return hash;
}

function word(n: number): string {
  return (n >>> 0).toString(16).padStart(8, "0");
}
