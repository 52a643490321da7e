/** One event, one line: every kind, in columns that line up. */
import { describe, expect, it } from "vitest";
import type { Fault } from "../../src/core/fault.ts";
import type { Duration } from "../../src/core/units.ts";
import { KINDS, type TraceEvent } from "../../src/trace/event.ts";
import { faultText } from "../../src/trace/fault.ts";
import { brief, eventLine, gist } from "../../src/trace/text.ts";
import { A, B, counts, gate, HEADER, type Step, traceOf, words } from "./story.ts";

const message = { body: { type: "Hello", is: 3 } };
const fault: Fault = { do: "partition", groups: [["A"], ["B2"]], for: 2e6 as Duration };

const ALL: readonly Step[] = [
  [0, 0, "boot", { a: 1, b: A }],
  [0, 0, "clock", { a: HEADER.epoch, b: 0, cause: 0 }],
  [0.5, 1, "clock", { a: HEADER.epoch - 1_500_000, b: 50 }],
  [1, 0, "dial", { a: 1, b: B, cause: 0 }],
  [1, 0, "opened", { a: 1, b: B, body: "dialed", cause: 3 }],
  [1, 0, "refused", { a: 2, b: B, body: "timeout" }],
  [1, 0, "send", { a: 1, b: 120, ...message, cause: 4 }],
  [1.25, 1, "deliver", { a: 1, ...message, cause: 6 }],
  [1.25, 1, "garbled", { a: 1, body: "not\nJSON\u2028\u0007" }],
  [1.25, 1, "drop", { a: 1, body: "link cut" }],
  [1.25, 1, "close", { a: 1, body: "done" }],
  [1.25, 1, "closed", { a: 1, body: "fin" }],
  [2, 0, "timer", { a: 1, b: B, body: "redial" }],
  [2, 0, "timer", { a: 1, b: 5, body: "retry" }],
  [2, 0, "timer", { body: "tick" }],
  [2, 0, "command", { body: { type: "addnode" } }],
  [2, 0, "save", { a: 4, body: "peers" }],
  [2, 0, "saved", { a: 4, b: 1, body: "peers" }],
  [2, 0, "saved", { a: 5, b: 0, body: "peers" }],
  [2, 0, "fact", counts(2)],
  [2, 0, "gate", gate(false, { have: 1 })],
  [2, 0, "down", { body: "power loss" }],
  [2, 0, "aside", { body: "peers" }],
  [2, 0, "read", { a: 15, body: "peers" }],
  [2, 0, "read", { a: -1, body: { file: "chain", value: 3 } }],
  [2, -1, "fault", { body: fault }],
  [4, -1, "lift", { body: fault }],
  [5, 0, "stall", { a: 1, body: "pause" }],
  [5, 0, "stall"],
  [12_345.678_901, 1, "bound", { a: 1, b: A }],
  [12_345.678_901, 1, "crash", { body: "no\nsuch thing" }],
];

function lines(): string[] {
  return [...traceOf(ALL).events()].map((event) => eventLine(event, words));
}

describe("an event", () => {
  it("of every kind is one line", () => {
    expect(new Set(ALL.map(([, , kind]) => kind))).toEqual(new Set(KINDS));
    expect(`\n${lines().join("\n")}\n`).toMatchSnapshot();
  });

  it("keeps its columns", () => {
    const kinds = [...traceOf(ALL).events()].map((event: TraceEvent) => event.kind);
    for (const [index, line] of lines().entries()) {
      expect(line.slice(17, 24).trim(), line).toBe(kinds[index]);
    }
  });

  it("is cut where nobody would read on, and compared as a whole", () => {
    const long = Array.from({ length: 200 }, (_, n) => `node${n}`).join(", ");
    const [event] = [...traceOf([[1, 0, "close", { a: 1, body: long }]]).events()];
    if (event === undefined) throw new Error("no event");
    expect(brief(event, words)).toMatch(
      /^session 1: node0, .*, node6\d, … \(\d+ characters more\)$/,
    );
    expect(gist(event, words)).toBe(`session 1: ${long}`);
  });

  it("cannot be made two lines by a peer", () => {
    for (const line of lines()) expect(line.split(/[\n\r\u2028\u2029]/)).toHaveLength(1);
  });
});

describe("a fault", () => {
  const ends = { from: ["A"], to: "*" } as const;
  const s = 1_000_000 as Duration;
  it.each<readonly [Fault, string]>([
    [{ do: "cut", ...ends, for: s, name: "x" }, "cut A > all for 1s (x)"],
    [{ do: "hold", ...ends }, "hold A > all"],
    [{ do: "flap", between: [["A"], "*"], down: s, up: s }, "flap A - all, down 1s, up 1s"],
    [{ do: "drop", ...ends, chance: 1 }, "drop every message A > all"],
    [
      { do: "duplicate", ...ends, message: "Hi", chance: 0.5 },
      "duplicate Hi A > all with chance 0.5",
    ],
    [{ do: "delay", ...ends, message: "Hi", chance: 1, by: s }, "delay Hi A > all by 1s"],
    [
      { do: "shape", ...ends, link: { loss: 0.1, bandwidth: null } },
      "shape A > all: loss 0.1, bandwidth unlimited",
    ],
    [
      {
        do: "shape",
        ...ends,
        link: { latency: { shape: "uniform", min: s, max: s }, drawn: "per-link" },
      },
      "shape A > all: latency 1s..1s, per-link",
    ],
    [
      {
        do: "shape",
        ...ends,
        link: { latency: { shape: "exponential", min: s, mean: s, max: s } },
      },
      "shape A > all: latency about 1s in 1s..1s",
    ],
    [
      { do: "shape", ...ends, link: { latency: { shape: "constant", at: s } } },
      "shape A > all: latency 1s",
    ],
    [{ do: "reset", between: ["A", "B2"] }, "reset A - B2"],
    [{ do: "heal" }, "heal every link"],
    [{ do: "heal", name: "x" }, "heal x"],
    [{ do: "kill", node: "A" }, "kill"],
    [{ do: "pause", node: "A", for: s }, "pause for 1s"],
    [{ do: "power-loss", node: "A", disk: "torn" }, "power loss, disk torn"],
    [{ do: "clock", node: "A", jump: s, drift: 5 }, "clock jumps by 1s, drifts 5 ppm"],
    [{ do: "clock", node: "A", offset: -s as Duration }, "clock offset -1s"],
    [{ do: "disk", node: "A", full: true, delay: s }, "disk full, delay 1s"],
    [{ do: "disk", node: "A", full: false }, "disk has room"],
    [{ do: "disk", node: "A", damage: "cache" }, "disk damages cache"],
    [{ do: "move", node: "A", address: "10.0.0.1" }, "move to 10.0.0.1"],
  ])("%j", (given, text) => {
    expect(faultText(given)).toBe(text);
  });
});
