/**
 * A shrunk scenario told to who has not seen the code: who takes part, what is done to whom, what
 * was promised and what was seen, how it came to that, and what each part is good for.
 */
import type { Protocol } from "../../core/machine.ts";
import { formatDuration } from "../../core/units.ts";
import type { Kit } from "../../kit/kit.ts";
import type { Comments } from "../../scenario/comment.ts";
import type { NodePlan, Scenario } from "../../scenario/model.ts";
import { specOf } from "../../scenario/promises.ts";
import { type EventId, NO_CAUSE, type TraceEvent } from "../../trace/event.ts";
import { past } from "../../trace/slice.ts";
import { brief, type Words, wordsFor } from "../../trace/text.ts";
import type { Trace } from "../../trace/trace.ts";
import type { Bite } from "./bite.ts";
import { sizeOf, type ShrinkState, type Size } from "./shrink.ts";
import type { Seen, Target } from "./trial.ts";
import { overrides, unusual } from "./usual.ts";
import { eventSentence, list, moment, seconds, settingText, worldSentences } from "./words.ts";

export interface Told {
  readonly state: ShrinkState;
  readonly bites: readonly Bite[];
  /** Of the run of the shrunk scenario, with every event. */
  readonly trace: Trace;
  /** How it was found: `timesim fuzz, seed 8123`. */
  readonly found: string;
}

export function narrated<P extends Protocol>(kit: Kit<P>, told: Told): Comments {
  const { state, bites, trace, found } = told;
  const { best, seen, target } = state;
  const words = wordsFor(trace.header, kit.vocabulary);
  const opening = [
    headline(kit, target, seen, best),
    [...castOf(kit, best), ...worldSentences(kit.world, best), ...constantsOf(kit, best)].join(" "),
    stepsOf(best),
    ledTo(trace, words, seen),
    goodFor(bites),
    foundBy(state, found),
  ];
  const events = best.events.map((event, index) => {
    const bite = bites.find((one) => one.event === index);
    const without = bite === undefined ? "" : ` Without this ${bite.text}.`;
    return `${capital(eventSentence(event))}.${without}`;
  });
  return { opening: opening.filter((text) => text !== ""), events };
}

function headline<P extends Protocol>(
  kit: Kit<P>,
  target: Target,
  { at, node, text }: Seen,
  { nodes }: Scenario,
): string {
  const when = capital(moment(at));
  if (target.kind === "row") return `${when} "${target.row}" fails: ${full(text)}`;
  const spec = specOf(kit, target.invariant);
  const who = nodes[node]?.name ?? "a node";
  if (spec === undefined) return `${when} a step of ${who} fails: ${full(text)}`;
  const rule = spec.rule === "general" ? "" : ` (rule ${spec.rule})`;
  return `${when}: ${full(text)} Promised is: ${full(spec.about + rule)}`;
}

function castOf<P extends Protocol>(kit: Kit<P>, { nodes, profile }: Scenario): readonly string[] {
  return [
    ...together(nodes.map((node) => [node.name, startOf(node)])),
    ...together(
      nodes.flatMap((node) => traitsOf(kit, node, profile).map((trait) => [node.name, trait])),
    ),
  ];
}

/** Those of whom the same is said, in one sentence. */
function together(said: readonly (readonly [string, string])[]): readonly string[] {
  const whom = new Map<string, string[]>();
  for (const [name, words] of said) whom.set(words, [...(whom.get(words) ?? []), name]);
  return [...whom].map(([words, names]) => {
    return `${list(names)} ${names.length > 1 ? plural(words) : words}.`;
  });
}

/** Of a predicate: `dials A` is `dial A` when several do. */
function plural(words: string): string {
  const [verb = "", ...rest] = words.split(" ");
  const many = verb === "is" ? "are" : verb === "has" ? "have" : verb.replace(/e?s$/, "");
  return [many, ...rest].join(" ");
}

function startOf({ start }: Scenario["nodes"][number]): string {
  if (start === null) return "waits to be started";
  return start === 0 ? "runs from the start" : `runs from ${seconds(start)} on`;
}

