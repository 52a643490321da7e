/**
 * Unsigned 64-bit numbers without loss: two 32-bit halves. Ping nonces use all 64 bits (rule P1),
 * where a float64 would round them and the Pong would never match. Plain data, so that it
 * compares, prints and digests like any other value.
 */
export interface U64 {
  readonly hi: number;
  readonly lo: number;
}

const HALF = 4_294_967_296;
/** The largest `hi` of a number below 2^53. */
const SAFE_HI = 2_097_151;

/** A whole number from 0 to 2^53 − 1. */
export function u64From(value: number): U64 {
  return { hi: Math.floor(value / HALF), lo: value >>> 0 };
}

/** The number, or null from 2^53 on. */
export function u64ToNumber(value: U64): number | null {
  return value.hi <= SAFE_HI ? value.hi * HALF + value.lo : null;
}

export function sameU64(a: U64, b: U64): boolean {
  return a.lo === b.lo && a.hi === b.hi;
}

/** Decimal digits only. Null for anything else and from 2^64 on. */
export function parseU64(text: string): U64 | null {
  if (!/^\d+$/.test(text)) return null;
  let hi = 0;
  let lo = 0;
  for (let at = 0; at < text.length; at++) {
    const next = lo * 10 + (text.charCodeAt(at) - 48);
    const carry = Math.floor(next / HALF);
    lo = next - carry * HALF;
    hi = hi * 10 + carry;
    if (hi >= HALF) return null;
  }
  return { hi, lo };
}

/** Decimal digits, no leading zeros. */
export function formatU64(value: U64): string {
  let { hi, lo } = value;
  let text = "";
  // Long division by 10^5: a remainder times 2^32 stays below 2^53.
  while (hi > SAFE_HI) {
    const rest = (hi % 100_000) * HALF + lo;
    hi = Math.floor(hi / 100_000);
    lo = Math.floor(rest / 100_000);
    text = String(rest % 100_000).padStart(5, "0") + text;
  }
  return String(hi * HALF + lo) + text;
}
