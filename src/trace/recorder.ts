/**
 * Where events go: counted, digested, kept in a ring or in full, and shown to monitors, all behind
 * one positional call. Its one rule: what is recorded never depends on who listens, so the digest
 * is the same at every level but `none`.
 */
import { Digest, hashOf } from "../core/digest.ts";
import type { Time } from "../core/units.ts";
import { Columns } from "./columns.ts";
import { type EventId, KIND, KINDS, NO_CAUSE, type TraceEvent } from "./event.ts";

export type TraceLevel = "none" | "digest" | "ring" | "full";

/** Sees events of the kinds in its mask while the run goes on. */
export interface Listener {
  readonly mask: number;
  /** `kind`: the number of the event's kind, for who has many to show it to. */
  see(event: TraceEvent, kind?: number): void;
}

/** Of a WeakMap the collector has to look after each body, for as long as it lives. */
const BODIES = 32;

export interface RecorderOptions {
  readonly level: TraceLevel;
  /** Events kept at level `ring`. Default 4,096. */
  readonly ringSize?: number;
  /**
   * So many events are hashed and shown together, and those that are left when somebody flushes or
   * asks for the digest: a fifth less time, for protocol and monitors then do not take turns in the
   * processor's caches (docs/performance.md). What a listener throws comes out there as well,
   * not in a step of some node. Bodies must not change once they are recorded. Default 1: at once.
   */
  readonly batch?: number;
}

export class Recorder {
  readonly level: TraceLevel;
  readonly #ringSize: number;
  #digest: Digest;
  #columns: Columns | null;
  #count = 0;
  #listeners: readonly Listener[] = [];
  #mask = 0;
  /** The last bodies, and how they hash: what is broadcast and relayed is hashed once. */
  readonly #bodies: (object | null)[] = Array.from({ length: BODIES }, () => null);
  readonly #hashes: (readonly [number, number])[] = Array.from({ length: BODIES }, () => [0, 0]);
  #lastBody = 0;
  #next = 0;
  readonly #batch: number;
  #held: TraceEvent[] = [];
  /** What a listener threw while a full batch was shown. */
  #thrown: { readonly error: unknown } | null = null;

  constructor(options: RecorderOptions) {
    this.level = options.level;
    this.#ringSize = options.ringSize ?? 4_096;
    this.#batch = options.batch ?? 1;
    this.#digest = new Digest();
    const keep = options.level === "full" || options.level === "ring";
    this.#columns = keep ? new Columns() : null;
  }

  record(
    at: Time,
    node: number,
    kind: number,
    cause: EventId,
    a: number,
    b: number,
    body: unknown,
  ): EventId {
    // First, for it refuses what no trace can hold.
    if (this.#batch === 1 && this.level !== "none") this.#hash(at, node, kind, cause, a, b, body);
    const id = this.#count++;
    if (this.#columns !== null) {
      this.#columns.push(at, node, kind, cause, a, b, body);
      if (this.level === "ring") this.#columns.forget(this.#count - this.#ringSize);
    }
    if (this.#batch > 1) {
      this.#held.push(eventOf(id, at, node, kind, cause, a, b, body));
      if (this.#held.length >= this.#batch) this.#showAll();
      return id;
    }
    if ((this.#mask & (1 << kind)) !== 0) {
      this.#show(eventOf(id, at, node, kind, cause, a, b, body), kind);
    }
    return id;
  }

  /** Hashes and shows what a batch holds so far. Throws what a listener threw, then or before. */
  flush(): void {
    this.#showAll();
    const thrown = this.#thrown;
    this.#thrown = null;
    if (thrown !== null) throw thrown.error;
  }

  /** Whoever missed an event would judge wrongly, so nobody is shown any after one threw. */
  #showAll(): void {
    const held = this.#held;
    this.#held = [];
    if (this.level !== "none") {
      for (const { at, node, kind, cause, a, b, body } of held) {
        this.#hash(at, node, KIND[kind], cause, a, b, body);
      }
    }
    if (this.#thrown !== null) return;
    try {
      for (const event of held) {
        const kind = KIND[event.kind];
        if ((this.#mask & (1 << kind)) !== 0) this.#show(event, kind);
      }
    } catch (error) {
      this.#thrown = { error };
    }
  }

  /** It is shown what comes from now on. */
  listen(listener: Listener): void {
    this.flush();
    this.#listeners = [...this.#listeners, listener];
    this.#mask |= listener.mask;
  }

  /** Events recorded so far; ids run from 0 to count − 1. */
  get count(): number {
    return this.#count;
  }

  /** 16 hex digits over every event so far, `-` at level none. */
  get digest(): string {
    this.flush();
    return this.level === "none" ? "-" : this.#digest.hex();
  }

  /** Null when the event was not kept (level, or out of the ring). */
  event(id: EventId): TraceEvent | null {
    return this.#columns === null ? null : this.#columns.event(id);
  }

  /** All kept events, oldest first. */
  *events(): Generator<TraceEvent> {
    const columns = this.#columns;
    if (columns === null) return;
    for (let id = columns.first; id < this.#count; id++) {
      const event = columns.event(id);
      if (event !== null) yield event;
    }
  }

  /** A recorder that goes on from here by itself. Kept events are shared, listeners are not. */
  fork(): Recorder {
    this.flush();
    const [level, ringSize, batch] = [this.level, this.#ringSize, this.#batch];
    const twin = new Recorder({ level, ringSize, batch });
    twin.#digest = this.#digest.fork();
    twin.#columns = this.#columns === null ? null : this.#columns.fork();
    twin.#count = this.#count;
    return twin;
  }

  #hash(
    at: number,
    node: number,
    kind: number,
    cause: number,
    a: number,
    b: number,
    body: unknown,
  ): void {
    const digest = this.#digest;
    digest.number(at);
    digest.number(node * 32 + kind);
    digest.number(cause);
    digest.number(a);
    digest.number(b);
    // What is delivered is what was sent, and where the cause says which, that was hashed already.
    if (body === null || (kind === KIND.deliver && cause !== NO_CAUSE)) return;
    if (typeof body === "string") digest.string(body);
    else if (kind === KIND.send) this.#shared(body as object);
    else digest.value(body);
  }

  #shared(body: object): void {
    if (this.#bodies[this.#lastBody] !== body) {
      const known = this.#bodies.indexOf(body);
      this.#lastBody = known < 0 ? this.#remember(body) : known;
    }
    const [a, b] = this.#hashes[this.#lastBody] as readonly [number, number];
    this.#digest.number(a);
    this.#digest.number(b);
  }

  #remember(body: object): number {
    const place = this.#next;
    this.#next = (place + 1) % BODIES;
    this.#bodies[place] = body;
    this.#hashes[place] = hashOf(body);
    return place;
  }

  #show(event: TraceEvent, kind: number): void {
    for (const listener of this.#listeners) {
      if ((listener.mask & (1 << kind)) !== 0) listener.see(event, kind);
    }
  }
}

function eventOf(
  id: EventId,
  at: Time,
  node: number,
  kind: number,
  cause: EventId,
  a: number,
  b: number,
  body: unknown,
): TraceEvent {
  return { id, at, node, kind: KINDS[kind] as TraceEvent["kind"], cause, a, b, body };
}
