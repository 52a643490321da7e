import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatU64, parseU64, sameU64, u64From, u64ToNumber } from "../../src/wire/u64.ts";

const word = fc.integer({ min: 0, max: 0xffff_ffff });
const anyU64 = fc.record({ hi: word, lo: word });

describe("u64 keeps all 64 bits", () => {
  test("the nonce of a real log, and the edges", () => {
    expect(parseU64("11900434792055248454")).toEqual({ hi: 2_770_785_892, lo: 1_697_060_422 });
    expect(parseU64("18446744073709551615")).toEqual({ hi: 0xffff_ffff, lo: 0xffff_ffff });
    expect(parseU64("18446744073709551616")).toBeNull();
    expect(parseU64("0")).toEqual({ hi: 0, lo: 0 });
    expect(formatU64({ hi: 0xffff_ffff, lo: 0xffff_ffff })).toBe("18446744073709551615");
    expect(formatU64({ hi: 2_097_152, lo: 0 })).toBe("9007199254740992");
  });

  test("text that is no unsigned number is null", () => {
    for (const text of ["", "-1", "+1", "1.0", "1e3", " 1", "0x10", "1\n"]) {
      expect(parseU64(text), JSON.stringify(text)).toBeNull();
    }
    expect(parseU64("9".repeat(1_000_000))).toBeNull();
  });

  test("prints what BigInt prints, and reads it back", () => {
    fc.assert(
      fc.property(anyU64, (value) => {
        const text = formatU64(value);
        expect(text).toBe(String((BigInt(value.hi) << 32n) | BigInt(value.lo)));
        expect(parseU64(text)).toEqual(value);
      }),
    );
  });

  test("is a number exactly up to 2^53 − 1", () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (value) => {
        expect(u64ToNumber(u64From(value))).toBe(value);
        expect(sameU64(u64From(value), parseU64(String(value)) ?? u64From(0))).toBe(true);
      }),
    );
    expect(u64ToNumber({ hi: 2_097_151, lo: 0xffff_ffff })).toBe(Number.MAX_SAFE_INTEGER);
    expect(u64ToNumber({ hi: 2_097_152, lo: 0 })).toBeNull();
  });
});
