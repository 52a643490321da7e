/**
 * The wheel against the oracle: random programs must give the same visible behaviour, call by call,
 * and so must every fork. Then, one by one, the mistakes a timing wheel is known for.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Bug } from "../../src/core/assert.ts";
import { Queue } from "../../src/engine/queue.ts";
import { type AnyQueue, HeapQueue } from "./oracle.ts";

const LAST = Number.MAX_SAFE_INTEGER;

type Step =
  | { do: "schedule"; after: number; align: number }
  | { do: "cancel"; pick: number }
  | { do: "run"; for: number }
  | { do: "pop"; within: number }
  | { do: "peek"; within: number }
  | { do: "drain"; count: number }
  | { do: "misuse"; back: number }
  | { do: "fork" };

/** One queue under test, with what it gave out and everything it let us see. */
interface World {
  queue: AnyQueue;
  handles: number[];
  count: number;
  log: string[];
}

// Every level, and both sides of the borders between digits, int32, uint32 and words.
const spans = fc.oneof(
  { weight: 3, arbitrary: fc.constant(0) },
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 5 }) },
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 2_000 }) },
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 3_000_000 }) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.constantFrom(9, 18, 27, 31, 32, 36, 40, 45, 52), fc.integer({ min: -2, max: 2 }))
      .map(([power, off]) => 2 ** power + off),
  },
  { weight: 1, arbitrary: fc.maxSafeNat() },
);

const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      do: fc.constant("schedule" as const),
      after: spans,
      align: fc.constantFrom(0, 0, 0, 9, 18, 27, 36),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("cancel" as const), pick: fc.nat() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("run" as const), for: spans }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("pop" as const), within: spans }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("peek" as const), within: spans }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("drain" as const), count: fc.nat({ max: 8 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("misuse" as const), back: spans }) },
  { weight: 1, arbitrary: fc.constant({ do: "fork" as const }) },
);

function worldOf(queue: AnyQueue): World {
  return { queue, handles: [], count: 0, log: [] };
}

function add(world: World, at: number): void {
  const n = ++world.count;
  const body = n % 3 === 0 ? undefined : { n };
  world.handles.push(world.queue.schedule(at, n % 5, n, -n, n | 0x40000000, body));
}

/** Pops one event and answers it as a machine would: with events at now, soon and far. */
function handle(world: World, limit: number): boolean {
  const { queue } = world;
  if (!queue.pop(limit)) return false;
  const { at, op, a, b, c } = queue;
  world.log.push(`${at} ${op} ${a} ${b} ${c} ${JSON.stringify(queue.body)} now ${queue.now}`);
  if (op === 1 && a < 400) add(world, at);
  if (op === 2 && a < 400) add(world, Math.min(LAST, at + 700));
  if (op === 3) world.log.push(`cancel ${queue.cancel(world.handles[a >> 1] ?? 0)}`);
  return true;
}

function apply(world: World, step: Exclude<Step, { do: "fork" }>): void {
  const { queue, log } = world;
  const upTo = (span: number): number => Math.min(LAST, queue.now + span);
  switch (step.do) {
    case "schedule": {
      const grid = 2 ** step.align;
      add(world, Math.min(LAST, Math.ceil(upTo(step.after) / grid) * grid));
      break;
    }
    case "cancel":
      log.push(`cancel ${queue.cancel(world.handles[step.pick % (world.count + 1)] ?? 0)}`);
      break;
    case "run": {
      const limit = upTo(step.for);
      while (handle(world, limit));
      queue.advance(limit);
      break;
    }
    case "pop":
      log.push(`pop ${handle(world, upTo(step.within))}`);
      break;
    case "peek":
      log.push(`peek ${queue.peek(upTo(step.within))}`);
      break;
    case "drain":
      for (let i = 0; i < step.count; i++) handle(world, LAST);
      break;
    case "misuse":
      log.push(`past ${isBug(() => add(world, queue.now - 1 - step.back))}`);
      log.push(`over ${isBug(() => queue.advance(upTo(step.back)))}`);
      break;
  }
  log.push(`now ${queue.now} size ${queue.size}`);
}

function isBug(act: () => void): boolean {
  try {
    act();
    return false;
  } catch (error) {
    if (error instanceof Bug) return true;
    throw error;
  }
}

