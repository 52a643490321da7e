/**
 * What the model promises: that on which many simulated runs agree, each shaken by other lateness.
 * Where they differ the model leaves a race open, and a real run may differ there as well. A count
 * that differs among them is promised to lie among them, with as much room again on both sides. And
 * where single runs still say what no other says (which of many are active in between), more is to
 * come: something new of that type is no departure.
 */
import { featureOf, type First, type Tale } from "./tale.ts";

export interface Range {
  readonly min: number;
  readonly max: number;
}

/** Something of a run that the model did not promise, or promised otherwise. */
export type Departure =
  | { readonly kind: "count"; readonly key: string; readonly found: number; readonly range: Range }
  /** Brought about otherwise than in all simulated runs. */
  | { readonly kind: "how"; readonly key: string; readonly found: string; readonly how: string }
  /** `late` came before `early` here, and never in the model. */
  | {
      readonly kind: "order";
      readonly node: string;
      readonly early: string;
      readonly late: string;
    };

export class Envelope {
  #runs = 0;
  readonly #ranges = new Map<string, Range>();
  /** What is said of one node and of any, by how it reads of any. */
  readonly #alike = new Map<string, readonly string[]>();
  /** How many runs have it; and by node and type of fact, how many things only one run has. */
  readonly #seen = new Map<string, number>();
  readonly #single = new Map<string, number>();
  /** Null: not the same in all runs. */
  readonly #hows = new Map<string, string | null>();
  readonly #orders = new Map<string, Order>();
  readonly #clear: number;

  /** `clear`: µs by which two things must be apart in every run, for their order to be promised. */
  constructor(clear: number) {
    this.#clear = clear;
  }

  /** Simulated runs it is made of. */
  get runs(): number {
    return this.#runs;
  }

