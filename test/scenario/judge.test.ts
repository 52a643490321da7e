/** What passes and what fails, over hand-made runs. `A` counts 0 until it says otherwise. */
import { describe, expect, it } from "vitest";
import type { Outcome } from "../../src/trace/outcome.ts";
import { counts, isSettled, judge, meets, says, type Step } from "./trace.ts";

/** `pass`, or what was found, per part. */
function verdict(outcomes: readonly Outcome[]): string {
  return outcomes
    .flatMap(({ parts }) => parts.map(({ passed, found }) => (passed ? "pass" : found)))
    .join(" | ");
}

const A = 0;
const three: Step[] = [[5.4, A, counts(3)]];
const flicker: Step[] = [
  [5, A, counts(3)],
  [8, A, counts(1)],
  [12, A, counts(3)],
];

type Case = readonly [when: string, steps: readonly Step[], verdict: string];

describe("a state", () => {
  it.each<Case>([
    ["at: 5s", three, "pass"],
    ["at: 4s", three, "came true at 5.4s, 400ms too late"],
    ["at: 6s", three, "came true at 5.4s, 600ms too early"],
    ["at: 5s", flicker, "pass"],
    ["at: 4s", flicker, "came true at 5s, just too late"],
    ["at: 12s", flicker, "came true at 5s, 7s too early"],
    ["at: 12s, after: 8s", flicker, "pass"],
    // It holds already when counting begins, so it comes true there.
    ["at: 6s, after: 6s", flicker, "pass"],
    ["at: 6s", [], "A counted 0"],
    ["by: 5400ms", three, "pass"],
    ["by: 5s", three, "came true at 5.4s, 400ms too late"],
    ["by: 5s", [], "A counted 0"],
    ["by: 10s, after: 9s", flicker, "came true at 12s, 2s too late"],
    ["by: 50s, after: 20s", flicker, "pass"],
    ["eventually: { within: 5s }", flicker, "pass"],
    ["eventually: { within: 4s, after: 8s }", flicker, "pass"],
    ["eventually: { within: 3s, after: 8s }", flicker, "came true at 12s, 1s too late"],
    ["always: { from: 5s, to: 8s }", flicker, "pass"],
    ["always: { from: 5s, to: 9s }", flicker, "broke at 8s: A counted 1"],
    ["always: { from: 4s, to: 8s }", flicker, "broke at 4s: A counted 0"],
    ["always: { from: 12s }", flicker, "pass"],
    ["always: { from: 20s }", flicker, "pass"],
    ["always: true", [], "broke at 0s: A counted 0"],
    ["never: { to: 5s }", flicker, "pass"],
    ["never: { from: 8s, to: 12s }", flicker, "pass"],
    ["never: { from: 7s, to: 12s }", flicker, "happened at 7s: A counted 3"],
    ["never: { from: 8s }", flicker, "happened at 12s: A counted 3"],
    ["never: true", [], "pass"],
  ])("%s", (when, steps, expected) => {
    const row = `{ on: A, that: { count: 3 }, ${when} }`;
    expect(verdict(judge({ expect: row, steps }))).toBe(expected);
  });
});

describe("an event", () => {
  const twice: Step[] = [
    [5, A, says("hi")],
    [9, A, says("ho")],
    [12, A, says("hi")],
  ];
  it.each<Case>([
    ["at: 5s", twice, "pass"],
    ["at: 12s", twice, "came true at 5s, 7s too early"],
    ["at: 12s, after: 6s", twice, "pass"],
    ["by: 5s", twice, "pass"],
    ["by: 20s, after: 5s", twice, "pass"],
    ["by: 20s, after: 13s", twice, "A had 3 other facts"],
    ["eventually: { within: 10s, after: 6s }", twice, "pass"],
    ["never: { to: 5s }", twice, "pass"],
    ["never: { from: 6s, to: 12s }", twice, "pass"],
    ["never: { from: 12s }", twice, "happened at 12s: A had 3 other facts"],
  ])("%s", (when, steps, expected) => {
    const row = `{ on: A, that: { said: "^hi" }, ${when} }`;
    expect(verdict(judge({ expect: row, steps }))).toBe(expected);
  });
});

