/**
 * The event queue of the simulated world: a hierarchical timing wheel over whole microseconds, with
 * the pool its events live in. Its one rule: looking never moves the cursor. The cursor is `now`,
 * the time of the last event popped or where `advance` put it, and passes no limit. It allocates
 * nothing once the pool has grown to the load, compares no sequence numbers, holds no functions.
 */
import { Bug } from "../core/assert.ts";

// Six levels of nine bits hold 2^53. A time is two words of three digits, so that all arithmetic on
// digits is on small integers and only the edge of this file handles times as float64. Ten bits
// gain some 10 % with 100,000 events pending and lose as much with 1,000; nine halve a fork.
const DIGIT_BITS = 9;
const LEVELS = 6;
const SLOTS = 1 << DIGIT_BITS;
const SLOT_MASK = SLOTS - 1;
const LOW_BITS = 3 * DIGIT_BITS;
const LOW_MASK = 2 ** LOW_BITS - 1;
const LOW_SPAN = 2 ** LOW_BITS;
const HIGH_END = 2 ** (53 - LOW_BITS);

/** What a level covers in microseconds. */
const LEVEL_SPANS = Float64Array.from({ length: LEVELS }, (_, i) => SLOTS ** (i + 1));

// The wheel is one array: head and tail of every slot's list (both 0 when it is empty), a bit for
// every slot in use, a bit for every word of those that is not zero.
const SLOTS_ALL = LEVELS * SLOTS;
const BITS_AT = 2 * SLOTS_ALL;
const LEVEL_WORDS_LOG = DIGIT_BITS - 5;
const LEVEL_WORDS_MASK = (1 << LEVEL_WORDS_LOG) - 1;
const SUMMARY_AT = BITS_AT + (LEVELS << LEVEL_WORDS_LOG);
const WHEEL_LENGTH = SUMMARY_AT + LEVELS;

// An event is eight words. Lists are linked both ways, by word offset: a cancelled timer leaves at
// once and is no stone on the way. Offset 0 is no event.
const WORDS_LOG = 3;
const WORDS = 1 << WORDS_LOG;
const LOW = 0;
const HIGH = 1;
const NEXT = 2;
const PREVIOUS = 3; // 0 exactly while the record is free; means nothing in a list's first
const OP = 4;
const A = 5;
const B = 6;
const C = 7;

// A handle is generation × 2^24 + record. A record that has used up its generations is retired, so
// that no stale handle ever comes back to life.
const RECORDS_MAX = 2 ** 24;
const INDEX_MASK = RECORDS_MAX - 1;
const GENERATION_LAST = 2 ** 29 - 1;
const RECORDS_FIRST = 64;

// Reads of the typed arrays say `as number`: every offset is made in this file, and a check
// for undefined would stand in the hot loop for a case that would already be a Bug.

/**
 * An event stands in the level of the highest digit in which its time differs from `now`, in the
 * slot of that digit. So every event of a level is earlier than every event of a higher one, and
 * every slot earlier than the next: the first bit set in the lowest level in use leads to the next.
 * The slot is a function of time and `now` alone, hence equal times always share one list. Lists
 * are only appended to and move to lower levels in order: ties stay in the order of insertion.
 */
export class Queue {
  /** The event that was popped last. `body` is kept until the next pop. */
  at = 0;
  op = 0;
  a = 0;
  b = 0;
  c = 0;
  body: unknown = undefined;

  #low = 0;
  #high = 0;
  #size = 0;
  #wheel = new Int32Array(WHEEL_LENGTH);
  #records = new Int32Array(RECORDS_FIRST * WORDS);
  #generations = new Int32Array(RECORDS_FIRST);
  #bodies: unknown[] = new Array<unknown>(RECORDS_FIRST).fill(undefined);
  #free = 0; // head of the list of free records, linked by NEXT
  #used = WORDS; // first record never used; record 0 stays empty

  /** Whole microseconds. */
  get now(): number {
    return this.#high * LOW_SPAN + this.#low;
  }

  /** Events pending. */
  get size(): number {
    return this.#size;
  }

