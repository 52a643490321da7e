/**
 * The save barrier (contract 5): a `before-sends` save holds every later send and close of this
 * node until it is durable. A failed one gives up the sessions whose sends it held.
 */
import type { Protocol, SessionId } from "../core/machine.ts";
import type { EventId } from "../trace/event.ts";
import type { Port } from "./port.ts";

interface Held<P extends Protocol> {
  readonly session: SessionId;
  /** Null is a close. */
  readonly message: P["message"] | null;
  readonly cause: EventId;
  /** The youngest save that must be durable first. */
  readonly token: number;
}

export class Barrier<P extends Protocol> {
  readonly #port: Port<P>;
  #lastToken = 0;
  /** Strong saves under way, oldest first. */
  #pending: number[] = [];
  #held: Held<P>[] = [];

  constructor(port: Port<P>) {
    this.#port = port;
  }

  /** Sends that wait. */
  get size(): number {
    return this.#held.filter((held) => held.message !== null).length;
  }

  token(strong: boolean): number {
    this.#lastToken++;
    if (strong) this.#pending.push(this.#lastToken);
    return this.#lastToken;
  }

  send(session: SessionId, message: P["message"], cause: EventId): void {
    const token = this.#pending.at(-1);
    if (token === undefined) this.#port.transmit(session, message, cause);
    else this.#held.push({ session, message, cause, token });
  }

  close(session: SessionId, cause: EventId): void {
    const token = this.#pending.at(-1);
    if (token === undefined) this.#port.close(session, cause);
    else this.#held.push({ session, message: null, cause, token });
  }

  /** Sessions with something held by this save, each once: they go down with it if it fails. */
  sessionsOf(token: number): readonly SessionId[] {
    if (!this.#pending.includes(token)) return [];
    // What a younger save holds came after this one too, and was promised to wait for both.
    const held = this.#held.filter((each) => each.token >= token);
    return [...new Set(held.map((each) => each.session))];
  }

  /** The save has ended, well or not: lets go of what waited for it alone. */
  settle(token: number): void {
    if (!this.#pending.includes(token)) return;
    this.#pending = this.#pending.filter((pending) => pending !== token);
    const oldest = this.#pending[0] ?? Number.POSITIVE_INFINITY;
    const free = this.#held.filter((held) => held.token < oldest);
    this.#held = this.#held.filter((held) => held.token >= oldest);
    for (const held of free) {
      if (held.message === null) this.#port.close(held.session, held.cause);
      else this.#port.transmit(held.session, held.message, held.cause);
    }
  }

  /** Nothing held for this session (or any) may leave any more. Returns the sends, by event. */
  forget(session: SessionId | null): readonly { session: SessionId; cause: EventId }[] {
    if (this.#held.length === 0) return [];
    const gone = this.#held.filter((held) => session === null || held.session === session);
    this.#held = this.#held.filter((held) => session !== null && held.session !== session);
    return gone.filter((held) => held.message !== null);
  }

  fork(port: Port<P>): Barrier<P> {
    const twin = new Barrier(port);
    twin.#lastToken = this.#lastToken;
    twin.#pending = this.#pending.slice();
    twin.#held = this.#held.slice();
    return twin;
  }
}
