/**
 * Happened-before over a whole run (Lamport 1978), for chains of claims: an event comes after its
 * cause, and after everything its own node did earlier, because a node's state remembers. Keeps
 * two numbers an event, so it works where the trace keeps only a digest.
 */
import { type EventId, KINDS, type TraceEvent, WORLD } from "../trace/event.ts";
import type { Listener } from "../trace/recorder.ts";

export class Causes implements Listener {
  readonly mask: number = (1 << KINDS.length) - 1;
  #cause: Int32Array = new Int32Array(4_096);
  #node: Int32Array = new Int32Array(4_096);
  #first: EventId | null = null;
  #count = 0;

  see(event: TraceEvent): void {
    this.#first ??= event.id;
    if (this.#count === this.#cause.length) {
      this.#cause = doubled(this.#cause);
      this.#node = doubled(this.#node);
    }
    this.#cause[this.#count] = event.cause;
    this.#node[this.#count] = event.node;
    this.#count++;
  }

  /**
   * Whether `early` is in the past of `late`. One walk back from `late`, carrying per node the
   * newest event known to be in its past; causes have lower ids than effects, so one is enough.
   */
  before(early: EventId, late: EventId): boolean {
    const first = this.#first ?? 0;
    const newest = new Map<number, EventId>();
    // The world is no process: two faults are not ordered by being both the world's.
    const worldly = new Set<EventId>();
    const reach = (id: EventId): void => {
      const node = this.#node[id - first] ?? WORLD;
      if (node === WORLD) worldly.add(id);
      else if (id > (newest.get(node) ?? -1)) newest.set(node, id);
    };
    if (early >= late) return early === late;
    reach(late);
    for (let id = late; id > early && id >= first; id--) {
      const node = this.#node[id - first] ?? WORLD;
      const past = node === WORLD ? worldly.has(id) : id <= (newest.get(node) ?? -1);
      const cause = this.#cause[id - first] ?? -1;
      if (past && cause >= early) reach(cause);
    }
    const node = this.#node[early - first] ?? WORLD;
    return node === WORLD ? worldly.has(early) : early <= (newest.get(node) ?? -1);
  }
}

function doubled(column: Int32Array): Int32Array {
  const twice = new Int32Array(column.length * 2);
  twice.set(column);
  return twice;
}
