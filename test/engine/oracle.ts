/**
 * The event queue once more, in the plainest form that can be right: a 4-ary heap ordered by (time,
 * sequence). It never reuses a record and moves no cursor, so it shares no trick with the wheel
 * that it judges. Slow where slowness is simple.
 */
import { Bug } from "../../src/core/assert.ts";
import type { Queue } from "../../src/engine/queue.ts";

export interface AnyQueue extends Omit<Queue, "fork"> {
  fork(): AnyQueue;
}

const ARITY = 4;
const FIELDS = 4;

export class HeapQueue implements AnyQueue {
  at = 0;
  op = 0;
  a = 0;
  b = 0;
  c = 0;
  body: unknown = undefined;
  now = 0;

  // Columns by sequence number, which is the handle less one.
  #times = new Float64Array(16);
  #fields = new Int32Array(16 * FIELDS);
  #bodies: unknown[] = [];
  #next = 0;
  // Sequence numbers in heap order, and where each stands in the heap (-1: not pending).
  #heap = new Int32Array(16);
  #places = new Int32Array(16);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  schedule(at: number, op: number, a: number, b: number, c: number, body: unknown): number {
    if (!Number.isSafeInteger(at) || at < this.now) throw new Bug("oracle: schedule");
    const id = this.#next++;
    if (id === this.#times.length) this.#grow();
    this.#times[id] = at;
    this.#fields.set([op, a, b, c], id * FIELDS);
    this.#bodies[id] = body;
    this.#up(this.#size++, id);
    return id + 1;
  }

  cancel(handle: number): boolean {
    const id = handle - 1;
    if ((this.#places[id] ?? -1) < 0 || id >= this.#next) return false;
    this.#remove(id);
    return true;
  }

  peek(limit: number): number {
    const at = this.#size === 0 ? Number.POSITIVE_INFINITY : this.#time(this.#id(0));
    return at <= limit ? at : -1;
  }

  pop(limit: number): boolean {
    if (this.peek(limit) < 0) return false;
    const id = this.#id(0);
    this.now = this.at = this.#time(id);
    [this.op, this.a, this.b, this.c] = this.#event(id);
    this.body = this.#bodies[id];
    this.#remove(id);
    return true;
  }

  advance(to: number): void {
    if (!Number.isSafeInteger(to) || to < this.now || this.peek(to) >= 0) {
      throw new Bug("oracle: advance");
    }
    this.now = to;
  }

  fork(): HeapQueue {
    const twin = Object.assign(new HeapQueue(), this);
    twin.#times = this.#times.slice();
    twin.#fields = this.#fields.slice();
    twin.#bodies = this.#bodies.slice();
    twin.#next = this.#next;
    twin.#heap = this.#heap.slice();
    twin.#places = this.#places.slice();
    twin.#size = this.#size;
    return twin;
  }

  each(
    visit: (at: number, op: number, a: number, b: number, c: number, body: unknown) => void,
  ): void {
    const ids = [...this.#heap.subarray(0, this.#size)];
    ids.sort((one, other) => (this.#before(one, other) ? -1 : 1));
    for (const id of ids) visit(this.#time(id), ...this.#event(id), this.#bodies[id]);
  }

  #time(id: number): number {
    return this.#times[id] as number;
  }

  #id(place: number): number {
    return this.#heap[place] as number;
  }

  #event(id: number): [number, number, number, number] {
    const [op, a, b, c] = this.#fields.subarray(id * FIELDS);
    return [op as number, a as number, b as number, c as number];
  }

  #before(one: number, other: number): boolean {
    const lead = this.#time(one) - this.#time(other);
    return lead < 0 || (lead === 0 && one < other);
  }

  #remove(id: number): void {
    const place = this.#places[id] as number;
    this.#places[id] = -1;
    this.#bodies[id] = undefined;
    const last = this.#id(--this.#size);
    if (last === id) return;
    // The last takes the free place and may be wrong there in either direction.
    this.#up(place, last);
    this.#down(this.#places[last] as number, last);
  }

  #up(from: number, id: number): void {
    let place = from;
    while (place > 0) {
      const parent = Math.floor((place - 1) / ARITY);
      if (!this.#before(id, this.#id(parent))) break;
      this.#put(place, this.#id(parent));
      place = parent;
    }
    this.#put(place, id);
  }

  #down(from: number, id: number): void {
    let place = from;
    for (;;) {
      const first = place * ARITY + 1;
      let best = id;
      for (let child = first; child < Math.min(first + ARITY, this.#size); child++) {
        if (this.#before(this.#id(child), best)) best = this.#id(child);
      }
      if (best === id) break;
      const freed = this.#places[best] as number;
      this.#put(place, best);
      place = freed;
    }
    this.#put(place, id);
  }

  #put(place: number, id: number): void {
    this.#heap[place] = id;
    this.#places[id] = place;
  }

  #grow(): void {
    const twice = (from: Int32Array): Int32Array<ArrayBuffer> => {
      const to = new Int32Array(from.length * 2);
      to.set(from);
      return to;
    };
    const times = new Float64Array(this.#times.length * 2);
    times.set(this.#times);
    this.#times = times;
    this.#fields = twice(this.#fields);
    this.#heap = twice(this.#heap);
    this.#places = twice(this.#places);
  }
}
