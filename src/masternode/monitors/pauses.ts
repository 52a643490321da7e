/** How long a peer is left alone, by how sessions and dials before have ended (rules S6, S7). */
import type { Address } from "../../core/address.ts";
import { formatDuration } from "../../core/units.ts";
import { kindMask, type TraceEvent } from "../../trace/event.ts";
import type { Fact, FactOf } from "../facts.ts";
import type { Book, Line } from "./ledger.ts";
import { RuleMonitor, type Rules } from "./rule.ts";

const PAUSES = "pauses";

export const pauses: Rules = {
  specs: {
    [PAUSES]: {
      rule: "S6",
      about:
        "a peer is left alone for as long as its last ending asks: a clean one, a guest's, or " +
        "the n-th failure in a row since it was ready for backoffReset, capped by whether it is " +
        "known; and pauses after failures are spread, so that nobody knocks in step",
      mode: "always",
      simulated: "their timers are late",
    },
  },
  facts: ["ready", "status", "lost", "dial-failed", "pruned", "addressed"],
  make: (scene) => new Pauses(scene),
};

/** Why a node ends ready sessions itself: as a failure of the peer, or of nobody. */
const BLAMED = ["pings lost", "banned", "line too long", "silent, and others of its ip wait"];
const EXCUSED = ["duplicate", "self", "feeler", "full", "found others"];

/** From the event in whose step it began. */
interface Pause {
  readonly cause: number;
  readonly at: number;
  readonly least: number;
  readonly most: number;
  readonly why: string;
}

interface Record {
  failures: number;
  pause: Pause | null;
}

/** µs: spread over less, they may be equal by chance. */
const SPREAD_MIN = 1_000;
/** So many pauses in a row that are not spread at all are no chance. */
const IN_STEP = 3;

class Pauses extends RuleMonitor {
  readonly mask: number = kindMask("fact", "timer", "boot");
  readonly #records: Map<Address, Record>[] = this.perNode(() => new Map<Address, Record>());
  /** Who was there once, in whatever life: a cache may tell so, or may be lost. */
  readonly #met: Set<Address>[] = this.perNode(() => new Set<Address>());
  /** Pauses in a row, by node, that were as long as if there were no spread. */
  readonly #unspread: number[] = this.perNode(() => 0);

  see(event: TraceEvent): void {
    const { node, kind } = event;
    const records = this.#records[node];
    if (records === undefined || !this.plan.exact || !this.isKept(node)) return;
    if (kind === "boot") return records.clear();
    const book = this.ledger.at(node);
    if (kind === "fact") this.#meets(node, event.body as Fact);
    if (!this.even.is(node)) return;
    if (kind === "timer") {
      if (event.body === "redial") this.#rings(event, records.get(event.b as Address)?.pause);
      return;
    }
    const fact = event.body as Fact;
    if (fact.type === "lost") this.#lost(event, fact, book, recordOf(records, fact.peer));
    else if (fact.type === "dial-failed") {
      this.#failed(event, fact, book, recordOf(records, fact.peer));
    } else if (fact.type === "addressed") records.delete(fact.address);
    else if (fact.type === "pruned") for (const gone of fact.addresses) records.delete(gone);
  }

