/**
 * Where two traces part, as text and as data: both sides, what led to each, and the last events on
 * which they agree. Pure, for replays and for comparisons of any two runs.
 */
import type { Difference } from "../trace/diff.ts";
import type { EventId, TraceEvent } from "../trace/event.ts";
import { past } from "../trace/slice.ts";
import { eventLine, type Words } from "../trace/text.ts";
import type { Section } from "./failure.ts";
import { ticks } from "./failure.ts";

/** One of the two, as far as telling it takes. */
export interface Side {
  /** `recorded`, `a.ndjson`. */
  readonly title: string;
  readonly event: TraceEvent | null;
  /** Said where there is no event. */
  readonly instead: string;
  /** Any event before it. */
  readonly before: (id: EventId) => TraceEvent | null;
  readonly words: Words;
}

const PAST_MAX = 8;
const AGREED = 5;

/** Sections for report/failure.ts's block. `agreed`: the last events that are the same. */
export function differenceSections(
  sides: readonly [Side, Side],
  agreed: readonly TraceEvent[],
): readonly Section[] {
  const [one, other] = sides;
  const [left, right] = [pathLines(one), pathLines(other)];
  const same = left.join("\n") === right.join("\n");
  return [
    ...sides.map((side) => ({ title: side.title, lines: [sideLine(side)] })),
    ...(same
      ? [{ title: "led to both", lines: left }]
      : [
          { title: "led to it", lines: left.length === 0 ? [] : [`${one.title}:`, ...left] },
          { title: "led to it", lines: right.length === 0 ? [] : [`${other.title}:`, ...right] },
        ]),
    { title: "agreed", lines: agreed.map((event) => eventLine(event, one.words)) },
  ];
}

function sideLine({ event, instead, words }: Side): string {
  return event === null ? `(${instead})` : eventLine(event, words);
}

/** The last of the events before it, oldest first. */
export function agreedBefore(
  { index }: Pick<Difference, "index">,
  event: (id: EventId) => TraceEvent | null,
): readonly TraceEvent[] {
  const found: TraceEvent[] = [];
  for (let id = index - 1; id >= 0 && found.length < AGREED; id--) {
    const one = event(id);
    if (one !== null) found.push(one);
  }
  return found.toReversed();
}

/** What led to the event, without the event; rounds of one timer are one. */
export function pathOf({ event, before }: Side): readonly TraceEvent[] {
  if (event === null) return [];
  const path = past({ event: before }, event.cause);
  return path.filter((each, index) => !ticks(each, path[index + 1]));
}

function pathLines(side: Side): readonly string[] {
  const lines = pathOf(side).map((event) => eventLine(event, side.words));
  const left = lines.length - PAST_MAX;
  return left > 0 ? [`… ${left} earlier`, ...lines.slice(-PAST_MAX)] : lines;
}
