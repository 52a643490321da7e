import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { WideInteger, writeJson } from "../../src/wire/json.ts";
import { encodeUtf8 } from "../../src/wire/utf8.ts";
import { FRACTION, passAny, readAny } from "./anything.ts";

function parse(text: string): unknown {
  const read = readAny(encodeUtf8(text));
  return read.ok ? read.value : `! ${read.error}`;
}

/** What is passed over is judged as what is read, to the place. */
function passes(text: string): string {
  const read = passAny(encodeUtf8(text));
  return read.ok ? "passed" : `! ${read.error}`;
}

/** As JSON.parse would have said it; what is no integer of 64 bits as that. */
function lossy(value: unknown): unknown {
  if (value instanceof WideInteger) return Number(writeJson(value));
  if (Array.isArray(value)) return value.map(lossy);
  if (!(value instanceof Map)) return value;
  return Object.fromEntries([...value].map(([key, inner]) => [key, lossy(inner)]));
}

/** The same of what JSON.parse said. */
function integers(value: unknown): unknown {
  if (typeof value === "number") {
    const whole = Number.isInteger(value) && !Object.is(value, -0);
    return whole && value < 2 ** 64 && value >= -(2 ** 63) ? value : FRACTION;
  }
  if (Array.isArray(value)) return value.map(integers);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, integers(inner)]));
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe("agrees with JSON.parse", () => {
  test("on every document it writes", () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(lossy(parse(text))).toEqual(integers(JSON.parse(text)));
        expect(passes(text)).toBe("passed");
      }),
    );
  });

  test("on which damaged documents are none", () => {
    const pieces = ["", ",", "[", "]", "{", "}", '"', ":", "-", "0", ".", "e", "\\", "u", " "];
    const damaged = fc
      .tuple(fc.json(), fc.nat(), fc.nat({ max: 2 }), fc.constantFrom(...pieces))
      .map(([text, seed, cut, put]) => {
        const at = seed % (text.length + 1);
        return text.slice(0, at) + put + text.slice(at + cut);
      });
    const ours = /once|surrogate|levels/;
    fc.assert(
      fc.property(damaged, (text) => {
        const read = readAny(encodeUtf8(text));
        if (read.ok) expect(isJson(text), text).toBe(true);
        else if (!ours.test(read.error)) expect(isJson(text), `${text}: ${read.error}`).toBe(false);
        const once = read.ok || !read.error.includes("once");
        if (once) expect(passes(text)).toBe(read.ok ? "passed" : `! ${read.error}`);
      }),
      { numRuns: 3_000 },
    );
  });

  test("is written as it was read, to the byte", () => {
    for (const value of [0, -5, "é\n", true, null, [1, "a"], new Map([["k", [null]]])]) {
      expect(parse(writeJson(value))).toEqual(value);
    }
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
      expect(writeJson(parse(text) as WideInteger)).toBe(text);
    }
  });

  test.each([
    "1.0",
    "1e3",
    "-0",
    "18446744073709551616",
    "-9223372036854775809",
    "1E+2",
    "1".repeat(21),
  ])("%s, which serde reads as a float, is no integer", (text) => {
    expect(parse(text)).toBe(FRACTION);
  });

  test.each(["01", "-", "+1", "1.", ".5", "1e", "1e+", "- 1", "0x1", "NaN", "-Infinity", "00"])(
    "%s is none",
    (text) => {
      expect(parse(text)).toMatch(/^! byte \d+: expected/);
      expect(passes(text)).toMatch(/^! byte \d+: expected/);
    },
  );
});