  add(tale: Tale): void {
    const fresh = this.#runs === 0 ? null : 0;
    for (const [key, count] of tale.counts) {
      const { min, max } = this.#ranges.get(key) ?? { min: fresh ?? count, max: count };
      this.#ranges.set(key, { min: Math.min(min, count), max: Math.max(max, count) });
      this.#note(key);
    }
    for (const [key, range] of this.#ranges) {
      if (range.min > 0 && !tale.counts.has(key)) this.#ranges.set(key, { ...range, min: 0 });
    }
    this.#addHows(tale);
    if (this.#runs === 0) {
      for (const [node, list] of tale.order) this.#orders.set(node, new Order(list, this.#clear));
    } else {
      for (const [node, order] of this.#orders) order.add(tale.order.get(node) ?? []);
    }
    this.#runs++;
  }

  #note(key: string): void {
    const seen = (this.#seen.get(key) ?? 0) + 1;
    this.#seen.set(key, seen);
    if (seen > 2) return;
    const alike = seen === 1 ? likenessOf(key) : null;
    if (alike !== null) this.#alike.set(alike, [...(this.#alike.get(alike) ?? []), key]);
    const family = familyOf(key);
    if (family === null) return;
    this.#single.set(family, (this.#single.get(family) ?? 0) + (seen === 1 ? 1 : -1));
  }

  #fits(key: string, found: number): boolean {
    const range = this.#range(key);
    if (within(found, range)) return true;
    if (range.min < range.max && within(found, this.#ofAny(key, range))) return true;
    if (range.max > 0 || this.#runs < 2) return false;
    const family = familyOf(key);
    return family !== null && (this.#single.get(family) ?? 0) > 0;
  }

  /** Of the node that it names, and of each that might have been in its place. */
  #ofAny(key: string, own: Range): Range {
    let { min, max } = own;
    for (const other of this.#alike.get(likenessOf(key) ?? "") ?? []) {
      const range = this.#range(other);
      [min, max] = [Math.min(min, range.min), Math.max(max, range.max)];
    }
    return { min, max };
  }

  #addHows({ hows }: Tale): void {
    if (this.#runs === 0) for (const [key, how] of hows) this.#hows.set(key, how);
    for (const [key, how] of this.#hows) if (hows.get(key) !== how) this.#hows.set(key, null);
  }

  departures(tale: Tale): readonly Departure[] {
    return [...this.#counts(tale), ...this.#otherwise(tale), ...this.#reversed(tale)];
  }

  /** Those of before that runs added since do not show as well. */
  unexplained(departures: readonly Departure[]): readonly Departure[] {
    return departures.filter((one) => !this.#explains(one)).map((one) => this.#now(one));
  }

  /** What all runs agree on. */
  get promises(): number {
    let sure = 0;
    for (const { min, max } of this.#ranges.values()) if (min === max) sure++;
    for (const how of this.#hows.values()) if (how !== null) sure++;
    for (const order of this.#orders.values()) sure += order.promised;
    return sure;
  }

  #counts(tale: Tale): readonly Departure[] {
    const found: Departure[] = [];
    for (const [key, count] of tale.counts) this.#judge(key, count, found);
    for (const key of this.#ranges.keys()) if (!tale.counts.has(key)) this.#judge(key, 0, found);
    return found;
  }

  #judge(key: string, found: number, into: Departure[]): void {
    if (this.#fits(key, found)) return;
    into.push({ kind: "count", key, found, range: this.#range(key) });
  }

  /** What does not happen at all is a matter of counts. */
  #otherwise({ hows }: Tale): readonly Departure[] {
    return [...hows].flatMap(([key, found]): readonly Departure[] => {
      const how = this.#hows.get(key) ?? null;
      return how === null || how === found ? [] : [{ kind: "how", key, found, how }];
    });
  }

  #reversed(tale: Tale): readonly Departure[] {
    return [...this.#orders].flatMap(([node, order]) =>
      order.reversed(tale.order.get(node) ?? []).map(([early, late]): Departure => {
        return { kind: "order", node, early, late };
      }),
    );
  }

  #explains(departure: Departure): boolean {
    if (departure.kind === "count") return this.#fits(departure.key, departure.found);
    if (departure.kind === "how") return this.#hows.get(departure.key) !== departure.how;
    const { node, early, late } = departure;
    return this.#orders.get(node)?.promises(early, late) !== true;
  }

  #now(departure: Departure): Departure {
    if (departure.kind !== "count") return departure;
    return { ...departure, range: this.#range(departure.key) };
  }

  #range(key: string): Range {
    return this.#ranges.get(key) ?? NEVER;
  }
}

/** Null for what is of no type: there is nothing else of its kind. */
function familyOf(key: string): string | null {
  const { sort, node, type = "" } = featureOf(key);
  return sort === "count" && type !== "" ? `${node} ${type}` : null;
}

/** Null for what names no other node, or several. */
function likenessOf(key: string): string | null {
  const { sort, node, part, alike = "" } = featureOf(key);
  return alike === "" ? null : `${sort} ${node} ${part} ${alike}`;
}

const NEVER: Range = { min: 0, max: 0 };

function within(found: number, { min, max }: Range): boolean {
  const room = max - min;
  return found >= min - room && found <= max + room;
}

/**
 * The order in which one node met things, as far as all runs agree. What it meets in another part
 * of the run than the model does is a matter of counts, and of no order.
 */
class Order {
  readonly #list: readonly string[];
  readonly #parts: readonly number[];
  readonly #places: ReadonlyMap<string, number>;
  /** By i × length + j, i < j: 1 when a run had them otherwise, or lacked one. */
  readonly #open: Uint8Array;

  readonly #clear: number;

  constructor(list: readonly First[], clear: number) {
    this.#list = list.map(({ text }) => text);
    this.#parts = list.map(({ part }) => part);
    this.#places = new Map(list.map(({ text }, place) => [text, place]));
    this.#open = new Uint8Array(list.length * list.length);
    this.#clear = clear;
    this.add(list);
  }

  add(list: readonly First[]): void {
    const moments = this.#in(list);
    const { length } = this.#list;
    for (let i = 0; i < length; i++) {
      const first = moments[i] as number;
      for (let j = i + 1; j < length; j++) {
        const gap = (moments[j] as number) - first;
        if (first < 0 || gap < this.#clear) this.#open[i * length + j] = 1;
      }
    }
  }

  /** Pairs that all runs agree on, and this one has the other way round. */
  reversed(list: readonly First[]): readonly (readonly [early: string, late: string])[] {
    const moments = this.#in(list.filter(({ text, part }) => this.#isIn(part, text)));
    const { length } = this.#list;
    const found: (readonly [string, string])[] = [];
    for (let i = 0; i < length; i++) {
      const first = moments[i] as number;
      for (let j = i + 1; j < length; j++) {
        const then = moments[j] as number;
        if (then < 0 || first <= then || this.#open[i * length + j] === 1) continue;
        found.push([this.#list[i] as string, this.#list[j] as string]);
      }
    }
    return found;
  }

  /** Pairs whose order is promised. */
  get promised(): number {
    const { length } = this.#list;
    let open = 0;
    for (const each of this.#open) open += each;
    return (length * (length - 1)) / 2 - open;
  }

  promises(early: string, late: string): boolean {
    const [i, j] = [this.#places.get(early) ?? -1, this.#places.get(late) ?? -1];
    return i >= 0 && j > i && this.#open[i * this.#list.length + j] === 0;
  }

  #isIn(part: number, text: string): boolean {
    return this.#parts[this.#places.get(text) ?? -1] === part;
  }

  /** Of each of ours, when it happens there; −1 where it does not. */
  #in(list: readonly First[]): Float64Array {
    const there = new Map(list.map(({ text, at }) => [text, at]));
    return Float64Array.from(this.#list, (text) => there.get(text) ?? -1);
  }
}
