/** What is written reads back the same; a trace that was cut is read as far as it goes. */
import { describe, expect, it } from "vitest";
import { nodeCrypto } from "../../src/host/crypto.ts";
import { masternodeKit } from "../../src/masternode/kit.ts";
import { loadScenario } from "../../src/scenario/load.ts";
import { runScenario } from "../../src/scenario/run.ts";
import { firstDifference } from "../../src/trace/diff.ts";
import { readTrace, traceLines } from "../../src/trace/stored.ts";
import { A, counts, traceOf } from "./story.ts";

const TOY = traceOf([
  [0, 0, "boot", { a: 1, b: A }],
  [1, 0, "fact", { ...counts(1), cause: 0 }],
  [2, 1, "garbled", { body: 'line\n"break" \u2028 \ud800' }],
]);
const LINES = [...traceLines(TOY)];
/** As they were before lines had sums. */
const FORMER = LINES.map((line) => {
  return line.replace(/,"sum":"[0-9a-f]{8}"\}$/, "}").replace('"format":2', '"format":1');
});

describe("a trace", () => {
  it("round-trips, to the byte", () => {
    const { trace, cut } = readTrace(LINES, "x.ndjson");
    expect(cut).toBeNull();
    expect([...traceLines(trace)]).toEqual(LINES);
    expect(firstDifference(TOY, trace)).toBeNull();
    expect(trace.event(1)?.body).toEqual({ type: "count", is: 1 });
    expect(trace.event(9)).toBeNull();
    for (const line of LINES) expect(line).not.toContain("\n");
  });

  it("of a real run does so too", () => {
    const kit = masternodeKit(nodeCrypto);
    const text =
      "until: 30s\nnodes:\n  A: { address: 10.0.0.1 }\n  B: { address: 10.0.0.2, dials: [A] }\n";
    const run = runScenario(kit, loadScenario(kit, text, "x.yaml"));
    const lines = [...traceLines(run.trace)];
    const { trace } = readTrace(lines, "x.ndjson");
    expect(trace.footer.events).toBeGreaterThan(50);
    expect(firstDifference(run.trace, trace)).toBeNull();
    expect([...traceLines(trace)]).toEqual(lines);
  });

  it("of a ring begins later", () => {
    const events = [...TOY.events()].slice(1);
    const late = traceLines({ ...TOY, events: () => events });
    const { trace } = readTrace([...late], "x");
    expect(trace.event(0)).toBeNull();
    expect(trace.event(2)?.kind).toBe("garbled");
  });
});

it("a trace of the former format reads the same", () => {
  const { trace, cut } = readTrace(FORMER, "x.ndjson");
  expect(cut).toBeNull();
  expect(firstDifference(TOY, trace)).toBeNull();
  expect([...traceLines(trace)]).toEqual(LINES);
});

describe("a trace that was cut", () => {
  it("between lines lacks its footer", () => {
    const { trace, cut } = readTrace([...LINES.slice(0, 3), ""], "x.ndjson");
    expect(cut).toBe("x.ndjson:4:1 trace — the footer is missing");
    expect([...trace.events()]).toHaveLength(2);
    expect(trace.footer).toEqual({ digest: "-", events: 2, virtual: 1e6, outcomes: [] });
  });

  it("in the middle of one lacks that line", () => {
    const torn = [...LINES.slice(0, 3), (LINES[3] ?? "").slice(0, 20)];
    const { trace, cut } = readTrace(torn, "x.ndjson");
    expect(cut).toBe("x.ndjson:4:1 trace — the line is not whole JSON");
    expect([...trace.events()]).toHaveLength(2);
  });
});

describe("what is no trace", () => {
  const [header = "", first = "", second = "", third = "", footer = ""] = FORMER;
  it.each<readonly [string, readonly string[], string]>([
    ["nothing", [], "x:1:1 trace — the file is empty"],
    ["blank lines", ["", " "], "x:1:1 trace — the file is empty"],
    ["another file", ["# yaml"], 'x:1:1 trace — a trace begins with {"header":…}; this is none'],
    ["no header", [first], 'x:1:1 trace — a trace begins with {"header":…}; this is none'],
    [
      "a later format",
      ['{"header":{"format":3}}'],
      "x:1:1 trace — format 3 is not known, only 1 and 2",
    ],
    [
      "half a header",
      ['{"header":{"format":1}}'],
      "x:1:1 trace — the header lacks nodes, name, seed or epoch",
    ],
    [
      "a speed that is none",
      [header.replace('"format"', '"speed":0,"format"')],
      "x:1:1 trace — speed must be a number above 0",
    ],
    ["a lost line", [header, first, third], "x:3:1 trace — event 2 follows 0"],
    ["garbage inside", [header, "{", first], "x:2:1 trace — the line is not whole JSON"],
    ["a list", [header, "[]"], "x:2:1 trace — expected an event"],
    [
      "a text for a time",
      [header, first.replace('"at":0', '"at":"0"')],
      "x:2:1 trace — at must be a number",
    ],
    [
      "a strange kind",
      [header, first.replace('"boot"', '"boots"')],
      'x:2:1 trace — no event is of kind "boots"',
    ],
    [
      "an inherited kind",
      [header, first.replace('"boot"', '"toString"')],
      'x:2:1 trace — no event is of kind "toString"',
    ],
    [
      "an unknown node",
      [header, first.replace('"node":0', '"node":9')],
      "x:2:1 trace — the header names no node 9",
    ],
    [
      "a node's event without its node",
      [header, first.replace('"node":0', '"node":-1')],
      "x:2:1 trace — event 0 (boot) must be some node's",
    ],
    [
      "a fact that says nothing",
      [header, first, second.replace(/"body":.*\}/, '"body":null}')],
      "x:3:1 trace — the body of event 1 (fact) must be { type, … }",
    ],
    [
      "a text that is none",
      [header, first, second, third.replace(/"body":.*\}/s, '"body":0}')],
      "x:4:1 trace — the body of event 2 (garbled) must be a text",
    ],
    [
      "a gate without its values",
      [header, first.replace('"boot"', '"gate"').replace(/"body":.*\}/, '"body":{"gate":"g"}}')],
      "x:2:1 trace — the body of event 0 (gate) must be { gate, values }",
    ],
    [
      "a gate with a value that is none",
      [
        header,
        first
          .replace('"boot"', '"gate"')
          .replace(/"body":.*\}/, '"body":{"gate":"g","values":{"for":[1]}}}'),
      ],
      "x:2:1 trace — the body of event 0 (gate) must be { gate, values }",
    ],
    [
      "an effect before its cause",
      [header, first.replace('"cause":-1', '"cause":0')],
      "x:2:1 trace — cause 0 is no event before 0",
    ],
    [
      "half a footer",
      [header, '{"footer":{}}'],
      "x:2:1 trace — the footer lacks digest, outcomes or sums",
    ],
    [
      "more after the end",
      [header, first, second, third, footer, third],
      "x:6:1 trace — nothing may follow the footer",
    ],
  ])("%s", (_name, lines, problem) => {
    expect(() => readTrace(lines, "x")).toThrow(problem);
  });
});