  #meets(node: number, fact: Fact): void {
    if (fact.type === "ready") this.#met[node]?.add(fact.peer);
    else if (fact.type === "status") this.#met[node]?.add(fact.address);
  }

  #lost(event: TraceEvent, fact: FactOf<"lost">, book: Book, record: Record): void {
    const { ended, c } = book;
    if (ended === null || ended.session !== fact.session) return;
    const { line } = ended;
    if (event.at - line.readyAt >= c.backoffReset) record.failures = 0;
    if (line.guest && line.role === "dialed") {
      record.pause = pauseFrom(event, c.guestRetry, c.guestRetry, "as a guest");
      return;
    }
    const ending = endingOf(fact, line, book, event.at);
    if (ending === "neither") return;
    if (ending === "failure") {
      record.failures++;
      record.pause = this.#backoff(event, fact.peer, book, record.failures);
    } else record.pause = pauseFrom(event, c.redialMin, c.redialMax, "after a clean ending");
  }

  #failed(event: TraceEvent, fact: FactOf<"dial-failed">, book: Book, record: Record): void {
    const { failures, again, peer } = fact;
    const counted = ++record.failures;
    record.failures = failures;
    const { least, most } = this.#backoff(event, peer, book, counted);
    if (most - least > SPREAD_MIN) this.#spread(event, again === (least + most) / 2);
    record.pause = pauseFrom(event, again, again, "as it said");
    if (counted !== failures) {
      this.breach(PAUSES, "failures", event, () => {
        const [who, whom] = [this.picture.name(event.node), this.plan.address(peer)];
        return `${who} counts ${failures} failures in a row of ${whom}, of ${counted}`;
      });
    } else if (again < least || again > most) {
      this.#wrong(event, peer, again, pauseFrom(event, least, most, `after ${failures} failures`));
    }
  }

  #spread(event: TraceEvent, isExact: boolean): void {
    const { node } = event;
    const count = isExact ? (this.#unspread[node] as number) + 1 : 0;
    this.#unspread[node] = count;
    if (count < IN_STEP) return;
    this.breach(PAUSES, "not spread", event, () => {
      return `${this.picture.name(node)} has made ${count} pauses in a row without any spread`;
    });
  }

  /**
   * Whoever is configured, was once there or is a masternode is worth more attempts; who was there
   * in another life may be.
   */
  #backoff(event: TraceEvent, peer: Address, book: Book, failures: number): Pause {
    const { c } = book;
    const isReady = (book.peers.get(peer)?.readyAt ?? null) !== null;
    const isWorthy = isReady || book.configured.has(peer) || book.entries.has(peer);
    const mayBe = this.#met[event.node]?.has(peer) === true;
    const unworthy = mayBe ? [c.backoffMaxOthers, c.backoffMax] : [c.backoffMaxOthers];
    const caps = isWorthy ? [c.backoffMax] : unworthy;
    const bases = caps.map((cap) => Math.min(c.backoffStep * failures, cap));
    const spread = (base: number): number => Math.floor((base * c.backoffSpread) / 100);
    const least = Math.min(...bases.map((base) => base - spread(base)));
    const most = Math.max(...bases.map((base) => base + spread(base)));
    return pauseFrom(event, least, most, `after ${failures} failures`);
  }

  #rings(event: TraceEvent, pause: Pause | null | undefined): void {
    if (pause === null || pause === undefined || pause.cause !== event.cause) return;
    const after = event.at - pause.at;
    if (after < pause.least || after > pause.most) {
      this.#wrong(event, event.b as Address, after, pause);
    }
  }

  #wrong(event: TraceEvent, peer: Address, after: number, { least, most, why }: Pause): void {
    this.breach(PAUSES, why.replace(/\d+ /, ""), event, () => {
      const [who, whom] = [this.picture.name(event.node), this.plan.address(peer)];
      const wanted = `${formatDuration(least)} to ${formatDuration(most)}`;
      return `${who} leaves ${whom} alone for ${formatDuration(after)}, not ${wanted}, ${why}`;
    });
  }
}

function recordOf(records: Map<Address, Record>, peer: Address): Record {
  let record = records.get(peer);
  if (record === undefined) {
    record = { failures: 0, pause: null };
    records.set(peer, record);
  }
  return record;
}

function pauseFrom(event: TraceEvent, least: number, most: number, why: string): Pause {
  return { cause: event.cause, at: event.at, least, most, why };
}

/** As the page has it, of a session that was ready. */
function endingOf(
  { peer, reason }: FactOf<"lost">,
  line: Line,
  book: Book,
  at: number,
): "clean" | "failure" | "neither" {
  if (EXCUSED.includes(reason) || !book.lasts(line, at)) return "neither";
  if (BLAMED.includes(reason)) return "failure";
  for (const other of book.lines.values()) {
    // The pair still has its session.
    if (other.phase === "ready" && other.peer === peer) return "neither";
  }
  return reason === "timeout" ? "failure" : "clean";
}
