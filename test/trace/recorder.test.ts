/** One recorder, four levels: what is kept differs, what is digested does not. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { expect, it } from "vitest";
import type { Time } from "../../src/core/units.ts";
import { KIND, KINDS, type KindName, kindMask, type TraceEvent } from "../../src/trace/event.ts";
import { Recorder, type TraceLevel } from "../../src/trace/recorder.ts";

interface Call {
  readonly at: number;
  readonly node: number;
  readonly kind: KindName;
  readonly cause: number;
  readonly a: number;
  readonly b: number;
  readonly body: unknown;
}

const body = fc.oneof(
  fc.constant(null),
  fc.string(),
  fc.record({ type: fc.string(), n: fc.integer() }),
);
const call: fc.Arbitrary<Call> = fc.record({
  at: fc.integer({ min: 0, max: 2 ** 50 }),
  node: fc.integer({ min: -1, max: 1_000 }),
  kind: fc.constantFrom(...KINDS),
  cause: fc.integer({ min: -1, max: 2 ** 40 }),
  a: fc.integer({ min: 0, max: 2 ** 48 }),
  b: fc.integer({ min: 0, max: 2 ** 48 }),
  body,
});
const calls = fc.array(call, { maxLength: 60, size: "max" }).map((list) =>
  // Bodies of sends are records: messages.
  list.map((each) => {
    const isText = typeof each.body !== "object" || each.body === null;
    return each.kind === "send" && isText ? { ...each, body: { type: String(each.body) } } : each;
  }),
);

function record(recorder: Recorder, list: readonly Call[]): Recorder {
  for (const { at, node, kind, cause, a, b, body: what } of list) {
    recorder.record(at as Time, node, KIND[kind], cause, a, b, what);
  }
  return recorder;
}

function made(level: TraceLevel, list: readonly Call[], ringSize?: number): Recorder {
  return record(new Recorder(ringSize === undefined ? { level } : { level, ringSize }), list);
}

/** Many small events of one node. */
function many(count: number): Call[] {
  const one = { node: 0, kind: "fact", cause: -1, a: 0, b: 0 } as const;
  return Array.from({ length: count }, (_, n) => ({ ...one, at: n, body: { type: "n", n } }));
}

it("gives back what was recorded, in order, with ids from 0", () => {
  fc.assert(
    fc.property(calls, (list) => {
      const events = [...made("full", list).events()];
      expect(events).toEqual(list.map((each, id) => ({ id, ...each })));
    }),
  );
});

it("has one digest at all levels but none", () => {
  fc.assert(
    fc.property(calls, (list) => {
      const [digest, ring, full] = (["digest", "ring", "full"] as const).map(
        (level) => made(level, list).digest,
      );
      expect(ring).toBe(digest);
      expect(full).toBe(digest);
      expect(made("none", list).digest).toBe("-");
    }),
  );
});

it("digests every field of every event", () => {
  const base: Call = { at: 5, node: 1, kind: "fact", cause: 3, a: 7, b: 8, body: { type: "x" } };
  const others: Call[] = [
    base,
    { ...base, at: 6 },
    { ...base, node: 2 },
    { ...base, kind: "save" },
    { ...base, cause: 4 },
    { ...base, a: 8 },
    { ...base, b: 9 },
    { ...base, body: { type: "y" } },
    { ...base, body: "x" },
    { ...base, body: null },
  ];
  expect(new Set(others.map((each) => made("digest", [each]).digest)).size).toBe(others.length);
});

it("digests a body by what it says, not by which object it is", () => {
  const send = { at: 1, node: 0, kind: "send", cause: -1, a: 1, b: 0 } as const;
  const shared = { type: "hello", n: 1 };
  const once = made("digest", [
    { ...send, body: shared },
    { ...send, body: shared },
  ]);
  const apart = made("digest", [
    { ...send, body: { n: 1, type: "hello" } },
    { ...send, body: { ...shared } },
  ]);
  expect(apart.digest).toBe(once.digest);
});

it("keeps the last events of a ring, and no page that lies before them", () => {
  const list = many(20_000);
  const ring = made("ring", list, 1_000);
  const kept = [...ring.events()];
  expect(kept).toHaveLength(1_000);
  expect(kept[0]?.id).toBe(19_000);
  expect(kept.at(-1)?.id).toBe(19_999);
  expect(ring.event(18_999)).toBeNull();
  expect(ring.event(20_000)).toBeNull();
  expect(ring.count).toBe(20_000);
});

it("a ring lets go of the bodies it has forgotten", async () => {
  const recorder = new Recorder({ level: "ring", ringSize: 100 });
  const bodies: WeakRef<object>[] = [];
  for (let n = 0; n < 12_000; n++) {
    const what = { type: "n", n };
    if (n < 2_000) bodies.push(new WeakRef(what));
    recorder.record(n as Time, 0, KIND.fact, -1, 0, 0, what);
  }
  // A WeakRef holds its target until the job that made it ends.
  await new Promise(setImmediate);
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  expect(bodies.filter((ref) => ref.deref() !== undefined).length).toBeLessThan(100);
});

