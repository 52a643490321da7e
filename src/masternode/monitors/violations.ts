/**
 * Every unreadable line is counted (rule S8), by ip, with those before it that are not forgotten.
 * What the count leads to stands in limits.ts, and who may never be counted in bans.ts.
 */
import type { Address } from "../../core/address.ts";
import type { Complaint } from "../../check/invariant.ts";
import { formatDuration, type Time } from "../../core/units.ts";
import { kindMask, type TraceEvent } from "../../trace/event.ts";
import type { Fact, FactOf } from "../facts.ts";
import { keyOf } from "./counts.ts";
import { RuleMonitor, type Rules } from "./rule.ts";

const COUNTS = "counts-violations";

export const violations: Rules = {
  specs: {
    [COUNTS]: {
      rule: "S8",
      about:
        "each line that is no message is a violation, and nothing else is; its number is that of " +
        "its ip's violations without an hour between them, as far as violators are remembered",
      mode: "always",
      simulated: "the hour goes by a clock of theirs",
    },
  },
  facts: ["violation", "banned"],
  make: (scene) => new Violations(scene),
};

interface Record {
  count: number;
  /** When the last one was, or the ban after it is over. */
  freeAt: number;
}

interface Book {
  readonly records: Map<Address, Record>;
  /** A line that was not counted yet. */
  owed: TraceEvent | null;
}

/** As on the trace: what does not fit any known type is of a wrong shape. */
const SHAPE = 0;

class Violations extends RuleMonitor {
  readonly mask: number = this.plan.exact
    ? kindMask("garbled", "fact", "boot", "clock", "timer", "deliver")
    : 0;
  readonly #books: Book[] = this.perNode(begun);
  readonly #drifts: boolean[] = this.perNode(({ clock }) => clock.drift !== 0);

  see(event: TraceEvent): void {
    const { node, kind, cause } = event;
    const book = this.#books[node];
    if (book === undefined || !this.isKept(node)) return;
    if (book.owed !== null && book.owed.id !== cause) this.#uncounted(book);
    if (kind === "boot") this.#books[node] = begun();
    else if (kind === "clock") this.#drifts[node] ||= event.b !== 0;
    else if (kind === "garbled" && event.b === SHAPE) book.owed = event;
    else if (kind === "fact") this.#fact(book, event, event.body as Fact);
  }

  override finish(end: Time): readonly Complaint[] {
    for (const book of this.#books) this.#uncounted(book);
    return super.finish(end);
  }

  #fact(book: Book, event: TraceEvent, fact: Fact): void {
    if (fact.type === "violation") this.#counted(book, event, fact);
    if (fact.type !== "banned") return;
    const record = book.records.get(keyOf(fact.peer));
    const length = fact.for ?? Number.POSITIVE_INFINITY;
    if (record !== undefined) record.freeAt = event.at + length;
  }

  #counted(book: Book, event: TraceEvent, { peer, count }: FactOf<"violation">): void {
    if (book.owed === null) this.#complain(event, "readable", () => "a line that it can read");
    book.owed = null;
    const key = keyOf(peer);
    const memory = this.constant(event.node, "violationMemory");
    for (const [other, { freeAt }] of book.records) {
      if (event.at - freeAt >= memory) book.records.delete(other);
    }
    const before = book.records.get(key);
    const number = (before?.count ?? 0) + 1;
    if (before === undefined) this.#makeRoom(book, event.node);
    book.records.set(key, { count, freeAt: event.at });
    if (count === number || this.#drifts[event.node] === true) return;
    this.#complain(event, "number", () => {
      const last =
        before === undefined
          ? "none before it is remembered"
          : `the last was free ${formatDuration(event.at - before.freeAt)} ago`;
      return `violation ${count} of ${this.plan.address(peer)}, which is ${number}: ${last}`;
    });
  }

  /** Who is free again before all others is forgotten. */
  #makeRoom({ records }: Book, node: number): void {
    if (records.size < this.constant(node, "violatorsMax")) return;
    const [first] = [...records].toSorted(
      ([left, { freeAt }], [right, other]) => freeAt - other.freeAt || left - right,
    );
    if (first !== undefined) records.delete(first[0]);
  }

  #uncounted(book: Book): void {
    const { owed } = book;
    book.owed = null;
    if (owed === null) return;
    const who = this.picture.name(owed.node);
    this.breach(COUNTS, "uncounted", owed, () => `${who} does not count an unreadable line`);
  }

  #complain(event: TraceEvent, witness: string, what: () => string): void {
    this.breach(COUNTS, witness, event, () => `${this.picture.name(event.node)} counts ${what()}`);
  }
}

function begun(): Book {
  return { records: new Map(), owed: null };
}