describe("a run that ended early", () => {
  it.each<readonly [when: string, verdict: string]>([
    ["by: 30s", "the run ended at 10s; A counted 1"],
    ["at: 10s", "the run ended at 10s; A counted 1"],
    ["eventually: { within: 30s }", "the run ended at 10s; A counted 1"],
    ["by: 9s", "A counted 1"],
    ["never: true", "pass"],
    ["always: { from: 20s }", "pass"],
  ])("%s", (when, expected) => {
    const row = `{ on: A, that: { count: 3 }, ${when} }`;
    expect(verdict(judge({ expect: row, steps: [[5, A, counts(1)]], end: 10 }))).toBe(expected);
  });

  it("says of a window it never reached that it was not judged", () => {
    const row = "{ on: A, that: { count: 3 }, always: { from: 20s } }";
    const [outcome] = judge({ expect: row, steps: [], end: 10 });
    expect(outcome?.parts[0]?.found).toBe("not judged: the run ended at 10s");
  });
});

describe("several", () => {
  const steps: Step[] = [
    [1, 0, counts(3)],
    [2, 1, counts(3)],
    [3, 1, says("x")],
  ];

  it("nodes and claims must all pass, and each has its moment", () => {
    const row = "{ row: all of it, on: [A, B], that: [{ count: 3 }, said], by: 10s }";
    const [outcome] = judge({ expect: row, steps });
    expect(outcome).toMatchInlineSnapshot(`
      {
        "expected": "by 10s: A counts 3 and A says /(?:)/; B counts 3 and B says /(?:)/",
        "parts": [
          {
            "at": 1000000,
            "event": 0,
            "found": "",
            "node": "A",
            "passed": true,
            "sentence": "A counts 3",
          },
          {
            "at": null,
            "event": null,
            "found": "A had 1 other facts",
            "node": "A",
            "passed": false,
            "sentence": "A says /(?:)/",
          },
          {
            "at": 2000000,
            "event": 1,
            "found": "",
            "node": "B",
            "passed": true,
            "sentence": "B counts 3",
          },
          {
            "at": 3000000,
            "event": 2,
            "found": "",
            "node": "B",
            "passed": true,
            "sentence": "B says /(?:)/",
          },
        ],
        "passed": false,
        "place": "s.yaml:3:11",
        "row": "all of it",
      }
    `);
  });

  it("nodes are named up to three", () => {
    const row = "{ on: [A, B, C], that: { count: 3 }, by: 10s }";
    expect(judge({ expect: row, steps })[0]?.expected).toMatchInlineSnapshot(
      `"by 10s: A counts 3; B counts 3; C counts 3"`,
    );
  });

  it("claims about the world have no node", () => {
    const [outcome] = judge({ expect: "{ that: tips-equal, never: { from: 1s } }", steps });
    expect(outcome?.passed).toBe(true);
    expect(outcome?.parts[0]?.node).toBe("-");
    const first = judge({ expect: "{ that: tips-equal, at: 0s }", steps })[0];
    expect(first?.parts[0]).toMatchObject({ passed: true, at: 0, event: null });
  });
});

describe("pinned and sweep", () => {
  const expectation = "{ on: A, that: { count: 3 }, pinned: { at: 5s }, sweep: { by: 3s } }";
  it("judges the row of its kind", () => {
    const pinned = judge({ expect: expectation, steps: three, kind: "pinned" });
    const sweep = judge({ expect: expectation, steps: three, kind: "sweep" });
    expect(pinned.map(({ passed }) => passed)).toEqual([true]);
    expect(sweep.map(({ passed }) => passed)).toEqual([false]);
    expect(sweep[0]?.expected).toBe("by 3s: A counts 3");
    expect(sweep[0]?.place).toBe("s.yaml:3:11");
  });
});

describe("settled", () => {
  it("is true once no event can change an outcome", () => {
    const by = "{ on: A, that: { count: 3 }, by: 6s }";
    const never = "{ on: A, that: { count: 4 }, never: { to: 9s } }";
    const expect2 = `${by}, ${never}`;
    expect(isSettled({ expect: expect2, steps: three })).toBe(false);
    expect(isSettled({ expect: expect2, steps: [...three, [9, A, counts(4)]] })).toBe(true);
    expect(isSettled({ expect: expect2, steps: [[9, A, counts(4)]] })).toBe(false);
  });
});

