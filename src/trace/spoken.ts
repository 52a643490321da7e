/**
 * What is said of an event, without what differs from run to run and means nothing by itself:
 * times, hashes, numbers of sessions, ports that a kernel chose. For laying runs side by side.
 */
import { type Address, formatAddress, ipOf, withPort } from "../core/address.ts";
import type { TraceEvent } from "./event.ts";
import type { TraceHeader } from "./trace.ts";

const PASSING: readonly RegExp[] = [
  // Numbers of sessions, events and saves.
  /session \d+|#\d+|\(\d+\)/g,
  // Durations, `1m30s`.
  /\b(?:\d+(?:\.\d+)?(?:µs|ms|s|m|h))+\b/g,
  // Hashes, and ports that a kernel chose (Linux: from 32768 on).
  /\b[0-9a-f]{8,}\b|(?<=\d):(?:3[2-9]|[456]\d)\d{3}\b/g,
];

export function spoken(text: string): string {
  return PASSING.reduce((rest, passing) => rest.replaceAll(passing, "~"), text);
}

/** With whom a session is: its number is an accident of order, its peer is not. */
export class Peers {
  readonly #byIp: ReadonlyMap<number, string>;
  readonly #sessions = new Map<string, string>();

  constructor({ nodes }: Pick<TraceHeader, "nodes">) {
    this.#byIp = new Map(nodes.map(({ name, address }) => [ipOf(address), name]));
  }

  /** Asked in order of the trace. Empty for events that have to do with no session. */
  of({ kind, node, a, b, body }: TraceEvent): string {
    const session = `${node}/${a}`;
    if (kind === "dial" || kind === "opened") {
      // Whom it accepts comes from a port that a kernel chose.
      const remote = body === "accepted" ? withPort(b as Address, 0) : (b as Address);
      const name = this.#byIp.get(ipOf(remote)) ?? formatAddress(remote);
      this.#sessions.set(session, name);
      return name;
    }
    return SESSIONS.has(kind) ? (this.#sessions.get(session) ?? "?") : "";
  }
}

const SESSIONS: ReadonlySet<string> = new Set([
  ...["refused", "bound", "send", "deliver", "garbled", "drop", "close", "closed"],
]);
