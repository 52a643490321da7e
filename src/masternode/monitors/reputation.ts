/**
 * What peers earn, and what follows from it (rule Q1). A ledger is kept from what a node hears, and
 * each score that it tells is held to it.
 */
import { type Address, isPrivate, parseAddress } from "../../core/address.ts";
import type { Complaint } from "../../check/invariant.ts";
import type { Time } from "../../core/units.ts";
import { type GateBody, kindMask, type TraceEvent } from "../../trace/event.ts";
import { sameU64 } from "../../wire/u64.ts";
import type { Earning, Fact, FactOf } from "../facts.ts";
import type { Message } from "../messages.ts";
import { afterwards, type Ledger, NEW, opened, reopened, scoreAt } from "./accounts.ts";
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
    ? kindMask("boot", "clock", "command", "dial", "send", "deliver", "gate", "fact")
    : 0;
  readonly #ledgers: Ledger[] = this.plan.plans.map(({ config, clock }, node) =>
    opened(config as Ledger["c"], clock.drift, this.#bootstrap(node)),
  );
  readonly #isHome =
    (this.plan.world["chain"] as { network?: string } | undefined)?.network !== "mainnet";

  see(event: TraceEvent): void {
    const { node, kind, body } = event;
    const ledger = this.#ledgers[node];
    if (ledger === undefined || !this.isKept(node)) return;
    if (kind === "boot") {
      this.#ledgers[node] = reopened(ledger, event.at, this.#bootstrap(node));
      return;
    }
    if (kind === "clock") {
      ledger.drift = event.b;
      ledger.steady &&= event.b === 0;
      return;
    }
    if (!ledger.steady) return;
    if (ledger.owed.length > 0) this.#settle(ledger, event);
    switch (kind) {
      case "send":
        return ping(ledger, event, body as Message);
      case "deliver":
        return this.#hear(ledger, event, body as Message);
      case "fact":
        return this.#fact(ledger, event, body as Fact);
      case "dial":
        return this.#dial(ledger, event);
      case "gate":
        return this.#gate(ledger, event, body as GateBody);
      case "command": {
        const { address } = body as { readonly address?: Address };
        if (address !== undefined) ledger.configured.add(address);
        return;
      }
      default:
    }
  }

  override finish(end: Time): readonly Complaint[] {
    for (const [node, ledger] of this.#ledgers.entries()) this.#missing(ledger, node, end);
    return super.finish(end);
  }

  #hear(ledger: Ledger, event: TraceEvent, message: Message): void {
    const { a: session, at } = event;
    if (message.type === "Ack" && message.guest === true) ledger.guests.add(session);
    if (message.type !== "Pong") return;
    const pending = ledger.pings.get(session) ?? [];
    const waiting = pending.filter(({ nonce }) => !sameU64(nonce, message.nonce));
    if (waiting.length === pending.length) return;
    ledger.pings.set(session, waiting);
    const peer = this.picture.at(event.node).peers.get(session);
    if (peer === undefined) return;
    const { pongAt } = ledger.accounts.get(peer) ?? NEW;
    if (pongAt !== null && at - pongAt < ledger.c.scorePongSpacing) return;
    this.#earns(ledger, event.id, peer, "pong", at);
  }

  #fact(ledger: Ledger, event: TraceEvent, fact: Fact): void {
    const { node, cause, at } = event;
    switch (fact.type) {
      case "earned":
        return this.#told(ledger, event, fact);
      case "shunned":
        return this.#called(ledger, event, fact);
      case "ready":
        ledger.ready.set(fact.session, at);
        if (this.#isRecorded(ledger, node, fact.peer)) ledger.met.add(fact.peer);
        return;
      case "lost":
        ledger.ready.delete(fact.session);
        ledger.pings.delete(fact.session);
        if (fact.reason !== "pings lost") return;
        return this.#earns(ledger, cause, fact.peer, "pings-lost", at);
      case "dial-failed":
        return this.#earns(ledger, cause, fact.peer, "dial-failed", at, true);
      case "violation":
        return this.#earns(ledger, cause, fact.peer, "violation", at);
      case "tip": {
        const { givenAt, givenIn, peers } = this.picture.at(node);
        const server = givenAt === cause ? peers.get(givenIn) : undefined;
        return server === undefined ? undefined : this.#earns(ledger, cause, server, "block", at);
      }
      case "known":
        ledger.known.set(fact.address, fact.from === fact.address ? null : fact.from);
        return;
      case "removed":
        ledger.known.delete(fact.address);
        return;
      case "processed": {
        const namer = fact.firstHand ? (ledger.known.get(fact.of) ?? null) : null;
        if (namer === null) return;
        ledger.known.set(fact.of, null);
        return this.#earns(ledger, cause, namer, "proved", at);
      }
      case "addressed":
        return forget(ledger, fact.address);
      case "pruned":
        for (const address of fact.addresses) forget(ledger, address);
        return;
      default:
    }
  }

  /** The step has to say so, if anything changes and something is kept of that peer. */
  #earns(
    ledger: Ledger,
    cause: number,
    peer: Address,
    by: Earning,
    at: number,
    isRecorded = ledger.met.has(peer),
  ): void {
    const account = ledger.accounts.get(peer) ?? NEW;
    const next = afterwards(ledger.c, account, by, at);
    const isSame = next.score === scoreAt(ledger.c, account, at);
    if (isSame && isRecorded) ledger.accounts.set(peer, next);
    if (!isSame) ledger.owed = [...ledger.owed, { cause, peer, by, due: isRecorded }];
  }

  #told(ledger: Ledger, event: TraceEvent, { peer, by, score }: FactOf<"earned">): void {
    const { c, accounts, met } = ledger;
    if (!paid(ledger, peer, by)) {
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
    ledger.owed = [...ledger.owed, { cause, peer, by: "shunned", due: true }];
  }

  #called(ledger: Ledger, event: TraceEvent, { peer, score }: FactOf<"shunned">): void {
    if (paid(ledger, peer, "shunned")) return;
    this.#complain(
      event,
      "shunned for nothing",
      peer,
      () => `to ${score} and shuns it for nothing`,
    );
  }

  /** A step is over. */
  #settle(ledger: Ledger, { node, cause, at }: TraceEvent): void {
    if (ledger.owed.every((owed) => owed.cause === cause)) return;
    this.#missing(ledger, node, at);
  }

  #missing(ledger: Ledger, node: number, at: Time): void {
    const missed = ledger.owed.find(({ due }) => due);
    ledger.owed = [];
    if (missed === undefined) return;
    const { cause: id, by, peer } = missed;
    this.#complain({ id, node, at }, `${by} untold`, peer, () => `and does not say so (${by})`);
  }

  #dial(ledger: Ledger, event: TraceEvent): void {
    const { c, accounts, configured, known } = ledger;
    const peer = event.b as Address;
    const { shunnedUntil } = accounts.get(peer) ?? NEW;
    if (event.at >= shunnedUntil || configured.has(peer) || known.has(peer)) return;
    // Feelers count after this, and guests never do.
    const settled = 2 * c.feelerTime;
    let others = 0;
    for (const [session, since] of ledger.ready) {
      if (event.at - since > Math.max(settled, c.guestTime) && !ledger.guests.has(session))
        others++;
    }
    if (others < c.sessionsWanted) return;
    this.breach(SHUNS, "dialed", event, () => {
      const [who, whom] = [this.picture.name(event.node), this.plan.address(peer)];
      return `${who} dials ${whom} in spite of its reputation, and has ${others} sessions`;
    });
  }

  #gate(ledger: Ledger, event: TraceEvent, { gate, values }: GateBody): void {
    if (gate !== "dial" || event.a === 1 || values["why"] !== "bad reputation") return;
    const peer = parseAddress(String(values["for"]), 0);
    const { shunnedUntil } = (peer === null ? undefined : ledger.accounts.get(peer)) ?? NEW;
    if (event.at < shunnedUntil) return;
    this.breach(SHUNS, "too long", event, () => {
      const who = this.picture.name(event.node);
      return `${who} still does not dial ${values["for"]} for its reputation`;
    });
  }

  #isRecorded({ c }: Ledger, node: number, peer: Address): boolean {
    const owner = this.picture.owner(peer);
    if (owner < 0 || owner === node || c.candidatesMax < ROOMY) return false;
    return this.#isHome || !isPrivate(peer);
  }

  #bootstrap(node: number): readonly Address[] {
    const dials = (this.plan.plans[node]?.settings["dials"] ?? []) as readonly string[];
    return this.plan.plans.filter(({ name }) => dials.includes(name)).map(({ address }) => address);
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

function ping({ c, pings }: Ledger, { a: session, at }: TraceEvent, message: Message): void {
  if (message.type !== "Ping") return;
  const pending = pings.get(session) ?? [];
  const waiting = pending.filter((sent) => at - sent.at < c.pingTimeout);
  pings.set(session, [...waiting, { nonce: message.nonce, at }]);
}

/** Takes it from what is owed. */
function paid(ledger: Ledger, peer: Address, by: Earning | "shunned"): boolean {
  const index = ledger.owed.findIndex((owed) => owed.peer === peer && owed.by === by);
  if (index < 0) return false;
  ledger.owed = ledger.owed.toSpliced(index, 1);
  return true;
}

function forget({ accounts, met }: Ledger, address: Address): void {
  accounts.delete(address);
  met.delete(address);
}
