/**
 * The lines of a trace as they come (writer.ts): each is checked by its sum and by its shape, and
 * the first that is not as it was written is named with its event. Its one rule: what it has given
 * out is well.
 */
import { BadInput } from "../core/assert.ts";
import { bodyFlaw } from "./body.ts";
import {
  type EventId,
  KIND,
  type KindName,
  NO_CAUSE,
  type TraceEvent,
  typeOf,
  WORLD,
} from "./event.ts";
import { type Crc, hasSum, Sums } from "./sum.ts";
import type { TraceFooter, TraceHeader } from "./trace.ts";

export class TraceReader {
  readonly signed: Map<string, string> = new Map();
  readonly #file: string;
  #sums: Sums | null;
  #lines = 0;
  #header: TraceHeader | null = null;
  #footer: TraceFooter | null = null;
  #last: TraceEvent | null = null;
  /** The line before, which is not whole: forgiven only if nothing follows. */
  #broken: string | null = null;

  constructor(file: string, crc?: Crc) {
    this.#file = file;
    this.#sums = new Sums(crc);
  }

  /** The next line without its newline: an event, or null for what is none. */
  take(line: string): TraceEvent | null {
    if (this.#broken !== null) this.#fail(this.#fault(this.#broken));
    this.#lines++;
    if (line.trim() === "") return null;
    if (this.#footer !== null) return this.#fail("nothing may follow the footer");
    const value = parsed(line);
    if (this.#header === null) return this.#begin(value, line);
    const sound = this.#sums === null || this.#sums.check(line);
    if (value === null) this.#broken = line;
    else if (!sound) return this.#fail(this.#fault(line));
    else if (isRecord(value) && isRecord(value["footer"])) {
      this.#footer = footerOf(value["footer"], this.#place);
    } else if (isRecord(value) && value["signed"] !== undefined) this.#sign(value["signed"]);
    else return this.#event(value);
    return null;
  }

  get header(): TraceHeader | null {
    return this.#header;
  }

  get footer(): TraceFooter | null {
    return this.#footer;
  }

  /** There may be more lines, which nobody can read. */
  spoilt(damage: string): never {
    const last = this.#last === null ? "" : ` after ${nameOf(this.#last)}`;
    return this.#fail(`cannot be unpacked${last}, the file was changed: ${damage}`);
  }

  /** There are no more lines. `cut` as in ReadTrace. */
  end(): { readonly header: TraceHeader; readonly cut: string | null } {
    const header = this.#header;
    if (header === null) throw new BadInput([`${this.#file}:1:1 trace — the file is empty`]);
    const lacks = this.#footer === null ? "the footer is missing" : null;
    const problem = this.#broken === null ? lacks : NOT_WHOLE;
    return { header, cut: problem === null ? null : `${this.#place} trace — ${problem}` };
  }

  get #place(): string {
    return `${this.#file}:${Math.max(1, this.#lines)}:1`;
  }

  #fail(problem: string): never {
    throw new BadInput([`${this.#place} trace — ${problem}`]);
  }

  #begin(value: unknown, line: string): null {
    if (!isRecord(value) || !isRecord(value["header"])) this.#fail(HEADLESS);
    // Also where it says that it has none, or of what format it is: that may be what was changed.
    const sums = hasSum(line) ? this.#sums : null;
    if (sums?.check(line) === false) this.#fail(`the header ${CHANGED}`);
    const header = headerOf(value, this.#place);
    if (header.format === 2 && sums === null) this.#fail(`the header ${CHANGED}`);
    this.#sums = sums;
    this.#header = header;
    return null;
  }

  #event(value: unknown): TraceEvent {
    const nodes = this.#header?.nodes.length ?? 0;
    this.#last = eventOf(value, this.#last?.id ?? -1, nodes, this.#place);
    return this.#last;
  }

