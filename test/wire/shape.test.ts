import { describe, expect, test } from "vitest";
import { writeJson } from "../../src/wire/json.ts";
import { extra, once, struct } from "../../src/wire/record.ts";
import {
  type Shape,
  bool,
  bytes,
  choice,
  exactU64,
  hexText,
  i64,
  list,
  option,
  pair,
  readJson,
  text,
  u16,
  u32,
  u64,
} from "../../src/wire/shape.ts";
import { newtype, record, tagged, tuple, unit } from "../../src/wire/variant.ts";
import { encodeUtf8 } from "../../src/wire/utf8.ts";

/** The value, or the mismatch as text. */
function decode<T>(shape: Shape<T>, source: string): T | string {
  const read = readJson(shape, encodeUtf8(source));
  return read.ok ? read.value : read.error;
}

describe("integers", () => {
  test.each([
    ["u16", u16, 0xffff],
    ["u32", u32, 0xffff_ffff],
  ] as const)("%s has its range", (_, shape, most) => {
    expect(decode(shape, "0")).toBe(0);
    expect(decode(shape, String(most))).toBe(most);
    for (const wrong of [String(most + 1), "-1", "1.0", "-0", '"1"', "null", "1e2"]) {
      expect(decode(shape, wrong), wrong).toBe(`expected 0..${most}`);
    }
    expect(() => shape.encode(-1)).toThrow();
  });

  test("u64 and i64 saturate what a float64 cannot hold, and refuse what 64 bits cannot", () => {
    expect(decode(u64, "18446744073709551615")).toBe(Number.MAX_SAFE_INTEGER);
    expect(decode(u64, "18446744073709551616")).toBe("expected 0..2^64-1");
    expect(decode(u64, "-9007199254740992")).toBe("expected 0..2^64-1");
    expect(decode(i64, "9223372036854775807")).toBe(Number.MAX_SAFE_INTEGER);
    expect(decode(i64, "9223372036854775808")).toBe("expected -2^63..2^63-1");
    expect(decode(i64, "-9223372036854775808")).toBe(Number.MIN_SAFE_INTEGER);
    expect(() => u64.encode(-1)).toThrow();
    expect(() => writeJson(i64.encode(1.5))).toThrow();
  });

  test("an exact u64 saturates nothing", () => {
    expect(decode(exactU64, "18446744073709551615")).toEqual({ hi: 0xffff_ffff, lo: 0xffff_ffff });
    expect(decode(exactU64, "4294967298")).toEqual({ hi: 1, lo: 2 });
    for (const wrong of ["-1", "-9007199254740992", "1.0"]) {
      expect(decode(exactU64, wrong)).toBe("expected 0..2^64-1");
    }
    expect(decode(i64, "1.0")).toBe("expected -2^63..2^63-1");
    expect(writeJson(exactU64.encode({ hi: 1, lo: 2 }))).toBe("4294967298");
  });
});

describe("bytes", () => {
  test("are numbers outside and hex inside", () => {
    expect(decode(bytes(3), "[0,171,255]")).toBe("00abff");
    expect(writeJson(bytes(3).encode("00abff"))).toBe("[0,171,255]");
    expect(decode(bytes(), "[]")).toBe("");
    expect(() => bytes(3).encode("00")).toThrow();
    expect(() => bytes().encode("0g")).toThrow();
  });

  test("of the wrong size or kind say where", () => {
    expect(decode(bytes(2), "[1]")).toBe("expected an array of 2 bytes");
    expect(decode(bytes(2), '"0102"')).toBe("expected an array of 2 bytes");
    expect(decode(bytes(2), "[1,256]")).toBe("[1]: expected 0..255");
    expect(decode(bytes(), "[1,2,null]")).toBe("[2]: expected 0..255");
  });

  test("as hex text are lowercase and of one size", () => {
    expect(decode(hexText(2), '"00ff"')).toBe("00ff");
    for (const wrong of ['"00FF"', '"00"', "[0,255]"]) {
      expect(decode(hexText(2), wrong)).toBe("expected 4 hex digits");
    }
  });
});

