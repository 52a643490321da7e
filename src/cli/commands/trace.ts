/**
 * `timesim trace`: every event of a run, one line each, or those that are asked for. Conditions
 * narrow each other; numbers and causes are those of the whole trace whatever is left out.
 */
import { BadInput } from "../../core/assert.ts";
import { parseDuration } from "../../core/units.ts";
import { didYouMean } from "../../scenario/suggest.ts";
import { type GateBody, KINDS, type TraceEvent, typeOf } from "../../trace/event.ts";
import { cone } from "../../trace/slice.ts";
import { eventLine, wordsFor } from "../../trace/text.ts";
import type { Trace } from "../../trace/trace.ts";
import { EXIT } from "../exit.ts";
import { nodeIndex, type OpenArgs, openTrace } from "../open.ts";
import { type Io, sayLines } from "../output.ts";
import { type Protocol, protocolOf } from "../protocol.ts";

export interface TraceArgs extends OpenArgs {
  readonly node?: string;
  readonly kind?: string;
  readonly type?: string;
  readonly from?: string;
  readonly to?: string;
  /** An event's number: only what led to it and what it led to. */
  readonly cone?: string;
}

export async function trace(args: TraceArgs, io: Io): Promise<number> {
  const kit = protocolOf(io);
  if (args.kind !== undefined) checkKind(args.kind);
  const from = moment(args.from, "--from", 0);
  const to = moment(args.to, "--to", Number.POSITIVE_INFINITY);
  if (args.from !== undefined && args.to !== undefined && from >= to) {
    throw new BadInput([`--to ${JSON.stringify(args.to)} — it must be later than --from`]);
  }
  const opened = openTrace(args, kit, io);
  if (args.type !== undefined) checkType(args.type, kit, opened);
  const words = wordsFor(opened.header, kit.vocabulary);
  const node = args.node === undefined ? null : nodeIndex(opened, args.node);
  const wanted = (event: TraceEvent): boolean =>
    (node === null || event.node === node) &&
    (args.kind === undefined || event.kind === args.kind) &&
    (args.type === undefined || wordOf(event) === args.type) &&
    event.at >= from &&
    event.at <= to;
  const events = args.cone === undefined ? opened.events() : coneOf(opened, args.cone);
  await sayLines(
    io,
    lines(events, wanted, (event) => eventLine(event, words)),
  );
  return EXIT.ok;
}

/** A kind that does not exist would look like one that did not happen. */
function checkKind(kind: string): void {
  if ((KINDS as readonly string[]).includes(kind)) return;
  const hint = didYouMean(kind, KINDS) || `; there are ${KINDS.join(", ")}`;
  throw new BadInput([`--kind ${JSON.stringify(kind)} — no kind of event${hint}`]);
}

/** Likewise. A message that was never sent is still one; facts and timers are those that occur. */
function checkType(type: string, kit: Protocol, opened: Trace): void {
  const known = new Set<string>(Object.keys(kit.commands));
  for (const { machine } of kit.profiles) for (const kind of machine.kinds) known.add(kind);
  if (known.has(type)) return;
  for (const event of opened.events()) known.add(wordOf(event));
  known.delete("");
  if (known.has(type)) return;
  const hint = didYouMean(type, [...known]);
  const what = "no message, fact, timer, command or gate of that name";
  throw new BadInput([`--type ${JSON.stringify(type)} — ${what}${hint}`]);
}

/** Made while they are printed: a long trace is never one text. */
function* lines(
  events: Iterable<TraceEvent>,
  wanted: (event: TraceEvent) => boolean,
  say: (event: TraceEvent) => string,
): Generator<string> {
  for (const event of events) if (wanted(event)) yield say(event);
}

/** A message's, fact's or command's type; a gate's, timer's or file's name. */
function wordOf({ kind, body }: TraceEvent): string {
  if (kind === "gate") return (body as GateBody).gate;
  return typeof body === "string" ? (body.split("/")[0] ?? body) : typeOf(body);
}

function coneOf(opened: Trace, text: string): readonly TraceEvent[] {
  const id = Number(text.replace(/^#/, ""));
  if (Number.isSafeInteger(id) && opened.event(id) !== null) return cone(opened, id);
  const last = opened.footer.events - 1;
  throw new BadInput([`--cone ${JSON.stringify(text)} — no such event; they go from 0 to ${last}`]);
}

function moment(text: string | undefined, flag: string, fallback: number): number {
  if (text === undefined) return fallback;
  const length = parseDuration(text);
  if (length !== null) return length;
  const shown = JSON.stringify(text);
  throw new BadInput([`${flag} ${shown} — expected a duration such as 90s or 1m30s`]);
}