describe("texts", () => {
  test("escapes, pairs and every script", () => {
    expect(parse('"\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\u00E9"')).toBe('"\\/\b\f\n\r\téé');
    expect(parse('"\\ud83d\\ude00😀é"')).toBe("😀😀é");
    expect(parse('"\\u0000"')).toBe("\0");
  });

  test.each([parse, passes])("that are none are refused, read or passed over (%#)", (judge) => {
    for (const text of [
      '"\\ud83d"',
      '"\\ude00"',
      '"\\ud83d\\u0041"',
      '"\\ud83dx"',
      '"\\ude00\\ude00"',
    ]) {
      expect(judge(text)).toMatch(/surrogate/);
    }
    expect(judge('"a\nb"')).toBe("! byte 2: expected no control character");
    expect(judge('"abc')).toBe("! byte 4: expected a closing quote");
    expect(judge('"\\x"')).toBe("! byte 2: expected an escape");
    expect(judge('"\\u12g4"')).toMatch(/four hex digits/);
  });

  test("bytes that are not UTF-8 are refused, read or passed over", () => {
    const fault = { ok: false, error: "byte 1: expected UTF-8" };
    for (const bytes of [[0xff], [0xc3], [0xe2, 0x82], [0xed, 0xa0, 0x80], [0xc0, 0x80]]) {
      const line = Uint8Array.of(0x22, ...bytes, 0x22);
      expect(readAny(line)).toEqual(fault);
      expect(passAny(line)).toEqual(fault);
    }
    expect(readAny(Uint8Array.of(0xef, 0xbb, 0xbf, 0x31)).ok).toBe(false);
  });
});

describe("documents", () => {
  test("white space around, nothing after", () => {
    expect(parse(" \t\r\n[ 1 , 2 ] \n")).toEqual([1, 2]);
    expect(parse(' { "a" : 1 , "b" : [ ] } ')).toEqual(new Map(Object.entries({ a: 1, b: [] })));
    expect(parse("1 2")).toBe("! byte 2: expected nothing after the document");
    expect(parse("")).toBe("! byte 0: expected a value");
    expect(parse("  ")).toBe("! byte 2: expected a value");
  });

  test("`__proto__` is a key like any other", () => {
    expect(parse('{"__proto__":1}')).toEqual(new Map([["__proto__", 1]]));
  });

  test("64 levels of what is passed over and no more", () => {
    expect(passes("[".repeat(64) + "]".repeat(64))).toBe("passed");
    expect(passes("[".repeat(65) + "]".repeat(65))).toMatch(/at most 64 levels/);
    expect(passes('{"a":'.repeat(64) + "1" + "}".repeat(64))).toBe("passed");
    expect(passes('{"a":'.repeat(65) + "1" + "}".repeat(65))).toMatch(/at most 64 levels/);
  });

  test("random bytes never throw", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        expect(typeof readAny(bytes).ok).toBe("boolean");
        expect(typeof passAny(bytes).ok).toBe("boolean");
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("room", () => {
  const within = (text: string, room: number): unknown => {
    const read = readAny(encodeUtf8(text), room);
    return read.ok ? read.value : read.error;
  };

  test("a text takes two bytes a character, an item what the list says", () => {
    expect(within('"abcd"', 8)).toBe("abcd");
    expect(within('"abcd"', 7)).toMatch(/shorter text/);
    expect(within('"\\n\\n\\n"', 5)).toMatch(/shorter text/);
    expect(within('"€€"', 4)).toBe("€€");
    expect(within("[1,2,3]", 3)).toEqual([1, 2, 3]);
    expect(within("[1,2,3]", 2)).toMatch(/take less memory/);
    expect(within('["ab","cd"]', 9)).toMatch(/shorter text/);
  });

  test("documents of some megabytes end in a value, read or passed over", () => {
    const size = 1_200_000;
    const long = [
      `[${"{},".repeat(size)}0]`,
      "9".repeat(size),
      `"${"\\n".repeat(size)}"`,
      `[${"1,".repeat(size)}1]`,
      `{"${"k".repeat(size)}":1}`,
    ];
    for (const text of long) expect(passes(text)).toBe("passed");
    expect(parse(`"${"\\n".repeat(size)}"`)).toHaveLength(size);
    expect(parse(`[${"1,".repeat(size)}1]`)).toHaveLength(size + 1);
    expect(passes("[".repeat(size))).toMatch(/levels/);
    expect(passes(`"${"\\n".repeat(size)}`)).toMatch(/closing quote/);
    expect(parse(" ".repeat(size))).toMatch(/a value/);
  });
});
