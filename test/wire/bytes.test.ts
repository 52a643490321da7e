import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ByteWriter, bytesToHex, hexToBytes, isHex } from "../../src/wire/bytes.ts";

describe("hex", () => {
  test("round trips", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2_000 }), (bytes) => {
        expect(bytesToHex(bytes)).toBe(Buffer.from(bytes).toString("hex"));
        expect(hexToBytes(bytesToHex(bytes))).toEqual(bytes);
      }),
    );
  });

  test("is lowercase and even", () => {
    expect(isHex("")).toBe(true);
    for (const text of ["a", "AB", "zz", "0x", "a\n"]) expect(isHex(text), text).toBe(false);
    expect(() => hexToBytes("abc")).toThrow("lowercase hex");
  });
});

describe("the bincode writer", () => {
  test("writes little-endian integers of fixed width, counts before content", () => {
    const bytes = new ByteWriter().u16(0x1234).u32(7).u64(1).text("ab").counted(hexToBytes("ff"));
    expect(bytesToHex(bytes.finish())).toBe(
      "3412" + "07000000" + "0100000000000000" + "6162" + "0100000000000000" + "ff",
    );
  });

  test("a number outside its width is a Bug, not a wrong hash", () => {
    expect(() => new ByteWriter().u16(65_536)).toThrow("a u16");
    expect(() => new ByteWriter().u32(-1)).toThrow("a u32");
    expect(() => new ByteWriter().u64(-1)).toThrow("a u64");
    expect(() => new ByteWriter().i64(2 ** 53)).toThrow("whole numbers only");
  });

  test("writes i64 as two's complement over the whole safe range", () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (value) => {
        const view = new DataView(new ArrayBuffer(8));
        view.setBigInt64(0, BigInt(value), true);
        const bytes = new ByteWriter().i64(value).finish();
        expect(bytes).toEqual(new Uint8Array(view.buffer));
      }),
    );
  });
});
