/**
 * Timers by when they are due, for who has to know which is next: a real host to wait for it, a
 * replay to notice one that should have fired and did not. Ties go by who was armed first.
 */
import type { TimerKey } from "../core/machine.ts";
import type { EventId } from "../trace/event.ts";

export interface Armed {
  readonly node: number;
  readonly timer: string;
  readonly key: TimerKey;
  /** The event that armed it. */
  readonly cause: EventId;
  readonly due: number;
}

interface Placed {
  readonly armed: Armed;
  readonly nth: number;
}

/** The heap may have so many disarmed ones more than others: less is not worth the work. */
const SPARE = 1_024;

/**
 * By due time. Disarmed ones are left where they are and passed over, until they are most of all:
 * who is armed anew again and again must not fill the memory until the first time would have come.
 */
export class Dues {
  #heap: Placed[] = [];
  readonly #live = new Set<Armed>();
  #count = 0;

  add(armed: Armed): void {
    this.#live.add(armed);
    this.#heap.push({ armed, nth: this.#count++ });
    this.#rise(this.#heap.length - 1);
  }

  remove(armed: Armed): void {
    this.#live.delete(armed);
    if (this.#heap.length > 2 * this.#live.size + SPARE) this.#compact();
  }

  /** The one that is due first, if it is due before `at`. */
  before(at: number): Armed | null {
    const first = this.first();
    return first === null || first.due >= at ? null : first;
  }

  /** The one that is due first. */
  first(): Armed | null {
    for (;;) {
      const first = this.#heap[0]?.armed;
      if (first === undefined) return null;
      if (this.#live.has(first)) return first;
      this.#pop();
    }
  }

  /** Costs each disarmed one a bounded share, and changes no order: that is by time and number. */
  #compact(): void {
    this.#heap = this.#heap.filter(({ armed }) => this.#live.has(armed));
    for (let at = this.#heap.length >> 1; at >= 0; at--) this.#sink(at);
  }

  #pop(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#sink(0);
  }

  #rise(from: number): void {
    for (let at = from; at > 0;) {
      const above = (at - 1) >> 1;
      if (!this.#swapIfSooner(at, above)) return;
      at = above;
    }
  }

  #sink(from: number): void {
    for (let at = from; ;) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      const sooner = this.#isSooner(right, left) ? right : left;
      if (!this.#swapIfSooner(sooner, at)) return;
      at = sooner;
    }
  }

  #isSooner(one: number, other: number): boolean {
    const [left, right] = [this.#heap[one], this.#heap[other]];
    if (left === undefined || right === undefined) return left !== undefined;
    const gap = left.armed.due - right.armed.due;
    return gap < 0 || (gap === 0 && left.nth < right.nth);
  }

  #swapIfSooner(below: number, above: number): boolean {
    const [child, parent] = [this.#heap[below], this.#heap[above]];
    if (child === undefined || parent === undefined) return false;
    if (!this.#isSooner(below, above)) return false;
    this.#heap[above] = child;
    this.#heap[below] = parent;
    return true;
  }
}
