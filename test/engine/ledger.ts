/** What a trace says about its messages and sessions as a whole: the books must balance. */
import type { TraceEvent } from "../../src/trace/event.ts";

export interface Ledger {
  readonly sent: number;
  /** Delivered, garbled or dropped with a reason. */
  readonly settled: number;
  /** Sends with no end so far. */
  readonly open: number;
  /** Sends with more than one end. */
  readonly doubled: number;
  /** Messages that came though an earlier one of their stream did not, or out of order. */
  readonly gaps: readonly string[];
  /** Sessions that only one end thinks it has. */
  readonly halfOpen: readonly string[];
  /** Sessions that both ends have. */
  readonly whole: number;
}

interface Stream {
  /** By send event: the ends it met, in order. */
  readonly sends: Map<number, string[]>;
  readonly arrivals: number[];
}

export function ledger(events: Iterable<TraceEvent>): Ledger {
  const streams = new Map<string, Stream>();
  const streamOf = new Map<number, Stream>();
  const boots = new Map<number, number>();
  let settled = 0;
  for (const { id, node, kind, cause, a, body } of events) {
    if (kind === "boot") boots.set(node, a);
    if (kind === "send") {
      const key = `${node}#${boots.get(node)}/${a}`;
      const stream = streams.get(key) ?? { sends: new Map(), arrivals: [] };
      streams.set(key, stream);
      stream.sends.set(id, []);
      streamOf.set(id, stream);
    }
    if (kind !== "deliver" && kind !== "garbled" && kind !== "drop") continue;
    settled++;
    const stream = streamOf.get(cause);
    stream?.sends.get(cause)?.push(kind === "drop" ? String(body) : "");
    if (kind !== "drop") stream?.arrivals.push(cause);
  }
  const ends = [...streams.values()].flatMap((stream) => [...stream.sends.values()]);
  return {
    sent: ends.length,
    settled,
    open: ends.filter((each) => each.length === 0).length,
    doubled: ends.filter((each) => each.length > 1).length,
    gaps: [...streams].flatMap(([key, stream]) => gapsOf(key, stream)),
    ...sessions(events),
  };
}

/** What a test fault drops is no gap; anything else that is missing ends its stream. */
function gapsOf(key: string, { sends, arrivals }: Stream): string[] {
  const found: string[] = [];
  let missing = -1;
  for (const [id, ends] of sends) {
    if (ends.includes("link fault: drop")) continue;
    if (!ends.includes("")) missing = missing < 0 ? id : missing;
    else if (missing >= 0) found.push(`${key}: ${id} came, ${missing} did not`);
  }
  for (const [index, id] of arrivals.entries()) {
    if (id < (arrivals[index - 1] ?? 0)) found.push(`${key}: ${id} came late`);
  }
  return found;
}

/** Both ends of a session name the same dial as their cause. */
function sessions(events: Iterable<TraceEvent>): Pick<Ledger, "halfOpen" | "whole"> {
  /** Node → session → dial. */
  const open = new Map<number, Map<number, number>>();
  for (const { node, kind, cause, a } of events) {
    if (kind === "boot" || kind === "down") open.set(node, new Map());
    if (kind === "opened") open.get(node)?.set(a, cause);
    if (kind === "closed" || kind === "close") open.get(node)?.delete(a);
  }
  const ends = new Map<number, string[]>();
  for (const [node, mine] of open) {
    for (const [session, dial] of mine) {
      ends.set(dial, [...(ends.get(dial) ?? []), `node ${node} session ${session}`]);
    }
  }
  const all = [...ends.values()];
  return {
    halfOpen: all.filter((each) => each.length !== 2).map(String),
    whole: all.filter((each) => each.length === 2).length,
  };
}
