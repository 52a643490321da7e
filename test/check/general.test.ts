/**
 * What is promised of every run of any protocol: the shipped scenarios keep it, and a good trace in
 * which one event is changed by hand breaks it, which is told in golden words.
 */
import { describe, expect, test } from "vitest";
import { Calm } from "../../src/check/calm.ts";
import { General, GENERAL } from "../../src/check/general.ts";
import { type Complaint, signatureOf } from "../../src/check/invariant.ts";
import type { Fault } from "../../src/core/fault.ts";
import type { Time } from "../../src/core/units.ts";
import { judge } from "../../src/fuzz/judge.ts";
import { planOf } from "../../src/scenario/plan.ts";
import { runScenario } from "../../src/scenario/run.ts";
import { masternode } from "../../src/simulate.ts";
import { type TraceEvent, WORLD } from "../../src/trace/event.ts";
import { LIGHT, scenarioNamed } from "../light.ts";

const kit = masternode();
const invariants = Object.keys(GENERAL);

test.each(LIGHT.map(({ name }) => name))("%s keeps them", (name) => {
  expect(judge(kit, scenarioNamed(name), { invariants }).complaints).toEqual([]);
});

const good = scenarioNamed("discovery-timeline");
const events = [...runScenario(kit, good).trace.events()];

/** Of a trace as it is read from a file. */
function complaintsOf(trace: readonly TraceEvent[]): readonly Complaint[] {
  const { seed, profile, until } = good;
  const plan = planOf(kit, good, { seed, profile, until });
  const calm = new Calm(plan);
  const general = new General(plan, calm);
  for (const event of trace) {
    calm.see(event);
    general.see(event);
  }
  return general.finish(until);
}

function told(trace: readonly TraceEvent[]): readonly string[] {
  return complaintsOf(trace).map((complaint) => `${signatureOf(complaint)}\n${complaint.text}`);
}

const arrivals = events.filter(({ kind }) => kind === "deliver");
const at = (index: number): TraceEvent => arrivals[index] as TraceEvent;

/** Two neighbours of one session, sent one after the other. */
function neighbours(): readonly [TraceEvent, TraceEvent] {
  for (const [index, first] of arrivals.entries()) {
    const second = arrivals
      .slice(index + 1)
      .find(({ node, a }) => node === first.node && a === first.a);
    if (second !== undefined) return [first, second];
  }
  throw new Error("no session has two messages");
}

describe("a trace in which one event is wrong", () => {
  test("nothing is wrong with it as it is", () => {
    expect(told(events)).toEqual([]);
  });

  test("a message came that nobody sent", () => {
    const id = at(0).cause;
    expect(told(events.filter((event) => event.id !== id))).toMatchSnapshot();
  });

  test("a message came twice", () => {
    const twice = { ...at(3), id: events.length, at: good.until };
    expect(told([...events, twice])).toMatchSnapshot();
  });

  test("but not one that a fault makes two of, though it was wished for before", () => {
    const { cause: sent } = at(3);
    const twice = { ...at(3), id: events.length, at: good.until };
    const body: Fault = { do: "duplicate", from: "*", to: "*", chance: 1 };
    const fault: TraceEvent = { ...events[sent], kind: "fault", node: WORLD, body } as TraceEvent;
    const doubled = events.flatMap((event) => (event.id === sent ? [event, fault] : [event]));
    expect(told([...doubled, twice])).toEqual([]);
  });

  test("a message neither came nor was lost", () => {
    // The first of all sessions' last ones: nothing behind it shows the gap.
    const last = new Map(arrivals.map((event) => [`${event.node}/${event.a}`, event.id]));
    const [gone] = [...last.values()].sort((a, b) => a - b);
    const { seed, profile } = good;
    const until = (good.until * 100) as Time;
    const plan = planOf(kit, good, { seed, profile, until });
    const calm = new Calm(plan);
    const general = new General(plan, calm);
    for (const event of events.filter(({ id }) => id !== gone)) {
      calm.see(event);
      general.see(event);
    }
    const found = general.finish(until).filter(({ event }) => event === events[gone ?? 0]?.cause);
    expect(found.map(({ text }) => text)).toMatchSnapshot();
  });

  test("a message came at another session", () => {
    const [first, second] = neighbours();
    const wrong = { ...second, a: second.a + 100 };
    expect(first.a).toBe(second.a);
    expect(told(events.map((event) => (event === second ? wrong : event)))).toMatchSnapshot();
  });

  test("a message came as another", () => {
    const wrong = { ...at(3), body: { type: "Nonsense" } };
    expect(told(events.map((event) => (event === at(3) ? wrong : event)))).toMatchSnapshot();
  });

  test("two messages changed places", () => {
    const [first, second] = neighbours();
    const swapped = events.map((event) => {
      if (event === first) return { ...event, cause: second.cause, body: second.body };
      return event === second ? { ...event, cause: first.cause, body: first.body } : event;
    });
    expect(told(swapped)).toMatchSnapshot();
  });

  test("a message came though one before it was lost", () => {
    const [first] = neighbours();
    const sent = events[first.cause] as TraceEvent;
    const lost: TraceEvent = {
      ...first,
      kind: "drop",
      node: sent.node,
      a: sent.a,
      body: "session closed",
    };
    expect(told(events.map((event) => (event === first ? lost : event)))).toMatchSnapshot();
  });

  test("one step sends too much", () => {
    const sent = events.find(({ kind }) => kind === "send") as TraceEvent;
    const more = Array.from({ length: 20 }, (_, n) => ({ ...sent, id: events.length + n }));
    expect(told([...events, ...more])).toMatchSnapshot();
  });

  test("but not what a list lets go on", () => {
    const given = at(3);
    const sent = events.find(({ kind, node }) => kind === "send" && node === given.node);
    const entries = Array.from({ length: 10 });
    const listed = events.slice(0, given.id + 1).map((event) => {
      if (event.id !== given.cause && event.id !== given.id) return event;
      return { ...event, body: { ...(event.body as object), entries } };
    });
    const burst = (count: number): readonly TraceEvent[] =>
      Array.from({ length: count }, (_, n) => {
        return { ...(sent as TraceEvent), id: given.id + 1 + n, cause: given.id };
      });
    expect(told([...listed, ...burst(36)])).toEqual([]);
    expect(told([...listed, ...burst(37)])).toMatchSnapshot();
  });

  test("the same question for the same answer, without end", () => {
    const opened = events.findIndex(({ kind }) => kind === "deliver");
    const ask = events[at(0).cause] as TraceEvent;
    const talk: TraceEvent[] = [];
    let id = 1_000_000;
    let cause = ask.cause;
    const both = [
      [ask.node, ask.a, at(0).node, at(0).a, { type: "Question", from: 2626, to: 3737 }],
      [at(0).node, at(0).a, ask.node, ask.a, { type: "Answer", from: 2525, to: 2625 }],
    ] as const;
    for (let round = 0; round < 12; round++) {
      for (const [node, session, other, otherSession, body] of both) {
        const base = { at: at(0).at, b: 0, body };
        talk.push({ ...base, id: ++id, kind: "send", node, cause, a: session });
        talk.push({
          ...base,
          id: ++id,
          kind: "deliver",
          node: other,
          cause: id - 1,
          a: otherSession,
        });
        cause = id;
      }
    }
    expect(told([...events.slice(0, opened + 1), ...talk])).toMatchSnapshot();
    expect(told([...events.slice(0, opened + 1), ...talk.slice(0, 4 * 7)])).toEqual([]);
  });
});
