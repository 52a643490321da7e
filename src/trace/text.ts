/**
 * One event as one line, in columns: time, node, kind, gist, number, cause. Traces on the terminal,
 * failure texts and tooltips all use it, so what is read in one place can be found in another.
 *
 *     5.301060  B  deliver  Announcement 203.0.113.10 seq 1 (session 1)  #24 ← #19
 */
import { type Address, formatAddress } from "../core/address.ts";
import type { Fault } from "../core/fault.ts";
import { formatDuration, formatTime } from "../core/units.ts";
import { type FileBody, type GateBody, NO_CAUSE, type TraceEvent, typeOf } from "./event.ts";
import { faultText } from "./fault.ts";
import { namesOf, type TraceHeader } from "./trace.ts";
import type { Names, Vocabulary } from "./vocabulary.ts";

/** All that saying an event takes. */
export interface Words {
  readonly vocabulary: Vocabulary;
  readonly names: Names;
  /** Wall clock of an exact clock at time 0. */
  readonly epoch: number;
  /** Characters of the longest node name. */
  readonly width: number;
}

export function wordsFor(header: TraceHeader, vocabulary: Vocabulary): Words {
  const width = header.nodes.reduce((most, node) => Math.max(most, node.name.length), 1);
  return { vocabulary, names: namesOf(header), epoch: header.epoch, width };
}

const KIND_WIDTH = 7;

/** The whole line, without a newline. */
export function eventLine(event: TraceEvent, words: Words): string {
  const cause = event.cause === NO_CAUSE ? "" : ` ← #${event.cause}`;
  const kind = event.kind.padEnd(KIND_WIDTH);
  const head = `${whenAndWho(event, words)}  ${kind}  ${brief(event, words)}`;
  return `${head}  #${event.id}${cause}`;
}

/** Of a moment in a column. */
export const TIME_WIDTH = 11;

/** `  5.301060  B`: the columns that every text about events begins with. */
export function whenAndWho(
  event: { readonly at: number; readonly node: number },
  words: Words,
): string {
  const who = words.names.node(event.node).padEnd(words.width);
  return `${formatTime(event.at).padStart(TIME_WIDTH)}  ${who}`;
}

/** What happened, without when, to whom and why. One line, whatever is in it. */
export function gist(event: TraceEvent, words: Words): string {
  return oneLine(worded(event, words));
}

/** Lies fill lists with hundreds of addresses, and a line is to be read. */
const SHOWN_MAX = 500;

/** The gist as people are shown it: a long one is cut. Whoever compares takes all of it. */
export function brief(event: TraceEvent, words: Words): string {
  const whole = gist(event, words);
  if (whole.length <= SHOWN_MAX) return whole;
  const end = whole.lastIndexOf(" ", SHOWN_MAX);
  const head = whole.slice(0, end > 0 ? end : SHOWN_MAX);
  return `${head} … (${whole.length - head.length} characters more)`;
}

/** A trace may be of a version that said other things: what has no words is shown as it is. */
function worded(event: TraceEvent, words: Words): string {
  try {
    return gistOf(event, words);
  } catch {
    return JSON.stringify(event.body) ?? "";
  }
}

function gistOf(event: TraceEvent, words: Words): string {
  const { a, b, body } = event;
  const { vocabulary, names } = words;
  const session = `session ${a}`;
  switch (event.kind) {
    case "boot":
      return `incarnation ${a} at ${formatAddress(b as Address)}`;
    case "clock":
      return clockText(event, words);
    case "dial":
      return `${session} to ${names.address(b as Address)}`;
    case "opened":
      return `${session} with ${names.address(b as Address)} (${String(body)})`;
    case "bound":
      return `${session} from ${formatAddress(b as Address)}`;
    case "refused":
      return `${session} to ${names.address(b as Address)}: ${String(body)}`;
    case "send":
    case "deliver":
      return `${said(body, words)} (${session})`;
    case "garbled":
    case "drop":
    case "close":
    case "closed":
      return `${session}: ${String(body)}`;
    case "timer":
      return a === 1 ? `${String(body)} ${keyText(b, names)}` : String(body);
    case "command":
      return `${said(body, words)}${a === 1 ? " (nobody runs to take it)" : ""}`;
    case "save":
      return `${String(body)} (${a})`;
    case "saved":
      return `${String(body)} (${a})${b === 1 ? "" : " failed"}`;
    case "fact":
      return vocabulary.fact(body, names);
    case "gate": {
      const { gate, values } = body as GateBody;
      return vocabulary.gate(gate, a === 1, values);
    }
    case "read":
      return readText(event);
    case "down":
    case "aside":
    case "crash":
      return String(body).split("\n")[0] ?? "";
    case "fault":
    case "lift":
      return faultText(body as Fault);
    case "stall":
      return a === 1 ? `stands still (${String(body)})` : "goes on";
  }
}

function readText({ a, body }: TraceEvent): string {
  return a >= 0 ? `${String(body)} as saved in #${a}` : `${(body as FileBody).file} from before`;
}

/** A message or command: its type and what the protocol says of it. */
function said(body: unknown, { vocabulary, names }: Words): string {
  return `${typeOf(body)} ${vocabulary.gist(body, names)}`.trimEnd();
}

/** Timers are often kept by address: a name says more than the number. */
function keyText(key: number, names: Names): string {
  const name = names.address(key as Address);
  return name === formatAddress(key as Address) ? String(key) : name;
}

function clockText({ at, a, b }: TraceEvent, { epoch }: Words): string {
  const ahead = a - epoch - at;
  const side = ahead > 0 ? "ahead" : "behind";
  const reading = ahead === 0 ? "exact" : `${formatDuration(Math.abs(ahead))} ${side}`;
  return b === 0 ? reading : `${reading}, drifts ${b} ppm`;
}

/** Peers choose some of these texts: a line break in one must not make two events of one. */
export function oneLine(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what this is about
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, (char) => {
    return `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}