/** Whom it dials, and what else is not as usual: predicates. */
function traitsOf<P extends Protocol>(
  kit: Kit<P>,
  { settings, profile, clock, disk, dialsFrom }: NodePlan,
  standard: string,
): readonly string[] {
  const ties = Object.entries(settings).flatMap(([key, value]) => {
    const names = kit.node[key]?.kind === "nodes" ? (value as readonly string[]) : [];
    return names.length === 0 ? [] : [`${key} ${list(names)}`];
  });
  const set = unusual(kit.node, settings)
    .filter((way) => kit.node[way[0] ?? ""]?.kind !== "nodes")
    .map((way) => `has ${settingText(kit.node, settings, way)}`);
  const { about = "" } = kit.profiles.find((one) => one.name === profile) ?? {};
  return [
    ...ties,
    ...set,
    ...(profile === null || profile === standard ? [] : [`is ${profile} (${about})`]),
    ...(clock.offset === 0 && clock.drift === 0 ? [] : ["has a clock that is wrong"]),
    ...(disk.delay === 0 ? [] : ["has a slow disk"]),
    ...(disk.full ? ["has a full disk"] : []),
    ...(dialsFrom === null ? [] : ["is seen under another ip than its own"]),
  ];
}

function constantsOf<P extends Protocol>(
  kit: Kit<P>,
  { config, nodes }: Scenario,
): readonly string[] {
  const all = overrides(kit.config, config).map((way) => settingText(kit.config, config, way));
  const own = nodes.flatMap(({ name, config: its }) =>
    overrides(kit.config, its).map((way) => `${settingText(kit.config, its, way)} at ${name}`),
  );
  const changed = [...all, ...own];
  return changed.length === 0 ? [] : [`Constants are as usual but for ${list(changed)}.`];
}

/** A story of more steps is told beside them. */
const STEPS_MAX = 4;

function stepsOf({ events }: Scenario): string {
  if (events.length === 0) return "It takes no fault.";
  const steps = events.map((event) => `${moment(event.at)} ${eventSentence(event)}.`);
  const left = events.length - STEPS_MAX;
  const shown = steps.slice(0, STEPS_MAX).map(capital).join(" ");
  return left > 0 ? `${shown} ${left} more steps follow.` : shown;
}

const LED_MAX = 6;

/** What notable things its causes brought about, the last few. */
function ledTo(trace: Trace, words: Words, { event }: Seen): string {
  if (event === null) return "";
  const causes = new Set(past(trace, event).map(({ id }) => id));
  const steps: TraceEvent[] = [];
  for (const one of trace.events()) {
    if (one.id > event) break;
    if (isNews(one, causes, words)) steps.push(one);
  }
  if (steps.length === 0) return "";
  const told = steps.slice(-LED_MAX).map((one) => {
    return `${moment(one.at)} ${words.names.node(one.node)}: ${brief(one, words)}`;
  });
  return `How it comes to that: ${told.join("; ")}.`;
}

function isNews(event: TraceEvent, causes: ReadonlySet<EventId>, { vocabulary }: Words): boolean {
  const inside = causes.has(event.id) || (event.cause !== NO_CAUSE && causes.has(event.cause));
  return inside && event.kind === "fact" && vocabulary.notable(event.body);
}

function goodFor(bites: readonly Bite[]): string {
  const constants = bites.filter(({ event }) => event === null);
  const lines = constants.map(({ without, text }) => `without ${without} ${text}`);
  const gone = bites.filter(({ later, shared, instead }) => (later ?? shared ?? instead) === null);
  if (bites.length > 1 && gone.length === bites.length)
    return "Each step and each constant is needed: without any one nothing is complained of.";
  return lines.length === 0 ? "" : `${capital(lines.join("; "))}.`;
}

function foundBy({ first, best, tries }: ShrinkState, found: string): string {
  const now = sizeOf(best);
  const from = same(first, now)
    ? ""
    : ` and shrunk, ${progressText(first, best)}, in ${tries} runs`;
  return `Found by ${found}${from}.`;
}

function same(one: Size, other: Size): boolean {
  return one.nodes === other.nodes && one.faults === other.faults && one.until === other.until;
}

/** `27→4 nodes, 9→1 faults, 5m→42s`. */
export function progressText(first: Size, best: Scenario): string {
  const { nodes, faults, until } = sizeOf(best);
  const length = `${formatDuration(first.until)}→${formatDuration(until)}`;
  return `${first.nodes}→${nodes} nodes, ${first.faults}→${faults} faults, ${length}`;
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

function full(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** What to call it: what is broken, and by which kinds of trouble. */
export function nameFor({ target, best }: ShrinkState): string {
  const what = target.kind === "row" ? target.row : target.invariant;
  const kinds = best.events.map((event) => ("fault" in event ? event.fault.do : event.command));
  const undoing = ["heal", "restart"];
  const troubles = [...new Set(kinds)].filter((kind) => !undoing.includes(kind)).slice(0, 2);
  const words = [what, ...troubles].join("-").toLowerCase();
  return words
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 60);
}