describe("the words for when", () => {
  it.each([
    ["at: 5s, after: 2s", "at 5s (first since 2s): A counts 3"],
    ["by: 5s", "by 5s: A counts 3"],
    ["always: true", "always: A counts 3"],
    ["always: { from: 5s, to: 8s }", "always from 5s before 8s: A counts 3"],
    ["never: { to: 8s }", "never before 8s: A counts 3"],
    ["eventually: { within: 8s }", "within 8s: A counts 3"],
    ["eventually: { within: 8s, after: 2s }", "within 8s of 2s: A counts 3"],
  ])("%s", (when, expected) => {
    const row = `{ on: A, that: { count: 3 }, ${when} }`;
    expect(judge({ expect: row, steps: three })[0]?.expected).toBe(expected);
  });
});

describe("a chain", () => {
  const row = "{ on: B, chain: [{ met: A }, said, { count: 2 }], by: 10s }";
  const B = 1;

  it.each<readonly [name: string, steps: readonly Step[], verdict: string]>([
    [
      "of one node's own events",
      [
        [1, B, meets("A")],
        [2, B, says("x")],
        [3, B, counts(2)],
      ],
      "pass | pass | pass",
    ],
    [
      "out of order",
      [
        [1, B, says("x")],
        [2, B, meets("A")],
        [3, B, counts(2)],
      ],
      'pass | came true at 1s, not because of "B meets A" (2s) | pass',
    ],
    [
      "with a link missing",
      [
        [1, B, meets("A")],
        [3, B, counts(2)],
      ],
      "pass | B had 2 other facts | pass",
    ],
    [
      "too late at the end",
      [
        [1, B, meets("A")],
        [2, B, says("x")],
        [13, B, counts(2)],
      ],
      "pass | pass | came true at 13s, 3s too late",
    ],
  ])("%s", (_, steps, expected) => {
    expect(verdict(judge({ expect: row, steps }))).toBe(expected);
    expect(verdict(judge({ expect: row, steps, level: "none" }))).toBe(expected);
  });

  it("reads as a sentence", () => {
    expect(judge({ expect: row, steps: [] })[0]?.expected).toBe(
      "by 10s: B meets A, then B says /(?:)/, then B counts 2",
    );
  });
});

describe("a chain across nodes", () => {
  const row = "{ chain: [{ heard: A }, { heard: B }], by: 10s }";
  const B = 1;
  const C = 2;
  const unrelated = 'pass | came true at 4s, not because of "A says /(?:)/" (1s)';

  it.each<readonly [name: string, steps: readonly Step[], verdict: string]>([
    [
      "only later",
      [
        [1, A, says("x")],
        [4, B, says("y")],
      ],
      unrelated,
    ],
    [
      "by its cause",
      [
        [1, A, says("x")],
        [4, B, says("y"), 0],
      ],
      "pass | pass",
    ],
    [
      "by a message and what the receiver remembers",
      [
        [1, A, says("x")],
        [2, A, "send", 0],
        [3, B, "deliver", 1],
        [4, B, says("y")],
      ],
      "pass | pass",
    ],
    [
      "by what the sender remembered",
      [
        [1, A, says("x")],
        [2, A, "send"],
        [3, B, "deliver", 1],
        [4, B, says("y"), 2],
      ],
      "pass | pass",
    ],
    [
      "by way of a third",
      [
        [1, A, says("x")],
        [2, A, "send"],
        [2.5, C, "deliver", 1],
        [3, C, "send"],
        [3.5, B, "deliver", 3],
        [4, B, says("y")],
      ],
      "pass | pass",
    ],
    [
      "sent before it was said",
      [
        [0.5, A, "send"],
        [1, A, says("x")],
        [3, B, "deliver", 0],
        [4, B, says("y"), 2],
      ],
      unrelated,
    ],
    [
      "by nothing but the world's order",
      [
        [1, A, says("x")],
        [2, -1, "fault", 0],
        [3, -1, "lift"],
        [4, B, says("y"), 2],
      ],
      unrelated,
    ],
  ])("%s", (_, steps, expected) => {
    expect(verdict(judge({ expect: row, steps }))).toBe(expected);
  });

  it("takes the same moment for its own past", () => {
    const both = "{ chain: [tips-equal, tips-equal], at: 5s, after: 5s }";
    const steps: Step[] = [
      [1, 0, counts(1)],
      [5, 1, counts(1)],
      [5, 2, counts(1)],
    ];
    expect(verdict(judge({ expect: both, steps }))).toBe("pass | pass");
  });
});
