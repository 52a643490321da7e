/**
 * One run, of either world, told as counts of things that can be compared: what happened to which
 * node in which part of the run, what brought it about the first time, how a first session began,
 * what a stream lost, which rows came true, and in which order a node met its facts. Never a time,
 * a nonce, a hash, a signature, a kernel's port or the number of a session.
 */
import { literal } from "../../core/literal.ts";
import { type GateBody, type TraceEvent, typeOf } from "../../trace/event.ts";
import { Peers } from "../../trace/spoken.ts";
import type { Words } from "../../trace/text.ts";
import type { Trace } from "../../trace/trace.ts";
import { Garbled, Gates, phraseOf } from "./phrase.ts";
import { reasonOf } from "./reason.ts";
import { Streams } from "./streams.ts";
import { Talks } from "./talks.ts";

/** What both tales of a comparison share. */
export interface Frame {
  readonly words: Words;
  /** Moments at which a new part of the run begins, sorted; the first part begins before all. */
  readonly parts: readonly number[];
  /** What comes at this moment or after it is left out: both worlds may be late there. */
  readonly end: number;
}

/**
 * Counted: `count`, how often in this part of the run; `lost` and `twice`, what a node's streams
 * did to messages; `row`, an expectation that came true. Told once: `first`, what brought it about
 * the first time; `talk`, the n-th message of the first session with a peer.
 */
export type Sort = "count" | "lost" | "twice" | "row" | "first" | "talk";

export interface Feature {
  readonly sort: Sort;
  /** Name; `-` for the world. */
  readonly node: string;
  readonly part: number;
  /** What happened, `counts 2 active: A, B`. */
  readonly text: string;
  /** Of which type it is: a fact's, a gate of many; else left out. */
  readonly type?: string;
  /** How it reads of any, if it names one node that is not its own, one number, or both. */
  readonly alike?: string;
}

export interface Tale {
  readonly counts: ReadonlyMap<string, number>;
  /** How it came about, for what is told once. */
  readonly hows: ReadonlyMap<string, string>;
  /** Per node, what happened to it, in the order of first times. */
  readonly order: ReadonlyMap<string, readonly First[]>;
}

export interface First {
  readonly text: string;
  readonly at: number;
  /** Of the run, in which that is. */
  readonly part: number;
}

/** Hears of each feature as often as it occurs; `how` is empty for what is counted. */
export type Hear = (key: string, how: string, event: TraceEvent | null) => void;

const SEPARATOR = "\u0001";

export function keyOf({ sort, node, part, text, type = "", alike = "" }: Feature): string {
  return [sort, node, part, text, type, alike].join(SEPARATOR);
}

export function featureOf(key: string): Feature {
  const words = key.split(SEPARATOR) as [Sort, string, string, string, string, string];
  const [sort, node, part, text, type, alike] = words;
  return { sort, node, part: Number(part), text, type, alike };
}

export function taleOf(trace: Trace, frame: Frame): Tale {
  const counts = new Map<string, number>();
  const hows = new Map<string, string>();
  const order = new Map<string, First[]>();
  tell(trace, frame, (key, how, event) => {
    if (how === "") {
      counts.set(key, (counts.get(key) ?? 0) + 1);
      return;
    }
    hows.set(key, how);
    const { sort, node, text } = featureOf(key);
    if (sort !== "first" || event === null) return;
    const list = order.get(node) ?? [];
    order.set(node, list);
    list.push({ text, at: event.at, part: partOf(frame, event.at) });
  });
  return { counts, hows, order };
}

export function tell(trace: Trace, frame: Frame, hear: Hear): void {
  const teller = new Teller(trace, frame, hear);
  for (const event of trace.events()) if (event.at < frame.end) teller.see(event);
  for (const { row, place, parts } of trace.footer.outcomes) {
    for (const { node, sentence, passed } of parts) {
      const text = `${row} › ${sentence} (${place})`;
      if (passed) hear(keyOf({ sort: "row", node, part: 0, text }), "", null);
    }
  }
}

class Teller {
  readonly #trace: Trace;
  readonly #frame: Frame;
  readonly #hear: Hear;
  readonly #peers: Peers;
  readonly #before = { gates: new Gates(), garbled: new Garbled() };
  readonly #talks = new Talks();
  readonly #streams: Streams;
  readonly #others: Others;
  readonly #met = new Set<string>();

  constructor(trace: Trace, frame: Frame, hear: Hear) {
    this.#trace = trace;
    this.#frame = frame;
    this.#hear = hear;
    this.#peers = new Peers(trace.header);
    this.#others = new Others(trace.header.nodes.map(({ name }) => name));
    this.#streams = new Streams((id) => trace.event(id));
  }

  see(event: TraceEvent): void {
    const { words } = this.#frame;
    const peer = this.#peers.of(event);
    this.#before.garbled.see(event);
    const node = words.names.node(event.node);
    const talk = this.#talks.see(event, peer);
    if (talk !== null) this.#say({ sort: "talk", node, part: 0, text: talk.text }, talk.how, event);
    const fate = this.#streams.see(event);
    if (fate !== null) {
      const sender = words.names.node(fate.sent.node);
      this.#say({ sort: fate.sort, node: sender, part: 0, text: fate.text }, "", fate.sent);
    }
    const text = phraseOf(event, peer, words, this.#before);
    if (text === null) return;
    const part = partOf(this.#frame, event.at);
    const [type, alike] = [typeFor(event), this.#others.alike(text, node)];
    this.#say({ sort: "count", node, part, text, type, alike }, "", event);
    const first = `${node}${SEPARATOR}${text}`;
    if (this.#met.has(first)) return;
    this.#met.add(first);
    const how = reasonOf(this.#trace, event, words) || "by itself";
    this.#say({ sort: "first", node, part: 0, text }, how, event);
  }

  #say(feature: Feature, how: string, event: TraceEvent): void {
    this.#hear(keyOf(feature), how, event);
  }
}

function partOf({ parts }: Frame, at: number): number {
  let part = 0;
  while (part < parts.length && at >= (parts[part] as number)) part++;
  return part;
}

/** What is said of one node or of one number, as it would be said of any. */
class Others {
  readonly #names: RegExp;

  constructor(names: readonly string[]) {
    this.#names = new RegExp(
      String.raw`(?<![\w.-])(?:${names.map(literal).join("|")})(?![\w-])`,
      "g",
    );
  }

  /** Empty if no node but its own and no number is named, or several of either are. */
  alike(text: string, own: string): string {
    const named = new Set(text.match(this.#names) ?? []);
    named.delete(own);
    const ofAny = text.replaceAll(this.#names, (name) => (name === own ? name : "*"));
    const numbers = ofAny.match(NUMBER) ?? [];
    const says = Math.max(named.size, numbers.length) === 1;
    return says ? ofAny.replaceAll(NUMBER, "#") : "";
  }
}

/** By itself, and no part of a name or of an address. */
const NUMBER = /(?<![\w.:-])\d+(?![\w.:-])/g;

/** Gates that there are one by one for each of many, as of whom to dial, are one type. */
function typeFor({ kind, body }: TraceEvent): string {
  if (kind === "fact") return typeOf(body);
  if (kind !== "gate") return "";
  const { gate, values } = body as GateBody;
  return values["for"] === undefined ? "" : `gate ${gate}`;
}
