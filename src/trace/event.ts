/**
 * Everything that is shown, checked, diffed or replayed is one of these events, written the same by
 * the simulator and by a real node. Recording is a positional call of scalars and one body
 * reference; objects are made only for who asks. `cause` is the event that made this one happen
 * (deliver ← send ← timer), −1 for what comes from outside.
 */
import type { Time } from "../core/units.ts";

export type EventId = number;
export const NO_CAUSE: EventId = -1;
/** `node` of events that belong to the world: link faults, heals. */
export const WORLD = -1;

/**
 * Event kinds. Per kind: what `a`, `b` and the body hold.
 * boot      a incarnation, b listening address, body null
 * clock     a wall clock now (µs), b drift in ppm: how to read this node's clock from here on
 * dial      a session, b remote address
 * opened    a session, b remote address, body the role
 * refused   a session, b remote address, body the reason
 * send      a session, body the message
 * deliver   a session, body the message
 * garbled   a session, b 0 wrong shape, 1 unknown type, 2 too long, body the error
 * drop      a session at the sender, body why this message will never arrive
 * close     a session, body the reason given by the machine
 * closed    a session, body the reason told to the machine
 * timer     body the timer's name, b its key when numeric, a 1; else `name/key`, a 0
 * command   a 1 nobody runs to take it (else 0), body the command
 * save      a token, body the file's name
 * saved     a token, b 1 durable, 0 failed, body the file's name
 * fact      body the fact
 * gate      a 1 open, 0 closed, body { gate, values }
 * down      body how: stop, kill, power loss, crash
 * aside     body the name of a damaged file that was set aside at boot
 * fault     body the fault
 * lift      body the fault that ended
 * stall     a 1 stands still (hang, pause), 0 goes on
 * crash     body the error: the machine threw, the run is over
 * read      a file that a process finds when it boots: a the save that wrote it, body its name;
 *           a −1 if no save of this trace did: body { file, value }, which a real node's record has
 *           as its codec writes it: { file, text }, or { file, hex } where it is no text
 * bound     a session it dialed, b the address that the other end has for it, as in that end's
 *           `opened`: written before its own, by real nodes only, so that traces can be joined
 */
export const KINDS = [
  "boot",
  "clock",
  "dial",
  "opened",
  "refused",
  "send",
  "deliver",
  "garbled",
  "drop",
  "close",
  "closed",
  "timer",
  "command",
  "save",
  "saved",
  "fact",
  "gate",
  "down",
  "aside",
  "fault",
  "lift",
  "stall",
  "crash",
  "read",
  "bound",
] as const;

export type KindName = (typeof KINDS)[number];

/** Dense index of each kind: `KIND.send`. */
export const KIND: Readonly<Record<KindName, number>> = Object.fromEntries(
  KINDS.map((name, index) => [name, index]),
) as Record<KindName, number>;

/** For who sees everything. */
export const EVERY_KIND: number = 2 ** KINDS.length - 1;

/** A set of kinds as bits, for monitors that want few. */
export function kindMask(...names: readonly KindName[]): number {
  return names.reduce((mask, name) => mask | (1 << KIND[name]), 0);
}

export interface TraceEvent {
  readonly id: EventId;
  readonly at: Time;
  /** Index into the trace's nodes, or WORLD. */
  readonly node: number;
  readonly kind: KindName;
  readonly cause: EventId;
  readonly a: number;
  readonly b: number;
  readonly body: unknown;
}

export interface GateBody {
  readonly gate: string;
  readonly values: Readonly<Record<string, number | string>>;
}

export interface FileBody {
  readonly file: string;
  readonly value: unknown;
}

/** A fact or message body, as far as readers that know no protocol may look. */
export function typeOf(body: unknown): string {
  if (typeof body !== "object" || body === null) return "";
  const type: unknown = (body as { readonly type?: unknown }).type;
  return typeof type === "string" ? type : "";
}
