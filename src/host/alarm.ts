/**
 * A node's timers on one real timer. What is due is fired after the sockets have been read, never
 * before: so after a pause nobody is judged by his silence while what he said lies unread
 * (rule P4). Node's loop does it the other way round, hence the detour over `setImmediate`.
 */
import type { TimerKey } from "../core/machine.ts";
import { type Armed, Dues } from "../runtime/due.ts";
import type { EventId } from "../trace/event.ts";
import type { HostClock } from "./clock.ts";

/** The longest wait that Node's timers can do. */
const WAIT_MAX = 2_147_483_647;
/**
 * How long timers wait for the sockets, in real ms: this, and as long as they are late already (for
 * so long the process may have stood still), but never longer than a second, or a flood could stop
 * the node's clock.
 */
const PATIENCE = 2;
const PATIENCE_MAX = 1_000;

/** Counts what came from the network: while it grows, there is more to hear. */
export type Progress = () => number;

export class Alarm {
  readonly #clock: HostClock;
  readonly #fire: (armed: Armed) => void;
  readonly #progress: Progress;
  readonly #dues = new Dues();
  readonly #armed = new Map<number, Armed>();
  #last = 0;
  #timer: NodeJS.Timeout | null = null;
  #immediate: NodeJS.Immediate | null = null;
  #ringing = false;
  /** What the real timer waits for. */
  #until = Number.POSITIVE_INFINITY;

  /** `fire` is one input; it may arm and disarm. */
  constructor(clock: HostClock, fire: (armed: Armed) => void, progress: Progress) {
    this.#clock = clock;
    this.#fire = fire;
    this.#progress = progress;
  }

  arm(timer: string, key: TimerKey, due: number, cause: EventId): number {
    const handle = ++this.#last;
    const armed: Armed = { node: handle, timer, key, cause, due };
    this.#armed.set(handle, armed);
    this.#dues.add(armed);
    const waits = this.#immediate === null && !this.#ringing;
    if (waits && due < this.#until) this.#wait();
    return handle;
  }

  disarm(handle: number): void {
    const armed = this.#armed.get(handle);
    if (armed === undefined) return;
    this.#armed.delete(handle);
    this.#dues.remove(armed);
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#immediate !== null) clearImmediate(this.#immediate);
    for (const handle of [...this.#armed.keys()]) this.disarm(handle);
    this.#timer = null;
    this.#immediate = null;
  }

  #wait(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const first = this.#dues.first();
    this.#until = first?.due ?? Number.POSITIVE_INFINITY;
    if (first === null) return;
    const wait = Math.min(WAIT_MAX, Math.ceil(this.#clock.realDelay(first.due)));
    this.#timer = setTimeout(() => this.#awake(first.due), wait);
  }

  #awake(due: number): void {
    this.#timer = null;
    const patience = PATIENCE + Math.max(0, this.#clock.realLateness(due));
    this.#drain(this.#progress(), performance.now() + Math.min(patience, PATIENCE_MAX));
  }

  /** Turn after turn of the loop, until one of them has brought nothing. */
  #drain(before: number, end: number): void {
    this.#immediate = setImmediate(() => {
      this.#immediate = null;
      const now = this.#progress();
      if (now === before || performance.now() >= end) this.#ring();
      else this.#drain(now, end);
    });
  }

  /** All that is due by now; what they arm for at once comes in the next turn. */
  #ring(): void {
    this.#ringing = true;
    // Only a look: each input reads the clocks for itself, and says so if they were set.
    const now = this.#clock.elapsed;
    for (;;) {
      const armed = this.#dues.before(now + 1);
      if (armed === null) break;
      this.disarm(armed.node);
      this.#fire(armed);
    }
    this.#ringing = false;
    this.#wait();
  }
}
