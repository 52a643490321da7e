/**
 * UTF-8 without TextEncoder, which the language itself does not have: this code also runs in
 * browsers, workers and bare engines. Strict as RFC 3629: what is not UTF-8 is null, a value.
 */

/** Lone surrogates, which no decoded text contains, become U+FFFD. */
export function encodeUtf8(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit >= 0x80) return encodeFrom(text, at, bytes);
    bytes[at] = unit;
  }
  return bytes;
}

/** The rest from the first unit that is not ASCII: at most 3 bytes a unit. */
function encodeFrom(text: string, from: number, ascii: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(from + 3 * (text.length - from));
  bytes.set(ascii.subarray(0, from));
  let to = from;
  for (let at = from; at < text.length; at++) {
    const code = scalarAt(text, at);
    if (code > 0xffff) at++;
    to = encodeScalar(code, bytes, to);
  }
  return bytes.slice(0, to);
}

export function isUtf8(bytes: Uint8Array, from: number, to: number): boolean {
  let at = from;
  while (at < to) {
    const lead = bytes[at] as number;
    if (lead < 0x80) {
      at++;
      continue;
    }
    const size = sequenceSize(lead);
    if (decodeScalar(bytes, at, to, size) < 0) return false;
    at += size;
  }
  return true;
}

/** The text of `bytes[from..to)`, or null when it is not UTF-8. */
export function decodeUtf8(bytes: Uint8Array, from: number, to: number): string | null {
  let text = "";
  let units: number[] = [];
  let at = from;
  while (at < to) {
    const lead = bytes[at] as number;
    const size = lead < 0x80 ? 1 : sequenceSize(lead);
    const code = lead < 0x80 ? lead : decodeScalar(bytes, at, to, size);
    if (code < 0) return null;
    at += size;
    if (code > 0xffff) units.push(0xd7c0 + (code >> 10), 0xdc00 + (code & 0x3ff));
    else units.push(code);
    if (units.length >= RUN) {
      text += String.fromCharCode(...units);
      units = [];
    }
  }
  return text + String.fromCharCode(...units);
}

/** Code units turned to text at once: well below every engine's limit of arguments. */
const RUN = 1_024;

function scalarAt(text: string, at: number): number {
  const code = text.codePointAt(at) as number;
  return code >= 0xd800 && code <= 0xdfff ? 0xfffd : code;
}

function encodeScalar(code: number, bytes: Uint8Array, from: number): number {
  let at = from;
  if (code < 0x80) {
    bytes[at++] = code;
    return at;
  }
  if (code < 0x800) {
    bytes[at++] = 0xc0 | (code >> 6);
  } else if (code < 0x10000) {
    bytes[at++] = 0xe0 | (code >> 12);
    bytes[at++] = 0x80 | ((code >> 6) & 0x3f);
  } else {
    bytes[at++] = 0xf0 | (code >> 18);
    bytes[at++] = 0x80 | ((code >> 12) & 0x3f);
    bytes[at++] = 0x80 | ((code >> 6) & 0x3f);
  }
  bytes[at++] = 0x80 | (code & 0x3f);
  return at;
}

/** Bytes a lead byte announces; 0 for a byte that cannot lead. */
function sequenceSize(lead: number): number {
  if (lead >= 0xc2 && lead <= 0xdf) return 2;
  if (lead >= 0xe0 && lead <= 0xef) return 3;
  return lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
}

/** Smallest scalar that needs so many bytes: anything below is an overlong form. */
const SMALLEST = [0, 0, 0x80, 0x800, 0x10000] as const;

function decodeScalar(bytes: Uint8Array, at: number, to: number, size: number): number {
  if (size === 0 || at + size > to) return -1;
  let code = (bytes[at] as number) & (0xff >> (size + 1));
  for (let next = at + 1; next < at + size; next++) {
    const unit = bytes[next] as number;
    if ((unit & 0xc0) !== 0x80) return -1;
    code = (code << 6) | (unit & 0x3f);
  }
  const surrogate = code >= 0xd800 && code <= 0xdfff;
  return surrogate || code > 0x10ffff || code < (SMALLEST[size] as number) ? -1 : code;
}