/** Runs a program in all forks at once, so that two that share anything would disturb each other. */
function play(queue: AnyQueue, program: readonly Step[]): string[][] {
  const worlds = [worldOf(queue)];
  for (const step of program) {
    const first = worlds[0] as World;
    if (step.do !== "fork") for (const world of worlds) apply(world, step);
    else if (worlds.length < 3) {
      const { handles, count, log } = first;
      worlds.push({ queue: first.queue.fork(), handles: [...handles], count, log: [...log] });
    }
  }
  for (const world of worlds) {
    world.log.push(`pending ${JSON.stringify(pending(world.queue))}`);
    while (handle(world, LAST));
    world.log.push(`size ${world.queue.size}`);
  }
  return worlds.map((world) => world.log);
}

function pending(queue: AnyQueue): unknown[] {
  const events: unknown[] = [];
  queue.each((...event) => events.push(event));
  return events;
}

function collect(): void {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
}

/** What comes out up to `limit`, by field a. */
function drain(queue: AnyQueue, limit: number = LAST): number[] {
  const order: number[] = [];
  while (queue.pop(limit)) order.push(queue.a);
  return order;
}

describe("the wheel and the oracle", () => {
  it("agree on every program and every fork", () => {
    fc.assert(
      fc.property(fc.array(steps, { maxLength: 120, size: "max" }), (program) => {
        const wheel = play(new Queue(), program);
        const oracle = play(new HeapQueue(), program);
        expect(wheel).toEqual(oracle);
        for (const log of wheel) expect(log).toEqual(wheel[0]);
      }),
      { numRuns: 2_000 },
    );
  });

  it("agree on 100,000 events with ties, at times above 2^32", () => {
    const start = 2 ** 33;
    const both = [new Queue(), new HeapQueue()];
    for (const queue of both) {
      queue.advance(start);
      let x = 1;
      const handles: number[] = [];
      for (let n = 0; n < 100_000; n++) {
        x = (Math.imul(x, 1_664_525) + 1_013_904_223) >>> 0;
        const spread = n % 2 === 0 ? 0xff : 0x3ffffff;
        handles.push(queue.schedule(start + ((x >>> 5) & spread), 0, n, 0, 0, undefined));
        if (n % 7 === 0) queue.cancel(handles[x % handles.length] ?? 0);
      }
    }
    const [wheel, oracle] = both.map((queue) => drain(queue));
    expect(wheel?.length).toBeGreaterThan(85_000);
    expect(wheel).toEqual(oracle);
  });
});

describe("order", () => {
  it("keeps ties as inserted, whatever level each was filed in", () => {
    for (const at of [300, 700, 300_000, 2 ** 31 + 7, 2 ** 40 + 1, LAST]) {
      const queue = new Queue();
      let n = 0;
      // From afar, then from ever nearer: the distance to `at` walks down through the levels.
      for (let back = 2 ** 53; back >= 1; back /= 2) {
        const from = Math.max(0, at - back);
        if (from > queue.now) queue.advance(from);
        queue.schedule(at, 0, n++, 0, 0, undefined);
      }
      expect(drain(queue)).toEqual(Array.from({ length: n }, (_, i) => i));
      expect(queue.now).toBe(at);
    }
  });

  it("runs what is scheduled at now after everything already there", () => {
    const queue = new Queue();
    for (const a of [1, 2, 3]) queue.schedule(5_000, 0, a, 0, 0, undefined);
    const order: number[] = [];
    while (queue.pop(5_000)) {
      order.push(queue.a);
      if (queue.a <= 3) queue.schedule(queue.now, 0, queue.a * 10, 0, 0, undefined);
    }
    expect(order).toEqual([1, 2, 3, 10, 20, 30]);
  });

  it("takes events before the one that was peeked at", () => {
    for (const far of [900, 600_000, 2 ** 33, 2 ** 45]) {
      const queue = new Queue();
      queue.schedule(far, 0, 3, 0, 0, undefined);
      queue.schedule(far + 1, 0, 4, 0, 0, undefined);
      expect(queue.peek(far - 1)).toBe(-1);
      expect(queue.peek(far)).toBe(far);
      expect(queue.pop(far - 1)).toBe(false);
      expect(queue.now).toBe(0);
      queue.schedule(far - 1, 0, 2, 0, 0, undefined);
      queue.schedule(0, 0, 1, 0, 0, undefined);
      expect(drain(queue)).toEqual([1, 2, 3, 4]);
    }
  });

  it("takes a fault at the limit of a finished run, before anything later", () => {
    const queue = new Queue();
    queue.schedule(2 ** 32 + 600, 0, 2, 0, 0, undefined);
    const until = 2 ** 32 + 512;
    expect(drain(queue, until)).toEqual([]);
    queue.advance(until);
    queue.schedule(until, 0, 1, 0, 0, undefined);
    expect(drain(queue)).toEqual([1, 2]);
  });
});

