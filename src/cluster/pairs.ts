/**
 * Which session of one process is which of another, and so which send is behind what arrives. The
 * dialer tells under which address the other end sees it (`bound`), the acceptor whom it sees.
 */
import type { Address } from "../core/address.ts";
import { type EventId, NO_CAUSE, type TraceEvent } from "../trace/event.ts";
import { callKey } from "./call.ts";

/** Which line of a way came out k-th, by its number as it was sent; null: not known. */
export type Arrivals = (key: string, way: 0 | 1, k: number) => number | null;

/** One end of a connection, as its process tells of it. */
export interface Session {
  readonly node: number;
  readonly id: number;
  /** 0 dialed, 1 was dialed. */
  readonly end: 0 | 1;
  readonly remote: Address;
  key: string;
  readonly dial: EventId;
  readonly sends: EventId[];
  received: number;
  close: EventId | null;
}

type Pair = [Session | null, Session | null];

export class Pairs {
  readonly #nodeAt: (address: Address) => number;
  readonly #arrivals: Arrivals;
  readonly #pairs = new Map<string, Pair>();
  /** The last end of a process, by node. */
  readonly #downs = new Map<number, EventId>();

  constructor(nodeAt: (address: Address) => number, arrivals: Arrivals) {
    this.#nodeAt = nodeAt;
    this.#arrivals = arrivals;
  }

  /** Sessions of one process. */
  process(node: number): Sessions {
    return new Sessions(node, this);
  }

  down(node: number, id: EventId): void {
    this.#downs.set(node, id);
  }

  /** Addresses are used again: the newest dial has the key. */
  bound(session: Session, local: Address): void {
    session.key = callKey(this.#nodeAt(session.remote), local);
    this.#pairs.set(session.key, [session, null]);
  }

  accepted(session: Session): void {
    const pair = this.#pairs.get(session.key);
    if (pair !== undefined) pair[1] = session;
  }

  end(key: string, end: 0 | 1): Session | null {
    return this.#pairs.get(key)?.[end] ?? null;
  }

  /** The event of a way's line of that number; null: it has not been told. */
  sent(key: string, way: 0 | 1, ordinal: number): EventId | null {
    return this.end(key, way)?.sends[ordinal] ?? null;
  }

  /** The event behind the next line that arrives on a session. */
  nextOf({ key, end, received }: Session): EventId | null {
    const way = end === 0 ? 1 : 0;
    const ordinal = this.#arrivals(key, way, received) ?? received;
    return this.sent(key, way, ordinal);
  }

  /** What the other end did to it; for want of that, the dial that it began with. */
  endingOf({ key, end, dial }: Session): EventId {
    const other = this.end(key, end === 0 ? 1 : 0);
    if (other === null) return dial;
    return other.close ?? this.#downs.get(other.node) ?? (end === 0 ? dial : other.dial);
  }
}

/** The sessions that one process has told of. */
export class Sessions {
  readonly #node: number;
  readonly #pairs: Pairs;
  readonly #sessions = new Map<number, Session>();

  constructor(node: number, pairs: Pairs) {
    this.#node = node;
    this.#pairs = pairs;
  }

  /** What another process must have told before this event can be. */
  waits({ kind, a, b, body }: TraceEvent): boolean {
    if (kind === "opened" && body === "accepted") {
      return this.#pairs.end(callKey(this.#node, b as Address), 0) === null;
    }
    const session = kind === "deliver" || kind === "garbled" ? this.#sessions.get(a) : undefined;
    return session !== undefined && this.#pairs.nextOf(session) === null;
  }

  /** The cause, in another process, of an event that has none in its own. */
  cause({ kind, a, b, body }: TraceEvent): EventId {
    const session = this.#sessions.get(a);
    if (kind === "opened" && body === "accepted") {
      return this.#pairs.end(callKey(this.#node, b as Address), 0)?.dial ?? NO_CAUSE;
    }
    if (session === undefined) return NO_CAUSE;
    if (kind === "deliver" || kind === "garbled") return this.#pairs.nextOf(session) ?? NO_CAUSE;
    return kind === "closed" ? this.#pairs.endingOf(session) : NO_CAUSE;
  }

  /** It is told, as that event of the whole. */
  see(event: TraceEvent, id: EventId): void {
    const { kind, a, b, body } = event;
    const session = this.#sessions.get(a);
    if (kind === "dial") this.#begin(a, 0, b as Address, id);
    else if (kind === "opened" && body === "accepted") {
      this.#pairs.accepted(this.#begin(a, 1, b as Address, NO_CAUSE));
    } else if (session === undefined) return;
    else if (kind === "bound") this.#pairs.bound(session, b as Address);
    else if (kind === "send") session.sends.push(id);
    else if (kind === "deliver" || kind === "garbled") session.received++;
    else if (kind === "close") session.close = id;
  }

  #begin(id: number, end: 0 | 1, remote: Address, dial: EventId): Session {
    const key = end === 1 ? callKey(this.#node, remote) : "";
    const node = this.#node;
    const session = { node, id, end, remote, key, dial, sends: [], received: 0, close: null };
    this.#sessions.set(id, session);
    return session;
  }
}
