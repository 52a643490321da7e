import { expect, test } from "vitest";
import { type Address, address } from "../../src/core/address.ts";
import type { Time } from "../../src/core/units.ts";
import { callKey } from "../../src/cluster/call.ts";
import { type Inlet, Merger } from "../../src/cluster/merge.ts";
import { type KindName, NO_CAUSE, type TraceEvent } from "../../src/trace/event.ts";
import { Recorder } from "../../src/trace/recorder.ts";

const A = address(1, 7);
const B = address(2, 7);
/** Where B sees A's call come from. */
const BOUND = address(1, 50_000);
const LONG = 1_000_000 as Time;

/** One process as it tells: ids count from 0, causes are its own. */
class Teller {
  readonly #inlet: Inlet;
  #count = 0;

  constructor(inlet: Inlet) {
    this.#inlet = inlet;
  }

  say(at: number, kind: KindName, a: number, b: number, body: unknown, cause = NO_CAUSE): number {
    const id = this.#count++;
    const event = { id, at: at as Time, node: 0, kind, cause, a, b, body } as TraceEvent;
    this.#inlet.push(event);
    return id;
  }
}

interface Scene {
  readonly recorder: Recorder;
  readonly merger: Merger;
  readonly a: Teller;
  readonly b: Teller;
}

/** `arrived`: of A's lines to B, by number, in the order of their arrival. */
function scene(arrived?: readonly number[]): Scene {
  const recorder = new Recorder({ level: "full" });
  const nodeAt = (at: Address): number => [A, B].indexOf(at);
  const merger = new Merger(recorder, nodeAt, (key, way, k) => {
    return key === callKey(1, BOUND) && way === 0 ? (arrived?.[k] ?? null) : null;
  });
  const a = new Teller(merger.process(0, NO_CAUSE, 0 as Time));
  const b = new Teller(merger.process(1, NO_CAUSE, 0 as Time));
  return { recorder, merger, a, b };
}

/** `node kind ← what its cause was`. */
function story({ recorder }: Scene): readonly string[] {
  const events = [...recorder.events()];
  const say = ({ node, kind, body }: TraceEvent): string =>
    `${["A", "B"][node] ?? "-"} ${kind}${typeof body === "string" ? ` ${body}` : ""}`;
  return events.map((event) => {
    const cause = events[event.cause];
    return cause === undefined ? say(event) : `${say(event)} ← ${say(cause)}`;
  });
}

/** A dials B; B is told of it before A is. */
function call({ a, b }: Scene): void {
  const boot = a.say(0, "boot", 1, A, null);
  b.say(0, "boot", 1, B, null);
  const dial = a.say(10, "dial", 1, B, null, boot);
  b.say(25, "opened", 1, BOUND, "accepted");
  a.say(30, "bound", 1, BOUND, null, dial);
  a.say(30, "opened", 1, B, "dialed", dial);
}

test("what arrives is caused by what was sent, over processes", () => {
  const all = scene();
  call(all);
  all.a.say(30, "send", 1, 0, "hello");
  all.a.say(31, "send", 1, 0, "again");
  all.b.say(45, "deliver", 1, 0, "hello");
  all.b.say(46, "garbled", 1, 0, "no json");
  all.b.say(46, "close", 1, 0, "enough");
  all.a.say(60, "closed", 1, 0, "fin");
  all.merger.upTo(LONG, 0 as Time);
  expect(story(all).slice(2)).toEqual([
    "A dial ← A boot",
    "B opened accepted ← A dial",
    "A bound ← A dial",
    "A opened dialed ← A dial",
    "A send hello",
    "A send again",
    "B deliver hello ← A send hello",
    "B garbled no json ← A send again",
    "B close enough",
    "A closed fin ← B close enough",
  ]);
  expect(all.merger.late).toBe(0);
});

test("lines that never arrive, or arrive twice, do not shift the others", () => {
  const all = scene([1, 1, 2]);
  call(all);
  for (const body of ["lost", "twice", "last"]) all.a.say(31, "send", 1, 0, body);
  all.merger.lose({ at: 32 as Time, key: callKey(1, BOUND), way: 0, ordinal: 0, reason: "rule" });
  for (const body of ["twice", "twice", "last"]) all.b.say(45, "deliver", 1, 0, body);
  all.merger.upTo(LONG, 0 as Time);
  expect(story(all).slice(-4)).toEqual([
    "A drop rule ← A send lost",
    "B deliver twice ← A send twice",
    "B deliver twice ← A send twice",
    "B deliver last ← A send last",
  ]);
});

