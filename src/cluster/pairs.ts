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
  /** The dial, if it is the dialer's; by its process's own count. */
  readonly dial: EventId;
  /** Ids in the trace, by those of its process; of what has been told. */
  readonly ids: ReadonlyMap<EventId, EventId>;
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

  /** Sessions of one process; `ids` as it fills. */
  process(node: number, ids: ReadonlyMap<EventId, EventId>): Sessions {
    return new Sessions(node, ids, this);
  }

  down(node: number, id: EventId): void {
    this.#downs.set(node, id);
  }

  /** Addresses are used again: the newest dial has the key. */
  bound(session: Session, local: Address): void {
    session.key = callKey(this.#nodeAt(session.remote), local);
    const [former = null, acceptor = null] = this.#pairs.get(session.key) ?? [];
    this.#pairs.set(session.key, [session, former === null ? acceptor : null]);
  }

  accepted(session: Session): void {
    const [dialer = null, former = null] = this.#pairs.get(session.key) ?? [];
    // A second acceptor of one call is that of the next call from the same address.
    this.#pairs.set(session.key, [former === null ? dialer : null, session]);
  }

  end(key: string, end: 0 | 1): Session | null {
    return this.#pairs.get(key)?.[end] ?? null;
  }

  /** The event of a way's line of that number; null: it has not been told. */
  sent(key: string, way: 0 | 1, ordinal: number): EventId | null {
    return this.end(key, way)?.sends[ordinal] ?? null;
  }

  /** The dial behind a call; null: it has not been told. */
  dialOf(key: string): EventId | null {
    const dialer = this.end(key, 0);
    return dialer?.ids.get(dialer.dial) ?? null;
  }

  /** The event behind the next line that arrives on a session. */
  nextOf({ key, end, received }: Session): EventId | null {
    const way = end === 0 ? 1 : 0;
    const ordinal = this.#arrivals(key, way, received) ?? received;
    return this.sent(key, way, ordinal);
  }

  /** What the other end did to it; for want of that, the dial that it began with. */
  endingOf({ key, end }: Session): EventId {
    const other = this.end(key, end === 0 ? 1 : 0);
    const ended = other === null ? null : (other.close ?? this.#downs.get(other.node));
    return ended ?? this.dialOf(key) ?? NO_CAUSE;
  }
}

/** The sessions that one process has told of. */
export class Sessions {
  readonly #node: number;
  readonly #ids: ReadonlyMap<EventId, EventId>;
  readonly #pairs: Pairs;
  readonly #sessions = new Map<number, Session>();

  constructor(node: number, ids: ReadonlyMap<EventId, EventId>, pairs: Pairs) {
    this.#node = node;
    this.#ids = ids;
    this.#pairs = pairs;
  }

  /**
   * It has come, and is told later. Who is whose other end is learnt now: an acceptor may be told
   * of a call before its dialer is.
   */
  learn({ id, kind, a, b, body }: TraceEvent): void {
    if (kind === "dial") this.#begin(a, 0, b as Address, id);
    else if (kind === "opened" && body === "accepted") {
      this.#pairs.accepted(this.#begin(a, 1, b as Address, NO_CAUSE));
    } else if (kind === "bound") {
      const session = this.#sessions.get(a);
      if (session !== undefined) this.#pairs.bound(session, b as Address);
    }
  }

  /** Something that another process must have told before this can be. */
  waits({ kind, a, body }: TraceEvent): boolean {
    const session = this.#sessions.get(a);
    if (session === undefined) return false;
    if (kind === "opened" && body === "accepted") return this.#pairs.dialOf(session.key) === null;
    const arrives = kind === "deliver" || kind === "garbled";
    return arrives && this.#pairs.nextOf(session) === null;
  }

  /** The cause, in another process, of an event that has none in its own. */
  cause({ kind, a, body }: TraceEvent): EventId {
    const session = this.#sessions.get(a);
    if (session === undefined) return NO_CAUSE;
    if (kind === "opened" && body === "accepted")
      return this.#pairs.dialOf(session.key) ?? NO_CAUSE;
    if (kind === "deliver" || kind === "garbled") return this.#pairs.nextOf(session) ?? NO_CAUSE;
    return kind === "closed" ? this.#pairs.endingOf(session) : NO_CAUSE;
  }

  /** It is told, as that event of the whole. */
  see({ kind, a }: TraceEvent, id: EventId): void {
    const session = this.#sessions.get(a);
    if (session === undefined) return;
    if (kind === "send") session.sends.push(id);
    else if (kind === "deliver" || kind === "garbled") session.received++;
    else if (kind === "close") session.close = id;
  }

  #begin(id: number, end: 0 | 1, remote: Address, dial: EventId): Session {
    const session: Session = {
      ...{ node: this.#node, id, end, remote, dial, ids: this.#ids },
      key: end === 1 ? callKey(this.#node, remote) : "",
      sends: [],
      received: 0,
      close: null,
    };
    this.#sessions.set(id, session);
    return session;
  }
}
