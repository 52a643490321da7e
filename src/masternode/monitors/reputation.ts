/**
 * What peers earn, and what follows from it (rule Q1). A book is kept from what a node hears, and
 * each score that it tells is held to it.
 */
import { type Address, isPrivate, parseAddress } from "../../core/address.ts";
import type { Complaint } from "../../check/invariant.ts";
import type { Time } from "../../core/units.ts";
import { type GateBody, kindMask, type TraceEvent } from "../../trace/event.ts";
import { sameU64 } from "../../wire/u64.ts";
import type { Earning, Fact, FactOf } from "../facts.ts";
import type { Message } from "../messages.ts";
import { afterwards, type Accounts, NEW, opened, scoreAt } from "./accounts.ts";
import { RuleMonitor, type Rules } from "./rule.ts";

const SCORES = "reputation";
const SHUNS = "shuns";

export const reputation: Rules = {
  specs: {
    [SCORES]: {
      rule: "Q1",
      about:
        "a peer's score changes when it has earned that and then alone, by as much as it should, " +
        "and who falls so low is called so",
      mode: "always",
      simulated: "scores drift by a clock of theirs",
    },
    [SHUNS]: {
      rule: "Q1",
      about:
        "who has a bad reputation is not dialed for its time where others stand, unless it is a " +
        "masternode or was named by an operator; and no longer than that",
      mode: "always",
      simulated: "scores drift by a clock of theirs",
    },
  },
  facts: [
    ...(["ready", "lost", "dial-failed", "pruned", "violation", "earned", "shunned"] as const),
    ...(["processed", "known", "removed", "addressed", "tip"] as const),
  ],
  make: (scene) => new Reputation(scene),
};

/** Where fewer candidates are kept, room may be made by forgetting one without a word. */
const ROOMY = 2_048;