it("a fork shares what was kept and goes on by itself", () => {
  fc.assert(
    fc.property(calls, calls, calls, (common, mine, theirs) => {
      const recorder = made("full", common);
      const twin = recorder.fork();
      record(recorder, mine);
      record(twin, theirs);
      expect(recorder.digest).toBe(made("full", [...common, ...mine]).digest);
      expect(twin.digest).toBe(made("full", [...common, ...theirs]).digest);
      expect([...twin.events()]).toEqual([...made("full", [...common, ...theirs]).events()]);
      expect([...recorder.events()]).toEqual([...made("full", [...common, ...mine]).events()]);
    }),
    { numRuns: 50 },
  );
});

it.each([4_095, 4_096, 4_097, 8_192])("a fork after %d events writes into no shared page", (n) => {
  const recorder = made("full", many(n));
  const twin = recorder.fork();
  record(twin, many(5));
  record(recorder, many(3));
  expect(recorder.count).toBe(n + 3);
  expect(recorder.event(n)?.body).toEqual({ type: "n", n: 0 });
  expect(recorder.event(n + 3)).toBeNull();
  expect(twin.event(n + 4)?.body).toEqual({ type: "n", n: 4 });
  expect(twin.event(n - 1)).toEqual(recorder.event(n - 1));
});

it("a fork of a ring forgets by itself", () => {
  const ring = made("ring", many(9_000), 500);
  const twin = ring.fork();
  record(twin, many(9_000));
  expect([...ring.events()]).toHaveLength(500);
  expect([...ring.events()].at(-1)?.id).toBe(8_999);
  expect([...twin.events()][0]?.id).toBe(17_500);
});

it("shows a listener the kinds it asked for, at any level, and forks show nobody", () => {
  for (const level of ["none", "digest", "ring", "full"] as const) {
    const seen: TraceEvent[] = [];
    const recorder = new Recorder({ level });
    recorder.listen({ mask: kindMask("send", "down"), see: (event) => seen.push(event) });
    const one = { at: 1, node: 0, cause: -1, a: 0, b: 0, body: { type: "x" } } as const;
    record(recorder, [
      { ...one, kind: "send" },
      { ...one, kind: "fact" },
      { ...one, kind: "down", body: "kill" },
    ]);
    record(recorder.fork(), [{ ...one, kind: "send" }]);
    expect(seen.map((event) => [event.id, event.kind])).toEqual([
      [0, "send"],
      [2, "down"],
    ]);
  }
});

it("shows and digests the same in batches, later", () => {
  const played = (list: readonly Call[], batch: number): readonly [Recorder, TraceEvent[]] => {
    const seen: TraceEvent[] = [];
    const recorder = new Recorder({ level: "digest", batch });
    recorder.listen({ mask: kindMask("send", "fact", "down"), see: (event) => seen.push(event) });
    return [record(recorder, list), seen];
  };
  fc.assert(
    fc.property(calls, calls, fc.integer({ min: 2, max: 40 }), (list, more, batch) => {
      const [live, seen] = played(list, 1);
      const [late, seenLate] = played(list, batch);
      expect(late.count).toBe(live.count);
      const held = list.length % batch;
      const shown = seen.filter(({ id }) => id < list.length - held);
      expect(seenLate).toEqual(shown);
      const [twin, other] = [late.fork(), live.fork()];
      expect(seenLate).toEqual(seen);
      expect(record(twin, more).digest).toBe(record(other, more).digest);
      expect(late.digest).toBe(live.digest);
      late.flush();
      expect(seenLate).toEqual(seen);
    }),
  );
});

it("throws what a listener throws when it is flushed, not when something is recorded", () => {
  const seen: number[] = [];
  const recorder = new Recorder({ level: "digest", batch: 2 });
  recorder.listen({
    mask: kindMask("fact"),
    see: ({ id }) => {
      if (id === 1) throw new Error("no such promise");
      seen.push(id);
    },
  });
  record(recorder, many(5));
  expect(() => recorder.flush()).toThrow("no such promise");
  // Nobody is shown what follows something that not everybody has seen.
  expect(seen).toEqual([0]);
  expect(recorder.digest).toBe(made("digest", many(5)).digest);
});

it("shows a new listener what comes from then on", () => {
  const seen: number[] = [];
  const recorder = record(new Recorder({ level: "digest", batch: 10 }), many(3));
  recorder.listen({ mask: kindMask("fact"), see: ({ id }) => seen.push(id) });
  record(recorder, many(2)).flush();
  expect(seen).toEqual([3, 4]);
});

it("listening changes no digest", () => {
  const deaf = made("digest", many(10));
  const heard = new Recorder({ level: "digest" });
  heard.listen({ mask: -1, see: () => {} });
  expect(record(heard, many(10)).digest).toBe(deaf.digest);
});

it("kinds fit the mask", () => {
  expect(KINDS.length).toBeLessThanOrEqual(31);
  expect(new Set(KINDS).size).toBe(KINDS.length);
  expect(kindMask(...KINDS)).toBe(2 ** KINDS.length - 1);
});
