/**
 * JSON text, read off its UTF-8 bytes value by value, by somebody who knows what should come: the
 * shapes (shape.ts). Nothing is built but what a shape asks for. What nobody asks for (the values
 * of keys and types that are not known) is checked and passed over, so that a hostile line costs
 * its length in time, and in memory no more than there is room for.
 *
 * A method answers null when another value stands there, and `Malformed` when it is none that is
 * read. Refused beyond the grammar: bytes that are not UTF-8, lone surrogates, more than 64 levels
 * in what is passed over, a known key that stands twice, and values beyond the room.
 */
import { readBytes } from "./bytelist.ts";
import { WideInteger } from "./json.ts";
import { Malformed } from "./mismatch.ts";
import { passNumber, passValue, startsWith } from "./pass.ts";
import { passString, readString } from "./string.ts";
import {
  CLOSE_LIST,
  CLOSE_OBJECT,
  COLON,
  COMMA,
  isDigit,
  MINUS,
  OPEN_LIST,
  OPEN_OBJECT,
  passSpace,
  QUOTE,
  ZERO,
} from "./token.ts";
import { parseU64, u64ToNumber } from "./u64.ts";
import { decodeUtf8 } from "./utf8.ts";

/** Bytes of a key, as written. Any that a shape knows is much shorter. */
const KEY_MAX = 1_024;
/** The longest integer of 64 bits, with its sign. */
const INTEGER_MAX = 20;

export class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;
  #room: number;

  /** `room`: how many bytes of memory the values may take, roughly. */
  constructor(bytes: Uint8Array, room: number) {
    this.#bytes = bytes;
    this.#room = room;
  }

  /** Whether a value of that kind comes next; it is not read yet. */
  startsText(): boolean {
    return this.#peek() === QUOTE;
  }

  startsList(): boolean {
    return this.#peek() === OPEN_LIST;
  }

  startsObject(): boolean {
    return this.#peek() === OPEN_OBJECT;
  }

  null(): boolean {
    return this.#word("null");
  }

  bool(): boolean | null {
    if (this.#word("true")) return true;
    return this.#word("false") ? false : null;
  }

  /** Null also for what serde would not read as an integer: `1.0`, `-0`, beyond 64 bits. */
  integer(): number | WideInteger | null | Malformed {
    const byte = this.#peek();
    if (byte !== MINUS && !isDigit(byte)) return null;
    const from = this.#at;
    const end = passNumber(this.#bytes, from);
    if (typeof end !== "number") return end;
    const value = integerOf(this.#bytes, from, end);
    if (value !== null) this.#at = end;
    return value;
  }

  text(): string | null | Malformed {
    if (this.#peek() !== QUOTE) return null;
    const read = readString(this.#bytes, this.#at + 1, this.#room / 2);
    if (read instanceof Malformed) return read;
    this.#at = read.end;
    return this.#spend(2 * read.text.length) ?? read.text;
  }

  /**
   * A list of numbers 0..255 as hex; of one that is longer than `most` the first few more. A number
   * says at which place another value stands.
   */
  hex(most: number): string | number | null | Malformed {
    if (this.#peek() !== OPEN_LIST) return null;
    const read = readBytes(this.#bytes, this.#at + 1, Math.min(most, this.#room / 2));
    if (read instanceof Malformed || typeof read === "number") return read;
    this.#at = read.end;
    return this.#spend(read.hex.length) ?? read.hex;
  }

  /**
   * Steps into the list that comes next, or on to its next item; false behind its end. `at` is the
   * number of items read before, `cost` what the next one is taken to cost besides its texts.
   */
  item(at: number, cost: number): boolean | Malformed {
    if (at === 0) {
      this.#at++;
      if (this.#take(CLOSE_LIST)) return false;
    } else if (!this.#take(COMMA)) {
      return this.#take(CLOSE_LIST) ? false : this.#fail("`,` or `]`");
    }
    return this.#spend(cost) ?? true;
  }

  /**
   * The next key of the object that comes next, up to behind its colon; null behind the object's
   * end. `at` is the number of keys read before.
   */
  key(at: number): string | null | Malformed {
    if (at === 0) {
      this.#at++;
      if (this.#take(CLOSE_OBJECT)) return null;
    } else if (!this.#take(COMMA)) {
      return this.#take(CLOSE_OBJECT) ? null : this.#fail("`,` or `}`");
    }
    if (this.#peek() !== QUOTE) return this.#fail("a key");
    const name = this.name();
    if (name instanceof Malformed) return name;
    return this.#take(COLON) ? name : this.#fail("`:`");
  }

  /** A text that may be a name or key; one too long to be known to anybody is told by its size. */
  name(): string | Malformed {
    const from = this.#at;
    const end = passString(this.#bytes, from + 1);
    if (typeof end !== "number") return end;
    this.#at = end;
    if (end - from > KEY_MAX) return `(${end - from} bytes)`;
    const read = readString(this.#bytes, from + 1, KEY_MAX);
    return read instanceof Malformed ? read : read.text;
  }

  /** Passes over the value that comes next. */
  pass(): Malformed | null {
    this.#peek();
    const end = passValue(this.#bytes, this.#at);
    if (typeof end !== "number") return end;
    this.#at = end;
    return null;
  }

  /** Serde refuses a known key that stands twice. */
  repeated(): Malformed {
    return this.#fail("each key once");
  }

  /** Nothing but white space may follow. */
  end(): Malformed | null {
    return this.#peek() === undefined ? null : this.#fail("nothing after the document");
  }

  #word(word: string): boolean {
    this.#peek();
    if (!startsWith(this.#bytes, this.#at, word)) return false;
    this.#at += word.length;
    return true;
  }

  #take(byte: number): boolean {
    if (this.#peek() !== byte) return false;
    this.#at++;
    return true;
  }

  /** The next byte that is no white space. */
  #peek(): number | undefined {
    this.#at = passSpace(this.#bytes, this.#at);
    return this.#bytes[this.#at];
  }

  #spend(cost: number): null | Malformed {
    this.#room -= cost;
    return this.#room < 0 ? this.#fail("values that take less memory") : null;
  }

  #fail(expected: string): Malformed {
    return new Malformed(this.#at, expected);
  }
}

/** Of a number's bytes. A float64 has a negative zero, and serde makes `-0` one. */
function integerOf(bytes: Uint8Array, from: number, end: number): number | WideInteger | null {
  if (end - from > INTEGER_MAX) return null;
  const negative = bytes[from] === MINUS;
  const first = negative ? from + 1 : from;
  let sum = 0;
  for (let at = first; at < end; at++) {
    const byte = bytes[at];
    if (!isDigit(byte)) return null;
    sum = sum * 10 + (byte - ZERO);
  }
  if (negative && sum === 0) return null;
  if (end - first <= 15) return negative ? -sum : sum;
  return wide(negative, decodeUtf8(bytes, first, end) ?? "");
}

/** An integer of 16 to 20 digits; null beyond i64 and u64, where serde falls back to floats. */
function wide(negative: boolean, digits: string): number | WideInteger | null {
  const magnitude = parseU64(digits);
  if (magnitude === null) return null;
  const small = u64ToNumber(magnitude);
  if (small !== null) return negative ? -small : small;
  const { hi, lo } = magnitude;
  const beyond = negative && (hi > 0x80000000 || (hi === 0x80000000 && lo > 0));
  return beyond ? null : new WideInteger(negative, magnitude);
}
