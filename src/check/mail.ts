/**
 * Every message from its sending to its ends, folded from a trace: which are under way, on which
 * stream, and which message made its sender send it. Needs no word of any protocol.
 */
import { digestOf } from "../core/digest.ts";
import type { Fault } from "../core/fault.ts";
import type { Time } from "../core/units.ts";
import { type EventId, kindMask, type TraceEvent, typeOf } from "../trace/event.ts";

/** One direction of a session, as long as its sender's process lives. */
export interface Stream {
  readonly node: number;
  readonly session: number;
  /** Its other end, once something arrived there; −1 before. */
  to: number;
  toSession: number;
  /** Sent and not ended, in order. */
  readonly pending: Sent[];
  /** The first message that a broken stream lost: nothing sent after it may arrive. */
  lost: EventId;
  /** The step that sent last, and how many it has sent here. */
  step: EventId;
  burst: number;
}

export interface Sent {
  readonly id: EventId;
  readonly at: Time;
  readonly type: string;
  readonly body: unknown;
  readonly stream: Stream;
  /** The message whose arrival made its sender send this one; null also once it is long ago. */
  parent: Sent | null;
  /**
   * How often in a row the same was sent on this stream, each time because of what came back for
   * the time before.
   */
  readonly repeats: number;
  /** It has arrived, or been lost. */
  ended: boolean;
  /** How many ends it may still meet: a test fault makes two messages of one. */
  copies: number;
}

/** An arrival or a loss, and the message that it ends; null: of none that is under way. */
export interface End {
  readonly sent: Sent | null;
  /** It is the second end of a message that a test fault sent twice. */
  readonly again: boolean;
}

/** What a test fault takes out of a stream leaves no gap in it. */
const TAKEN_OUT = "link fault: drop";

const NOTHING: End = { sent: null, again: false };

export class Mail {
  static readonly mask: number = kindMask(
    ...(["boot", "send", "deliver", "garbled", "drop", "fault", "lift"] as const),
  );
  readonly #streams = new Map<number, Map<number, Stream>>();
  readonly #open = new Map<EventId, Sent>();
  /** By node: the arrival that its last step began with. */
  readonly #arrivals = new Map<number, { readonly id: EventId; readonly sent: Sent }>();
  /** Test faults in force that make two of one message. */
  #doubling = 0;
  /** Of the send and of the end seen last. */
  sent: Sent | null = null;
  end: End = NOTHING;

  see(event: TraceEvent): void {
    switch (event.kind) {
      case "boot":
        this.#streams.set(event.node, new Map());
        return;
      case "send":
        this.sent = this.#send(event);
        return;
      case "deliver":
      case "garbled":
        this.end = this.#ended(event);
        if (this.end.sent === null) this.#arrivals.delete(event.node);
        else this.#arrivals.set(event.node, { id: event.id, sent: this.end.sent });
        return;
      case "drop":
        this.end = this.#ended(event);
        if (this.end.sent !== null && !this.end.again) miss(this.end.sent, event.body);
        return;
      case "fault":
        if (isDoubling(event.body)) this.#double();
        return;
      case "lift":
        if (isDoubling(event.body)) this.#doubling--;
        return;
      default:
    }
  }

  /** What was wished for and is held behind a save is on its way only later. */
  #double(): void {
    this.#doubling++;
    for (const sent of this.underWay()) sent.copies = 2;
  }

  /** Everything that has met no end. */
  *underWay(): Iterable<Sent> {
    for (const sent of this.#open.values()) if (!sent.ended) yield sent;
  }

  #send({ id, at, node, cause, a: session, body }: TraceEvent): Sent {
    const stream = this.#stream(node, session);
    stream.burst = stream.step === cause ? stream.burst + 1 : 1;
    stream.step = cause;
    const arrival = this.#arrivals.get(node);
    const parent = arrival?.id === cause ? arrival.sent : null;
    const former = parent?.parent ?? null;
    const repeats = repeatsOf(stream, body, former);
    const copies = this.#doubling > 0 ? 2 : 1;
    const type = typeOf(body);
    const sent: Sent = { id, at, type, body, stream, parent, repeats, ended: false, copies };
    // A chain of answers may be as long as the run: two links of it are kept.
    if (former !== null) former.parent = null;
    stream.pending.push(sent);
    this.#open.set(id, sent);
    return sent;
  }

  #ended({ cause }: TraceEvent): End {
    const sent = this.#open.get(cause);
    if (sent === undefined) return NOTHING;
    const again = sent.ended;
    sent.ended = true;
    sent.copies--;
    if (sent.copies === 0) this.#open.delete(cause);
    return { sent, again };
  }

  #stream(node: number, session: number): Stream {
    let streams = this.#streams.get(node);
    if (streams === undefined) {
      streams = new Map();
      this.#streams.set(node, streams);
    }
    let stream = streams.get(session);
    if (stream === undefined) {
      stream = newStream(node, session);
      streams.set(session, stream);
    }
    return stream;
  }
}

function newStream(node: number, session: number): Stream {
  const lost = Number.POSITIVE_INFINITY;
  return { node, session, to: -1, toSession: -1, pending: [], lost, step: -1, burst: 0 };
}

/** It will not arrive. */
function miss({ id, stream }: Sent, reason: unknown): void {
  const place = stream.pending.findLastIndex((sent) => sent.id === id);
  if (place >= 0) stream.pending.splice(place, 1);
  if (reason !== TAKEN_OUT) stream.lost = Math.min(stream.lost, id);
}

function repeatsOf(stream: Stream, body: unknown, former: Sent | null): number {
  if (former === null || former.stream !== stream || former.type !== typeOf(body)) return 0;
  return digestOf(former.body) === digestOf(body) ? former.repeats + 1 : 0;
}

function isDoubling(fault: unknown): boolean {
  return (fault as Fault).do === "duplicate";
}
