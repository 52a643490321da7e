/**
 * A JSON string's inside, from the byte after its opening quote. Plain ASCII, which is nearly
 * everything on this wire, takes the short way; escapes and other scripts are pieced together.
 */
import { Malformed } from "./mismatch.ts";
import { BACKSLASH, QUOTE } from "./token.ts";
import { decodeUtf8, isUtf8 } from "./utf8.ts";

export interface StringRead {
  readonly text: string;
  /** Behind the closing quote, or behind the escape. */
  readonly end: number;
}

const ESCAPES: ReadonlyMap<number, string> = new Map(
  Array.from(`"\\/`)
    .map((same): [number, string] => [same.charCodeAt(0), same])
    .concat([
      [0x62, "\b"],
      [0x66, "\f"],
      [0x6e, "\n"],
      [0x72, "\r"],
      [0x74, "\t"],
    ]),
);

/** Pieces joined at once: a string grown by each of many costs more than its text. */
const RUN = 1_024;

/** A text of at most `most` code units. */
export function readString(bytes: Uint8Array, from: number, most: number): StringRead | Malformed {
  let text = "";
  let pieces: string[] = [];
  let left = most;
  let at = from;
  for (;;) {
    const stop = plainEnd(bytes, at);
    // A code unit takes at most three bytes, so that more than these are surely too many.
    const piece = stop - at > 3 * left ? "" : decodeUtf8(bytes, at, stop);
    if (piece === null) return new Malformed(at, "UTF-8");
    left -= piece === "" ? stop - at : piece.length;
    const byte = bytes[stop];
    if (byte === QUOTE && left >= 0) return { text: text + pieces.join("") + piece, end: stop + 1 };
    const escape = left < 0 ? new Malformed(stop, "a shorter text") : readEscape(bytes, stop);
    if (escape instanceof Malformed) return escape;
    left -= escape.text.length;
    pieces.push(piece, escape.text);
    at = escape.end;
    if (pieces.length < RUN) continue;
    text += pieces.join("");
    pieces = [];
  }
}

/** Checks a string and builds nothing: where it ends, behind the closing quote. */
export function passString(bytes: Uint8Array, from: number): number | Malformed {
  let at = from;
  for (;;) {
    const stop = plainEnd(bytes, at);
    if (!isUtf8(bytes, at, stop)) return new Malformed(at, "UTF-8");
    if (bytes[stop] === QUOTE) return stop + 1;
    const escape = readEscape(bytes, stop);
    if (escape instanceof Malformed) return escape;
    at = escape.end;
  }
}

/** Where plain text stops: the first quote, backslash, control character or end from `from` on. */
function plainEnd(bytes: Uint8Array, from: number): number {
  let at = from;
  for (; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    if (byte === QUOTE || byte === BACKSLASH || byte < 0x20) break;
  }
  return at;
}

/** At a byte that ends plain text and is no quote. */
function readEscape(bytes: Uint8Array, at: number): StringRead | Malformed {
  if (bytes[at] === undefined) return new Malformed(at, "a closing quote");
  if (bytes[at] !== BACKSLASH) return new Malformed(at, "no control character");
  if (bytes[at + 1] !== 0x75) {
    const text = ESCAPES.get(bytes[at + 1] ?? -1);
    return text === undefined ? new Malformed(at + 1, "an escape") : { text, end: at + 2 };
  }
  const high = readUnit(bytes, at + 2);
  if (high < 0) return new Malformed(at + 1, "four hex digits");
  if (high < 0xd800 || high > 0xdfff) return { text: String.fromCharCode(high), end: at + 6 };
  const paired = bytes[at + 6] === BACKSLASH && bytes[at + 7] === 0x75;
  const low = paired ? readUnit(bytes, at + 8) : -1;
  // Half a character is refused, as by serde: every text inside the program is Unicode.
  if (high > 0xdbff || low < 0xdc00 || low > 0xdfff)
    return new Malformed(at + 1, "a surrogate pair");
  return { text: String.fromCharCode(high, low), end: at + 12 };
}

function readUnit(bytes: Uint8Array, from: number): number {
  let unit = 0;
  for (let at = from; at < from + 4; at++) {
    const digit = hexDigit(bytes[at] ?? 0);
    if (digit < 0) return -1;
    unit = unit * 16 + digit;
  }
  return unit;
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}
