/**
 * The events of many processes as one trace: in order of time, each with its cause, also where that
 * lies in another process. Its one rule: a cause comes before its effects. An event that came when
 * later ones had been told already keeps its own time, and is counted.
 */
import type { Address } from "../core/address.ts";
import type { Time } from "../core/units.ts";
import { type EventId, KIND, NO_CAUSE, type TraceEvent } from "../trace/event.ts";
import type { Recorder } from "../trace/recorder.ts";
import { type Arrivals, Pairs, type Sessions } from "./pairs.ts";

/** Where the events of one process, or of the world around all, are put. */
export interface Inlet {
  push(event: TraceEvent): void;
}

/** A line that will never arrive: of which call, on which way, and which of them. */
export interface Lost {
  readonly at: Time;
  readonly key: string;
  readonly way: 0 | 1;
  readonly ordinal: number;
  readonly reason: string;
}

interface Source {
  /** Null: the world's, whose events say whose they are. */
  readonly process: Process | null;
  readonly items: (TraceEvent | Lost)[];
  /** How many of them are told. */
  told: number;
  /** Ids in the trace, by its own. */
  readonly ids: Map<EventId, EventId>;
  /** When its first event is due; null once it has come. */
  due: Time | null;
}

interface Process {
  readonly node: number;
  readonly sessions: Sessions;
  /** The world's own event that made it start; NO_CAUSE for none. */
  readonly boot: EventId;
}

/** Told items are let go of in pieces. */
const PIECE = 1_024;

export class Merger {
  /** Events that came too late for their place. */
  late = 0;
  readonly #recorder: Recorder;
  readonly #pairs: Pairs;
  readonly #world: Source = { process: null, items: [], told: 0, ids: new Map(), due: null };
  readonly #sources: Source[] = [this.#world];
  /** The last fault of each node. */
  readonly #faults = new Map<number, EventId>();
  #last = 0 as Time;

  constructor(recorder: Recorder, nodeAt: (address: Address) => number, arrivals: Arrivals) {
    this.#recorder = recorder;
    this.#pairs = new Pairs(nodeAt, arrivals);
  }

  /** `boot`: the event of the world that makes it start, at that time. */
  process(node: number, boot: EventId, at: Time): Inlet {
    const ids = new Map<EventId, EventId>();
    const sessions = this.#pairs.process(node, ids);
    const source: Source = { process: { node, sessions, boot }, items: [], told: 0, ids, due: at };
    this.#sources.push(source);
    return {
      push: (event) => {
        source.due = null;
        sessions.learn(event);
        source.items.push(event);
      },
    };
  }

  /** Faults and what comes of them. */
  push(event: TraceEvent): void {
    this.#world.items.push(event);
  }

  lose(lost: Lost): void {
    this.#world.items.push(lost);
  }

  /** Nothing that has come waits to be told. */
  get idle(): boolean {
    return this.#sources.every((source) => headOf(source) === undefined);
  }

  /**
   * Tells everything up to and including that time; nothing earlier should come any more. Processes
   * that are just starting are waited for, but for those that were due before `patience`. Returns
   * how far it came.
   */
  upTo(wanted: Time, patience: Time): Time {
    let limit: Time = wanted;
    for (const { due } of this.#sources) {
      if (due !== null && due >= patience && due <= limit) limit = Math.max(0, due - 1) as Time;
    }
    this.#tellTo(limit);
    return limit;
  }

  #tellTo(limit: Time): void {
    for (;;) {
      const ready = this.#sources.filter((source) => atOf(headOf(source)) <= limit);
      // A process may be killed before it tells of a cause; the world tells of all.
      const next =
        first(ready.filter((source) => !this.#waits(source))) ??
        first(ready.filter((source) => !this.#waitsForStart(source)));
      if (next === null) return;
      this.#tell(next);
    }
  }

  /** Its cause is an event of another source that has not been told. */
  #waits(source: Source): boolean {
    const item = headOf(source);
    if (item === undefined) return false;
    if (isLost(item)) return this.#pairs.sent(item.key, item.way, item.ordinal) === null;
    const { process } = source;
    if (process === null || item.cause !== NO_CAUSE) return false;
    return this.#waitsForStart(source) || process.sessions.waits(item);
  }

  /** Its moment was known before; on a busy machine the fault that starts it comes behind it. */
  #waitsForStart(source: Source): boolean {
    const { process } = source;
    if (process === null || process.boot === NO_CAUSE) return false;
    const item = headOf(source);
    if (item === undefined || isLost(item) || item.kind !== "boot") return false;
    return !this.#world.ids.has(process.boot);
  }

  #tell(source: Source): void {
    const item = headOf(source);
    source.told++;
    if (source.told === PIECE) {
      source.items.splice(0, PIECE);
      source.told = 0;
    }
    if (item === undefined) return;
    if (item.at < this.#last) this.late++;
    else this.#last = item.at;
    if (isLost(item)) this.#lose(item);
    else this.#record(source, item);
  }

  #record(source: Source, event: TraceEvent): void {
    const { process } = source;
    const node = process?.node ?? event.node;
    const cause = this.#cause(source, event);
    const { at, kind, a, b, body } = event;
    const id = this.#recorder.record(at, node, KIND[kind], cause, a, b, body);
    source.ids.set(event.id, id);
    process?.sessions.see(event, id);
    if (kind === "down") this.#pairs.down(node, id);
    else if (kind === "fault" && process === null) this.#faults.set(node, id);
  }

  #lose({ at, key, way, ordinal, reason }: Lost): void {
    const sender = this.#pairs.end(key, way);
    const cause = this.#pairs.sent(key, way, ordinal);
    // Its process was killed before it could tell that it sent it.
    if (sender === null || cause === null) return;
    this.#recorder.record(at, sender.node, KIND.drop, cause, sender.id, 0, reason);
  }

  #cause({ process, ids }: Source, event: TraceEvent): EventId {
    if (event.cause !== NO_CAUSE || process === null) return ids.get(event.cause) ?? NO_CAUSE;
    if (event.kind === "boot") return this.#world.ids.get(process.boot) ?? NO_CAUSE;
    // What nobody but the world does to a process.
    const isDone = event.kind === "down" || event.kind === "clock";
    if (isDone) return this.#faults.get(process.node) ?? NO_CAUSE;
    return process.sessions.cause(event);
  }
}

function headOf({ items, told }: Source): TraceEvent | Lost | undefined {
  return items[told];
}

function atOf(item: TraceEvent | Lost | undefined): number {
  return item?.at ?? Number.POSITIVE_INFINITY;
}

function isLost(item: TraceEvent | Lost): item is Lost {
  return "ordinal" in item;
}

/** The earliest; of several of one time the one that was there first. */
function first(sources: readonly Source[]): Source | null {
  let found: Source | null = null;
  for (const source of sources) {
    if (found === null || atOf(headOf(source)) < atOf(headOf(found))) found = source;
  }
  return found;
}
