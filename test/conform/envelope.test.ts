/** What a number of runs agree on, and how far another may depart from it. */
import { describe, expect, test } from "vitest";
import { Envelope } from "../../src/cluster/conform/envelope.ts";
import { keyOf, type Tale } from "../../src/cluster/conform/tale.ts";

const CLEAR = 100;
const COUNT = keyOf({ sort: "count", node: "A", part: 0, text: "wakes" });
const HOW = keyOf({ sort: "first", node: "A", part: 0, text: "wakes" });

function tale(
  counts: Readonly<Record<string, number>>,
  how: string | null = null,
  order: readonly (readonly [text: string, at: number, part?: number])[] = [],
): Tale {
  return {
    counts: new Map(Object.entries(counts)),
    hows: new Map(how === null ? [] : [[HOW, how]]),
    order: new Map([["A", order.map(([text, at, part = 0]) => ({ text, at, part }))]]),
  };
}

function envelope(...tales: readonly Tale[]): Envelope {
  const made = new Envelope(CLEAR);
  for (const each of tales) made.add(each);
  return made;
}

describe("counts", () => {
  const often = (count: number): Tale => tale({ [COUNT]: count });

  test.each([
    ["all runs agree on", [3, 3, 3], 3, true],
    ["all runs agree on, and one more", [3, 3, 3], 4, false],
    ["all runs agree on, and one less", [3, 3, 3], 2, false],
    ["differ: as much room again above", [3, 4, 5], 7, true],
    ["differ: not more", [3, 4, 5], 8, false],
    ["differ: as much room again below", [3, 4, 5], 1, true],
    ["differ: not less", [3, 4, 5], 0, false],
  ])("that %s", (_, runs, found, agrees) => {
    const made = envelope(...runs.map(often));
    expect(made.departures(often(found)).length === 0).toBe(agrees);
  });

  test("of what no run has, and of what a run lacks", () => {
    expect(envelope(tale({})).departures(often(1))).toEqual([
      { kind: "count", key: COUNT, found: 1, range: { min: 0, max: 0 } },
    ]);
    expect(envelope(often(2)).departures(tale({}))).toEqual([
      { kind: "count", key: COUNT, found: 0, range: { min: 2, max: 2 } },
    ]);
    // Whichever of the runs had it.
    expect(envelope(often(1), tale({})).departures(tale({}))).toEqual([]);
    expect(envelope(tale({}), often(1)).departures(tale({}))).toEqual([]);
  });
});

describe("something new of a type of fact", () => {
  const set = (text: string): string => {
    return keyOf({ sort: "count", node: "A", part: 0, text, type: "active" });
  };

  test("is no departure where single runs say what no other says", () => {
    const made = envelope(tale({ [set("A")]: 1, [set("AB")]: 1 }), tale({ [set("A")]: 1 }));
    expect(made.departures(tale({ [set("A")]: 1, [set("AC")]: 1 }))).toEqual([]);
    const often = tale({ [set("A")]: 1, [set("AC")]: 9 });
    expect(made.departures(often)).toEqual([]);
  });

  test("is one where all that is said is said by several", () => {
    const both = tale({ [set("A")]: 1, [set("AB")]: 1 });
    expect(
      envelope(both, both, tale({ [set("A")]: 1 })).departures(
        tale({ [set("A")]: 1, [set("AC")]: 1 }),
      ),
    ).toHaveLength(1);
  });
});

describe("something that luck does to one node or another", () => {
  const told = (peer: string): string => {
    return keyOf({ sort: "count", node: "A", part: 0, text: `calls ${peer}`, alike: "calls *" });
  };
  const made = envelope(
    tale({ [told("B")]: 9, [told("D")]: 1 }),
    tale({ [told("C")]: 2, [told("D")]: 1 }),
  );
  const calls = (counts: Readonly<Record<string, number>>): number =>
    made.departures(tale({ [told("D")]: 1, ...counts })).length;

  test("may be done to any as often as to another, where runs differ", () => {
    expect(calls({ [told("C")]: 18 })).toBe(0);
    expect(calls({ [told("C")]: 19 })).toBe(1);
  });

  test("is promised of whom all runs agree on, and of whom none names", () => {
    expect(calls({ [told("D")]: 2 })).toBe(1);
    expect(calls({ [told("E")]: 1 })).toBe(1);
  });
});

describe("what brought something about", () => {
  test("is promised where all runs agree on it", () => {
    const made = envelope(tale({}, "a timer"), tale({}, "a timer"));
    expect(made.departures(tale({}, "a timer"))).toEqual([]);
    expect(made.departures(tale({}, "a word"))).toEqual([
      { kind: "how", key: HOW, found: "a word", how: "a timer" },
    ]);
  });

  test("is open where they differ, or one of them lacks it", () => {
    expect(envelope(tale({}, "a timer"), tale({}, "a word")).departures(tale({}, "luck"))).toEqual(
      [],
    );
    expect(envelope(tale({}, "a timer"), tale({})).departures(tale({}, "luck"))).toEqual([]);
    expect(envelope(tale({}), tale({}, "a timer")).departures(tale({}, "luck"))).toEqual([]);
  });
});

describe("the order of two things", () => {
  const met = (one: number, other: number): Tale =>
    tale(
      {},
      null,
      [["one", one] as const, ["other", other] as const].toSorted((a, b) => a[1] - b[1]),
    );

  test("is promised where they are well apart in every run", () => {
    const made = envelope(met(0, 200), met(50, 150));
    expect(made.departures(met(0, 10))).toEqual([]);
    expect(made.departures(met(10, 0))).toEqual([
      { kind: "order", node: "A", early: "one", late: "other" },
    ]);
  });

  test("is open where they are near each other in some, or the other way round", () => {
    expect(envelope(met(0, 200), met(0, 99)).departures(met(10, 0))).toEqual([]);
    expect(envelope(met(0, 200), met(200, 0)).departures(met(10, 0))).toEqual([]);
    expect(envelope(met(0, 200), tale({})).departures(met(10, 0))).toEqual([]);
  });

  test("says nothing of what does not happen", () => {
    expect(envelope(met(0, 200)).departures(tale({}))).toEqual([]);
  });

  test("nor of what happens in another part of the run: that is a matter of counts", () => {
    const later = tale({}, null, [
      ["other", 0],
      ["one", 10, 1],
    ]);
    const earlier = tale({}, null, [
      ["other", -10, -1],
      ["one", 0],
    ]);
    const reversed = tale({}, null, [
      ["other", 0],
      ["one", 10],
    ]);
    const made = envelope(met(0, 200));
    expect([later, earlier, reversed].map((one) => made.departures(one).length)).toEqual([0, 0, 1]);
  });
});

test("further runs explain a departure, each by itself", () => {
  const made = envelope(tale({ [COUNT]: 1 }, "a timer"));
  const found = made.departures(tale({ [COUNT]: 2 }, "a word"));
  expect(found).toHaveLength(2);
  made.add(tale({ [COUNT]: 2 }, "a timer"));
  expect(made.unexplained(found).map(({ kind }) => kind)).toEqual(["how"]);
  made.add(tale({ [COUNT]: 1 }, "luck"));
  expect(made.unexplained(found)).toEqual([]);
});

test("promises are counted: an order, a count and a cause here", () => {
  const same = tale({ [COUNT]: 1 }, "a timer", [
    ["one", 0],
    ["other", 500],
  ]);
  expect(envelope(same, same).promises).toBe(3);
  expect(envelope(same, tale({})).promises).toBe(0);
});
