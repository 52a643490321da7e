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

/** By due time; disarmed ones are left where they are and passed over. */
export class Dues {
  readonly #heap: Placed[] = [];
  readonly #live = new Set<Armed>();
  #count = 0;

  add(armed: Armed): void {
    this.#live.add(armed);
    this.#heap.push({ armed, nth: this.#count++ });
    this.#rise(this.#heap.length - 1);
  }

  remove(armed: Armed): void {
    this.#live.delete(armed);
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
