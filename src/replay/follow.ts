/**
 * Compares a run with a recording while it goes on: it listens to the run's recorder and keeps the
 * first event that differs. Its one rule: it never stops the run itself, for it is called from
 * inside steps; who drives the run looks at `over` between two of them.
 */
import { type Difference, sameData, sameEvent } from "../trace/diff.ts";
import { EVERY_KIND, type TraceEvent } from "../trace/event.ts";
import type { Listener } from "../trace/recorder.ts";
import type { Trace } from "../trace/trace.ts";

export interface FollowOptions {
  readonly trace: Trace;
  /** The recording lacks its end: what comes after it is no difference. */
  readonly cut: boolean;
  /** Only events of this node, whatever the others do; null: all events. */
  readonly node: number | null;
}

export class Follower implements Listener {
  readonly mask: number = EVERY_KIND;
  readonly #options: FollowOptions;
  readonly #recorded: Iterator<TraceEvent>;
  #next: TraceEvent | null = null;
  #equal = 0;
  #difference: Difference | null = null;

  constructor(options: FollowOptions) {
    this.#options = options;
    this.#recorded = options.trace.events()[Symbol.iterator]();
    this.#advance();
  }

  see(event: TraceEvent): void {
    const { node, cut } = this.#options;
    if (this.over || (node !== null && event.node !== node)) return;
    const recorded = this.#next;
    // A ring kept only the end.
    if (recorded !== null && node === null && event.id < recorded.id) return;
    if (recorded !== null && this.#same(recorded, event)) {
      this.#equal++;
      this.#advance();
    } else if (recorded !== null || !cut) {
      this.#difference = { index: event.id, one: recorded, other: event };
    }
  }

  /** The run has ended: what the recording still has is the difference. */
  end(): void {
    if (this.#difference !== null || this.#next === null) return;
    this.#difference = { index: this.#next.id, one: this.#next, other: null };
  }

  get difference(): Difference | null {
    return this.#difference;
  }

  /** Events that agree so far. */
  get equal(): number {
    return this.#equal;
  }

  /** There is nothing left to learn. */
  get over(): boolean {
    return this.#difference !== null || (this.#options.cut && this.#next === null);
  }

  /** Numbers are counted over all nodes: where those may differ, numbers may. */
  #same(recorded: TraceEvent, event: TraceEvent): boolean {
    if (this.#options.node === null) return sameEvent(recorded, event);
    const { at, kind, a, b, body } = recorded;
    const place = event.at === at && event.kind === kind && event.a === a && event.b === b;
    return place && sameData(body, event.body);
  }

  #advance(): void {
    const { node } = this.#options;
    for (;;) {
      const next = this.#recorded.next();
      this.#next = next.done === true ? null : next.value;
      if (this.#next === null || node === null || this.#next.node === node) return;
    }
  }
}
