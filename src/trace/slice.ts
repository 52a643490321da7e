/**
 * The part of a trace that has to do with one event. Every event has one cause, so what led to it
 * is a path back to something from outside, and what it led to is a tree.
 */
import { type EventId, NO_CAUSE, type TraceEvent } from "./event.ts";
import type { Trace } from "./trace.ts";

/** From the first cause to the event itself. Starts later where older events were not kept. */
export function past(trace: Pick<Trace, "event">, id: EventId): readonly TraceEvent[] {
  const path: TraceEvent[] = [];
  let next: EventId = id;
  while (next !== NO_CAUSE) {
    const event = trace.event(next);
    if (event === null) break;
    path.push(event);
    next = event.cause;
  }
  return path.toReversed();
}

/** The event's whole cone: its past, itself, and all that it led to, in order. */
export function cone(trace: Trace, id: EventId): readonly TraceEvent[] {
  const inside = new Set(past(trace, id).map((event) => event.id));
  const found: TraceEvent[] = [];
  for (const event of trace.events()) {
    // Causes come before effects, so one pass finds the whole tree.
    const follows = event.id > id && event.cause >= id && inside.has(event.cause);
    if (follows) inside.add(event.id);
    if (inside.has(event.id)) found.push(event);
  }
  return found;
}
