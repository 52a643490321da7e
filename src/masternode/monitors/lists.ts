/**
 * Who is there is told in full, and asked of as many as may be asked (rules X1, X2): what limits.ts
 * asks from above, from below. What a node knows is what its own facts tell.
 */
import type { Complaint } from "../../check/invariant.ts";
import { type Address, isPrivate, parseAddress } from "../../core/address.ts";
import type { Time } from "../../core/units.ts";
import { kindMask, type TraceEvent } from "../../trace/event.ts";
import type { Fact } from "../facts.ts";
import { DEFAULT_PORT, type Message, type MessageOf } from "../messages.ts";
import { RuleMonitor, type Rules } from "./rule.ts";

const FULL = "full-lists";
const SOME = "asks-around";

export const lists: Rules = {
  specs: {
    [FULL]: {
      rule: "X1",
      about:
        "a list, a page and a peers answer hold listMax or all there is: the registry and the " +
        "node itself, what follows in it, and who is active or was ready within peerFreshness; " +
        "a peers answer names nobody else",
      mode: "always",
    },
    [SOME]: {
      rule: "X1",
      about:
        "each exchangePeriod exchangeFanout sessions are asked for masternodes, or all there " +
        "are; pageSessions are asked for pages, the first of a boot that know them, and others " +
        "for those that ended in the middle",
      mode: "always",
    },
  },
  facts: ["ready", "lost", "pruned", "self", "learned", "known"],
  make: (scene) => new Lists(scene),
};

/** The sessions that one exchange asked. */
interface Round {
  readonly event: TraceEvent;
  readonly ready: number;
  readonly asked: Set<number>;
}

/** What one node has done in this life. */
interface Life {
  round: Round | null;
  /** A session that became ready in this step, and has to be asked for pages. */
  owed: TraceEvent | null;
  pagesAsked: number;
  /** Sessions that have not told everything yet. */
  readonly paging: Set<number>;
  /** The session whose page this step was given. */
  turned: number;
  /** When an address was last ready. */
  readonly readyAt: Map<Address, number>;
  /** At least as many as there are dial candidates. */
  heard: number;
}

class Lists extends RuleMonitor {
  readonly mask: number = kindMask(
    ...(["send", "deliver", "fact", "timer", "boot", "down", "dial"] as const),
  );
  readonly #lives: Life[] = this.perNode(begun);

  see(event: TraceEvent): void {
    const { node, kind } = event;
    const life = this.#lives[node];
    if (life === undefined || !this.isKept(node)) return;
    if (kind === "send") return this.#send(event, event.body as Message, life);
    const owed = life.round ?? life.owed;
    if (owed !== null && kind !== "dial") this.#settle(event.cause, node, life);
    switch (kind) {
      case "fact":
        return this.#learn(event, event.body as Fact, life);
      case "deliver":
        life.turned = -1;
        if ((event.body as Message).type !== "MasternodePage") return;
        if (life.paging.delete(event.a)) life.turned = event.a;
        return;
      case "timer":
        if (event.body !== "exchange") return;
        life.round = { event, ready: this.picture.at(node).ready.size, asked: new Set() };
        return;
      case "dial":
        life.heard++;
        return;
      default:
        this.#lives[node] = begun();
    }
  }

  override finish(end: Time): readonly Complaint[] {
    for (const [node, life] of this.#lives.entries()) this.#settle(-1, node, life);
    return super.finish(end);
  }

  #learn(event: TraceEvent, fact: Fact, life: Life): void {
    const { node, at } = event;
    switch (fact.type) {
      case "ready": {
        life.readyAt.set(fact.peer, at);
        life.heard++;
        const peer = this.picture.at(node).ready.get(fact.session) ?? -1;
        const knowsPages = peer >= 0 && this.isKept(peer);
        if (knowsPages && life.pagesAsked < this.constant(node, "pageSessions")) life.owed = event;
        return;
      }
      case "lost":
        life.readyAt.set(fact.peer, at);
        if (life.paging.delete(fact.session)) life.pagesAsked--;
        return;
      case "pruned":
        for (const address of fact.addresses) life.readyAt.delete(address);
        return;
      case "self":
        life.readyAt.delete(fact.address);
        return;
      case "learned":
        life.heard += fact.peers;
        return;
      default:
        life.heard++;
    }
  }

