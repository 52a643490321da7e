/**
 * A JSON list of bytes, `[0,171,255]`, straight to hex: nearly everything on this wire is keys,
 * hashes and signatures in that form, and a list of numbers would take ten times the room.
 */
import { putHex } from "./bytes.ts";
import { Malformed } from "./mismatch.ts";
import { CLOSE_LIST, COMMA, DOT, isDigit, isExponent, passSpace, ZERO } from "./token.ts";

export interface BytesRead {
  readonly hex: string;
  /** Behind the closing bracket. */
  readonly end: number;
}

/** Code units turned to text at once: well below every engine's limit of arguments. */
const RUN = 1_024;

/**
 * From behind the opening bracket. A number: at that place stands no byte. A list of more than
 * `most` is not read to its end: it comes back longer than that.
 */
export function readBytes(
  line: Uint8Array,
  from: number,
  most: number,
): BytesRead | number | Malformed {
  const units: number[] = [];
  let hex = "";
  let place = 0;
  let at = passSpace(line, from);
  if (line[at] === CLOSE_LIST) return { hex, end: at + 1 };
  for (let count = 0; ;) {
    const first = at;
    let byte = 0;
    let digit = (line[at] ?? 0) - ZERO;
    while (digit >= 0 && digit <= 9 && at - first < 3) {
      byte = 10 * byte + digit;
      digit = (line[++at] ?? 0) - ZERO;
    }
    const padded = at - first > 1 && line[first] === ZERO;
    if (at === first || padded || byte > 255 || goesOn(line[at])) return count;
    putHex(units, place, byte);
    place += 2;
    if (++count > most) return { hex: hex + textOf(units, place), end: at };
    if (place === RUN) {
      hex += textOf(units, place);
      place = 0;
    }
    if (line[at] !== COMMA) at = passSpace(line, at);
    if (line[at] === CLOSE_LIST) return { hex: hex + textOf(units, place), end: at + 1 };
    if (line[at] !== COMMA) return new Malformed(at, "`,` or `]`");
    at = passSpace(line, at + 1);
  }
}

/** More of a number: it is none from 0 to 255, or no integer. */
function goesOn(byte: number | undefined): boolean {
  return isDigit(byte) || byte === DOT || isExponent(byte);
}

function textOf(units: readonly number[], count: number): string {
  return String.fromCharCode(...(count === units.length ? units : units.slice(0, count)));
}
