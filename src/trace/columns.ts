/**
 * Kept events as columns in pages of 4,096. Full pages are never written again, so a fork shares
 * them and copies only the last one.
 */
import type { Time } from "../core/units.ts";
import { type EventId, KINDS, type TraceEvent } from "./event.ts";

const PAGE = 4_096;

interface Page {
  readonly at: Float64Array;
  readonly node: Int32Array;
  readonly kind: Uint8Array;
  readonly cause: Float64Array;
  readonly a: Float64Array;
  readonly b: Float64Array;
  readonly body: unknown[];
}

export class Columns {
  #pages: (Page | null)[] = [];
  #count = 0;
  #first = 0;

  /** The oldest event still kept. */
  get first(): EventId {
    return this.#first;
  }

  push(
    at: number,
    node: number,
    kind: number,
    cause: number,
    a: number,
    b: number,
    body: unknown,
  ): void {
    const slot = this.#count % PAGE;
    if (slot === 0) this.#pages.push(newPage());
    const page = this.#pages[this.#pages.length - 1] as Page;
    page.at[slot] = at;
    page.node[slot] = node;
    page.kind[slot] = kind;
    page.cause[slot] = cause;
    page.a[slot] = a;
    page.b[slot] = b;
    page.body[slot] = body;
    this.#count++;
  }

  /** Lets go of whole pages below an id, so that a ring stays bounded. */
  forget(below: EventId): void {
    if (below <= this.#first) return;
    this.#first = below;
    const gone = Math.floor(below / PAGE) - 1;
    if (gone >= 0 && this.#pages[gone] !== null) this.#pages[gone] = null;
  }

  event(id: EventId): TraceEvent | null {
    if (id < this.#first || id >= this.#count) return null;
    const page = this.#pages[Math.floor(id / PAGE)];
    if (page === null || page === undefined) return null;
    const slot = id % PAGE;
    return {
      id,
      at: page.at[slot] as Time,
      node: page.node[slot] as number,
      kind: KINDS[page.kind[slot] as number] as TraceEvent["kind"],
      cause: page.cause[slot] as number,
      a: page.a[slot] as number,
      b: page.b[slot] as number,
      body: page.body[slot],
    };
  }

  fork(): Columns {
    const twin = new Columns();
    twin.#pages = this.#pages.slice();
    const last = twin.#pages.length - 1;
    const page = twin.#pages[last];
    if (page !== undefined && page !== null) twin.#pages[last] = copyPage(page);
    twin.#count = this.#count;
    twin.#first = this.#first;
    return twin;
  }
}

function newPage(): Page {
  return {
    at: new Float64Array(PAGE),
    node: new Int32Array(PAGE),
    kind: new Uint8Array(PAGE),
    cause: new Float64Array(PAGE),
    a: new Float64Array(PAGE),
    b: new Float64Array(PAGE),
    body: [],
  };
}

function copyPage(page: Page): Page {
  return {
    at: page.at.slice(),
    node: page.node.slice(),
    kind: page.kind.slice(),
    cause: page.cause.slice(),
    a: page.a.slice(),
    b: page.b.slice(),
    body: page.body.slice(),
  };
}