  #send(event: TraceEvent, message: Message, life: Life): void {
    const { node, a: session, cause } = event;
    switch (message.type) {
      case "GetMasternodes":
        if (life.round?.event.id === cause) life.round.asked.add(session);
        return;
      case "GetMasternodePage":
        return this.#asksPage(event, message, life);
      case "MasternodesResponse": {
        const { known, voiceAt, bootAt } = this.picture.at(node);
        const own = voiceAt !== null && voiceAt >= bootAt ? 1 : 0;
        return this.#least(event, message.type, message.entries.length, known.size + own);
      }
      case "MasternodePage": {
        const after =
          message.after === null ? -1 : (parseAddress(message.after, DEFAULT_PORT) ?? 0);
        let rest = 0;
        for (const address of this.picture.at(node).known) if (address > after) rest++;
        return this.#least(event, message.type, message.entries.length, rest);
      }
      case "PeersResponse":
        return this.#peers(event, message, life);
      default:
    }
  }

  #asksPage(event: TraceEvent, { after }: MessageOf<"GetMasternodePage">, life: Life): void {
    const { node, a: session } = event;
    if (after !== null) {
      if (life.turned === session) life.paging.add(session);
      return;
    }
    if (life.owed?.cause === event.cause) life.owed = null;
    life.paging.add(session);
    life.pagesAsked++;
    const most = this.constant(node, "pageSessions");
    if (life.pagesAsked <= most) return;
    this.breach(SOME, "pages of too many", event, () => {
      const who = this.picture.name(node);
      return `${who} asks ${life.pagesAsked} for pages: pageSessions is ${most}`;
    });
  }

  #peers(event: TraceEvent, { addresses, type }: MessageOf<"PeersResponse">, life: Life): void {
    const { node, a: session } = event;
    const { active, address: own, peers } = this.picture.at(node);
    const asker = peers.get(session);
    const others = new Set(active);
    // Not itself, under whichever address it takes for its own.
    let least = active.length - (this.isMasternode(node) ? 1 : 0);
    for (const address of peers.values()) {
      if (others.has(address)) continue;
      others.add(address);
      if (this.#isCandidate(node, address, life)) least++;
    }
    for (const [address, readyAt] of life.readyAt) {
      if (others.has(address)) continue;
      const fresh = this.#isFresh(event, readyAt);
      if (fresh !== false) others.add(address);
      if (fresh === true && this.#isCandidate(node, address, life)) least++;
    }
    if (asker !== undefined && others.has(asker)) least--;
    this.#least(event, type, addresses.length, least);
    const stranger = addresses.find((text) => !others.has(parseAddress(text, DEFAULT_PORT) ?? own));
    if (stranger === undefined) return;
    this.breach(FULL, "stale", event, () => {
      const [who, when] = [this.picture.name(node), "peerFreshness"];
      return `${who} names ${stranger} in a peers answer: not active, nor ready within ${when}`;
    });
  }

  /** Null: who knows. */
  #isFresh({ node, at }: TraceEvent, readyAt: number): boolean | null {
    const [since, window] = [at - readyAt, this.constant(node, "peerFreshness")];
    const isExact = this.even.is(node) && this.plan.exact;
    return isExact && Math.abs(since - window) >= this.slack ? since < window : null;
  }

  /** It is certainly kept as somebody to dial, once met. */
  #isCandidate(node: number, address: Address, life: Life): boolean {
    const isOwn = address === this.picture.at(node).address;
    if (isOwn || this.picture.owner(address) < 0) return false;
    if (this.picture.isMainnet && isPrivate(address)) return false;
    return life.readyAt.has(address) && life.heard < this.constant(node, "candidatesMax");
  }

  #least(event: TraceEvent, what: string, found: number, there: number): void {
    const { node } = event;
    const least = Math.min(this.constant(node, "listMax"), there);
    if (found >= least) return;
    this.breach(FULL, what, event, () => {
      const who = this.picture.name(node);
      return `${who} sends a ${what} of ${found}, and might name ${least}`;
    });
  }

  /** The step is over, if `cause` is of another. */
  #settle(cause: number, node: number, life: Life): void {
    const { round, owed } = life;
    if (round !== null && round.event.id !== cause) {
      life.round = null;
      const wanted = Math.min(this.constant(node, "exchangeFanout"), round.ready);
      if (round.asked.size !== wanted) {
        this.breach(SOME, "exchange", round.event, () => {
          const who = this.picture.name(node);
          return `${who} asks ${round.asked.size} of ${round.ready} sessions for masternodes`;
        });
      }
    }
    if (owed === null || owed.cause === cause) return;
    life.owed = null;
    this.breach(SOME, "no pages", owed, () => {
      return `${this.picture.name(node)} begins a session and does not ask for pages`;
    });
  }
}

function begun(): Life {
  return {
    round: null,
    owed: null,
    pagesAsked: 0,
    paging: new Set(),
    turned: -1,
    readyAt: new Map(),
    heard: 0,
  };
}
