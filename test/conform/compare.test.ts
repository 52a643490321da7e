/**
 * The model against worlds that differ from it in nothing but lateness, and against worlds that
 * differ: the first agree whatever they are late with, each of the others is named for what it is.
 */
import { describe, expect, test } from "vitest";
import type { Fault } from "../../src/core/fault.ts";
import type { Verdict } from "../../src/cluster/conform/compare.ts";
import { must } from "../../src/core/assert.ts";
import { millis, parseDuration, type Time } from "../../src/core/units.ts";
import type { Scenario } from "../../src/scenario/model.ts";
import type { Trace } from "../../src/trace/trace.ts";
import { comparison, real, scenario } from "./worlds.ts";

const timeline = scenario("discovery-timeline");

function timeOf(text: string): Time {
  return must(parseDuration(text), "time") as number as Time;
}

function upset(fault: Fault): Scenario {
  return { ...timeline, events: [{ at: 0 as Time, fault }, ...timeline.events] };
}

test("fifty worlds that are late in their own ways agree with the model", () => {
  const model = comparison(timeline);
  const parted = model
    .judge(Array.from({ length: 50 }, (_, run) => real(timeline, run)))
    .filter(({ agrees }) => !agrees)
    .map(({ stories }) => stories[0]?.sentence);
  expect(parted).toEqual([]);
  // That would say little if little were promised.
  expect(model.promises).toBeGreaterThan(900);
  expect(model.simulated).toBeLessThan(120);
});

test.each([
  ["simultaneous-dial", "40s"],
  ["restart-from-cache", "4m"],
])("so do five of %s", (name, until) => {
  const played = { ...scenario(name), until: timeOf(until) };
  const model = comparison(played);
  const worlds = Array.from({ length: 5 }, (_, run) => real(played, run));
  const stories = model.judge(worlds).flatMap((verdict) => verdict.stories);
  expect(stories.map(({ sentence }) => sentence)).toEqual([]);
});

describe("a model that loses every tenth message", () => {
  const model = comparison(timeline, { loses: 0.1, more: 20 });
  const { agrees, stories } = must(model.judge([real(timeline, 0)])[0], "verdict");

  test("is reported, first by the message that it loses", () => {
    expect(agrees).toBe(false);
    const first = must(stories[0], "story");
    expect(first.sentence).toMatch(
      /^A: a MasternodeAnnouncement is lost between two messages that arrive: never; in each of \d+ simulated runs once$/,
    );
    expect(first.simulated.event).toMatchObject({ kind: "send", node: 0 });
    expect(first.real).toEqual({ event: null, instead: "never here" });
  });

  test("would be by what nodes say of themselves alone", () => {
    const facts = stories.filter(({ sentence }) => !sentence.includes("is lost between"));
    const first = must(facts[0], "story");
    expect(first.sentence).toMatch(
      /^B: takes in A's announcement, new: once until 20s; in each of \d+ simulated runs never$/,
    );
    expect(first.simulated).toEqual({ event: null, instead: "never in each run" });
    expect(first.real.event?.kind).toBe("fact");
  });

  test("and told in order of time", () => {
    const moments = stories.map(({ at }) => at);
    expect(moments).toEqual(moments.toSorted((a, b) => a - b));
  });
});

describe("a real run that does what no simulated run does", () => {
  const played = { ...scenario("simultaneous-dial"), until: timeOf("30s") };
  /** Four runs promise what the next four break now and then. */
  const judged = (...worlds: readonly Trace[]): readonly Verdict[] => {
    return comparison(played, { runs: 4, more: 4 }).judge(worlds);
  };
  const odd = real(played, 3, millis(100));

  test("agrees if the last simulated ones did as much when they came", () => {
    const [one, other] = judged(odd, real(played, 4, millis(100)));
    expect(one).toMatchObject({ agrees: true, alike: 2, of: 4 });
    expect(one?.stories.length).toBeGreaterThan(0);
    expect(other).toMatchObject({ agrees: true, stories: [] });
  });

  test("differs if most real runs do the same", () => {
    expect(judged(odd, odd).map(({ agrees }) => agrees)).toEqual([false, false]);
  });

  test("differs if it does more of it", () => {
    const fault: Fault = { do: "kill", node: must(played.nodes[0], "node").name };
    const died = { ...played, events: [{ at: timeOf("20s"), fault }] };
    const verdicts = comparison(played).judge([real(died, 3)]);
    expect(verdicts).toMatchObject([{ agrees: false, alike: 0, of: 20 }]);
  });

  test("differs if a stream loses a message", () => {
    const loser = { ...played, events: [{ at: 0 as Time, fault: dropping("GetPeers") }] };
    expect(judged(real(loser, 3))).toMatchObject([{ agrees: false }]);
  });
});

/** What the real world does, and the model does not; with what is said of it first. */
const WRONG: readonly (readonly [string, Fault, RegExp])[] = [
  ["loses messages of one type", dropping("MasternodeAnnouncement"), /takes in|active/],
  ["brings a message twice", doing("duplicate"), /arrives twice/],
  ["garbles lines", doing("corrupt"), /cannot read|bans|ready/],
  ["never connects two nodes", { do: "cut", from: ["A"], to: ["B"] }, /B/],
  ["has a node die", { do: "kill", node: "C" }, /C/],
];

function dropping(message: string): Fault {
  return { do: "drop", from: "*", to: "*", message, chance: 1 };
}

function doing(verb: "duplicate" | "corrupt"): Fault {
  return { do: verb, from: ["B"], to: ["A"], chance: 0.3 };
}

test.each(WRONG)("a real world that %s is reported", (_, fault, said) => {
  const late = fault.do === "kill" ? { at: 25_000_000 as Time, fault } : null;
  const world = late === null ? upset(fault) : { ...timeline, events: [...timeline.events, late] };
  const [verdict] = comparison(timeline, { more: 5 }).judge([real(world, 1)]);
  const { agrees, stories } = must(verdict, "verdict");
  expect(agrees).toBe(false);
  expect(stories.map(({ sentence }) => sentence).join("\n")).toMatch(said);
});
