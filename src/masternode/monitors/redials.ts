/** When the time of a pause, a feeler or a guest is over, that is acted on (rules S4 to S7, X5). */
import type { Address } from "../../core/address.ts";
import type { Time } from "../../core/units.ts";
import { kindMask, type TraceEvent } from "../../trace/event.ts";
import type { Complaint } from "../../check/invariant.ts";
import type { Fact } from "../facts.ts";
import type { Book } from "./ledger.ts";
import { RuleMonitor, type Rules } from "./rule.ts";

const REDIALS = "redials";
const ENOUGH = "seeks-no-more";
const HANGS_UP = "hangs-up";

export const redials: Rules = {
  specs: {
    [REDIALS]: {
      rule: "S6",
      about:
        "when a peer's pause is over it is dialed at once, unless there are sessions enough, too " +
        "many, or one with it, or it was tried just now",
      mode: "always",
      simulated: "their timers are late",
    },
    [ENOUGH]: {
      rule: "X5",
      about: "a turn of the dial loop dials while sessions are missing, and no longer",
      mode: "always",
      simulated: "when a feeler counts as a session is a matter of moments",
    },
    [HANGS_UP]: {
      rule: "S4",
      about:
        "who meets itself closes that session, as does who turns a caller away, and who finds " +
        "that the time of a guest is over, or of a feeler where sessions are enough",
      mode: "always",
    },
  },
  facts: ["ready", "self", "refused", "banned", "shunned"],
  make: (scene) => new Redials(scene),
};

/** What has to be done before a step is over. */
interface Owed {
  readonly event: TraceEvent;
  readonly dial: Address | null;
  readonly close: number | null;
  readonly why: string;
}

interface Mood {
  owed: Owed | null;
  /** It has banned or shunned somebody, which speaks against dials that this does not follow. */
  cross: boolean;
  /** Sessions with who was not active when they became ready. */
  readonly news: Set<number>;
}

class Redials extends RuleMonitor {
  readonly mask: number = kindMask(
    ...(["fact", "timer", "dial", "opened", "refused", "closed", "deliver", "boot"] as const),
    ...(["down", "garbled", "saved", "command"] as const),
  );
  readonly #moods: Mood[] = this.perNode(begun);

  see(event: TraceEvent): void {
    const { node, kind } = event;
    const mood = this.#moods[node];
    if (mood === undefined || !this.isKept(node)) return;
    const book = this.ledger.at(node);
    if (kind === "boot" || kind === "down") {
      this.#moods[node] = begun();
      return;
    }
    if (mood.owed !== null && mood.owed.event.id !== event.cause) this.#over(mood, book);
    if (kind === "timer") this.#rings(event, mood, book);
    else if (kind === "dial") this.#dials(event, mood, book);
    else if (kind === "fact") this.#learn(event, event.body as Fact, mood, book);
  }

  override finish(end: Time): readonly Complaint[] {
    for (const [node, mood] of this.#moods.entries()) {
      if (this.isKept(node)) this.#over(mood, this.ledger.at(node));
    }
    return super.finish(end);
  }

  #learn(event: TraceEvent, fact: Fact, mood: Mood, book: Book): void {
    switch (fact.type) {
      case "ready": {
        const { active } = this.picture.at(event.node);
        if (!active.includes(fact.peer)) mood.news.add(fact.session);
        return;
      }
      case "banned":
      case "shunned":
        mood.cross = true;
        return;
      case "self":
        if (book.ended?.cause !== event.cause) this.#hangs(event, "self");
        return;
      case "refused":
        if (fact.what === "session") this.#turnsAway(event, fact.why, mood, book);
        return;
      default:
    }
  }

  #turnsAway(event: TraceEvent, why: string, mood: Mood, book: Book): void {
    for (const [close, { openedIn }] of book.lines) {
      if (openedIn !== event.cause) continue;
      mood.owed = { event: { ...event, id: event.cause }, dial: null, close, why };
    }
  }

  #rings(event: TraceEvent, mood: Mood, book: Book): void {
    const { body: timer, b: key } = event;
    const line = book.lines.get(key);
    if (timer === "redial") {
      const dial = key as Address;
      if (this.#isDue(event, dial, mood, book)) {
        mood.owed = { event, dial, close: null, why: "" };
      }
    } else if (line !== undefined && this.#isOver(event, mood, book)) {
      mood.owed = { event, dial: null, close: key, why: String(timer) };
    }
  }

  /** The time of a session; a feeler that found a masternode is kept. */
  #isOver(event: TraceEvent, mood: Mood, book: Book): boolean {
    const { body: timer, b: key, node, at } = event;
    if (timer === "guest") return true;
    if (timer !== "feeler-over" || !this.even.is(node) || book.missing(at) > 0) return false;
    const peer = book.lines.get(key)?.peer;
    const isFound = peer !== undefined && this.picture.at(node).active.includes(peer as Address);
    return !isFound || !mood.news.has(key);
  }

  /** Nothing speaks against it, as far as others can tell. */
  #isDue({ node, at }: TraceEvent, address: Address, mood: Mood, book: Book): boolean {
    if (!this.plan.exact || !this.even.is(node) || mood.cross) return false;
    const known = book.peers.get(address);
    const tried = known?.triedAt ?? null;
    if (known === undefined || known.self || address === this.picture.at(node).address)
      return false;
    if (book.isMet(address) || (tried !== null && at - tried < book.c.dialSpacing)) return false;
    if (book.residents(null) >= book.c.sessionsMax) return false;
    if (book.dialing() >= book.c.dialsMax) return false;
    return this.#isWelcome(address, book) || book.missing(at) > 0;
  }

  /** It is dialed when its pause is over, whatever others there are. */
  #isWelcome(address: Address, book: Book): boolean {
    const { triedAt, readyAt } = book.peer(address);
    const once = readyAt !== null && (triedAt === null || triedAt <= readyAt);
    return once || book.configured.has(address);
  }

  #dials(event: TraceEvent, mood: Mood, book: Book): void {
    const { node, at, b, cause } = event;
    if (mood.owed?.dial === (b as Address)) mood.owed = null;
    const { rang } = book;
    if (rang?.id !== cause || !this.plan.exact || !this.even.is(node)) return;
    // This one is counted already.
    const missing = book.missing(at) + 1;
    if (rang.body === "dial" && missing <= 0) this.#enough(event, missing);
  }

  #enough(event: TraceEvent, missing: number): void {
    this.breach(ENOUGH, "dial loop", event, () => {
      const [who, whom] = [this.picture.name(event.node), this.plan.address(event.b as Address)];
      return `${who} dials ${whom}, with ${-missing} sessions more than it wants`;
    });
  }

  #over(mood: Mood, book: Book): void {
    const { owed } = mood;
    mood.owed = null;
    if (owed === null) return;
    const { event, dial, close, why } = owed;
    if (close !== null) {
      if (book.lines.has(close)) this.#hangs(event, why);
      return;
    }
    this.breach(REDIALS, "", event, () => {
      const [who, whom] = [this.picture.name(event.node), this.plan.address(dial as Address)];
      return `${who} does not dial ${whom}, whose pause is over`;
    });
  }

  #hangs(event: TraceEvent, why: string): void {
    this.breach(HANGS_UP, why, event, () => {
      return `${this.picture.name(event.node)} does not close a session that is over: ${why}`;
    });
  }
}

function begun(): Mood {
  return { owed: null, cross: false, news: new Set() };
}
