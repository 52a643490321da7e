/** The text of a failure is what people work with: kept as snapshots. */
import { describe, expect, it } from "vitest";
import { FOREVER, type Time } from "../../src/core/units.ts";
import { failuresOf, failureText } from "../../src/report/failure.ts";
import { rowResult } from "../../src/report/summary.ts";
import { closedGates } from "../../src/report/gates.ts";
import type { Outcome, OutcomePart } from "../../src/trace/outcome.ts";
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
/** The gate that explains it has opened by then. */
const ended = traceOf([...STEPS, [9.5, 0, "fact", counts(9)], [9.6, 0, "gate", gate(true)]]);
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

  it("by several: the first of them is explained, whatever their order", () => {
    const breach = (node: string, seconds: number, event: number) => {
      const found = `broke at ${seconds}s`;
      return part(node, { passed: false, at: (seconds * 1e6) as Time, event, found });
    };
    const late = breach("A", 4, 9);
    const first = breach("B2", 3.5, 8);
    const alone = failures(trace, [row("r", first)])[0]?.sections;
    const both = failures(trace, [row("r", late, first)])[0]?.sections;
    const ledTo = (sections = alone) => sections?.find(({ title }) => title === "led to it");
    expect(ledTo(both)).toEqual(ledTo(alone));
    expect(both?.find(({ title }) => title === "found")?.lines).toEqual([
      "B2: broke at 3.5s",
      "A: broke at 4s",
    ]);
    expect(rowResult(row("r", late, first)).when).toBe("B2: broke at 3.5s (and 1 more)");
    // Both failed when time was up, one of them before it came true too late.
    const never = part("B2", { passed: false, found: "nothing" });
    const limit = failuresOf([row("r", never, late)], null, failed(trace, 3.6e6));
    expect(limit[0]?.sections.find(({ title }) => title === "found")?.lines[0]).toContain("B2");
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

describe("a promise that was broken", () => {
  const promise = (...parts: OutcomePart[]): Outcome => {
    const rest = {
      invariant: "counts",
      place: "toy.yaml:4:1",
      expected: "in every run: it counts",
    };
    return { ...row("counts (X1)", ...parts), ...rest };
  };

  it("by what did not come: what there was until then, and not until the end", () => {
    const late = part("B2", { passed: false, at: 5.5e6 as Time, found: "B2 does not count 6" });
    const text = texts(ended, [promise(late)]);
    expect(text).toMatchSnapshot();
    expect(text).not.toContain("count 7");
  });

  it("by an event: what led to it, and the gates of that moment", () => {
    const broke = { passed: false, at: 3e6 as Time, event: 5, found: "A's count is 1" };
    expect(texts(ended, [promise(part("A", broke))])).toMatchSnapshot();
  });
});

describe("a row that came true too late", () => {
  it("shows what was closed when its time was up", () => {
    const late = part("A", { passed: false, at: 9.5e6 as Time, event: 15, found: "came at 9.5s" });
    const [failure] = failuresOf([row("A counts 9", late)], null, failed(ended, 5e6));
    const shut = failure?.sections.find(({ title }) => title === "still closed");
    expect(shut?.lines).toEqual(['A   gate door is closed {"have":1,"need":3}']);
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
  it("are those of the moment", () => {
    const at = (seconds: number): readonly number[] => {
      return closedGates(ended, words, (seconds * 1e6) as Time).map(({ node }) => node);
    };
    expect([0, 8, 9, 9.5, 9.6].map(at)).toEqual([[0], [0], [0, 1], [0, 1], [1]]);
  });

  it("of a process that is gone guard nothing", () => {
    expect(closedGates(trace, words, FOREVER).map(({ node }) => node)).toEqual([0, 1]);
    const gone = traceOf([...STEPS, [10, 0, "down", { body: "kill" }]]);
    expect(closedGates(gone, words, FOREVER).map(({ node }) => node)).toEqual([1]);
  });

  it("that open in the end are open", () => {
    const open = traceOf([...STEPS, [10, 0, "gate", gate(true)]]);
    expect(closedGates(open, words, FOREVER).map(({ node }) => node)).toEqual([1]);
  });

  it("show their last values", () => {
    const later = traceOf([...STEPS, [10, 0, "gate", gate(false, { have: 2 })]]);
    expect(closedGates(later, words, FOREVER)[0]?.text).toBe('gate door is closed {"have":2}');
  });
});

it("what passed is no failure", () => {
  expect(failures(trace, [row("fine", part("A"))])).toEqual([]);
});
