/** Bytes of JSON's grammar, and what stands between its words. */
const SPACE = 0x20;
export const QUOTE = 0x22;
export const PLUS = 0x2b;
export const COMMA = 0x2c;
export const MINUS = 0x2d;
export const DOT = 0x2e;
export const ZERO = 0x30;
const NINE = 0x39;
export const COLON = 0x3a;
export const OPEN_LIST = 0x5b;
export const BACKSLASH = 0x5c;
export const CLOSE_LIST = 0x5d;
export const OPEN_OBJECT = 0x7b;
export const CLOSE_OBJECT = 0x7d;

export function isDigit(byte: number | undefined): byte is number {
  return byte !== undefined && byte >= ZERO && byte <= NINE;
}

export function isExponent(byte: number | undefined): boolean {
  return byte === 0x65 || byte === 0x45;
}

/** The first place from `from` on that is no white space. */
export function passSpace(bytes: Uint8Array, from: number): number {
  // Hardly anybody writes any: this much is worth inlining.
  return (bytes[from] ?? NINE) > SPACE ? from : passMore(bytes, from);
}

function passMore(bytes: Uint8Array, from: number): number {
  let at = from;
  for (;;) {
    const byte = bytes[at];
    if (byte !== SPACE && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return at;
    at++;
  }
}
