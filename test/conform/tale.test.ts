/** What of a run is compared, and what of it is an accident. */
import { describe, expect, test } from "vitest";
import { withPort as port } from "../../src/core/address.ts";
import { featureOf, type Frame, type Tale, taleOf } from "../../src/cluster/conform/tale.ts";
import { wordsFor } from "../../src/trace/text.ts";
import { A, B, gate, HEADER, type Step, traceOf, vocabulary } from "../trace/story.ts";

/** A toy's fact says its text. */
const words = wordsFor(HEADER, {
  ...vocabulary,
  fact: (body) => (body as { readonly text: string }).text,
});
const frame: Frame = { words, parts: [], end: 1e9 };

const says = (text: string, cause = -1): Partial<{ cause: number; body: unknown }> => {
  return { cause, body: { type: "says", text } };
};

function told(steps: readonly Step[], how: Partial<Frame> = {}): Tale {
  return taleOf(traceOf(steps), { ...frame, ...how });
}

/** The texts of one sort, `A: text` with its count or how it came about. */
function of(sort: string, { counts, hows }: Tale): readonly string[] {
  return [...counts, ...hows].flatMap(([key, value]) => {
    const feature = featureOf(key);
    return feature.sort === sort ? [`${feature.node}: ${feature.text} = ${value}`] : [];
  });
}

const opened = (session: number): Step => {
  return [0, 0, "opened", { a: session, b: B, body: "dialed" }];
};

describe("one run and another are alike", () => {
  test.each<readonly [string, readonly Step[], readonly Step[]]>([
    [
      "whatever the numbers of sessions and the times",
      [opened(1), [1, 0, "fact", says("session 1 with B2 is ready after 20ms")]],
      [opened(7), [2, 0, "fact", says("session 7 with B2 is ready after 1.5s")]],
    ],
    [
      "whether a kernel says fin, reset or timeout",
      [opened(1), [1, 0, "closed", { a: 1, body: "fin" }]],
      [opened(1), [2, 0, "closed", { a: 1, body: "timeout" }]],
    ],
    [
      "whatever port a caller has",
      [[0, 0, "opened", { a: 1, b: port(B, 50_000), body: "accepted" }]],
      [[0, 0, "opened", { a: 1, b: port(B, 40_001), body: "accepted" }]],
    ],
    [
      "whatever a codec says of a line that it cannot read",
      [
        [0, 0, "garbled", { a: 1, body: "damaged" }],
        [0, 0, "fact", says("minds: damaged")],
      ],
      [
        [0, 0, "garbled", { a: 1, body: "byte 0" }],
        [0, 0, "fact", says("minds: byte 0")],
      ],
    ],
    [
      "whatever values a closed gate has, and however often they change",
      [
        [0, 0, "gate", gate(false, { n: 1 })],
        [1, 0, "gate", gate(false, { n: 2 })],
      ],
      [[0, 0, "gate", gate(false, { n: 7 })]],
    ],
    ["whatever is detail", [[0, 0, "fact", { body: { type: "detail", text: "one" } }]], []],
    ["whatever comes at the end", [], [[5, 0, "boot"]]],
  ])("%s", (_, one, other) => {
    const left = told(one, { end: 5e6 });
    const right = told(other, { end: 5e6 });
    expect([left.counts, left.hows]).toEqual([right.counts, right.hows]);
  });
});

test("things are counted by part of the run", () => {
  const steps: readonly Step[] = [1, 2, 3].map((second) => [second, 0, "fact", says("wakes")]);
  const { counts } = told(steps, { parts: [2e6] });
  const parts = [...counts].map(([key, count]) => [featureOf(key).part, count]);
  expect(parts).toEqual([
    [0, 1],
    [1, 2],
  ]);
});

test.each([
  ["calls B2", "calls *"],
  ["A calls B2, and B2 again", "A calls *, and * again"],
  ["announces itself to 8 peers", "announces itself to # peers"],
  ["has 8 peers, of B2", "has # peers, of *"],
  ["has 8 of 9 peers", ""],
  ["calls B2 at 10.0.0.1:80", "calls * at 10.0.0.1:80"],
  ["starts", ""],
])("of any node or number, %j reads %j", (text, alike) => {
  const [key = ""] = told([[0, 0, "fact", says(text)]]).counts.keys();
  expect(featureOf(key).alike).toBe(alike);
});

test("the first time of a thing is told with what led to it, back to what came by itself", () => {
  const steps: readonly Step[] = [
    [0, 0, "boot", { a: 1, b: A }],
    [1, 0, "timer", { body: "call", cause: 0 }],
    [1, 0, "send", { a: 1, cause: 1, body: { type: "News" } }],
    [2, 1, "deliver", { a: 1, cause: 2, body: { type: "News" } }],
    [2, 1, "fact", says("hears the news", 3)],
    [3, 1, "fact", says("hears the news", 0)],
  ];
  expect(of("first", told(steps))).toEqual([
    "A: boots = by itself",
    "B2: hears the news = B2 hears News ‹ A timer call",
  ]);
});

test("news that is passed on is one hop, whoever passes it on", () => {
  const news = { a: 1, body: { type: "News" } };
  const steps: readonly Step[] = [
    [1, 0, "timer", { body: "call" }],
    [1, 0, "send", { ...news, cause: 0 }],
    [2, 1, "deliver", { ...news, cause: 1 }],
    [2, 1, "send", { ...news, cause: 2 }],
    [3, 0, "deliver", { ...news, cause: 3 }],
    [3, 0, "fact", says("hears of it", 4)],
  ];
  expect(of("first", told(steps))).toEqual(["A: hears of it = A hears News ‹ A timer call"]);
});

describe("a stream", () => {
  const send = (type: string): Step => [1, 0, "send", { a: 1, body: { type } }];
  const deliver = (cause: number): Step => [2, 1, "deliver", { a: 1, cause, body: null }];

  test("that loses a message between two that arrive is told of", () => {
    const steps = [opened(1), send("One"), send("Two"), send("Three"), deliver(1), deliver(3)];
    expect(of("lost", told(steps))).toEqual([
      "A: a Two is lost between two messages that arrive = 1",
    ]);
  });

  test("that ends before all of it arrived has lost nothing", () => {
    expect(of("lost", told([opened(1), send("One"), send("Two"), deliver(1)]))).toEqual([]);
    // Nor has the next process, whose sessions are numbered anew.
    const again: Step = [3, 0, "boot", { a: 2, b: A }];
    const steps = [opened(1), send("One"), again, opened(1), send("Two"), deliver(4)];
    expect(of("lost", told(steps))).toEqual([]);
  });

  test("that brings a message twice is told of", () => {
    const steps = [opened(1), send("One"), deliver(1), deliver(1)];
    expect(of("twice", told(steps))).toEqual(["A: a One arrives twice = 1"]);
  });

  test("begins as its first six messages do", () => {
    const steps = [opened(1), ...["1", "2", "3", "4", "5", "6", "7"].map(send)];
    const talks = of("talk", told(steps));
    expect(talks).toHaveLength(6);
    expect(talks[2]).toBe("A: message 3 with B2, dialed = 3");
    expect(
      of("talk", told([opened(1), opened(2), [1, 0, "send", { a: 2, body: { type: "x" } }]])),
    ).toEqual([]);
  });
});
