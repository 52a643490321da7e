/**
 * When the timers of fed nodes are due. A trace tells of timers only when they fire; so a version
 * that arms one sooner, or one more, shows by a timer that should have fired and did not.
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

/** By due time; disarmed ones are left where they are and passed over. */
export class Dues {
  readonly #heap: Armed[] = [];
  readonly #live = new Set<Armed>();

  add(armed: Armed): void {
    this.#live.add(armed);
    this.#heap.push(armed);
    this.#rise(this.#heap.length - 1);
  }

  remove(armed: Armed): void {
    this.#live.delete(armed);
  }

  /** The one that was due first, if it was due before `at`. */
  before(at: number): Armed | null {
    for (;;) {
      const first = this.#heap[0];
      if (first === undefined || first.due >= at) return null;
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
      const sooner = this.#due(right) < this.#due(left) ? right : left;
      if (!this.#swapIfSooner(sooner, at)) return;
      at = sooner;
    }
  }

  #due(index: number): number {
    return this.#heap[index]?.due ?? Number.POSITIVE_INFINITY;
  }

  #swapIfSooner(below: number, above: number): boolean {
    const [child, parent] = [this.#heap[below], this.#heap[above]];
    if (child === undefined || parent === undefined || child.due >= parent.due) return false;
    this.#heap[above] = child;
    this.#heap[below] = parent;
    return true;
  }
}
