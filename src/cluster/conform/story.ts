/**
 * A disagreement as it is told: one sentence, and for each world the event that it is about, or
 * what is to be said where there is none.
 */
import { formatDuration } from "../../core/units.ts";
import type { TraceEvent } from "../../trace/event.ts";
import type { OutcomePart } from "../../trace/outcome.ts";
import type { Trace } from "../../trace/trace.ts";
import type { Departure } from "./envelope.ts";
import { type Feature, featureOf, type Frame, keyOf, tell } from "./tale.ts";

export interface Told {
  readonly event: TraceEvent | null;
  /** Where there is none. */
  readonly instead: string;
}

export interface Story {
  /** When it shows, in the world that shows it. */
  readonly at: number;
  readonly sentence: string;
  readonly simulated: Told;
  readonly real: Told;
}

/** By time. `runs`: simulated ones, none of which does what the real one did. */
export function storiesOf(
  departures: readonly Departure[],
  simulated: Trace,
  real: Trace,
  frame: Frame,
  runs: number,
): readonly Story[] {
  if (departures.length === 0) return [];
  const wanted = new Set(departures.flatMap(keysOf));
  const scene = {
    simulated: eventsOf(simulated, wanted, frame),
    real: eventsOf(real, wanted, frame),
    traces: { simulated, real },
    frame,
    runs,
  };
  return departures.map((one) => storyOf(one, scene)).toSorted((a, b) => a.at - b.at);
}

interface Scene {
  readonly simulated: Events;
  readonly real: Events;
  readonly traces: { readonly simulated: Trace; readonly real: Trace };
  readonly frame: Frame;
  readonly runs: number;
}

type Events = ReadonlyMap<string, readonly TraceEvent[]>;

function keysOf(departure: Departure): readonly string[] {
  if (departure.kind !== "order") return [departure.key];
  return [firstKey(departure.node, departure.early), firstKey(departure.node, departure.late)];
}

function firstKey(node: string, text: string): string {
  return keyOf({ sort: "first", node, part: 0, text });
}

function eventsOf(trace: Trace, wanted: ReadonlySet<string>, frame: Frame): Events {
  const found = new Map<string, TraceEvent[]>();
  tell(trace, frame, (key, _how, event) => {
    if (event === null || !wanted.has(key)) return;
    const list = found.get(key) ?? [];
    found.set(key, list);
    list.push(event);
  });
  return found;
}

function storyOf(departure: Departure, scene: Scene): Story {
  switch (departure.kind) {
    case "count":
      return countStory(departure, scene);
    case "how": {
      const { node, text, sort } = featureOf(departure.key);
      const [one] = scene.simulated.get(departure.key) ?? [];
      const [other] = scene.real.get(departure.key) ?? [];
      const said = sort === "talk" ? `says as ${text}` : `${text}, because`;
      const sentence =
        `${node} ${said}: ${departure.found}; ` +
        `in each of ${scene.runs} simulated runs: ${departure.how}`;
      return storyFrom(sentence, one ?? null, other ?? null, "does not happen");
    }
    case "order": {
      const { node, early, late } = departure;
      const [one] = scene.simulated.get(firstKey(node, early)) ?? [];
      const [other] = scene.real.get(firstKey(node, late)) ?? [];
      const sentence =
        `${node} ${late} before it ${early}; ` +
        `in each of ${scene.runs} simulated runs it is the other way round`;
      return storyFrom(sentence, one ?? null, other ?? null, "does not happen");
    }
  }
}

function storyFrom(
  sentence: string,
  one: TraceEvent | null,
  other: TraceEvent | null,
  instead: string,
): Story {
  const at = other?.at ?? one?.at ?? 0;
  const simulated = { event: one, instead };
  return { at, sentence, simulated, real: { event: other, instead } };
}

function countStory(
  { key, found, range }: Extract<Departure, { readonly kind: "count" }>,
  scene: Scene,
): Story {
  const feature = featureOf(key);
  if (feature.sort === "row") return rowStory(feature, scene);
  const { min, max } = range;
  const [one, other] = [scene.simulated.get(key) ?? [], scene.real.get(key) ?? []];
  const promised = min === max ? times(min) : `${min} to ${max} times`;
  const sentence =
    `${feature.node}: ${feature.text}: ${times(found)}${spanOf(feature, scene.frame)}; ` +
    `in each of ${scene.runs} simulated runs ${promised}`;
  // What the other world lacks, or has too often, is the event to look at.
  const surplus = found > max;
  const event = (surplus ? other.at(max) : one.at(found)) ?? null;
  const simulated = surplus ? null : event;
  const real = surplus ? event : null;
  return {
    at: event?.at ?? 0,
    sentence,
    simulated: { event: simulated, instead: `${promised} in each run` },
    real: { event: real, instead: `${times(found)} here` },
  };
}

function times(count: number): string {
  if (count === 0) return "never";
  return count === 1 ? "once" : `${count} times`;
}

function spanOf({ part, sort }: Feature, { parts }: Frame): string {
  if (sort !== "count" || parts.length === 0) return "";
  const [from, to] = [parts[part - 1], parts[part]];
  const begin = from === undefined ? "" : ` from ${formatDuration(from)}`;
  const end = to === undefined ? "" : ` until ${formatDuration(to)}`;
  return begin + end;
}

function rowStory(feature: Feature, { traces, runs }: Scene): Story {
  const [one, other] = [partOf(traces.simulated, feature), partOf(traces.real, feature)];
  const told = (trace: Trace, part: OutcomePart | null): Told => ({
    event: part?.event === null || part === null ? null : trace.event(part.event),
    instead: part === null || part.found === "" ? "comes true" : part.found,
  });
  const fails = other === null || !other.passed;
  const sentence = fails
    ? `row "${feature.text}" fails, and comes true in each of ${runs} simulated runs`
    : `row "${feature.text}" comes true, and in none of ${runs} simulated runs`;
  return {
    at: one?.at ?? other?.at ?? 0,
    sentence,
    simulated: told(traces.simulated, one),
    real: told(traces.real, other),
  };
}

function partOf({ footer }: Trace, { node, text }: Feature): OutcomePart | null {
  for (const { row, place, parts } of footer.outcomes) {
    for (const part of parts) {
      if (part.node === node && `${row} › ${part.sentence} (${place})` === text) return part;
    }
  }
  return null;
}
