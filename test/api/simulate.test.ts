/** The library as a user's test sees it: simulate, expectTimeline, and the matchers for vitest. */
import { describe, expect, it } from "vitest";
import {
  BadInput,
  expectTimeline,
  masternode,
  reportOf,
  simulate,
  timelineOf,
} from "../../src/index.ts";
import "../../src/vitest.ts";

const TIMELINE = "scenarios/discovery-timeline.yaml";
const STUCK = "scenarios/stuck-at-3009.yaml";

describe("simulate", () => {
  it("plays a file, a text and a loaded scenario alike", () => {
    const byPath = simulate(TIMELINE);
    const again = simulate(byPath.trace.header.scenario as never);
    expect(again.summary.digest).toBe(byPath.summary.digest);
    const text = "until: 1s\nnodes: { A: { start: 0s, address: 10.0.0.1 } }\nexpect: []\n";
    expect(simulate(text).summary.passed).toBe(true);
  });

  it("refuses what it cannot read, with its place", () => {
    expect(() => simulate("until: 1 sec\nnodes: {}\n")).toThrow(BadInput);
    expect(() => simulate("until: 1 sec\nnodes: {}\n")).toThrow(/<text>:1:8 until — /);
    expect(() => simulate("scenarios/none.yaml")).toThrow(BadInput);
    expect(() => simulate("scenarios/none.yaml")).toThrow(
      /^scenarios\/none\.yaml — cannot be read/,
    );
    expect(() => simulate(TIMELINE, { profile: "repared" })).toThrow(
      'unknown profile "repared" (did you mean "repaired"?)',
    );
  });
});

describe("expectTimeline", () => {
  it("chains rows of the scenario's own kind", () => {
    expectTimeline(simulate(TIMELINE))
      .toPass()
      .toHold({ on: "B", that: { active: { count: 2 } }, by: "6s" })
      .toHold({ on: ["A", "B"], that: { produced: {} }, never: true });
  });

  it("throws the whole report", () => {
    const run = simulate(STUCK, { profile: "repaired" });
    expect(() => expectTimeline(run).toPass()).toThrow(
      /the chain stays at 3009[^]*is at height 3010/,
    );
    const row = { on: "A", that: { height: { is: 4000 } }, by: "10s" } as const;
    expect(() => expectTimeline(run).toHold(row)).toThrow(/A is at height 3009/);
    // The command plays the run, which knows nothing of a row that stands in a test.
    expect(() => expectTimeline(run).toHold(row)).toThrow(/ {2}# the run; the row is the test's$/);
    expect(() => expectTimeline(run).toPass()).not.toThrow(/the row is the test's/);
  });

  it("says what is wrong with a row", () => {
    const run = simulate(TIMELINE);
    const typo = { on: "A", that: { activ: { count: 2 } }, by: "6s" };
    expect(() => expectTimeline(run).toHold(typo)).toThrow(/did you mean "active"/);
  });
});

describe("timesim/vitest", () => {
  it("toReach and toStay ask one question each", () => {
    const run = simulate(TIMELINE);
    expect(run).toReach({ on: "all", that: { height: { is: 3011 } }, by: "56s" });
    expect(run).not.toReach({ on: "all", that: { height: { is: 3012 } }, by: "56s" });
    expect(run).toStay({ that: "conflict", never: true });
    expect(run).not.toStay({ on: "A", that: { active: { count: 1 } }, always: true });
    const noTime = { on: "A", that: "attempt", never: true } as const;
    expect(() => expect(run).toReach(noTime)).toThrow(/toReach takes a row with at, by/);
  });

  it("toMatchTimeline holds every microsecond", async () => {
    const run = simulate(TIMELINE);
    await expect(run).toMatchTimeline("../../scenarios/golden/discovery-timeline.timeline.txt");
  });

  it("toBeDeterministic plays it four ways", () => {
    expect(TIMELINE).toBeDeterministic();
    expect(TIMELINE).toBeDeterministic({ seed: "77" });
  });
});

describe("what could not fail", () => {
  it("toPass wants something to have been asked", () => {
    const text = "until: 1s\nnodes: { A: { start: 0s, address: 10.0.0.1 } }\nexpect: []\n";
    expect(() => expectTimeline(simulate(text)).toPass()).toThrow(/asked nothing/);
  });

  it.each(["none", "digest"] as const)("a row of a run that kept %s", (level) => {
    const run = simulate(STUCK, { level });
    // It is so from the start on.
    const row = { on: "A", that: { height: { is: 3009 } }, never: true } as const;
    expect(() => expect(run).toStay(row)).toThrow(/kept no whole trace/);
    expect(() => expectTimeline(run).toHold(row)).toThrow(BadInput);
    expect(() => timelineOf(run)).toThrow(BadInput);
    expectTimeline(run).toPass();
  });

  it("a row of another protocol's run, or of what is no run", () => {
    const run = simulate(TIMELINE);
    const header = { ...run.trace.header, kit: "gossip" };
    const other = { ...run, trace: { ...run.trace, header } };
    const row = { on: "A", that: { height: { is: 1 } }, never: true } as const;
    const of = { kit: { ...masternode(), name: "gossip" } };
    expect(other).toStay(row, of);
    expect(() => expect(run).toStay(row, of)).toThrow("of protocol masternode, not gossip");
    expect(timelineOf(other, of)).toBe(timelineOf(run));
    const reached = { on: "A", that: { height: { is: 3010 } }, never: true } as const;
    expect(() => expectTimeline(other, of).toHold(reached)).toThrow(/is at height 3010/);
    expect(() => reportOf(other, [])).toThrow(BadInput);
    expect(() => expect(other).toStay(row)).toThrow(
      "the run is of protocol gossip, not masternode",
    );
    expect(() => expect(TIMELINE).toStay(row)).toThrow("expected a run, such as simulate() gives");
    expect(() => expect(undefined).toStay(row)).toThrow(BadInput);
  });

  it("a matcher given the wrong kind of row throws under .not as well", () => {
    const run = simulate(TIMELINE);
    const row = { on: "A", that: { active: { count: 9 } }, always: true } as const;
    expect(() => expect(run).not.toReach(row)).toThrow(/toReach takes a row with at, by/);
  });
});
