/**
 * What a file says that other parts of it refer to: its nodes, its end, its named faults. Gathered
 * before the schema looks, so that a reference is checked where it stands and all mistakes of a
 * file are told at once. What could not be gathered is null and not checked: one mistake, one
 * line.
 */
import type { Time } from "../core/units.ts";
import { parseDuration } from "../core/units.ts";
import { isMapping } from "./forms.ts";
import { expand, isWrong } from "./texts.ts";

export interface Scope {
  readonly nodes: readonly string[] | null;
  readonly until: Time | null;
  readonly faultNames: readonly string[] | null;
  /** Nodes go by address, not by name, as in a real node's file: the port where none is written. */
  readonly addressPort?: number;
}

/** Nothing is known, so nothing is refused: for the JSON Schema. */
export const OPEN: Scope = { nodes: null, until: null, faultNames: null };

/** `data` is the file as plain data, of any shape. */
export function scopeOf(data: unknown): Scope {
  if (!isMapping(data)) return OPEN;
  const { nodes, until, events } = data;
  return {
    nodes: isMapping(nodes) ? Object.keys(nodes).flatMap(namesIn) : null,
    until: typeof until === "string" ? (parseDuration(until) as Time | null) : null,
    faultNames: events === undefined || Array.isArray(events) ? faultNames(events ?? []) : null,
  };
}

function namesIn(key: string): readonly string[] {
  const names = expand(key);
  return isWrong(names) ? [] : names;
}

function faultNames(events: readonly unknown[]): readonly string[] {
  return events.flatMap((event) => {
    const name = isMapping(event) ? event["name"] : undefined;
    return typeof name === "string" ? [name] : [];
  });
}
