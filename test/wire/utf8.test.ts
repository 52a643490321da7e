import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeUtf8, encodeUtf8 } from "../../src/wire/utf8.ts";

function decode(bytes: Uint8Array): string | null {
  return decodeUtf8(bytes, 0, bytes.length);
}

describe("utf-8, against the platform's own", () => {
  test("encodes as TextEncoder does, lone surrogates included", () => {
    const units = fc
      .array(fc.integer({ min: 0, max: 0xffff }))
      .map((codes) => String.fromCharCode(...codes));
    const texts = fc.oneof(fc.string({ unit: "binary" }), fc.string(), units);
    fc.assert(
      fc.property(texts, (text) => {
        expect(encodeUtf8(text)).toEqual(new TextEncoder().encode(text));
      }),
    );
  });

  test("decodes what a strict TextDecoder decodes, and nothing else", () => {
    const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    const near = fc.array(
      fc.constantFrom(
        0x00,
        0x41,
        0x7f,
        0x80,
        0xbf,
        0xc1,
        0xc2,
        0xe0,
        0xa0,
        0xed,
        0x9f,
        0xf0,
        0x90,
        0xf4,
        0x8f,
        0xf5,
      ),
    );
    const bytes = fc.oneof(
      fc.uint8Array(),
      near.map((list) => Uint8Array.from(list)),
    );
    fc.assert(
      fc.property(bytes, (input) => {
        let expected: string | null;
        try {
          expected = strict.decode(input);
        } catch {
          expected = null;
        }
        expect(decode(input)).toBe(expected);
      }),
      { numRuns: 2_000 },
    );
  });

  test("refuses overlong forms, surrogates, what lies above U+10FFFF and torn sequences", () => {
    for (const bytes of [
      [0xc0, 0x80],
      [0xe0, 0x80, 0x80],
      [0xed, 0xa0, 0x80],
      [0xf4, 0x90, 0x80, 0x80],
      [0xf0, 0x9f, 0x98],
      [0x80],
    ]) {
      expect(decode(Uint8Array.from(bytes))).toBeNull();
    }
  });

  test("long texts", () => {
    const text = "aé€😀".repeat(50_000);
    expect(decode(encodeUtf8(text))).toBe(text);
  });
});