class Reputation extends RuleMonitor {
  readonly mask: number = this.plan.exact
    ? kindMask("boot", "clock", "dial", "send", "deliver", "gate", "fact")
    : 0;
  readonly #books: Accounts[] = this.perNode(({ config, clock }) =>
    opened(config as Accounts["c"], clock.drift),
  );

  see(event: TraceEvent): void {
    const { node, kind, body } = event;
    const book = this.#books[node];
    if (book === undefined || !this.isKept(node)) return;
    if (kind === "boot") {
      // A new process knows nothing of what the last one did.
      this.#books[node] = opened(book.c, book.drift);
      return;
    }
    if (kind === "clock") {
      book.drift = event.b;
      book.steady &&= event.b === 0;
      return;
    }
    if (!book.steady) return;
    if (book.owed.length > 0) this.#settle(book, event);
    switch (kind) {
      case "send":
        return ping(book, event, body as Message);
      case "deliver":
        return this.#hear(book, event, body as Message);
      case "fact":
        return this.#fact(book, event, body as Fact);
      case "dial":
        return this.#dial(book, event);
      case "gate":
        return this.#gate(book, event, body as GateBody);
      default:
    }
  }

  override finish(end: Time): readonly Complaint[] {
    for (const [node, book] of this.#books.entries()) this.#missing(book, node, end);
    return super.finish(end);
  }

  #hear(book: Accounts, event: TraceEvent, message: Message): void {
    const { a: session, at } = event;
    if (message.type === "Ack" && message.guest === true) book.guests.add(session);
    if (message.type !== "Pong") return;
    const pending = book.pings.get(session) ?? [];
    const waiting = pending.filter(({ nonce }) => !sameU64(nonce, message.nonce));
    if (waiting.length === pending.length) return;
    book.pings.set(session, waiting);
    const peer = this.picture.at(event.node).peers.get(session);
    if (peer === undefined) return;
    const { pongAt } = book.accounts.get(peer) ?? NEW;
    if (pongAt !== null && at - pongAt < book.c.scorePongSpacing) return;
    this.#earns(book, event.id, peer, "pong", at);
  }

  #fact(book: Accounts, event: TraceEvent, fact: Fact): void {
    const { node, cause, at } = event;
    switch (fact.type) {
      case "earned":
        return this.#told(book, event, fact);
      case "shunned":
        return this.#called(book, event, fact);
      case "ready":
        book.ready.set(fact.session, at);
        if (this.#isRecorded(book, node, fact.peer)) book.met.add(fact.peer);
        return;
      case "lost":
        book.ready.delete(fact.session);
        book.pings.delete(fact.session);
        if (fact.reason !== "pings lost") return;
        return this.#earns(book, cause, fact.peer, "pings-lost", at);
      case "dial-failed":
        return this.#earns(book, cause, fact.peer, "dial-failed", at, true);
      case "violation":
        return this.#earns(book, cause, fact.peer, "violation", at);
      case "tip": {
        const { givenAt, givenIn, peers } = this.picture.at(node);
        const server = givenAt === cause ? peers.get(givenIn) : undefined;
        return server === undefined ? undefined : this.#earns(book, cause, server, "block", at);
      }
      case "known":
        book.known.set(fact.address, fact.from === fact.address ? null : fact.from);
        return;
      case "removed":
        book.known.delete(fact.address);
        return;
      case "processed": {
        const namer = fact.firstHand ? (book.known.get(fact.of) ?? null) : null;
        if (namer === null) return;
        book.known.set(fact.of, null);
        return this.#earns(book, cause, namer, "proved", at);
      }
      case "addressed":
        return forget(book, fact.address);
      case "pruned":
        for (const address of fact.addresses) forget(book, address);
        return;
      default:
    }
  }

  /** The step has to say so, if anything changes and something is kept of that peer. */
  #earns(
    book: Accounts,
    cause: number,
    peer: Address,
    by: Earning,
    at: number,
    isRecorded = book.met.has(peer),
  ): void {
    const account = book.accounts.get(peer) ?? NEW;
    const next = afterwards(book.c, account, by, at);
    const isSame = next.score === scoreAt(book.c, account, at);
    if (isSame && isRecorded) book.accounts.set(peer, next);
    if (!isSame) book.owed = [...book.owed, { cause, peer, by, due: isRecorded }];
  }

  #told(book: Accounts, event: TraceEvent, { peer, by, score }: FactOf<"earned">): void {
    const { c, accounts, met } = book;
    if (!paid(book, peer, by)) {
      const text = () => `for nothing (${by})`;
      return this.#complain(event, `${by} for nothing`, peer, text);
    }
    const known = accounts.get(peer) ?? NEW;
    // Of who was never met, all may have been forgotten.
    const bases = met.has(peer) ? [known] : [known, NEW];
    const base = bases.find((each) => afterwards(c, each, by, event.at).score === score) ?? known;
    const before = scoreAt(c, base, event.at);
    const next = afterwards(c, base, by, event.at);
    accounts.set(peer, { ...next, score });
    if (next.score !== score) {
      const text = () => `to ${score} (${by}): from ${before} it should be ${next.score}`;
      return this.#complain(event, by, peer, text);
    }
    if (score > -c.scoreShunned || before <= -c.scoreShunned) return;
    const { cause } = event;
    book.owed = [...book.owed, { cause, peer, by: "shunned", due: true }];
  }

  #called(book: Accounts, event: TraceEvent, { peer, score }: FactOf<"shunned">): void {
    if (paid(book, peer, "shunned")) return;
    this.#complain(
      event,
      "shunned for nothing",
      peer,
      () => `to ${score} and shuns it for nothing`,
    );
  }

  /** A step is over. */
  #settle(book: Accounts, { node, cause, at }: TraceEvent): void {
    if (book.owed.every((owed) => owed.cause === cause)) return;
    this.#missing(book, node, at);
  }

  #missing(book: Accounts, node: number, at: Time): void {
    const missed = book.owed.find(({ due }) => due);
    book.owed = [];
    if (missed === undefined) return;
    const { cause: id, by, peer } = missed;
    this.#complain({ id, node, at }, `${by} untold`, peer, () => `and does not say so (${by})`);
  }

  #dial(book: Accounts, event: TraceEvent): void {
    const { c, accounts, known } = book;
    const { configured } = this.ledger.at(event.node);
    const peer = event.b as Address;
    const { shunnedUntil } = accounts.get(peer) ?? NEW;
    if (event.at >= shunnedUntil || configured.has(peer) || known.has(peer)) return;
    // Feelers count after this, and guests never do.
    const settled = 2 * c.feelerTime;
    let others = 0;
    for (const [session, since] of book.ready) {
      if (event.at - since > Math.max(settled, c.guestTime) && !book.guests.has(session)) others++;
    }
    if (others < c.sessionsWanted) return;
    this.breach(SHUNS, "dialed", event, () => {
      const [who, whom] = [this.picture.name(event.node), this.plan.address(peer)];
      return `${who} dials ${whom} in spite of its reputation, and has ${others} sessions`;
    });
  }

  #gate(book: Accounts, event: TraceEvent, { gate, values }: GateBody): void {
    if (gate !== "dial" || event.a === 1 || values["why"] !== "bad reputation") return;
    const peer = parseAddress(String(values["for"]), 0);
    const { shunnedUntil } = (peer === null ? undefined : book.accounts.get(peer)) ?? NEW;
    if (event.at < shunnedUntil) return;
    this.breach(SHUNS, "too long", event, () => {
      const who = this.picture.name(event.node);
      return `${who} still does not dial ${values["for"]} for its reputation`;
    });
  }

  #isRecorded({ c }: Accounts, node: number, peer: Address): boolean {
    const owner = this.picture.owner(peer);
    if (owner < 0 || owner === node || c.candidatesMax < ROOMY) return false;
    return !this.picture.isMainnet || !isPrivate(peer);
  }

  #complain(
    event: Pick<TraceEvent, "id" | "node" | "at">,
    witness: string,
    peer: Address,
    how: () => string,
  ): void {
    this.breach(SCORES, witness, event, () => {
      const [who, whom] = [this.picture.name(event.node), this.plan.address(peer)];
      return `${who} changes the score of ${whom} ${how()}`;
    });
  }
}

function ping({ c, pings }: Accounts, { a: session, at }: TraceEvent, message: Message): void {
  if (message.type !== "Ping") return;
  const pending = pings.get(session) ?? [];
  const waiting = pending.filter((sent) => at - sent.at < c.pingTimeout);
  pings.set(session, [...waiting, { nonce: message.nonce, at }]);
}

/** Takes it from what is owed. */
function paid(book: Accounts, peer: Address, by: Earning | "shunned"): boolean {
  const index = book.owed.findIndex((owed) => owed.peer === peer && owed.by === by);
  if (index < 0) return false;
  book.owed = book.owed.toSpliced(index, 1);
  return true;
}

function forget({ accounts, met }: Accounts, address: Address): void {
  accounts.delete(address);
  met.delete(address);
}