describe("compounds", () => {
  test("an enum of units is a text, or an object that names it with null", () => {
    const tier = choice("Free", "Gold");
    expect(decode(tier, '"Gold"')).toBe("Gold");
    expect(decode(tier, '{"Gold":null}')).toBe("Gold");
    for (const wrong of ['"gold"', '{"Gold":1}', '{"Iron":null}', "{}", "0", "null"]) {
      expect(decode(tier, wrong)).toBe("expected Free or Gold");
    }
  });

  test("lists and pairs", () => {
    expect(decode(list(pair(text, u64)), '[["a",1],["b",2]]')).toEqual([
      ["a", 1],
      ["b", 2],
    ]);
    expect(decode(list(pair(text, u64)), '[["a",1],["b"]]')).toBe("[1]: expected an array of 2");
    expect(decode(list(pair(text, u64)), '[["a",null]]')).toBe("[0][1]: expected 0..2^64-1");
    expect(decode(list(pair(bool, u64)), "[[1,2]]")).toBe("[0][0]: expected true or false");
    expect(decode(list(u16), "{}")).toBe("expected an array");
  });

  interface Point {
    readonly xPos: number;
    readonly name: string | null;
    readonly tag?: string | undefined;
  }
  const point = struct<Point>({ xPos: u16, name: option(text), tag: extra(text) });

  test("a struct ignores unknown keys and needs every key that is no option", () => {
    expect(decode(point, '{"tag":"t","name":"n","more":[],"x_pos":1}')).toEqual({
      xPos: 1,
      name: "n",
      tag: "t",
    });
    expect(decode(point, '{"x_pos":1}')).toEqual({ xPos: 1, name: null });
    expect(decode(point, '{"name":null}')).toBe(".x_pos: expected a value");
    expect(decode(point, '{"x_pos":1,"tag":5}')).toBe(".tag: expected a text");
    expect(decode(point, '"x_pos"')).toBe("expected an object");
  });

  test("a known key stands once, however it is written; nobody counts the others", () => {
    expect(decode(point, '{"x_pos":1,"more":1,"name":"n","more":2}')).toEqual({
      xPos: 1,
      name: "n",
    });
    expect(decode(point, '{"name":null,"x_pos":1,"name":null}')).toMatch(/each key once/);
    expect(decode(point, '{"tag":null,"x_pos":1,"tag":"t"}')).toMatch(/each key once/);
    expect(decode(point, '{"x\\u005fpos":1,"x_pos":1}')).toMatch(/each key once/);
    expect(decode(point, '{"x_pos":1,"more":[1,}')).toMatch(/^byte 21: expected a value/);
  });

  test("fields come in declaration order, inside and outside, whatever their order was", () => {
    const value = decode(point, '{"tag":"t","x_pos":1,"name":null}');
    expect(Object.keys(value)).toEqual(["xPos", "name", "tag"]);
    const written = writeJson(point.encode({ tag: "t", name: null, xPos: 1 }));
    expect(written).toBe('{"x_pos":1,"name":null,"tag":"t"}');
  });

  test("an extra that says nothing is left out, and null says nothing", () => {
    expect(decode(point, '{"x_pos":1,"tag":null}')).toEqual({ xPos: 1, name: null });
    const written = writeJson(point.encode({ xPos: 1, name: null, tag: undefined }));
    expect(written).toBe('{"x_pos":1,"name":null}');
  });

  test("the array form holds the reference's fields and no others", () => {
    expect(decode(point, '[1,"n"]')).toEqual({ xPos: 1, name: "n" });
    expect(decode(point, "[1]")).toBe("expected an array of 2");
    expect(decode(point, '[1,"n","t"]')).toBe("expected an array of 2");
    expect(decode(point, '["n",1]')).toBe("[0]: expected 0..65535");
  });

  test("a shape that does not fit its type does not compile", () => {
    // @ts-expect-error a property without a shape
    struct<Point>({ xPos: u16, name: option(text) });
    // @ts-expect-error an optional property must be an extra
    struct<Point>({ xPos: u16, name: option(text), tag: text });
    // @ts-expect-error the wrong type
    struct<Point>({ xPos: text, name: option(text), tag: extra(text) });
  });
});

