/**
 * What became of messages: a stream loses none between two that arrive, and brings none twice.
 * Judged by causes alone: a delivery's cause is its sending.
 */
import { type EventId, type TraceEvent, typeOf } from "../../trace/event.ts";

export interface Fate {
  readonly sort: "lost" | "twice";
  readonly sent: TraceEvent;
  readonly text: string;
}

export class Streams {
  readonly #event: (id: EventId) => TraceEvent | null;
  /** By sender, by its session: sent and not yet delivered. */
  readonly #under = new Map<number, Map<number, EventId[]>>();

  constructor(event: (id: EventId) => TraceEvent | null) {
    this.#event = event;
  }

  /** Of several that one delivery shows to be lost, the first. */
  see(event: TraceEvent): Fate | null {
    // A new process counts its sessions anew.
    if (event.kind === "boot") this.#under.set(event.node, new Map());
    if (event.kind === "send") this.#listOf(event).push(event.id);
    if (event.kind !== "deliver" && event.kind !== "garbled") return null;
    const sent = this.#event(event.cause);
    if (sent === null || sent.kind !== "send") return null;
    const list = this.#listOf(sent);
    const place = list.indexOf(sent.id);
    if (place < 0) return { sort: "twice", sent, text: `a ${typeOf(sent.body)} arrives twice` };
    const lost = place > 0 ? this.#event(list[0] as EventId) : null;
    list.splice(0, place + 1);
    if (lost === null) return null;
    const text = `a ${typeOf(lost.body)} is lost between two messages that arrive`;
    return { sort: "lost", sent: lost, text };
  }

  #listOf({ node, a }: TraceEvent): EventId[] {
    const ways = this.#under.get(node) ?? new Map<number, EventId[]>();
    this.#under.set(node, ways);
    const list = ways.get(a) ?? [];
    ways.set(a, list);
    return list;
  }
}