test("a cause of the same moment is told first", () => {
  const all = scene();
  call(all);
  all.b.say(40, "deliver", 1, 0, "hello");
  all.a.say(40, "send", 1, 0, "hello");
  all.merger.upTo(LONG, 0 as Time);
  expect(story(all).slice(-2)).toEqual(["A send hello", "B deliver hello ← A send hello"]);
});

test("a process that was killed before it told of a send leaves an effect without a cause", () => {
  const all = scene();
  call(all);
  all.b.say(45, "deliver", 1, 0, "hello");
  all.merger.upTo(LONG, 0 as Time);
  expect(story(all).at(-1)).toBe("B deliver hello");
});

test("nothing is told past the boot of a process that has said nothing, for a while", () => {
  const all = scene();
  const late = new Teller(all.merger.process(1, NO_CAUSE, 500 as Time));
  all.a.say(0, "boot", 1, A, null);
  all.b.say(0, "boot", 1, B, null);
  all.a.say(600, "timer", 0, 0, "tick");
  expect(all.merger.upTo(1_000 as Time, 400 as Time)).toBe(499);
  expect(story(all)).toEqual(["A boot", "B boot"]);
  late.say(510, "boot", 2, B, null);
  expect(all.merger.upTo(1_000 as Time, 400 as Time)).toBe(1_000);
  expect(story(all).slice(2)).toEqual(["B boot", "A timer tick"]);
  all.merger.process(0, NO_CAUSE, 1_100 as Time);
  expect(all.merger.upTo(2_000 as Time, 1_200 as Time)).toBe(2_000);
});

test("faults are the world's; what they do to a process is their effect", () => {
  const all = scene();
  call(all);
  const world = { node: 1, cause: NO_CAUSE, a: 0, b: 0 } as const;
  all.merger.push({ ...world, id: 7, at: 50 as Time, kind: "fault", body: "stop it" });
  all.b.say(51, "down", 0, 0, "stop");
  all.merger.push({ ...world, id: 9, at: 60 as Time, kind: "fault", body: "start it" });
  new Teller(all.merger.process(1, 9, 60 as Time)).say(61, "boot", 2, B, null);
  all.merger.upTo(LONG, 0 as Time);
  expect(story(all).slice(-4)).toEqual([
    "B fault stop it",
    "B down stop ← B fault stop it",
    "B fault start it",
    "B boot ← B fault start it",
  ]);
});

test("a process that boots in time waits for the fault that comes late to start it", () => {
  const all = scene();
  call(all);
  all.merger.upTo(50 as Time, 0 as Time);
  const b = new Teller(all.merger.process(1, 9, 60 as Time));
  const boot = b.say(60, "boot", 2, B, null);
  b.say(61, "timer", 0, 0, "tick", boot);
  const world = { node: 1, cause: NO_CAUSE, a: 0, b: 0 } as const;
  all.merger.push({ ...world, id: 9, at: 70 as Time, kind: "fault", body: "start it" });
  const before = story(all).length;
  all.merger.upTo(65 as Time, 0 as Time);
  expect(story(all)).toHaveLength(before);
  all.merger.upTo(LONG, 0 as Time);
  expect(story(all).slice(-3)).toEqual([
    "B fault start it",
    "B boot ← B fault start it",
    "B timer tick ← B boot",
  ]);
});

test("what comes too late keeps its time, and is counted", () => {
  const all = scene();
  all.a.say(0, "boot", 1, A, null);
  all.b.say(90, "boot", 1, B, null);
  all.merger.upTo(100 as Time, 0 as Time);
  all.a.say(80, "timer", 0, 0, "tick");
  all.merger.upTo(LONG, 0 as Time);
  expect(all.merger.late).toBe(1);
  expect([...all.recorder.events()].map((event) => event.at)).toEqual([0, 90, 80]);
});