  /**
   * Files an event at `at` ≥ now, behind everything already scheduled for that time. `op`, `a`, `b`
   * and `c` are int32; `body` is immutable. Returns a handle (never 0) for `cancel`.
   */
  schedule(at: number, op: number, a: number, b: number, c: number, body: unknown): number {
    const low = at & LOW_MASK;
    const high = (at / LOW_SPAN) | 0;
    if (high * LOW_SPAN + low !== at || at < this.now || high >= HIGH_END) this.#refuse(at);
    if ((op | 0) !== op || (a | 0) !== a || (b | 0) !== b || (c | 0) !== c) {
      throw new Bug(`queue: not int32: ${op} ${a} ${b} ${c}`);
    }
    let record = this.#free;
    if (record !== 0) {
      this.#free = this.#records[record + NEXT] as number;
    } else {
      record = this.#used;
      if (record === this.#records.length) this.#grow();
      this.#used = record + WORDS;
    }
    const records = this.#records;
    records[record + LOW] = low;
    records[record + HIGH] = high;
    records[record + OP] = op;
    records[record + A] = a;
    records[record + B] = b;
    records[record + C] = c;
    const index = record >> WORDS_LOG;
    if (body !== undefined) this.#bodies[index] = body;
    this.#file(record, low, high);
    this.#size++;
    return (this.#generations[index] as number) * RECORDS_MAX + index;
  }

  /** True iff the event was still pending. O(1). */
  cancel(handle: number): boolean {
    const index = handle & INDEX_MASK;
    const record = index << WORDS_LOG;
    // The link is asked too: a handle made after a fork must not match a free record of the other.
    if ((handle - index) / RECORDS_MAX !== this.#generations[index]) return false;
    if (this.#records[record + PREVIOUS] === 0) return false;
    const low = this.#records[record + LOW] as number;
    const high = this.#records[record + HIGH] as number;
    this.#unlink(record, this.#slotOf(low, high));
    this.#release(record);
    return true;
  }

  /**
   * The time of the next event if it is at or before `limit`, else -1. Only looks: a wheel that
   * moved its cursor here would file a fault, injected before the event it saw, in the past.
   */
  peek(limit: number): number {
    const slot = this.#first();
    if (slot < 0) return -1;
    // A look that ends before the slot must not walk its list: runs may advance in tiny steps.
    const opens = this.#opens(slot);
    if (opens > limit) return -1;
    const at = slot < SLOTS ? opens : this.#soonest(slot);
    return at <= limit ? at : -1;
  }

  /** Takes the next event into `at … body`, unless it is after `limit`. `now` becomes its time. */
  pop(limit: number): boolean {
    let slot = this.#first();
    if (slot < 0) return false;
    if (slot >= SLOTS) {
      // Entering a slot is final, so it must be certain that an event will be popped from it.
      const covers = LEVEL_SPANS[slot >> DIGIT_BITS] as number;
      if (limit - this.now < covers && this.peek(limit) < 0) return false;
      slot = this.#descend(slot);
    }
    const record = this.#wheel[2 * slot] as number;
    const records = this.#records;
    const low = records[record + LOW] as number;
    const high = records[record + HIGH] as number;
    const at = high * LOW_SPAN + low;
    if (!(at <= limit)) return false;
    this.#unlink(record, slot);
    this.#low = low;
    this.#high = high;
    this.at = at;
    this.op = records[record + OP] as number;
    this.a = records[record + A] as number;
    this.b = records[record + B] as number;
    this.c = records[record + C] as number;
    this.body = this.#bodies[record >> WORDS_LOG];
    this.#release(record);
    return true;
  }

  /** Moves `now` to `to`. Nothing may be pending at or before it. */
  advance(to: number): void {
    const low = to & LOW_MASK;
    const high = (to / LOW_SPAN) | 0;
    if (high * LOW_SPAN + low !== to || to < this.now || high >= HIGH_END) this.#refuse(to);
    const next = this.peek(to);
    if (next >= 0) throw new Bug(`queue: advance to ${to} passes an event at ${next}`);
    const slot = this.#slotOf(low, high);
    this.#low = low;
    this.#high = high;
    // Slots below were earlier than `to` and are empty; this one may hold times after it.
    if (slot >= SLOTS) this.#sink(slot);
  }

  /** An independent copy with the same future. Handles hold in both. */
  fork(): Queue {
    const twin = Object.assign(new Queue(), this); // the public fields; now what is private
    twin.#low = this.#low;
    twin.#high = this.#high;
    twin.#size = this.#size;
    twin.#wheel = this.#wheel.slice();
    twin.#records = this.#records.slice();
    twin.#generations = this.#generations.slice();
    twin.#bodies = this.#bodies.slice();
    twin.#free = this.#free;
    twin.#used = this.#used;
    return twin;
  }

  /** All pending events in the order they would come. For diagnosis: it sorts. */
  each(
    visit: (at: number, op: number, a: number, b: number, c: number, body: unknown) => void,
  ): void {
    const word = (record: number, field: number) => this.#records[record + field] as number;
    for (let slot = 0; slot < SLOTS_ALL; slot++) {
      const list: number[] = [];
      for (let r = this.#wheel[2 * slot] as number; r !== 0; r = word(r, NEXT)) list.push(r);
      list.sort((one, other) => this.#timeOf(one) - this.#timeOf(other));
      for (const r of list) {
        const body = this.#bodies[r >> WORDS_LOG];
        visit(this.#timeOf(r), word(r, OP), word(r, A), word(r, B), word(r, C), body);
      }
    }
  }

  #timeOf(record: number): number {
    const high = this.#records[record + HIGH] as number;
    return high * LOW_SPAN + (this.#records[record + LOW] as number);
  }

  /** The slot of a time that is not before now. */
  #slotOf(low: number, high: number): number {
    const far = high !== this.#high;
    const level = far ? 3 : 0;
    const word = far ? high : low;
    const differs = far ? high ^ this.#high : low ^ this.#low;
    if (differs < SLOTS) return (level << DIGIT_BITS) | (word & SLOT_MASK);
    if (differs < SLOTS * SLOTS) {
      return ((level + 1) << DIGIT_BITS) | ((word >> DIGIT_BITS) & SLOT_MASK);
    }
    return ((level + 2) << DIGIT_BITS) | (word >> (2 * DIGIT_BITS));
  }

  /** Appends a record to the list of its slot. */
  #file(record: number, low: number, high: number): void {
    const records = this.#records;
    const wheel = this.#wheel;
    const slot = this.#slotOf(low, high);
    const tail = wheel[2 * slot + 1] as number;
    records[record + NEXT] = 0;
    wheel[2 * slot + 1] = record;
    if (tail !== 0) {
      records[tail + NEXT] = record;
      records[record + PREVIOUS] = tail;
      return;
    }
    records[record + PREVIOUS] = record;
    wheel[2 * slot] = record;
    const bits = BITS_AT + (slot >> 5);
    wheel[bits] = (wheel[bits] as number) | (1 << (slot & 31));
    const summary = SUMMARY_AT + (slot >> DIGIT_BITS);
    wheel[summary] = (wheel[summary] as number) | (1 << ((slot >> 5) & LEVEL_WORDS_MASK));
  }

  #unlink(record: number, slot: number): void {
    const records = this.#records;
    const wheel = this.#wheel;
    const next = records[record + NEXT] as number;
    if (wheel[2 * slot] === record) {
      if (next === 0) this.#clear(slot);
      else wheel[2 * slot] = next;
      return;
    }
    const previous = records[record + PREVIOUS] as number;
    records[previous + NEXT] = next;
    if (next === 0) wheel[2 * slot + 1] = previous;
    else records[next + PREVIOUS] = previous;
  }

  #clear(slot: number): void {
    const wheel = this.#wheel;
    wheel[2 * slot] = 0;
    wheel[2 * slot + 1] = 0;
    const bits = BITS_AT + (slot >> 5);
    const left = (wheel[bits] as number) & ~(1 << (slot & 31));
    wheel[bits] = left;
    if (left !== 0) return;
    const summary = SUMMARY_AT + (slot >> DIGIT_BITS);
    wheel[summary] = (wheel[summary] as number) & ~(1 << ((slot >> 5) & LEVEL_WORDS_MASK));
  }

  /** Gives a record back. Its body goes with it, or the pool would keep dead messages alive. */
  #release(record: number): void {
    const index = record >> WORDS_LOG;
    this.#size--;
    this.#bodies[index] = undefined;
    this.#records[record + PREVIOUS] = 0;
    const generation = this.#generations[index] as number;
    if (generation === GENERATION_LAST) return;
    this.#generations[index] = generation + 1;
    this.#records[record + NEXT] = this.#free;
    this.#free = record;
  }

  /** The earliest slot in use, -1 if there is none. */
  #first(): number {
    const wheel = this.#wheel;
    for (let level = 0; level < LEVELS; level++) {
      const summary = wheel[SUMMARY_AT + level] as number;
      if (summary === 0) continue;
      const word = (level << LEVEL_WORDS_LOG) | lowestBit(summary);
      return (word << 5) | lowestBit(wheel[BITS_AT + word] as number);
    }
    return -1;
  }

  /** The first time that belongs to a slot; on level 0 the only one. */
  #opens(slot: number): number {
    const covers = LEVEL_SPANS[slot >> DIGIT_BITS] as number;
    return this.now - (this.now % covers) + (slot & SLOT_MASK) * (covers / SLOTS);
  }

