/**
 * A whole trace as lines of JSON (writer.ts, ndjson.ts). Every line is read and checked first;
 * after that its events are parsed again when they are asked for, so that a long trace costs its
 * text and not ten times that: half a million events a day is what one real node records.
 */
import type { Duration } from "../core/units.ts";
import type { EventId, TraceEvent } from "./event.ts";
import { TraceReader } from "./ndjson.ts";
import type { Crc } from "./sum.ts";
import type { Trace, TraceFooter } from "./trace.ts";
import { TraceWriter } from "./writer.ts";

/** The lines, without newlines. */
export function* traceLines(trace: Trace, crc?: Crc): Generator<string> {
  const writer = new TraceWriter(crc);
  yield writer.header(trace.header);
  for (const event of trace.events()) yield writer.event(event);
  yield writer.footer(trace.footer);
}

/** A text by lines. One that ends with a newline has an empty last one. */
export interface Lines {
  all(): Iterable<string>;
  /** The n-th of them, from 0. */
  at(n: number): string;
}

export interface ReadTrace {
  readonly trace: Trace;
  /** Why the end is missing, with its place; null for a whole trace. */
  readonly cut: string | null;
  /** What a real node signed: signatures by digest. */
  readonly signed: ReadonlyMap<string, string>;
}

export interface ReadOptions {
  readonly crc?: Crc;
  /** Why there are no more lines, where they could not be unpacked. */
  readonly damage?: string | null;
}

/**
 * A trace whose writer died is read up to its last whole line, and says so. Anything else that is
 * no trace is BadInput. `file` is for the messages.
 */
export function readTrace(
  lines: Lines | readonly string[],
  file: string,
  { crc, damage = null }: ReadOptions = {},
): ReadTrace {
  const text = "all" in lines ? lines : linesOf(lines);
  const reader = new TraceReader(file, crc);
  /** Where each event stands. */
  const places: number[] = [];
  let [first, last]: [TraceEvent | null, TraceEvent | null] = [null, null];
  let count = 0;
  for (const line of text.all()) {
    const event = reader.take(line);
    if (event !== null) {
      first ??= event;
      last = event;
      places.push(count);
    }
    count++;
  }
  if (damage !== null) reader.spoilt(damage);
  const { header, cut } = reader.end();
  const events = new Parsed(text, places, first?.id ?? 0);
  const trace: Trace = {
    header,
    footer: reader.footer ?? footerFor(last, places.length),
    event: (id) => events.event(id),
    events: () => events.all(),
  };
  return { trace, cut, signed: reader.signed };
}

function linesOf(lines: readonly string[]): Lines {
  return { all: () => lines, at: (n) => lines[n] ?? "" };
}

/** What can be said of a trace without its end: nothing was judged. */
function footerFor(last: TraceEvent | null, events: number): TraceFooter {
  const virtual = (last?.at ?? 0) as number as Duration;
  return { digest: "-", events, virtual, outcomes: [] };
}

/** Events that are parsed at once, and pages of them that are kept. */
const PAGE = 64;
const PAGES = 512;

/** Checked before, and parsed when they are asked for. */
class Parsed {
  readonly #lines: Lines;
  readonly #places: readonly number[];
  readonly #first: EventId;
  readonly #pages = new Map<number, readonly TraceEvent[]>();

  constructor(lines: Lines, places: readonly number[], first: EventId) {
    this.#lines = lines;
    this.#places = places;
    this.#first = first;
  }

  event(id: EventId): TraceEvent | null {
    const index = id - this.#first;
    if (!(index >= 0 && index < this.#places.length)) return null;
    return this.#page(Math.floor(index / PAGE))[index % PAGE] ?? null;
  }

  *all(): Generator<TraceEvent> {
    for (let page = 0; page * PAGE < this.#places.length; page++) yield* this.#page(page);
  }

  #page(page: number): readonly TraceEvent[] {
    const known = this.#pages.get(page);
    if (known !== undefined) return known;
    const places = this.#places.slice(page * PAGE, (page + 1) * PAGE);
    const events = places.map((place) => parsedAt(this.#lines, place));
    const [oldest] = this.#pages.size >= PAGES ? this.#pages.keys() : [];
    if (oldest !== undefined) this.#pages.delete(oldest);
    this.#pages.set(page, events);
    return events;
  }
}

function parsedAt(lines: Lines, place: number): TraceEvent {
  const { id, at, node, kind, cause, a, b, body } = JSON.parse(lines.at(place)) as TraceEvent;
  return { id, at, node, kind, cause, a, b, body };
}
