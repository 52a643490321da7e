/**
 * A trace as lines of JSON: `{"header":…}`, one line an event, `{"footer":…}`. Written and read
 * line by line, so a long trace never has to be one string. What was written reads back the same.
 */
import { BadInput } from "../core/assert.ts";
import type { Duration } from "../core/units.ts";
import { type EventId, KIND, type KindName, NO_CAUSE, type TraceEvent, WORLD } from "./event.ts";
import type { Trace, TraceFooter, TraceHeader } from "./trace.ts";

/** The lines, without newlines. */
export function* traceLines(trace: Trace): Generator<string> {
  yield JSON.stringify({ header: trace.header });
  for (const event of trace.events()) yield JSON.stringify(event);
  yield JSON.stringify({ footer: trace.footer });
}

export interface ReadTrace {
  readonly trace: Trace;
  /** Why the end is missing, with its place; null for a whole trace. */
  readonly cut: string | null;
}

/**
 * A trace whose writer died is read up to its last whole line, and says so. Anything else that is
 * no trace is BadInput. `file` is for the messages.
 */
export function readTrace(lines: Iterable<string>, file: string): ReadTrace {
  let header: TraceHeader | null = null;
  let footer: TraceFooter | null = null;
  const events: TraceEvent[] = [];
  /** Forgiven only if nothing follows. */
  let broken: string | null = null;
  let count = 0;
  for (const line of lines) {
    count++;
    if (line.trim() === "") continue;
    const place = `${file}:${count}:1`;
    if (broken !== null) throw new BadInput([broken]);
    if (footer !== null) throw new BadInput([`${place} trace — nothing may follow the footer`]);
    const value = parsed(line);
    if (value === null && header !== null) broken = `${place} trace — the line is not whole JSON`;
    else if (header === null) header = headerOf(value, place);
    else if (isRecord(value) && isRecord(value["footer"]))
      footer = footerOf(value["footer"], place);
    else events.push(eventOf(value, events.at(-1)?.id ?? -1, header.nodes.length, place));
  }
  if (header === null) throw new BadInput([`${file}:1:1 trace — the file is empty`]);
  const cut =
    broken ?? (footer === null ? `${file}:${count}:1 trace — the footer is missing` : null);
  return { trace: traceOf(header, events, footer ?? footerFor(events)), cut };
}

/** What can be said of a trace without its end: nothing was judged. */
function footerFor(events: readonly TraceEvent[]): TraceFooter {
  const virtual = (events.at(-1)?.at ?? 0) as number as Duration;
  return { digest: "-", events: events.length, virtual, outcomes: [] };
}

function traceOf(header: TraceHeader, events: readonly TraceEvent[], footer: TraceFooter): Trace {
  const first = events[0]?.id ?? 0;
  return {
    header,
    footer,
    event: (id: EventId) => events[id - first] ?? null,
    events: () => events,
  };
}

type Data = Readonly<Record<string, unknown>>;

/** Null for what is no JSON. */
function parsed(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return null;
  }
}

function isRecord(value: unknown): value is Data {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function headerOf(value: unknown, place: string): TraceHeader {
  const header = isRecord(value) ? value["header"] : undefined;
  if (!isRecord(header)) {
    throw new BadInput([`${place} trace — a trace begins with {"header":…}; this is none`]);
  }
  if (header["format"] !== 1) {
    const found = JSON.stringify(header["format"]);
    throw new BadInput([`${place} trace — format ${found} is not known, only 1`]);
  }
  const nodes: unknown = header["nodes"];
  const whole =
    Array.isArray(nodes) &&
    nodes.every((node) => isRecord(node) && typeof node["name"] === "string") &&
    ["name", "seed", "profile"].every((key) => typeof header[key] === "string") &&
    typeof header["epoch"] === "number";
  if (!whole) throw new BadInput([`${place} trace — the header lacks nodes, name, seed or epoch`]);
  return header as unknown as TraceHeader;
}

function footerOf(footer: Data, place: string): TraceFooter {
  const whole =
    typeof footer["digest"] === "string" &&
    Array.isArray(footer["outcomes"]) &&
    ["events", "virtual"].every((key) => Number.isSafeInteger(footer[key]));
  if (!whole) throw new BadInput([`${place} trace — the footer lacks digest, outcomes or sums`]);
  return footer as unknown as TraceFooter;
}

const NUMBERS = ["id", "at", "node", "cause", "a", "b"] as const;

/** Ids go up by one: then every event is found at once, and a lost line is noticed. */
function eventOf(value: unknown, before: EventId, nodes: number, place: string): TraceEvent {
  if (!isRecord(value)) throw new BadInput([`${place} trace — expected an event`]);
  const strange = NUMBERS.find((key) => !Number.isFinite(value[key]));
  if (strange !== undefined) throw new BadInput([`${place} trace — ${strange} must be a number`]);
  const kind = value["kind"];
  if (typeof kind !== "string" || !Object.hasOwn(KIND, kind)) {
    throw new BadInput([`${place} trace — no event is of kind ${JSON.stringify(kind)}`]);
  }
  const id = value["id"] as EventId;
  if (before >= 0 && id !== before + 1) {
    throw new BadInput([`${place} trace — event ${id} follows ${before}`]);
  }
  const { at, node, cause, a, b } = value as unknown as TraceEvent;
  if (!Number.isInteger(node) || node < WORLD || node >= nodes) {
    throw new BadInput([`${place} trace — the header names no node ${node}`]);
  }
  if (!Number.isInteger(cause) || cause < NO_CAUSE || cause >= id) {
    throw new BadInput([`${place} trace — cause ${cause} is no event before ${id}`]);
  }
  return { id, at, node, kind: kind as KindName, cause, a, b, body: value["body"] };
}