describe("tagged enums, as section 2.3 says", () => {
  type Word =
    | { readonly type: "Unit" }
    | { readonly type: "New"; readonly value: number }
    | { readonly type: "Two"; readonly a: number; readonly b: boolean }
    | { readonly type: "Rec"; readonly nonce: number; readonly last: string | null };
  const word = tagged<Word>({
    Unit: unit(),
    New: newtype({ value: u16 }),
    Two: tuple({ a: u16, b: bool }),
    Rec: record({ nonce: u16, last: option(text) }),
  });
  const show = (source: string): unknown => {
    const decoded = word.decode(encodeUtf8(source), 8_192);
    if (decoded.kind === "message") return decoded.message;
    return decoded.kind === "unknown" ? `unknown ${decoded.name}` : decoded.error;
  };

  test.each([
    ['"Unit"', { type: "Unit" }],
    ['{"New":5}', { type: "New", value: 5 }],
    ['{"Two":[1,true]}', { type: "Two", a: 1, b: true }],
    ['{"Rec":{"nonce":1,"last":"x"}}', { type: "Rec", nonce: 1, last: "x" }],
  ] as const)("%s, both ways", (source, value) => {
    expect(show(source)).toEqual(value);
    expect(writeJson(word.encode(value))).toBe(source);
  });

  test.each([
    ['{"Unit":null}', { type: "Unit" }],
    ['{"Rec":[1,null]}', { type: "Rec", nonce: 1, last: null }],
    ['{"Unit":[]}', "Unit: expected nothing"],
    ['"New"', "New: expected a value"],
    ['"Two"', "Two: expected an array of 2"],
    ['"Rec"', "Rec: expected an object"],
    ['{"Two":[1]}', "Two: expected an array of 2"],
    ['{"Two":[1,2]}', "Two[1]: expected true or false"],
    ['{"Rec":{"last":null}}', "Rec.nonce: expected a value"],
    ['{"Rec":[1]}', "Rec: expected an array of 2"],
    ["{}", "expected a name or an object of one key"],
    ['{"New":1,"Unit":null}', "expected a name or an object of one key"],
    ["[]", "expected a name or an object of one key"],
    ["5", "expected a name or an object of one key"],
    ['"Other"', "unknown Other"],
    ['{"Other":[1,{}]}', "unknown Other"],
    ['{"Other":[1,{]}', "byte 13: expected a key"],
    ['{"Other":1,"New":1}', "expected a name or an object of one key"],
    ['{"toString":1}', "unknown toString"],
    ['{"__proto__":1}', "unknown __proto__"],
  ] as const)("%s reads as %o", (source, expected) => {
    expect(show(source)).toEqual(expected);
  });

  test("an unknown name is cut to 64 characters, or told by its size", () => {
    expect(show(`"${"x".repeat(1_000)}"`)).toBe(`unknown ${"x".repeat(64)}`);
    expect(show(`{"${"x".repeat(2_000)}":1}`)).toBe("unknown (2002 bytes)");
  });

  test("variants that do not fit their types do not compile", () => {
    // @ts-expect-error a variant is missing
    tagged<Word>({ Unit: unit(), New: newtype({ value: u16 }), Two: tuple({ a: u16, b: bool }) });
  });
});

test("what is encoded once reads the same, and is asked for no second time", () => {
  let encoded = 0;
  const counted: Shape<number> = {
    ...u16,
    encode: (value) => {
      encoded++;
      return u16.encode(value);
    },
  };
  const shape = list(once(struct<{ readonly port: number }>({ port: counted })));
  const [one, twin] = [{ port: 1 }, { port: 1 }];
  expect(writeJson(shape.encode([one, one, twin]))).toBe('[{"port":1},{"port":1},{"port":1}]');
  expect(writeJson(shape.encode([twin, one]))).toBe('[{"port":1},{"port":1}]');
  expect(encoded).toBe(2);
});
