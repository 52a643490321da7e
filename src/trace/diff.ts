/**
 * Where two traces part, by index: two runs that should be the same differ first where they differ
 * at all, and everything after that is a consequence. Runs that may differ are for align.ts.
 */
import type { TraceEvent } from "./event.ts";
import type { Trace } from "./trace.ts";

export interface Difference {
  /** How many events agree before it. */
  readonly index: number;
  /** Null where that trace has ended. */
  readonly one: TraceEvent | null;
  readonly other: TraceEvent | null;
}

/** Null when both tell the same. */
export function firstDifference(one: Trace, other: Trace): Difference | null {
  const rest = other.events()[Symbol.iterator]();
  let index = 0;
  for (const event of one.events()) {
    const next = rest.next();
    const twin = next.done === true ? null : next.value;
    if (twin === null || !sameEvent(event, twin)) return { index, one: event, other: twin };
    index++;
  }
  const next = rest.next();
  return next.done === true ? null : { index, one: null, other: next.value };
}

export function sameEvent(x: TraceEvent, y: TraceEvent): boolean {
  const place = x.id === y.id && x.at === y.at && x.node === y.node && x.kind === y.kind;
  return place && x.cause === y.cause && x.a === y.a && x.b === y.b && sameData(x.body, y.body);
}

/** Plain data, as the digest sees it: order of fields is nothing, absent equals undefined. */
export function sameData(x: unknown, y: unknown): boolean {
  if (Object.is(x, y)) return true;
  if (typeof x !== "object" || typeof y !== "object" || x === null || y === null) return x === y;
  if (Array.isArray(x) !== Array.isArray(y)) return false;
  const [left, right] = [x as Data, y as Data];
  return [...new Set([...Object.keys(x), ...Object.keys(y)])].every((key) => {
    return sameData(left[key], right[key]);
  });
}

type Data = Readonly<Record<string, unknown>>;
