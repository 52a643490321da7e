import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Lines } from "../../src/wire/lines.ts";
import { decodeUtf8, encodeUtf8 } from "../../src/wire/utf8.ts";

const LIMIT = 4_096;

function drain(lines: Lines, limit = LIMIT): string[] {
  const found: string[] = [];
  for (let line = lines.next(limit); line !== null; line = lines.next(limit)) {
    found.push(line === "too long" ? line : (decodeUtf8(line, 0, line.length) ?? "not utf-8"));
  }
  return found;
}

/** What the stream says when it arrives cut at these sizes. */
function inPieces(stream: Uint8Array, sizes: readonly number[], limit = LIMIT): string[] {
  const lines = new Lines();
  const found: string[] = [];
  let at = 0;
  for (let turn = 0; at < stream.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    lines.feed(stream.subarray(at, at + size));
    found.push(...drain(lines, limit));
    at += size;
  }
  return found;
}

describe("lines are the same however the bytes are cut", () => {
  test("any content, any chunks", () => {
    const content = fc.array(fc.string({ unit: fc.constantFrom("a", "é", "\r", " ", "{") }));
    const sizes = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1 });
    fc.assert(
      fc.property(content, sizes, fc.integer({ min: 0, max: 12 }), (texts, cuts, limit) => {
        const stream = encodeUtf8(texts.map((text) => `${text}\n`).join("") + "torn");
        const whole = inPieces(stream, [stream.length], limit);
        expect(inPieces(stream, cuts, limit)).toEqual(whole);
        if (!whole.includes("too long")) {
          expect(whole).toEqual(texts.map((text) => text.replace(/\r$/, "")));
        }
      }),
    );
  });

  test("a long stream reuses its buffer and loses nothing", () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1 });
    const texts = Array.from({ length: 300 }, (_, at) => `${at} `.repeat(at % 60));
    const stream = encodeUtf8(texts.map((text) => `${text}\n`).join(""));
    fc.assert(
      fc.property(sizes, (cuts) => {
        expect(inPieces(stream, cuts)).toEqual(texts);
      }),
      { numRuns: 50 },
    );
  });

  test("long lines among short ones give their buffers back and lose nothing", () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 100_000 }), { minLength: 1 });
    const lengths = fc.array(fc.constantFrom(0, 1, 1_000, 40_000, 70_000, 200_000));
    fc.assert(
      fc.property(sizes, lengths, (cuts, long) => {
        const texts = long.map((length, at) => `${at}`.padEnd(length, "x"));
        const stream = encodeUtf8(texts.map((text) => `${text}\n`).join(""));
        // Never byte by byte: that is another test's.
        const pieces = cuts.map((cut) => cut + 500);
        expect(inPieces(stream, pieces, 200_000)).toEqual(texts);
      }),
      { numRuns: 50 },
    );
  });

  test("one \\r before the newline goes, blank lines stay, a torn last line is nothing", () => {
    const lines = new Lines();
    lines.feed(encodeUtf8("a\r\n\r\nb\r\r\n\nto"));
    expect(drain(lines)).toEqual(["a", "", "b\r", ""]);
    expect(lines.size).toBe(2);
  });

  test("a caller may reuse its chunk", () => {
    const lines = new Lines();
    const chunk = encodeUtf8("ab");
    lines.feed(chunk);
    chunk.fill(0);
    lines.feed(encodeUtf8("\n"));
    expect(drain(lines)).toEqual(["ab"]);
  });
});

describe("rule S7: over-long lines", () => {
  test("the limit itself is allowed, one byte more is `too long`, once and for ever", () => {
    const lines = new Lines();
    lines.feed(encodeUtf8(`${"x".repeat(LIMIT)}\n`));
    expect(drain(lines)).toEqual(["x".repeat(LIMIT)]);
    lines.feed(encodeUtf8(`${"x".repeat(LIMIT + 1)}\nnext\n`));
    expect(drain(lines)).toEqual(["too long"]);
    lines.feed(encodeUtf8("more\n"));
    expect(drain(lines)).toEqual([]);
    expect(lines.size).toBe(0);
  });

  test("is noticed before the newline comes", () => {
    const lines = new Lines();
    lines.feed(encodeUtf8("x".repeat(LIMIT + 1)));
    expect(lines.next(LIMIT)).toBe("too long");
  });

  test("the limit may rise between two lines of one chunk", () => {
    const lines = new Lines();
    lines.feed(encodeUtf8(`handshake\n${"x".repeat(100)}\n`));
    expect(lines.next(20)).toEqual(encodeUtf8("handshake"));
    expect(lines.next(16_777_216)).toHaveLength(100);
  });

  test("a long line byte by byte takes linear time", () => {
    const lines = new Lines();
    const byte = Uint8Array.of(0x78);
    for (let fed = 0; fed < 1_000_000; fed++) {
      lines.feed(byte);
      if (lines.next(16_777_216) !== null) throw new Error("no newline was sent");
    }
    lines.feed(Uint8Array.of(10));
    expect(lines.next(16_777_216)).toHaveLength(1_000_000);
    expect(lines.size).toBe(0);
  });

  test("a long line leaves no long buffer to the begun one after it", () => {
    const chunk = new Uint8Array(65_536).fill(0x78);
    const held = heldNow();
    const streams = Array.from({ length: 16 }, () => {
      const lines = new Lines();
      for (let fed = 0; fed < 64; fed++) {
        lines.feed(chunk);
        expect(lines.next(16_777_216)).toBeNull();
      }
      lines.feed(encodeUtf8("\nto"));
      expect(lines.next(16_777_216)).toHaveLength(64 * chunk.length);
      expect(lines.next(16_777_216)).toBeNull();
      return lines;
    });
    expect(streams.map(({ size }) => size)).toEqual(streams.map(() => 2));
    // Eight of these buffers: a dead local of a frame may still hold the last one or two.
    expect(heldNow() - held).toBeLessThan(16 * 64 * chunk.length);
    for (const lines of streams) {
      lines.feed(encodeUtf8("rn\n"));
      expect(drain(lines)).toEqual(["torn"]);
    }
  });
});

/** Bytes of all array buffers that somebody still needs. */
function heldNow(): number {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  return process.memoryUsage().arrayBuffers;
}