describe("handles", () => {
  it("die with their event and never mean the next one in its record", () => {
    const queue = new Queue();
    const fired = queue.schedule(1, 0, 1, 0, 0, undefined);
    queue.pop(1);
    const cancelled = queue.schedule(2, 0, 2, 0, 0, undefined);
    expect(queue.cancel(fired)).toBe(false);
    expect(queue.cancel(cancelled)).toBe(true);
    expect(queue.cancel(cancelled)).toBe(false);
    const alive = queue.schedule(3, 0, 3, 0, 0, undefined);
    for (const stale of [fired, cancelled, 0, -1, 0.5, Number.NaN, LAST]) {
      expect(queue.cancel(stale)).toBe(false);
    }
    expect(new Set([fired, cancelled, alive]).size).toBe(3);
    expect(drain(queue)).toEqual([3]);
  });

  it("hold in a fork, and those made after it do not touch the other side", () => {
    const queue = new Queue();
    const before = queue.schedule(10, 0, 1, 0, 0, undefined);
    queue.cancel(queue.schedule(10, 0, 0, 0, 0, undefined)); // both sides have its record free
    const twin = queue.fork();
    const after = queue.schedule(10, 0, 2, 0, 0, undefined);
    expect(twin.cancel(after)).toBe(false);
    expect(twin.cancel(before)).toBe(true);
    expect(drain(twin)).toEqual([]);
    expect(drain(queue)).toEqual([1, 2]);
  });
});

describe("limits", () => {
  it("refuses the past, fractions, times without end and fields that are not int32", () => {
    const queue = new Queue();
    queue.advance(2 ** 40);
    const file = (at: number, op = 0) => queue.schedule(at, op, 0, 0, 0, undefined);
    for (const at of [2 ** 40 - 1, 0, -1, 2 ** 40 + 0.5, 2 ** 53, 2 ** 70, Number.NaN, Infinity]) {
      expect(() => file(at), String(at)).toThrow(Bug);
      expect(() => queue.advance(at), String(at)).toThrow(Bug);
    }
    for (const bad of [2 ** 31, -(2 ** 31) - 1, 0.5]) {
      for (const place of [0, 1, 2, 3]) {
        const [op, x, y, z] = [0, 0, 0, 0].with(place, bad) as [number, number, number, number];
        expect(() => queue.schedule(LAST, op, x, y, z, undefined)).toThrow(Bug);
      }
    }
    expect(queue.size).toBe(0);
    file(LAST, -(2 ** 31));
    expect(() => queue.advance(LAST)).toThrow(Bug);
    expect(queue.pop(Number.POSITIVE_INFINITY)).toBe(true);
    expect([queue.at, queue.op, queue.now]).toEqual([LAST, -(2 ** 31), LAST]);
  });

  it("keeps events and bodies while the pool grows", () => {
    const queue = new Queue();
    const bodies = Array.from({ length: 1_000 }, (_, a) => ({ a }));
    for (const body of bodies) queue.schedule(1_000 - body.a, 0, body.a, 0, 0, body);
    const seen: unknown[] = [];
    while (queue.pop(LAST)) seen.push(queue.body);
    expect(seen).toEqual(bodies.toReversed());
  });

  it("lets go of bodies", async () => {
    const queue = new Queue();
    const refs: WeakRef<object>[] = [];
    const file = (at: number): number => {
      const body = { at };
      refs.push(new WeakRef(body));
      return queue.schedule(at, 0, 0, 0, 0, body);
    };
    queue.cancel(file(1));
    file(2);
    queue.pop(2);
    queue.schedule(3, 0, 0, 0, 0, undefined);
    queue.pop(3);
    // A WeakRef holds its target until the turn is over.
    await new Promise((resolve) => setTimeout(resolve, 0));
    collect();
    expect(refs.map((ref) => ref.deref())).toEqual([undefined, undefined]);
  });
});
