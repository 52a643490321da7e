/**
 * What brought an event about, step by step, back to the last that came by itself: a timer, a boot,
 * an operator's command or a fault. Who and what, never when.
 */
import { type Address, formatAddress } from "../../core/address.ts";
import { type EventId, NO_CAUSE, type TraceEvent, typeOf } from "../../trace/event.ts";
import { gist, type Words } from "../../trace/text.ts";
import { spoken } from "../../trace/spoken.ts";
import type { Trace } from "../../trace/trace.ts";

/** Steps of a long exchange beyond these are cut: its beginning is told by its first facts. */
const STEPS_MAX = 12;

/** `A hears Announcement ‹ B opened ‹ A timer dial`; nearest first. */
export function reasonOf(
  trace: Pick<Trace, "event">,
  { cause }: Pick<TraceEvent, "cause">,
  words: Words,
): string {
  const steps: string[] = [];
  let passed = "";
  let next: EventId = cause;
  while (next !== NO_CAUSE && steps.length < STEPS_MAX) {
    const event = trace.event(next);
    if (event === null) break;
    // News that is passed on takes whatever way is fastest: only where it starts is told.
    const relayed = event.kind === "deliver" && typeOf(event.body) === passed;
    if (event.kind === "deliver") passed = typeOf(event.body);
    const step = relayed ? null : stepOf(event, words);
    if (step !== null) steps.push(step);
    if (ROOTS.has(event.kind)) break;
    next = event.cause;
  }
  return steps.join(" ‹ ");
}

const ROOTS: ReadonlySet<string> = new Set(["timer", "boot", "command", "fault", "lift"]);

/** What a node was told; what it did about it is told by what came of it. */
function stepOf(event: TraceEvent, words: Words): string | null {
  const node = words.names.node(event.node);
  switch (event.kind) {
    case "deliver":
      return `${node} hears ${typeOf(event.body)}`;
    case "timer":
      return `${node} timer ${String(event.body)}${keyOf(event, words)}`;
    case "command":
      return `${node} command ${spoken(gist(event, words))}`;
    case "fault":
    case "lift":
      return `${event.kind} ${spoken(gist(event, words))}`;
    case "opened":
      return `${node} opened (${String(event.body)})`;
    case "refused":
    case "garbled":
    case "closed":
    case "boot":
    case "saved":
      return `${node} ${event.kind}`;
    default:
      return null;
  }
}

function keyOf({ a, b }: TraceEvent, { names }: Words): string {
  if (a !== 1) return "";
  const name = names.address(b as Address);
  return name === formatAddress(b as Address) ? "" : ` ${name}`;
}
