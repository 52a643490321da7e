/**
 * Why a run failed, as a block of text: what was expected, what was there, the events that led to
 * it, the gates that were shut, and the command that repeats it. Plain text, one block a row.
 */
import { formatTime, type Time } from "../core/units.ts";
import { type EventId, type TraceEvent, typeOf } from "../trace/event.ts";
import type { Crash, Outcome, OutcomePart } from "../trace/outcome.ts";
import { past } from "../trace/slice.ts";
import { eventLine, brief, TIME_WIDTH, whenAndWho, type Words } from "../trace/text.ts";
import type { Trace } from "../trace/trace.ts";
import { closedGates } from "./gates.ts";
import { failedAt, partText, wrongParts } from "./part.ts";
import { timeline, timelineLine, type TimelineRow } from "./timeline.ts";

export interface Failure {
  readonly kind: "row" | "crash" | "golden" | "nondeterminism";
  readonly scenario: string;
  readonly row: string;
  readonly seed: string;
  /** `scenarios/x.yaml:12:5`. */
  readonly place: string;
  readonly sections: readonly Section[];
  /** The command. */
  readonly repeat: string;
}

export interface Section {
  readonly title: string;
  readonly lines: readonly string[];
}

/** What every failure of one run has in common. */
export interface Failed {
  readonly trace: Trace;
  readonly words: Words;
  readonly file: string;
  readonly repeat: string;
  /** When time was up for a row that never came true; null: at the end. */
  readonly deadline?: (outcome: Outcome) => Time | null;
}

const EVENTS_MAX = 10;
const PARTS_MAX = 6;
const GATES_MAX = 12;

/** One for the crash, one for each row that failed. */
export function failuresOf(
  outcomes: readonly Outcome[],
  crash: Crash | null,
  run: Failed,
): readonly Failure[] {
  const failed = outcomes.filter((outcome) => !outcome.passed);
  if (failed.length === 0 && crash === null) return [];
  const story = timeline(run.trace, run.words);
  const rows = failed.map((outcome) => rowFailure(outcome, run, story));
  return crash === null ? rows : [crashFailure(crash, run, story), ...rows];
}

/** The block: a heading, then each section with its title in a column of its own. */
export function failureText(failure: Failure): string {
  const head = `FAIL  ${failure.scenario} › ${failure.row}   seed ${failure.seed}`;
  return block(head, [...failure.sections, { title: "repeat", lines: [failure.repeat] }]);
}

/** A heading, and below it each section that has lines. */
export function block(head: string, parts: readonly Section[]): string {
  const sections = parts
    .filter(({ lines }) => lines.length > 0)
    .flatMap(({ title, lines }) =>
      lines.map((line, index) => `  ${(index === 0 ? title : "").padEnd(TITLE)}${line}`),
    );
  return [head, ...sections].join("\n");
}

const TITLE = 14;

/** The part that failed first is explained; the others are named with what was there. */
function rowFailure(outcome: Outcome, run: Failed, story: readonly TimelineRow[]): Failure {
  const deadline = run.deadline?.(outcome) ?? null;
  const wrong = wrongParts(outcome.parts, deadline);
  const nodes = wrong.map((part) => indexOf(part.node, run.trace));
  const [first] = wrong;
  const found = wrong.map((part) => foundText(outcome, part));
  const decided = first?.event ?? null;
  const moment = failedAt({ at: first?.at ?? null }, deadline);
  // A breach is over in a moment, and the gate may have opened since.
  const shut = moment === first?.at ? "closed then" : "still closed";
  const [before, after] =
    decided === null
      ? [lastOf(nodes[0] ?? -1, moment, run, story), []]
      : [leadingTo(decided, run, story), afterwards(decided, run)];
  return {
    kind: "row",
    scenario: run.file,
    row: outcome.row,
    seed: run.trace.header.seed,
    place: outcome.place,
    sections: [
      { title: "expected", lines: [outcome.expected] },
      { title: "found", lines: capped(found, PARTS_MAX) },
      { title: decided === null ? "last events" : "led to it", lines: before },
      { title: "afterwards", lines: after },
      { title: shut, lines: gatesOf(nodes, moment, run) },
      { title: "written at", lines: [outcome.place] },
    ],
    repeat: run.repeat,
  };
}

/** Rows say when in words of their own. */
function foundText({ invariant }: Outcome, part: OutcomePart): string {
  const { at } = part;
  if (invariant === undefined || at === null) return partText(part);
  return `${formatTime(at).padStart(TIME_WIDTH)}  ${partText(part)}`;
}

