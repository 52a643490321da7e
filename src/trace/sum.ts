/**
 * Check sums on the lines of a trace, so that whatever was changed after it was written is found
 * where it stands. A line's sum is the CRC-32 (gzip's) over all lines so far without their sums:
 * one flipped byte is always noticed, a line that was lost, doubled or moved as surely as four
 * billion to one. Against accidents, not against forgers.
 */
/** Goes on from an earlier result, 0 at the beginning. Unsigned. */
export type Crc = (text: string, from: number) => number;

const TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

/** Of the text's UTF-8, lone surrogates apart. Platforms that have a faster one pass theirs. */
export const crc32: Crc = (text, from) => {
  let crc = ~from;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit >= 0x80) return ~ofRest(text.slice(at), crc) >>> 0;
    crc = next(crc, unit);
  }
  return ~crc >>> 0;
};

/** From the first character that is not ASCII on. */
function ofRest(text: string, from: number): number {
  let crc = from;
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0;
    if (code < 0x80) {
      crc = next(crc, code);
      continue;
    }
    const more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    crc = next(crc, ((0xff00 >> (more + 1)) & 0xff) | (code >> (6 * more)));
    for (let at = more - 1; at >= 0; at--) crc = next(crc, 0x80 | ((code >> (6 * at)) & 0x3f));
  }
  return crc;
}

function next(crc: number, byte: number): number {
  return (crc >>> 8) ^ (TABLE[(crc ^ byte) & 0xff] as number);
}

const BEFORE = ',"sum":"';
const AFTER = '"}';
const LENGTH = BEFORE.length + 8 + AFTER.length;

/** The sums of one trace, line by line in order. */
export class Sums {
  readonly #crc: Crc;
  #sum = 0;

  constructor(crc: Crc = crc32) {
    this.#crc = crc;
  }

  /** A record as JSON, with its sum as the last field. */
  seal(line: string): string {
    const open = line.slice(0, -1);
    this.#sum = this.#crc(open, this.#sum);
    return open + BEFORE + this.#sum.toString(16).padStart(8, "0") + AFTER;
  }

  /** Whether it is the next line as it was written. */
  check(line: string): boolean {
    if (!hasSum(line)) return false;
    const open = line.slice(0, -LENGTH);
    this.#sum = this.#crc(open, this.#sum);
    return Number.parseInt(line.slice(-8 - AFTER.length, -AFTER.length), 16) === this.#sum;
  }
}

const SUM = /,"sum":"[0-9a-f]{8}"\}$/;

export function hasSum(line: string): boolean {
  return SUM.test(line.slice(-LENGTH));
}
