import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Json } from "../../src/wire/json.ts";
import { Fraction, WideInteger, writeJson } from "../../src/wire/json.ts";
import { parseJson } from "../../src/wire/parse.ts";
import { encodeUtf8 } from "../../src/wire/utf8.ts";

function parse(text: string): Json | string {
  const parsed = parseJson(encodeUtf8(text));
  return parsed.ok ? parsed.value : `! ${parsed.error}`;
}

/** As JSON.parse would have said it. */
function lossy(json: Json): unknown {
  if (json instanceof Fraction) return Number(json.text);
  if (json instanceof WideInteger) return Number(writeJson(json));
  if (Array.isArray(json)) return json.map((item: Json) => lossy(item));
  if (!(json instanceof Map)) return json;
  return Object.fromEntries(
    [...(json as ReadonlyMap<string, Json>)].map(([key, value]) => [key, lossy(value)]),
  );
}

describe("agrees with JSON.parse", () => {
  test("on every document it writes", () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const parsed = parseJson(encodeUtf8(text));
        const ours = parsed.ok ? lossy(parsed.value) : parsed.error;
        expect(ours).toEqual(JSON.parse(text));
      }),
    );
  });

  test("on which damaged documents are none", () => {
    const piece = fc.constantFrom(
      "",
      ",",
      "[",
      "]",
      "{",
      "}",
      '"',
      ":",
      "-",
      "0",
      ".",
      "e",
      "\\",
      "u",
      " ",
    );
    const damaged = fc
      .tuple(fc.json(), fc.nat(), fc.nat({ max: 2 }), piece)
      .map(([text, seed, cut, put]) => {
        const at = seed % (text.length + 1);
        return text.slice(0, at) + put + text.slice(at + cut);
      });
    const ours = /once|surrogate|levels/;
    fc.assert(
      fc.property(damaged, (text) => {
        const parsed = parseJson(encodeUtf8(text));
        let valid = true;
        try {
          JSON.parse(text);
        } catch {
          valid = false;
        }
        if (parsed.ok) expect(valid, text).toBe(true);
        else if (!ours.test(parsed.error)) expect(valid, `${text}: ${parsed.error}`).toBe(false);
      }),
      { numRuns: 3_000 },
    );
  });

  test("writes what it reads, to the byte", () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const parsed = parseJson(encodeUtf8(text));
        if (!parsed.ok) return;
        const written = writeJson(parsed.value);
        expect(parseJson(encodeUtf8(written))).toEqual(parsed);
      }),
    );
  });
});

describe("numbers", () => {
  test("integers up to 2^53 − 1 are numbers", () => {
    expect(parse("0")).toBe(0);
    expect(parse("-9007199254740991")).toBe(-9007199254740991);
    expect(parse("9007199254740991")).toBe(9007199254740991);
    expect(parse("999999999999999")).toBe(999999999999999);
  });

  test("beyond that they stay exact, within 64 bits", () => {
    expect(parse("9007199254740992")).toEqual(new WideInteger(false, { hi: 2_097_152, lo: 0 }));
    expect(parse("-9223372036854775808")).toEqual(
      new WideInteger(true, { hi: 0x8000_0000, lo: 0 }),
    );
    for (const text of ["18446744073709551615", "-9007199254740993", "11900434792055248454"]) {
      expect(writeJson(parse(text))).toBe(text);
    }
  });

  test("what serde reads as a float is a Fraction, with its text", () => {
    for (const text of [
      "1.0",
      "1e3",
      "-0",
      "18446744073709551616",
      "-9223372036854775809",
      "1E+2",
    ]) {
      expect(parse(text)).toEqual(new Fraction(text));
    }
  });

  test.each(["01", "-", "+1", "1.", ".5", "1e", "1e+", "- 1", "0x1", "NaN", "-Infinity", "00"])(
    "%s is none",
    (text) => {
      expect(parse(text)).toMatch(/^! byte \d+: expected/);
    },
  );
});

describe("texts", () => {
  test("escapes, pairs and every script", () => {
    expect(parse('"\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\u00E9"')).toBe('"\\/\b\f\n\r\téé');
    expect(parse('"\\ud83d\\ude00😀é"')).toBe("😀😀é");
    expect(parse('"\\u0000"')).toBe("\0");
  });

  test("half a pair, raw control characters and bytes that are not UTF-8 are refused", () => {
    for (const text of [
      '"\\ud83d"',
      '"\\ude00"',
      '"\\ud83d\\u0041"',
      '"\\ud83dx"',
      '"\\ude00\\ude00"',
    ]) {
      expect(parse(text)).toMatch(/surrogate/);
    }
    expect(parse('"a\nb"')).toBe("! byte 2: expected no control character");
    expect(parse('"abc')).toBe("! byte 4: expected a closing quote");
    expect(parse('"\\x"')).toBe("! byte 2: expected an escape");
    expect(parse('"\\u12g4"')).toMatch(/four hex digits/);
    expect(parseJson(Uint8Array.of(0x22, 0xff, 0x22))).toEqual({
      ok: false,
      error: "byte 1: expected UTF-8",
    });
    expect(parseJson(Uint8Array.of(0xef, 0xbb, 0xbf, 0x31)).ok).toBe(false);
  });
});

describe("documents", () => {
  test("white space around, nothing after", () => {
    expect(parse(" \t\r\n[ 1 , 2 ] \n")).toEqual([1, 2]);
    expect(parse("1 2")).toBe("! byte 2: expected nothing after the document");
    expect(parse("")).toBe("! byte 0: expected a value");
    expect(parse("  ")).toBe("! byte 2: expected a value");
  });

  test("a key stands once; `__proto__` is a key like any other", () => {
    expect(parse('{"a":1,"a":2}')).toMatch(/expected each key once/);
    expect(parse('{"__proto__":1}')).toEqual(new Map([["__proto__", 1]]));
  });

  test("64 levels and no more", () => {
    expect(parse("[".repeat(64) + "]".repeat(64))).toBeInstanceOf(Array);
    expect(parse("[".repeat(65) + "]".repeat(65))).toMatch(/at most 64 levels/);
  });

  test("hostile documents of some megabytes end soon, in a value", () => {
    const size = 1_200_000;
    expect(parse("[".repeat(size))).toMatch(/levels/);
    expect(parse(`[${"{},".repeat(size)}0]`)).toMatch(/fewer arrays and objects/);
    expect(parse("9".repeat(size))).toBeInstanceOf(Fraction);
    expect(parse(`"${"\\n".repeat(size)}"`)).toHaveLength(size);
    expect(parse(`"${"\\n".repeat(size)}`)).toMatch(/closing quote/);
    expect(parse(" ".repeat(size))).toMatch(/a value/);
    expect(parse(`[${"1,".repeat(size)}1]`)).toHaveLength(size + 1);
  });

  test("random bytes never throw", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        expect(typeof parseJson(bytes).ok).toBe("boolean");
      }),
      { numRuns: 2_000 },
    );
  });
});