  /** The first time in a slot. Above level 0 a slot holds many, in no order. */
  #soonest(slot: number): number {
    const head = this.#wheel[2 * slot] as number;
    let soonest = this.#timeOf(head);
    for (let r = head; r !== 0; r = this.#records[r + NEXT] as number) {
      const at = this.#timeOf(r);
      if (at < soonest) soonest = at;
    }
    return soonest;
  }

  /** Enters slots down to the next event, alone in its slot or on level 0. Its slot. */
  #descend(from: number): number {
    let slot = from;
    while (slot >= SLOTS && this.#wheel[2 * slot] !== this.#wheel[2 * slot + 1]) {
      const level = slot >> DIGIT_BITS;
      const digit = slot & SLOT_MASK;
      if (level < 3) {
        this.#low = start(this.#low, level, digit);
      } else {
        this.#low = 0;
        this.#high = start(this.#high, level - 3, digit);
      }
      this.#sink(slot);
      slot = this.#first();
    }
    return slot;
  }

  /** `now` has entered a slot: what it holds goes to lower levels, in order. */
  #sink(slot: number): void {
    const records = this.#records;
    let record = this.#wheel[2 * slot] as number;
    if (record === 0) return;
    this.#clear(slot);
    while (record !== 0) {
      const next = records[record + NEXT] as number;
      this.#file(record, records[record + LOW] as number, records[record + HIGH] as number);
      record = next;
    }
  }

  #grow(): void {
    const count = this.#generations.length;
    if (count === RECORDS_MAX) throw new Bug(`queue: more than ${RECORDS_MAX - 1} events pending`);
    this.#records = twice(this.#records);
    this.#generations = twice(this.#generations);
    for (let index = count; index < 2 * count; index++) this.#bodies.push(undefined);
  }

  #refuse(at: number): never {
    throw new Bug(`queue: ${at} is no whole microsecond from now (${this.now}) on`);
  }
}

function twice(array: Int32Array): Int32Array<ArrayBuffer> {
  const longer = new Int32Array(2 * array.length);
  longer.set(array);
  return longer;
}

/** The number of the lowest bit set; `bits` is not 0. */
function lowestBit(bits: number): number {
  return 31 - Math.clz32(bits & -bits);
}

/** A word with one digit set anew and the lower ones 0. */
function start(word: number, place: number, digit: number): number {
  const shift = place * DIGIT_BITS;
  return (word & -(1 << (shift + DIGIT_BITS))) | (digit << shift);
}