  #sign(value: unknown): void {
    const [digest, signature] = Array.isArray(value) ? (value as unknown[]) : [];
    if (typeof digest !== "string" || typeof signature !== "string") {
      this.#fail("a signature and what it signs are expected, as hex");
    }
    this.signed.set(digest, signature);
  }

  /** What is wrong with a line that is not whole, or not as it was written. */
  #fault(line: string): string {
    if (this.#sums === null) return NOT_WHOLE;
    if (line.startsWith('{"footer')) return `the footer ${CHANGED}`;
    const id = (this.#last?.id ?? -1) + 1;
    if (line.startsWith('{"signed')) return `a signature before event ${id} ${CHANGED}`;
    // As far as the line can still be read.
    const [, told = "", kind = ""] = /^\{"id":(\d+),.*?"kind":"(\w+)"/.exec(line) ?? [];
    const [, type = ""] = /,"body":\{"type":"(\w+)"/.exec(line) ?? [];
    if (told !== "" && Number(told) !== id && this.#last !== null) {
      return `event ${id} was lost, or ${CHANGED}: its line is that of event ${told}`;
    }
    const what = Object.hasOwn(KIND, kind) ? ` (${`${kind} ${type}`.trimEnd()})` : "";
    return `event ${told === "" ? id : told}${what} ${CHANGED}`;
  }
}

const NOT_WHOLE = "the line is not whole JSON";
const CHANGED = "was changed after it was written";

/** `event 9 (deliver Pong)`: for who does not know the protocol's words. */
export function nameOf({ id, kind, body }: TraceEvent): string {
  return `event ${id} (${`${kind} ${typeOf(body)}`.trimEnd()})`;
}
type Data = Readonly<Record<string, unknown>>;

/** Null for what is no JSON. */
function parsed(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return null;
  }
}

function isRecord(value: unknown): value is Data {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const HEADLESS = 'a trace begins with {"header":…}; this is none';

function headerOf(value: unknown, place: string): TraceHeader {
  const header = isRecord(value) ? value["header"] : undefined;
  if (!isRecord(header)) throw new BadInput([`${place} trace — ${HEADLESS}`]);
  if (header["format"] !== 1 && header["format"] !== 2) {
    const found = JSON.stringify(header["format"]);
    throw new BadInput([`${place} trace — format ${found} is not known, only 1 and 2`]);
  }
  const nodes: unknown = header["nodes"];
  const whole =
    Array.isArray(nodes) &&
    nodes.every((node) => isRecord(node) && typeof node["name"] === "string") &&
    ["name", "seed", "profile"].every((key) => typeof header[key] === "string") &&
    typeof header["epoch"] === "number";
  if (!whole) throw new BadInput([`${place} trace — the header lacks nodes, name, seed or epoch`]);
  const { speed } = header;
  if (speed !== undefined && !(typeof speed === "number" && speed > 0)) {
    throw new BadInput([`${place} trace — speed must be a number above 0`]);
  }
  return header as unknown as TraceHeader;
}

function footerOf(footer: Data, place: string): TraceFooter {
  const whole =
    typeof footer["digest"] === "string" &&
    Array.isArray(footer["outcomes"]) &&
    ["events", "virtual"].every((key) => Number.isSafeInteger(footer[key]));
  if (!whole) throw new BadInput([`${place} trace — the footer lacks digest, outcomes or sums`]);
  return footer as unknown as TraceFooter;
}

const NUMBERS = ["id", "at", "node", "cause", "a", "b"] as const;

/** Ids go up by one: then every event is found at once, and a lost line is noticed. */
function eventOf(value: unknown, before: EventId, nodes: number, place: string): TraceEvent {
  if (!isRecord(value)) throw new BadInput([`${place} trace — expected an event`]);
  const strange = NUMBERS.find((key) => !Number.isFinite(value[key]));
  if (strange !== undefined) throw new BadInput([`${place} trace — ${strange} must be a number`]);
  const kind = value["kind"];
  if (typeof kind !== "string" || !Object.hasOwn(KIND, kind)) {
    throw new BadInput([`${place} trace — no event is of kind ${JSON.stringify(kind)}`]);
  }
  const id = value["id"] as EventId;
  if (before >= 0 && id !== before + 1) {
    throw new BadInput([`${place} trace — event ${id} follows ${before}`]);
  }
  const { at, node, cause, a, b } = value as unknown as TraceEvent;
  if (!Number.isInteger(node) || node < WORLD || node >= nodes) {
    throw new BadInput([`${place} trace — the header names no node ${node}`]);
  }
  // Only faults of links befall nobody.
  if (node === WORLD && kind !== "fault" && kind !== "lift") {
    throw new BadInput([`${place} trace — event ${id} (${kind}) must be some node's`]);
  }
  if (!Number.isInteger(cause) || cause < NO_CAUSE || cause >= id) {
    throw new BadInput([`${place} trace — cause ${cause} is no event before ${id}`]);
  }
  const body = value["body"];
  const flaw = bodyFlaw(kind as KindName, body);
  if (flaw !== null) {
    throw new BadInput([`${place} trace — the body of event ${id} (${kind}) must be ${flaw}`]);
  }
  return { id, at, node, kind: kind as KindName, cause, a, b, body };
}