/** A step threw: the run ended there, and rows that wanted more time failed with it. */
function crashFailure(crash: Crash, run: Failed, story: readonly TimelineRow[]): Failure {
  const stack = crash.stack.split("\n").filter((line) => line.trim().startsWith("at "));
  return {
    kind: "crash",
    scenario: run.file,
    row: `${crash.node} crashes`,
    seed: run.trace.header.seed,
    place: `${run.file}:1:1`,
    sections: [
      { title: "expected", lines: ["no step throws"] },
      { title: "found", lines: [`${crash.node} at ${formatTime(crash.at)}: ${crash.error}`] },
      { title: "thrown", lines: stack.slice(0, PARTS_MAX).map((line) => line.trim()) },
      { title: "led to it", lines: leadingTo(crash.event, run, story) },
      { title: "still closed", lines: gatesOf([indexOf(crash.node, run.trace)], crash.at, run) },
    ],
    repeat: run.repeat,
  };
}

/** The causes of an event back to the outside, with what notable they brought about on the way. */
function leadingTo(id: EventId, run: Failed, story: readonly TimelineRow[]): readonly string[] {
  const path = past(run.trace, id);
  const inPath = new Set(path.map((event) => event.id));
  const told = new Map(story.map((row) => [row.event, row]));
  const lines: { readonly event: EventId; readonly text: string }[] = [];
  for (const [index, event] of path.entries()) {
    if (!told.has(event.id) && !ticks(event, path[index + 1]))
      lines.push({ event: event.id, text: eventLine(event, run.words) });
  }
  for (const row of story) {
    const cause = run.trace.event(row.event)?.cause ?? -1;
    if (row.event > id || !(inPath.has(row.event) || inPath.has(cause))) continue;
    lines.push({ event: row.event, text: timelineLine(row, run.words) });
  }
  const sorted = lines.toSorted((a, b) => a.event - b.event).map(({ text }) => text);
  const left = sorted.length - EVENTS_MAX;
  return left > 0 ? [`… ${left} earlier`, ...sorted.slice(-EVENTS_MAX)] : sorted;
}

/** A timer that did nothing but arm itself again: only its last round is news. */
export function ticks(event: TraceEvent, next: TraceEvent | undefined): boolean {
  const same = next?.kind === "timer" && event.kind === "timer" && event.node === next.node;
  return same && event.body === next.body && event.b === next.b;
}

/** Nothing decided: what the node (or anybody, for the world) last did before it failed. */
function lastOf(
  node: number,
  moment: Time,
  run: Failed,
  story: readonly TimelineRow[],
): readonly string[] {
  const own = story.filter((row) => (node < 0 || row.node === node) && row.at <= moment);
  return own.slice(-EVENTS_MAX).map((row) => timelineLine(row, run.words));
}

const AFTERWARDS = 3;

/** How it went on: later facts of the same kind on the same node, and the last of the run. */
function afterwards(id: EventId, { trace, words }: Failed): readonly string[] {
  const decided = trace.event(id);
  if (decided === null || decided.kind !== "fact") return [];
  const later: TraceEvent[] = [];
  for (const event of trace.events()) {
    const same = event.kind === "fact" && event.node === decided.node && event.id > id;
    if (same && typeOf(event.body) === typeOf(decided.body)) later.push(event);
  }
  const line = (event: TraceEvent): string => `${whenAndWho(event, words)}  ${brief(event, words)}`;
  const shown = later.slice(0, AFTERWARDS).map(line);
  const last = later.at(-1);
  if (last === undefined || later.length <= AFTERWARDS) return shown;
  const between = later.length - AFTERWARDS - 1;
  return [...shown, ...(between > 0 ? [`… ${between} more`] : []), line(last)];
}

/** Of the nodes that failed; of all, where the world did. */
function gatesOf(
  nodes: readonly number[],
  moment: Time,
  { trace, words }: Failed,
): readonly string[] {
  const about = (node: number): boolean => nodes.includes(node) || nodes.includes(-1);
  const lines = closedGates(trace, words, moment)
    .filter(({ node }) => about(node))
    .map(({ node, text }) => `${words.names.node(node).padEnd(words.width)}  ${text}`);
  return capped(lines, GATES_MAX);
}

/** A thousand nodes fail in the same way: some of them show it. */
function capped(lines: readonly string[], most: number): readonly string[] {
  const left = lines.length - most;
  return left > 0 ? [...lines.slice(0, most), `… and ${left} more`] : lines;
}

/** −1 for claims about the world. */
function indexOf(name: string, trace: Trace): number {
  return trace.header.nodes.findIndex((node) => node.name === name);
}
