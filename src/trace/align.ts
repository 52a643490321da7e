/**
 * Two runs laid side by side by cause, not by index. Events match when node, kind and content are
 * the same, their causes match, and each is the same n-th of its kind below that cause. When they
 * happened is no part of it: a slower link shifts times and changes nothing. So the first event
 * without a match is where the two stories part, not where one of them slipped by a millisecond.
 */
import { hashOf } from "../core/digest.ts";
import { NO_CAUSE, type TraceEvent } from "./event.ts";
import { Peers, spoken } from "./spoken.ts";
import { gist, type Words } from "./text.ts";
import type { Trace } from "./trace.ts";

export interface AlignOptions {
  /** Bodies to the letter; else what is said of them, without times, hashes and numbers of
   * sessions, which differ from run to run and mean nothing by themselves. */
  readonly exact: boolean;
}

export interface Run {
  readonly trace: Trace;
  readonly words: Words;
}

/** The first event of one run that has no match. */
export interface Apart {
  readonly event: TraceEvent;
  /** The same in the other run, from another cause; null: it never happens there. */
  readonly elsewhere: TraceEvent | null;
  /** How many have no match. */
  readonly count: number;
}

/** Two events that match, and whose times differ. */
export interface Shift {
  readonly one: TraceEvent;
  readonly other: TraceEvent;
}

export interface Alignment {
  readonly matched: number;
  readonly one: Apart | null;
  readonly other: Apart | null;
  /** The first by the time of the one. */
  readonly shift: Shift | null;
  readonly shifted: number;
}

export function align(one: Run, other: Run, options: AlignOptions): Alignment {
  const names = new Map<string, number>();
  const left = placesOf(one, names, options);
  const right = placesOf(other, names, options);
  let matched = 0;
  let shifted = 0;
  let shift: Shift | null = null;
  for (const [place, event] of left.byPlace) {
    const twin = right.byPlace.get(place);
    if (twin === undefined) continue;
    matched++;
    if (twin.at === event.at) continue;
    shifted++;
    shift ??= { one: event, other: twin };
  }
  return { matched, one: apart(left, right), other: apart(right, left), shift, shifted };
}

/** A run by place: a number for cause, node, kind, content and n, shared by both runs. */
interface Places {
  readonly byPlace: ReadonlyMap<number, TraceEvent>;
  /** Of each event, node, kind and content without its cause. */
  readonly looks: ReadonlyMap<TraceEvent, number>;
}

function placesOf(run: Run, names: Map<string, number>, { exact }: AlignOptions): Places {
  const numberOf = (name: string): number => {
    const known = names.get(name) ?? names.size;
    if (known === names.size) names.set(name, known);
    return known;
  };
  const peers = new Peers(run.trace.header);
  const byPlace = new Map<number, TraceEvent>();
  const looks = new Map<TraceEvent, number>();
  const places = new Map<number, number>();
  const counts = new Map<string, number>();
  for (const event of run.trace.events()) {
    const peer = peers.of(event);
    const content = exact ? letters(event) : spoken(gist(event, run.words));
    const node = run.words.names.node(event.node);
    const look = numberOf(`${event.kind}|${node}|${peer}|${content}`);
    const cause = event.cause === NO_CAUSE ? "-" : (places.get(event.cause) ?? "?");
    const below = `${cause}<${look}`;
    const n = (counts.get(below) ?? 0) + 1;
    counts.set(below, n);
    const place = numberOf(`${below}/${n}`);
    places.set(event.id, place);
    byPlace.set(place, event);
    looks.set(event, look);
  }
  return { byPlace, looks };
}

function apart(own: Places, others: Places): Apart | null {
  let first: TraceEvent | null = null;
  let count = 0;
  for (const [place, event] of own.byPlace) {
    if (others.byPlace.has(place)) continue;
    first ??= event;
    count++;
  }
  if (first === null) return null;
  const look = own.looks.get(first);
  for (const [place, event] of others.byPlace) {
    if (others.looks.get(event) !== look || own.byPlace.has(place)) continue;
    return { event: first, elsewhere: event, count };
  }
  return { event: first, elsewhere: null, count };
}

function letters({ a, b, body, kind }: TraceEvent): string {
  const passing = kind === "read" || kind === "clock" || kind === "bound";
  const numbers = passing ? "" : `${a}/${b}/`;
  return numbers + hashOf(body).join("/");
}
