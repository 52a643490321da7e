/**
 * A trace as its story: one line for each change of state, in the protocol's own words. Left out is
 * what only repeats: values of a gate that stays closed, a gate that was never shut, a fact said
 * again unchanged.
 */
import type { Fault } from "../core/fault.ts";
import type { Time } from "../core/units.ts";
import { type EventId, type GateBody, type TraceEvent, typeOf } from "../trace/event.ts";
import { brief, whenAndWho, type Words } from "../trace/text.ts";
import type { Trace } from "../trace/trace.ts";

export interface TimelineRow {
  readonly at: Time;
  /** As in the trace: −1 is the world. */
  readonly node: number;
  /** What happened, without time and node. */
  readonly text: string;
  readonly event: EventId;
}

export function timeline(trace: Trace, words: Words): readonly TimelineRow[] {
  const story = new Story(words);
  const rows: TimelineRow[] = [];
  for (const event of trace.events()) {
    const text = story.tell(event);
    if (text !== null) rows.push({ at: event.at, node: event.node, text, event: event.id });
  }
  return rows;
}

/** `  5.301060  B  counts 2 active: A, B`: exact, so that goldens notice a microsecond. */
export function timelineLine(row: TimelineRow, words: Words): string {
  return `${whenAndWho(row, words)}  ${row.text}`;
}

/** Faults that show as what they did: the node is down, stands still or boots. */
const SEEN: readonly Fault["do"][] = ["stop", "kill", "power-loss", "hang", "pause", "restart"];

/** What was told last, so that it is not told twice. */
class Story {
  readonly #words: Words;
  /** By node and gate: open or closed. */
  readonly #gates = new Map<string, boolean>();
  /** By node and type of fact. */
  readonly #facts = new Map<string, string>();

  constructor(words: Words) {
    this.#words = words;
  }

  /** Null for what a reader of the story does not want. */
  tell(event: TraceEvent): string | null {
    const said = brief(event, this.#words);
    switch (event.kind) {
      case "boot":
        this.#forget(event.node);
        return event.a === 1 ? "boots" : `boots again, incarnation ${event.a}`;
      case "down":
        return `is down: ${said}`;
      case "stall":
        return said;
      case "command":
        return `is told: ${said}`;
      case "fault":
        return SEEN.includes((event.body as Fault).do) ? null : `fault: ${said}`;
      case "lift":
        return `over: ${said}`;
      case "crash":
        return `crashes: ${said}`;
      case "aside":
        return `sets aside ${said}, which is damaged`;
      case "saved":
        return event.b === 1 ? null : `cannot save ${String(event.body)}`;
      case "fact":
        return this.#fact(event, said);
      case "gate":
        return this.#gate(event, said);
      default:
        return null;
    }
  }

  #fact(event: TraceEvent, said: string): string | null {
    if (!this.#words.vocabulary.notable(event.body)) return null;
    const key = `${event.node}/${typeOf(event.body)}`;
    if (this.#facts.get(key) === said) return null;
    this.#facts.set(key, said);
    return said;
  }

  /** Never having been shut, an open gate is no change. */
  #gate(event: TraceEvent, said: string): string | null {
    const key = `${event.node}/${gateKey(event)}`;
    const open = event.a === 1;
    const before = this.#gates.get(key) ?? true;
    this.#gates.set(key, open);
    return open === before ? null : said;
  }

  /** A new process knows nothing of what the old one said. */
  #forget(node: number): void {
    for (const memory of [this.#gates, this.#facts]) {
      for (const key of [...memory.keys()]) {
        if (key.startsWith(`${node}/`)) memory.delete(key);
      }
    }
  }
}

/** A gate is one of several of its name when a value `for` says which. */
export function gateKey(event: TraceEvent): string {
  const { gate, values } = event.body as GateBody;
  return `${gate}/${values["for"] ?? ""}`;
}
