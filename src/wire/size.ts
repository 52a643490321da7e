/**
 * How many bytes values take as compact JSON, without writing it: a simulated network counts bytes
 * of messages that nobody ever reads as bytes. Equal to the length of what is written; a test holds
 * them together.
 */
import { encodeUtf8 } from "./utf8.ts";

/** Of a whole number. */
export function digitsOf(value: number): number {
  const least = Math.abs(value);
  let digits = value < 0 ? 2 : 1;
  for (let limit = 10; limit <= least; limit *= 10) digits++;
  return digits;
}

/** With its quotes and escapes. */
export function textSize(text: string): number {
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    const plain = unit >= 0x20 && unit < 0x7f && unit !== QUOTE && unit !== BACKSLASH;
    if (!plain) return encodeUtf8(JSON.stringify(text)).length;
  }
  return text.length + 2;
}

const QUOTE = 34;
const BACKSLASH = 92;

/** `[1,22,…]` of a list whose items take `items` bytes; so too for an object's fields. */
export function listSize(count: number, items: number): number {
  return 2 + items + Math.max(0, count - 1);
}

/** Bytes as hex, written as an array of numbers. */
export function byteListSize(hex: string): number {
  let digits = 0;
  for (let at = 0; at < hex.length; at += 2) {
    const high = hex.charCodeAt(at);
    const low = hex.charCodeAt(at + 1);
    // As text, `00` to `09` have one digit and `64`, a hundred, is the first with three.
    const isSmall = high === ZERO && low <= NINE;
    const isLarge = high > SIX || (high === SIX && low >= FOUR);
    digits += isSmall ? 1 : isLarge ? 3 : 2;
  }
  return listSize(hex.length / 2, digits);
}

const ZERO = 48;
const FOUR = 52;
const SIX = 54;
const NINE = 57;
