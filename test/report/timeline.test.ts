/** The story of a run: a line for each change of state, and none for what only repeats. */
import { describe, expect, it } from "vitest";
import type { Fault } from "../../src/core/fault.ts";
import type { Duration } from "../../src/core/units.ts";
import { timeline, timelineLine } from "../../src/report/timeline.ts";
import { A, counts, gate, type Step, traceOf, words } from "../trace/story.ts";

function story(...steps: readonly Step[]): string[] {
  return timeline(traceOf(steps), words).map(({ text }) => text);
}

describe("a line", () => {
  it("stands in columns, exact to the microsecond", () => {
    const [row] = timeline(traceOf([[5.240113, 1, "fact", counts(2)]]), words);
    expect(row).toEqual({ at: 5_240_113, node: 1, text: "count 2", event: 0 });
    expect(row && timelineLine(row, words)).toBe("   5.240113  B2  count 2");
  });

  it("is a change", () => {
    const partition: Fault = { do: "partition", groups: [["A"], ["B2"]], for: 1e6 as Duration };
    const told = story(
      [0, 0, "boot", { a: 1, b: A }],
      [1, 0, "command", { body: { type: "addnode", is: 5 } }],
      [2, -1, "fault", { body: partition }],
      [3, -1, "lift", { body: partition }],
      [4, 0, "stall", { a: 1, body: "pause" }],
      [5, 0, "stall"],
      [6, 0, "saved", { a: 1, b: 0, body: "peers" }],
      [7, 0, "down", { body: "kill" }],
      [8, 0, "boot", { a: 2, b: A }],
      [8, 0, "aside", { body: "peers" }],
      [9, 0, "crash", { body: "no such thing" }],
    );
    expect(told).toEqual([
      "boots",
      "is told: addnode gist 5",
      "fault: partition A | B2 for 1s",
      "over: partition A | B2 for 1s",
      "stands still (pause)",
      "goes on",
      "cannot save peers",
      "is down: kill",
      "boots again, incarnation 2",
      "sets aside peers, which is damaged",
      "crashes: no such thing",
    ]);
  });

  it("is no detail, no message, no fault that shows as what it did", () => {
    const kill: Fault = { do: "kill", node: "A" };
    const told = story(
      [0, 0, "fact", { body: { type: "detail" } }],
      [0, 0, "send", { body: { type: "Hello" } }],
      [0, 0, "timer", { body: "tick" }],
      [0, 0, "saved", { a: 1, b: 1, body: "peers" }],
      [0, 0, "fault", { body: kill }],
    );
    expect(told).toEqual([]);
  });
});

describe("a gate", () => {
  it("that was never shut does not open", () => {
    expect(story([0, 0, "gate", gate(true)])).toEqual([]);
  });

  it("is told when it closes and when it opens, not while its values change", () => {
    const told = story(
      [0, 0, "gate", gate(false, { have: 1 })],
      [1, 0, "gate", gate(false, { have: 2 })],
      [2, 0, "gate", gate(true, { have: 3 })],
      [3, 0, "gate", gate(true, { have: 3 })],
      [4, 0, "gate", gate(false, { have: 2 })],
    );
    expect(told).toEqual([
      'gate door is closed {"have":1}',
      'gate door opens {"have":3}',
      'gate door is closed {"have":2}',
    ]);
  });

  it("is one a node, and one a value `for`", () => {
    const told = story(
      [0, 0, "gate", gate(false, { for: "x" })],
      [0, 0, "gate", gate(false, { for: "y" })],
      [0, 1, "gate", gate(false, { for: "x" })],
      [0, 0, "gate", gate(true, { for: "y" })],
    );
    expect(told).toHaveLength(4);
  });
});

describe("a fact said again", () => {
  it("unchanged is not told", () => {
    const one: Step = [0, 0, "fact", counts(1)];
    expect(story(one, [1, 0, "fact", counts(1)], [1, 1, "fact", counts(1)])).toHaveLength(2);
    expect(story(one, [1, 0, "fact", counts(2)], [2, 0, "fact", counts(1)])).toHaveLength(3);
  });

  it("is told by a new process", () => {
    const told = story(
      [0, 0, "fact", counts(1)],
      [1, 0, "down", { body: "kill" }],
      [2, 0, "boot", { a: 2 }],
      [2, 0, "fact", counts(1)],
    );
    expect(told).toHaveLength(4);
  });
});
