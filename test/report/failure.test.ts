/** The text of a failure is what people work with: kept as snapshots. */
import { describe, expect, it } from "vitest";
import type { Time } from "../../src/core/units.ts";
import { failuresOf, failureText } from "../../src/report/failure.ts";
import { closedGates } from "../../src/report/gates.ts";
import { counts, gate, type Step, traceOf, words } from "../trace/story.ts";
import { failed, failures, part, row } from "./toy.ts";

const STEPS: readonly Step[] = [
  [0, 0, "boot", { a: 1 }],
  [0, 0, "gate", { ...gate(false, { have: 1, need: 3 }), cause: 0 }],
  [1, 0, "timer", { body: "tick", cause: 0 }],
  [2, 0, "timer", { body: "tick", cause: 2 }],
  [3, 0, "timer", { body: "tick", cause: 3 }],
  [3, 0, "fact", { ...counts(1), cause: 4 }],
  [3, 0, "send", { a: 1, body: { type: "Hello", is: 1 }, cause: 4 }],
  [3.5, 1, "deliver", { a: 1, body: { type: "Hello", is: 1 }, cause: 6 }],
  [3.5, 1, "fact", { ...counts(2), cause: 7 }],
  [4, 1, "fact", counts(4)],
  [5, 1, "fact", counts(5)],
  [6, 1, "fact", counts(6)],
  [7, 1, "fact", counts(7)],
  [8, 1, "fact", counts(8)],
  [9, 1, "gate", gate(false, { have: 2 })],
];
const trace = traceOf(STEPS);
const texts = (...args: Parameters<typeof failures>): string => {
  return `\n${failures(...args)
    .map(failureText)
    .join("\n\n")}\n`;
};

describe("a row that failed", () => {
  it("by an event: what led to it and how it went on", () => {
    const broke = part("B2", {
      passed: false,
      at: 3.5e6 as Time,
      event: 8,
      found: "broke at 3.5s: B2 counted 2",
    });
    expect(texts(trace, [row("B2 stays at 3", broke)])).toMatchSnapshot();
  });

  it("because nothing came: the last events of that node", () => {
    const never = part("A", { passed: false, found: "A counted 1" });
    const second = part("B2", { passed: false, found: "B2 counted 8" });
    expect(texts(trace, [row("all count 3", part("B2"), never, second)])).toMatchSnapshot();
  });

  it("because nothing came in time: the last events before its time was up", () => {
    const never = part("B2", { passed: false, found: "B2 counted 8" });
    const [failure] = failuresOf([row("B2 counts 3", never)], null, failed(trace, 4.5e6));
    const last = failure?.sections.find(({ title }) => title === "last events");
    expect(last?.lines).toEqual(["   3.500000  B2  count 2", "   4.000000  B2  count 4"]);
  });

  it("about the world: the last events of anybody", () => {
    const split = part("-", { passed: false, found: "two tips" });
    expect(texts(trace, [row("one tip", split)])).toMatchSnapshot();
  });

  it("on many nodes shows some", () => {
    const parts = Array.from({ length: 9 }, (_, index) =>
      part(`n${index}`, { passed: false, found: "0" }),
    );
    const [failure] = failures(trace, [row("all", ...parts)]);
    const found = failure?.sections.find(({ title }) => title === "found");
    expect(found?.lines).toHaveLength(7);
    expect(found?.lines.at(-1)).toBe("… and 3 more");
  });
});

describe("a crash", () => {
  it("is a failure of its own, and the first", () => {
    const crashed = traceOf([...STEPS, [9, 1, "crash", { body: "no such thing", cause: 7 }]]);
    const stack = "Error: no such thing\n    at step (machine.ts:1:2)\n    at run (world.ts:3:4)";
    const crash = { node: "B2", event: 15, at: 9e6 as Time, error: "no such thing", stack };
    expect(texts(crashed, [row("fine", part("A"))], crash)).toMatchSnapshot();
  });
});

describe("gates", () => {
  it("of a process that is gone guard nothing", () => {
    expect(closedGates(trace, words).map(({ node }) => node)).toEqual([0, 1]);
    const gone = traceOf([...STEPS, [10, 0, "down", { body: "kill" }]]);
    expect(closedGates(gone, words).map(({ node }) => node)).toEqual([1]);
  });

  it("that open in the end are open", () => {
    const open = traceOf([...STEPS, [10, 0, "gate", gate(true)]]);
    expect(closedGates(open, words).map(({ node }) => node)).toEqual([1]);
  });

  it("show their last values", () => {
    const later = traceOf([...STEPS, [10, 0, "gate", gate(false, { have: 2 })]]);
    expect(closedGates(later, words)[0]?.text).toBe('gate door is closed {"have":2}');
  });
});

it("what passed is no failure", () => {
  expect(failures(trace, [row("fine", part("A"))])).toEqual([]);
});
