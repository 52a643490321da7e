/** A node's running timers: name → key → the port's handle. One-shot; setting again replaces. */
import type { Protocol, TimerKey } from "../core/machine.ts";
import type { Duration } from "../core/units.ts";
import type { EventId } from "../trace/event.ts";
import type { Port, TimerHandle } from "./port.ts";

export class Timers<P extends Protocol> {
  readonly #port: Port<P>;
  readonly #handles = new Map<string, Map<TimerKey, TimerHandle>>();

  constructor(port: Port<P>) {
    this.#port = port;
  }

  set(timer: P["timer"], key: TimerKey, after: Duration, cause: EventId): void {
    let keys = this.#handles.get(timer);
    if (keys === undefined) {
      keys = new Map();
      this.#handles.set(timer, keys);
    }
    const running = keys.get(key);
    if (running !== undefined) this.#port.disarm(running, timer, key);
    keys.set(key, this.#port.arm(timer, key, after, cause));
  }

  cancel(timer: P["timer"], key: TimerKey): void {
    const keys = this.#handles.get(timer);
    const running = keys?.get(key);
    if (keys === undefined || running === undefined) return;
    this.#port.disarm(running, timer, key);
    keys.delete(key);
  }

  /** The port fired it. */
  fired(timer: P["timer"], key: TimerKey): void {
    this.#handles.get(timer)?.delete(key);
  }

  /** Handles stay good in a forked queue. */
  fork(port: Port<P>): Timers<P> {
    const twin = new Timers(port);
    for (const [timer, keys] of this.#handles) twin.#handles.set(timer, new Map(keys));
    return twin;
  }
}
