/** Lines of a trace are as they were written, or the first that is not is named. */
import { crc32 as platformCrc } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readTrace, traceLines } from "../../src/trace/stored.ts";
import { crc32 } from "../../src/trace/sum.ts";
import { TraceWriter } from "../../src/trace/writer.ts";
import { A, B, counts, HEADER, traceOf } from "./story.ts";

const TRACE = traceOf([
  [0, 0, "boot", { a: 1, b: A }],
  [1, 0, "opened", { a: 1, b: B, body: "dialed", cause: 0 }],
  [1, 0, "send", { a: 1, body: { type: "Hello", text: "grüß \u{1f600} \ufffd" }, cause: 1 }],
  [2, 0, "deliver", { a: 1, body: { type: "Hello", text: "" } }],
  [2, 0, "fact", { ...counts(1), cause: 3 }],
]);
const LINES = [...traceLines(TRACE)];
const read = (lines: readonly string[]) => readTrace(lines, "x.ndjson");
const WHOLE = [...LINES, ""];

it("the sum is gzip's CRC-32, from part to part", () => {
  expect(crc32("123456789", 0)).toBe(0xcb_f4_39_26);
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (one, other) => {
      expect(crc32(other, crc32(one, 0))).toBe(platformCrc(one + other));
    }),
  );
});

it("a platform's own is as good", () => {
  expect([...traceLines(TRACE, platformCrc)]).toEqual(LINES);
  expect(readTrace(LINES, "x", { crc: platformCrc }).cut).toBeNull();
});

it("signatures stand between events and belong to none", () => {
  const writer = new TraceWriter();
  const [event] = TRACE.events();
  if (event === undefined) throw new Error("no event");
  const lines = [writer.header(HEADER), writer.signed("aa", "bb"), writer.event(event), ""];
  const { trace, signed } = readTrace(lines, "x");
  expect([...trace.events()]).toEqual([event]);
  expect([...signed]).toEqual([["aa", "bb"]]);
});

const BYTES = Buffer.from(LINES.map((line) => `${line}\n`).join(""));

/** With another byte at one place, as a reader of bytes sees it. */
function flipped(at: number, by: number): readonly string[] {
  const bytes = Buffer.from(BYTES);
  bytes[at] = (bytes[at] ?? 0) ^ by;
  const lines: string[] = [];
  for (let from = 0; from <= bytes.length;) {
    const end = bytes.indexOf(10, from);
    const to = end < 0 ? bytes.length : end;
    lines.push(bytes.toString("utf8", from, to));
    from = to + 1;
  }
  return lines;
}

it("one flipped byte is found in its line, wherever it is; but the very last one is a cut", () => {
  for (let at = 0; at < BYTES.length; at++) {
    for (const by of [1, 2, 0x10, 0x20, 0x80, 0xff]) {
      const line = BYTES.subarray(0, at).filter((byte) => byte === 10).length + 1;
      const lines = flipped(at, by);
      if (at === BYTES.length - 1) {
        expect(read(lines).cut).toBe(`x.ndjson:${LINES.length}:1 trace — ${NOT_WHOLE}`);
        continue;
      }
      // A line torn in two is reported at its first part.
      const place = `x.ndjson:${line}:1 trace — `;
      expect(() => read(lines), `${at} ^ ${by}: ${lines.join("\n")}`).toThrow(place);
    }
  }
});

const NOT_WHOLE = "the line is not whole JSON";

describe("what was changed is named", () => {
  const change = (line: number, from: string, to: string): readonly string[] => {
    return WHOLE.with(line - 1, (WHOLE[line - 1] ?? "").replace(from, to));
  };
  const was = "was changed after it was written";
  it.each<readonly [string, readonly string[], string]>([
    ["header", change(1, '"usual"', '"usuel"'), `1:1 trace — the header ${was}`],
    ["format", change(1, '"format":2', '"format":1'), `1:1 trace — the header ${was}`],
    ["body", change(5, "Hello", "Jello"), `5:1 trace — event 3 (deliver Jello) ${was}`],
    ["time", change(5, '"at":2', '"at":3'), `5:1 trace — event 3 (deliver Hello) ${was}`],
    ["brace", change(5, "}", "]"), `5:1 trace — event 3 (deliver Hello) ${was}`],
    ["kind", change(4, "send", "tend"), `4:1 trace — event 2 ${was}`],
    ["sum", change(2, '"sum":"', '"sum":"0'), `2:1 trace — event 0 (boot) ${was}`],
    ["no sum", change(2, ',"sum"', ',"some"'), `2:1 trace — event 0 (boot) ${was}`],
    ["footer", change(7, '"virtual":2', '"virtual":9'), `7:1 trace — the footer ${was}`],
    [
      "number",
      change(5, '"id":3', '"id":8'),
      `5:1 trace — event 3 was lost, or ${was}: its line is that of event 8`,
    ],
    [
      "lost",
      WHOLE.toSpliced(3, 1),
      `4:1 trace — event 2 was lost, or ${was}: its line is that of event 3`,
    ],
    [
      "doubled",
      WHOLE.toSpliced(3, 0, LINES[2] ?? ""),
      `4:1 trace — event 2 was lost, or ${was}: its line is that of event 1`,
    ],
    ["lost end", WHOLE.toSpliced(5, 1), `6:1 trace — the footer ${was}`],
    ["lost begin", WHOLE.toSpliced(1, 1), `2:1 trace — event 1 (opened) ${was}`],
  ])("%s", (_name, lines, problem) => {
    expect(() => read(lines)).toThrow(`x.ndjson:${problem}`);
  });
});
