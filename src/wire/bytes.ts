/**
 * Bytes as hex and back, and the writer behind every hash and signature: bincode 1.3 as the
 * reference configures it (section 7.3), that is little-endian integers of fixed width and a u64
 * count before anything of variable length.
 */
import { assert } from "../core/assert.ts";
import { encodeUtf8 } from "./utf8.ts";

/** The digits as code units. */
const DIGITS = Array.from("0123456789abcdef", (digit) => digit.charCodeAt(0));
/** Bytes turned to text at once: well below every engine's limit of arguments. */
const RUN = 512;

/** Bytes 0..255 to two lowercase digits each. */
export function bytesToHex(bytes: ArrayLike<number>): string {
  let text = "";
  for (let from = 0; from < bytes.length; from += RUN) {
    const to = Math.min(from + RUN, bytes.length);
    const units = new Array<number>(2 * (to - from));
    for (let at = from; at < to; at++) putHex(units, 2 * (at - from), bytes[at] as number);
    text += String.fromCharCode(...units);
  }
  return text;
}

/** The two code units of one byte, to their place. */
export function putHex(units: number[], place: number, byte: number): void {
  units[place] = DIGITS[byte >> 4] as number;
  units[place + 1] = DIGITS[byte & 15] as number;
}

/** Lowercase hex of even length and nothing else. */
export function isHex(text: string): boolean {
  if (text.length % 2 !== 0) return false;
  for (let at = 0; at < text.length; at++) if (!isDigit(text.charCodeAt(at))) return false;
  return true;
}

/** A Bug unless it is lowercase hex: inside the program nothing else may stand for bytes. */
export function hexToBytes(hex: string): Uint8Array {
  assert(isHex(hex), "bytes are lowercase hex");
  const bytes = new Uint8Array(hex.length / 2);
  for (let at = 0; at < bytes.length; at++) bytes[at] = byteAt(hex, 2 * at);
  return bytes;
}

/** The same as plain numbers, the form in which JSON carries bytes. */
export function hexToNumbers(hex: string): readonly number[] {
  assert(isHex(hex), "bytes are lowercase hex");
  const numbers: number[] = [];
  for (let at = 0; at < hex.length; at += 2) numbers.push(byteAt(hex, at));
  return numbers;
}

function byteAt(hex: string, at: number): number {
  return (nibble(hex.charCodeAt(at)) << 4) | nibble(hex.charCodeAt(at + 1));
}

function nibble(unit: number): number {
  return unit < 58 ? unit - 48 : unit - 87;
}

function isDigit(unit: number): boolean {
  return (unit >= 48 && unit < 58) || (unit >= 97 && unit < 103);
}

/** Appends fields in bincode's form. Signed and unsigned whole numbers up to ±(2^53 − 1). */
export class ByteWriter {
  #bytes = new Uint8Array(128);
  #size = 0;

  u16(value: number): this {
    assert(value >= 0 && value <= 0xffff, "a u16");
    return this.#little(value, 2);
  }

  u32(value: number): this {
    assert(value >= 0 && value <= 0xffff_ffff, "a u32");
    return this.#little(value, 4);
  }

  u64(value: number): this {
    assert(value >= 0, "a u64");
    return this.i64(value);
  }

  /** Two's complement: floor division carries the sign into the upper half. */
  i64(value: number): this {
    assert(Number.isSafeInteger(value), "whole numbers only");
    this.#little(value, 4);
    return this.#little(Math.floor(value / 4_294_967_296), 4);
  }

  /** Bytes alone, without a count: a domain tag, a hash, a signature. */
  raw(bytes: Uint8Array): this {
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.#size);
    this.#size += bytes.length;
    return this;
  }

  hex(hex: string): this {
    assert(isHex(hex), "bytes are lowercase hex");
    const size = hex.length / 2;
    this.#room(size);
    for (let at = 0; at < size; at++) this.#bytes[this.#size + at] = byteAt(hex, 2 * at);
    this.#size += size;
    return this;
  }

  /** UTF-8 without a count. */
  text(text: string): this {
    this.#room(text.length);
    for (let at = 0; at < text.length; at++) {
      const unit = text.charCodeAt(at);
      if (unit >= 0x80) return this.raw(encodeUtf8(text));
      this.#bytes[this.#size + at] = unit;
    }
    this.#size += text.length;
    return this;
  }

  /** A u64 count, then the bytes: bincode's String and Vec<u8>. */
  counted(bytes: Uint8Array): this {
    return this.u64(bytes.length).raw(bytes);
  }

  /** The writer is not to be used again: the bytes are its own. */
  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#size);
  }

  #little(value: number, width: number): this {
    this.#room(width);
    // ToInt32 is exact modulo 2^32 for every whole number below 2^53.
    const word = value | 0;
    for (let at = 0; at < width; at++) this.#bytes[this.#size + at] = word >> (8 * at);
    this.#size += width;
    return this;
  }

  #room(more: number): void {
    if (this.#size + more <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(2 * this.#bytes.length, this.#size + more));
    grown.set(this.#bytes);
    this.#bytes = grown;
  }
}
