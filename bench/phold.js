/**
 * PHOLD: every process has one event pending; handling it schedules one for a random process after
 * an exponential delay. It measures the queue and nothing else, through its public calls, beside a
 * bare loop over the same queue (delays from a table, no generator, no handler) and beside the
 * binary heap of objects that everybody has written once. Rates compare only within one row.
 */
import { pathToFileURL } from "node:url";
import { Queue } from "../dist/engine/queue.js";

const REPETITIONS = 5;
const EVENTS = 2_000_000;
const MEAN = 1_000_000;
// Times above 2^31 µs are what a run of more than 36 minutes sees, and dearer than small integers.
const START = 2 ** 33;
const FOREVER = Number.MAX_SAFE_INTEGER;

/** xoshiro128**, state in fields. */
class Xoshiro {
  constructor(seed) {
    this.s0 = seed ^ 0x9e3779b9;
    this.s1 = 0x243f6a88;
    this.s2 = 0xb7e15162;
    this.s3 = 0x71374491;
    for (let i = 0; i < 16; i++) this.next();
  }

  next() {
    const x = Math.imul(this.s1, 5);
    const result = Math.imul((x << 7) | (x >>> 25), 9);
    const t = this.s1 << 9;
    this.s2 ^= this.s0;
    this.s3 ^= this.s1;
    this.s1 ^= this.s2;
    this.s0 ^= this.s3;
    this.s2 ^= t;
    this.s3 = (this.s3 << 11) | (this.s3 >>> 21);
    return result >>> 0;
  }

  /** Whole microseconds, at least 1. */
  exponential(mean) {
    return 1 + ((-Math.log((this.next() + 1) / 2 ** 32) * mean) | 0);
  }

  /** 0 ≤ whole number < end. */
  below(end) {
    return (this.next() * (end / 2 ** 32)) | 0;
  }
}

/** The familiar one: a binary heap of objects with an order number for ties. */
class ObjectHeap {
  constructor() {
    this.items = [];
    this.count = 0;
  }

  push(at, to) {
    const item = { at, order: this.count++, to };
    const items = this.items;
    let i = items.length;
    items.push(item);
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!before(item, items[parent])) break;
      items[i] = items[parent];
      i = parent;
    }
    items[i] = item;
  }

  pop() {
    const items = this.items;
    const top = items[0];
    const last = items.pop();
    if (items.length === 0) return top;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && before(items[child + 1], items[child])) child++;
      if (!before(items[child], last)) break;
      items[i] = items[child];
      i = child;
    }
    items[i] = last;
    return top;
  }
}

function before(one, other) {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}

function throughQueue(processes) {
  const random = new Xoshiro(1);
  const handled = new Int32Array(processes);
  const queue = new Queue();
  queue.advance(START);
  for (let p = 0; p < processes; p++) {
    queue.schedule(START + random.exponential(MEAN), 1, p, 0, 0, undefined);
  }
  const run = (events) => {
    for (let i = 0; i < events; i++) {
      queue.pop(FOREVER);
      handled[queue.a]++;
      const to = random.below(processes);
      queue.schedule(queue.at + random.exponential(MEAN), 1, to, queue.a, 0, undefined);
    }
  };
  return { run, checksum: () => checksum(handled, queue.now) };
}

function bareLoop(processes) {
  const random = new Xoshiro(1);
  const delays = new Int32Array(1 << 16);
  for (let i = 0; i < delays.length; i++) delays[i] = random.exponential(MEAN);
  const queue = new Queue();
  queue.advance(START);
  for (let p = 0; p < processes; p++) {
    queue.schedule(START + random.exponential(MEAN), 1, p, 0, 0, undefined);
  }
  let turn = 0;
  const run = (events) => {
    for (let i = 0; i < events; i++) {
      queue.pop(FOREVER);
      turn = (turn + 1) & 0xffff;
      queue.schedule(queue.at + delays[turn], 1, queue.a, 0, 0, undefined);
    }
  };
  return { run, checksum: () => queue.now };
}

function objectHeap(processes) {
  const random = new Xoshiro(1);
  const handled = new Int32Array(processes);
  const heap = new ObjectHeap();
  for (let p = 0; p < processes; p++) heap.push(START + random.exponential(MEAN), p);
  let now = START;
  const run = (events) => {
    for (let i = 0; i < events; i++) {
      const event = heap.pop();
      now = event.at;
      handled[event.to]++;
      const to = random.below(processes);
      heap.push(now + random.exponential(MEAN), to);
    }
  };
  return { run, checksum: () => checksum(handled, now) };
}

function checksum(handled, now) {
  let sum = now;
  for (let p = 0; p < handled.length; p++) sum = (sum * 31 + handled[p]) % 2 ** 40;
  return sum;
}

function rate(contestant, events) {
  const begin = performance.now();
  contestant.run(events);
  return (events / (performance.now() - begin)) * 1_000;
}

function median(numbers) {
  return numbers.toSorted((one, other) => one - other)[numbers.length >> 1];
}

/**
 * Rows `{ name, eventsPerSecond, bare, heap, ofBare, ofHeap }`: rates in events a second, ratios as
 * medians of the pairs of one repetition. Throws if the queue and the heap order differently.
 */
export function phold({ events = EVENTS, repetitions = REPETITIONS } = {}) {
  const rows = [];
  for (const processes of [1_000, 100_000]) {
    const rates = [];
    // Repetition 0 warms up and is not counted. Worlds go on where they stopped: steady state.
    const queue = throughQueue(processes);
    const bare = bareLoop(processes);
    const heap = objectHeap(processes);
    for (let i = 0; i <= repetitions; i++) {
      const row = {
        queue: rate(queue, events),
        bare: rate(bare, events),
        heap: rate(heap, events),
      };
      if (i > 0) rates.push(row);
    }
    if (queue.checksum() !== heap.checksum()) throw new Error("phold: queue and heap disagree");
    rows.push({
      name: `phold ${processes}`,
      eventsPerSecond: median(rates.map((row) => row.queue)),
      bare: median(rates.map((row) => row.bare)),
      heap: median(rates.map((row) => row.heap)),
      ofBare: median(rates.map((row) => row.queue / row.bare)),
      ofHeap: median(rates.map((row) => row.queue / row.heap)),
    });
  }
  return rows;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) console.table(phold());
