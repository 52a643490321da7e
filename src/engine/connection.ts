/**
 * One TCP connection as the network knows it: two ends (sockets) and two ways (byte streams).
 * Several may exist between the same two nodes. Mutable, owned by one world, copied by its fork.
 */
import { type Address, ipOf } from "../core/address.ts";
import type { SessionId } from "../core/machine.ts";
import type { EventId } from "../trace/event.ts";
import type { Link } from "./links.ts";

/** 0 is the dialer's end, 1 the acceptor's; way d runs from end d to end 1 − d. */
export type EndIndex = 0 | 1;

export interface End {
  /** Node index; −1 while nobody has answered the dial. */
  node: number;
  /** 0 until the process has heard of it. */
  session: SessionId;
  /** The socket exists and a process owns it. */
  alive: boolean;
  /** It said FIN: its kernel still sends what waits, and answers late data without RST. */
  finished: boolean;
  /** Where its packets come from: ip and (ephemeral) port. */
  address: Address;
  /** Its host's own ip when it was made; the host may have moved since. */
  home: number;
}

/** What travels: a message, a corrupted line, the last packet of the handshake, or FIN. */
export interface Segment {
  readonly op: number;
  readonly cause: EventId;
  readonly body: unknown;
  readonly bytes: number;
}

/** A segment that a limited wire has not taken whole; in the queue for when it would arrive. */
export interface Unsent {
  /** Its bytes: those that were left when it was timed. */
  readonly segment: Segment;
  /** When the wire has taken it. */
  readonly free: number;
  /** From then to its arrival: latency, losses, delays. */
  readonly travel: number;
  /** When what was sent before it arrives. */
  readonly behind: number;
  /** Of its arrival in the queue. */
  readonly handle: number;
}

/** What was sent again occupies the wire (timed where it arrives); then the next arrives. */
export interface Busy {
  readonly until: number;
  readonly bandwidth: number;
  /** The `retry` that it delays; of any other it says nothing. */
  readonly retry: number;
}

export interface Way {
  /** Its link, once something was launched on it. */
  link: Link | null;
  /** When the sender's wire is free again (bandwidth). */
  freeAt: number;
  /** Until then it can take so much more, in bytes × 1,000,000: less than one microsecond's. */
  spare: number;
  /** The limit that `unsent` is timed by. */
  bandwidth: number | null;
  /** What the wire has still to take, in order; may begin with some that it has taken by now. */
  unsent: Unsent[];
  /** Likewise for what is sent again. */
  busy: Busy | null;
  /** Streams are ordered: nothing arrives before what was sent earlier. */
  lastArrival: number;
  /** Unacknowledged because the path is broken, in order; later arrivals queue up behind. */
  waiting: Segment[];
  waitingBytes: number;
  /** Bytes the receiver's process has not read (it stands still). */
  unread: number;
  rto: number;
  /** Handle of the running retransmission timer or the retransmission under way, −1 for none. */
  retry: number;
  /** Since when the oldest byte waits for its acknowledgement, −1 for none. */
  unackedSince: number;
  /** The send buffer overflowed: nothing more goes in. */
  clogged: boolean;
  /** Why a byte will never come out, and therefore none behind it; null while all is well. */
  gap: string | null;
}

export interface Connection {
  readonly id: number;
  /** What was dialed. */
  readonly remote: Address;
  /** The dial event, cause of whatever the handshake leads to. */
  readonly dial: EventId;
  readonly dialedAt: number;
  readonly ends: readonly [End, End];
  readonly ways: readonly [Way, Way];
  established: boolean;
  synTries: number;
  /** Segments under way in the queue, or waiting for a process that stands still. */
  inFlight: number;
  /** Handle of the pending keepalive probe, −1 for none. */
  keepalive: number;
  /** Since when one of the two paths is broken, −1 for none. Kept up to date by `recheck`. */
  brokenAt: number;
}

export function newEnd(node: number, address: Address, home: number): End {
  const session = 0 as SessionId;
  return { node, session, alive: node >= 0, finished: false, address, home };
}

export function newConnection(
  id: number,
  dialer: End,
  remote: Address,
  dial: EventId,
  now: number,
): Connection {
  return {
    id,
    remote,
    dial,
    dialedAt: now,
    ends: [dialer, newEnd(-1, remote, ipOf(remote))],
    ways: [newWay(), newWay()],
    established: false,
    synTries: 0,
    inFlight: 0,
    keepalive: -1,
    brokenAt: -1,
  };
}

export function copyConnection(connection: Connection): Connection {
  const [dialer, acceptor] = connection.ends;
  const [out, back] = connection.ways;
  return {
    ...connection,
    ends: [{ ...dialer }, { ...acceptor }],
    ways: [copyWay(out), copyWay(back)],
  };
}

/**
 * A kernel still knows this end. Without one nothing is sent again, and data is answered by RST.
 */
export function hasSocket(end: End): boolean {
  return end.alive || end.finished;
}

export function otherEnd(index: EndIndex): EndIndex {
  return index === 0 ? 1 : 0;
}

function newWay(): Way {
  return {
    link: null,
    freeAt: 0,
    spare: 0,
    bandwidth: null,
    unsent: [],
    busy: null,
    lastArrival: 0,
    waiting: [],
    waitingBytes: 0,
    unread: 0,
    rto: 0,
    retry: -1,
    unackedSince: -1,
    clogged: false,
    gap: null,
  };
}

function copyWay(way: Way): Way {
  return { ...way, unsent: way.unsent.slice(), waiting: way.waiting.slice() };
}
