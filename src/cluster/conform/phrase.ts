/**
 * What of a trace is compared between worlds: what nodes say of themselves, as far as it is a
 * change and no detail, gates that open and close, what became of sessions. The rest (timers,
 * saves, messages) leads to these.
 */
import { type Address, formatAddress, parseAddress } from "../../core/address.ts";
import type { GateBody, TraceEvent } from "../../trace/event.ts";
import { spoken } from "../../trace/spoken.ts";
import { gist, type Words } from "../../trace/text.ts";

/** What of the events before it takes to say one. */
export interface Before {
  readonly gates: Gates;
  readonly garbled: Garbled;
}

/** Null for what is not compared. */
export function phraseOf(
  event: TraceEvent,
  peer: string,
  words: Words,
  { gates, garbled }: Before,
): string | null {
  switch (event.kind) {
    case "fact":
      if (!words.vocabulary.notable(event.body)) return null;
      return ended(spoken(garbled.unread(event.node, gist(event, words))));
    case "gate":
      return gates.turned(event, words);
    case "opened":
      return `has a session with ${peer} (${String(event.body)})`;
    case "refused":
      return `is refused by ${peer}: ${String(event.body)}`;
    case "closed":
      return ended(`loses a session with ${peer}: ${String(event.body)}`);
    case "boot":
      return "boots";
    case "down":
    case "crash":
    case "aside":
      return spoken(`${event.kind} ${gist(event, words)}`);
    default:
      return null;
  }
}

/**
 * Kernels disagree on fin against reset (docs/decisions/0003), and a real network that gives a
 * session up can only reset it.
 */
function ended(text: string): string {
  return text.replaceAll(/\b(?:fin|reset|timeout|slow)\b/g, "ended");
}

/** Why a line was unreadable is the codec's to say; of a simulated one no codec says anything. */
export class Garbled {
  readonly #last = new Map<number, string>();

  see({ kind, node, body }: TraceEvent): void {
    if (kind === "garbled") this.#last.set(node, String(body));
  }

  /** Without the words for it, where a node repeats them. */
  unread(node: number, text: string): string {
    const last = this.#last.get(node) ?? "";
    return last === "" ? text : text.replaceAll(last, "unreadable");
  }
}

/** While a gate is closed its values may change: only its turns are compared. */
export class Gates {
  readonly #open = new Map<string, boolean>();

  turned({ node, a, body }: TraceEvent, { names }: Words): string | null {
    const { gate, values } = body as GateBody;
    const about = values["for"];
    const key = `${node}/${gate}/${about ?? ""}`;
    const open = a === 1;
    if (this.#open.get(key) === open) return null;
    this.#open.set(key, open);
    const what = about === undefined ? gate : `${gate} for ${nameOf(about, names)}`;
    return spoken(`${open ? "opens" : "closes"} gate ${what}`);
  }
}

/** Gates are often kept by address, as a number or as a text: a name says more. */
function nameOf(about: number | string, names: Words["names"]): string {
  const value = typeof about === "number" ? (about as Address) : parseAddress(about, 0);
  if (value === null) return String(about);
  const name = names.address(value);
  return name === formatAddress(value) ? String(about) : name;
}
