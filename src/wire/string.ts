/**
 * A JSON string's inside, from the byte after its opening quote. Plain ASCII, which is nearly
 * everything on this wire, takes the short way; escapes and other scripts are pieced together.
 */
import { decodeUtf8 } from "./utf8.ts";

/** `text` null: what was expected at `end`. Else `end` stands behind the closing quote. */
export type StringRead =
  | { readonly text: string; readonly end: number }
  | { readonly text: null; readonly end: number; readonly expected: string };

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
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

export function readString(bytes: Uint8Array, from: number): StringRead {
  const pieces: string[] = [];
  let at = from;
  for (;;) {
    const stop = plainEnd(bytes, at);
    if (stop > at) {
      const piece = decodeUtf8(bytes, at, stop);
      if (piece === null) return { text: null, end: at, expected: "UTF-8" };
      pieces.push(piece);
    }
    const byte = bytes[stop];
    if (byte === QUOTE) return { text: pieces.join(""), end: stop + 1 };
    if (byte === undefined) return { text: null, end: stop, expected: "a closing quote" };
    if (byte !== BACKSLASH) return { text: null, end: stop, expected: "no control character" };
    const escape = readEscape(bytes, stop + 1);
    if (escape.text === null) return escape;
    pieces.push(escape.text);
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

function readEscape(bytes: Uint8Array, at: number): StringRead {
  if (bytes[at] !== 0x75) {
    const text = ESCAPES.get(bytes[at] ?? -1);
    if (text === undefined) return { text: null, end: at, expected: "an escape" };
    return { text, end: at + 1 };
  }
  const high = readUnit(bytes, at + 1);
  if (high < 0) return { text: null, end: at, expected: "four hex digits" };
  if (high < 0xd800 || high > 0xdfff) return { text: String.fromCharCode(high), end: at + 5 };
  const paired = bytes[at + 5] === BACKSLASH && bytes[at + 6] === 0x75;
  const low = paired ? readUnit(bytes, at + 7) : -1;
  // Half a character is refused, as by serde: every text inside the program is Unicode.
  if (high > 0xdbff || low < 0xdc00 || low > 0xdfff) {
    return { text: null, end: at, expected: "a surrogate pair" };
  }
  return { text: String.fromCharCode(high, low), end: at + 11 };
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
