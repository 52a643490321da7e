/**
 * Sessions last (rules S4, S6, P3): where nothing hinders two nodes, a session between them ends
 * only for a reason that the protocol has, and nothing is said on it afterwards.
 */
import { type LinkProfile, longest } from "../../core/fault.ts";
import { SECOND } from "../../core/units.ts";
import { kindMask, type TraceEvent } from "../../trace/event.ts";
import { sameU64, type U64 } from "../../wire/u64.ts";
import type { Fact, FactOf } from "../facts.ts";
import type { Message } from "../messages.ts";
import { RuleMonitor, type Rules } from "./rule.ts";

export const steady: Rules = {
  specs: {
    lasts: {
      rule: "S6",
      about:
        "a session that begins and ends between two nodes that nothing hinders meanwhile ends as " +
        "a duplicate, a feeler or a guest, or because one of them is full",
      mode: "always",
    },
    "pings-lost": {
      rule: "P3",
      about: "a session is given up for lost pings only after so many unanswered for so long",
      mode: "always",
    },
    "gone-is-gone": {
      rule: "S4",
      about: "nothing is sent or heard on a session that has ended",
      mode: "always",
    },
  },
  facts: ["ready", "lost"],
  make: (scene) => new Steady(scene),
};

/** Why one of our nodes ends a session, without fault of anybody. */
const REASONS = ["duplicate", "feeler", "full", "found others", "self"];
/** The other end's doing, whatever its reason. */
const FOLLOWED = ["fin", "reset"];

interface Ping {
  readonly nonce: U64;
  readonly at: number;
}

interface Life {
  readonly peer: number;
  /** When it was dialed: each end hears of that, and of the end, when it hears of it. */
  readonly since: number;
  pings: readonly Ping[];
}

class Steady extends RuleMonitor {
  readonly mask: number = kindMask("send", "deliver", "fact", "boot", "down");
  readonly #lives: Map<number, Life>[] = this.perNode(() => new Map<number, Life>());
  readonly #ended: Set<number>[] = this.perNode(() => new Set<number>());
  /** When each ended a session with each for a reason of its own, by node × count + peer. */
  readonly #parted = new Map<number, number>();
  readonly #count = this.plan.plans.length;

  see(event: TraceEvent): void {
    const { node, kind } = event;
    if (!this.isKept(node)) return;
    if (kind === "fact") {
      const fact = event.body as Fact;
      if (fact.type === "ready") this.#begins(event, fact);
      else if (fact.type === "lost") this.#ends(event, fact);
    } else if (kind === "boot" || kind === "down") {
      this.#lives[node]?.clear();
      this.#ended[node]?.clear();
    } else if (this.#ended[node]?.has(event.a) === true) {
      this.breach("gone-is-gone", kind, event, () => {
        const what = `${kind === "send" ? "sends" : "hears"} ${(event.body as Message).type}`;
        return `${this.picture.name(node)} ${what} on session ${event.a}, which has ended`;
      });
    } else this.#ping(event, event.body as Message);
  }

  #begins({ node, at }: TraceEvent, { session }: FactOf<"ready">): void {
    const { ready, ends } = this.picture.at(node);
    const peer = ready.get(session) ?? -1;
    const since = ends.get(session)?.dialedAt ?? at;
    this.#lives[node]?.set(session, { peer, since, pings: [] });
  }

  #ping({ node, at, a: session, kind }: TraceEvent, message: Message): void {
    if (message.type !== "Ping" && message.type !== "Pong") return;
    const life = this.#lives[node]?.get(session);
    if (life === undefined) return;
    const { nonce } = message;
    if (kind === "send" && message.type === "Ping") life.pings = [...life.pings, { nonce, at }];
    else if (kind === "deliver" && message.type === "Pong") {
      // Who answers too late has lost it all the same.
      life.pings = life.pings.filter((ping) => {
        return !sameU64(ping.nonce, nonce) || this.#isLost(node, at, ping);
      });
    }
  }

  #ends(event: TraceEvent, { session, reason }: FactOf<"lost">): void {
    const { node, at } = event;
    const life = this.#lives[node]?.get(session);
    this.#lives[node]?.delete(session);
    this.#ended[node]?.add(session);
    if (life === undefined) return;
    if (reason === "pings lost") this.#given(event, life);
    const { peer, since } = life;
    if (peer < 0 || !this.isKept(peer)) return;
    const isFollowed = FOLLOWED.includes(reason);
    const isLast = isFollowed && (this.#parted.get(peer * this.#count + node) ?? -1) >= since;
    // A reason of the page, at one end or the other.
    if (!isFollowed) this.#parted.set(node * this.#count + peer, at);
    if (REASONS.includes(reason) || reason.startsWith("silent") || isLast) return;
    if (!this.#isCalm(node, peer, since)) return;
    this.breach("lasts", isFollowed ? "without a reason" : reason, event, () => {
      const names = `${this.picture.name(node)} and ${this.picture.name(peer)}`;
      return `the session of ${names} ends, ${reason}, though nothing hinders them`;
    });
  }

  #given(event: TraceEvent, { pings }: Life): void {
    const { node, at } = event;
    const most = this.constant(node, "pingLossesMax");
    const late = pings.filter((ping) => this.#isLost(node, at, ping));
    if (late.length >= most) return;
    this.breach("pings-lost", "", event, () => {
      const who = this.picture.name(node);
      return `${who} gives a session up with ${late.length} pings lost, of ${most} that it takes`;
    });
  }

  /** Or nearly. */
  #isLost(node: number, at: number, ping: Ping): boolean {
    const { rate } = this.picture.at(node);
    return (at - ping.at) * rate * 1.01 + SECOND / 100 >= this.constant(node, "pingTimeout");
  }

  /** Since before it began, and on links that lose nothing. */
  #isCalm(node: number, peer: number, since: number): boolean {
    if (!this.hasOwnIp(node) || !this.hasOwnIp(peer)) return false;
    const own = this.calm.of(node);
    if (own === null || !own.nodes.includes(peer)) return false;
    // What was on its way before, or waited in a kernel, is heard of by then.
    const settled = own.since + this.constant(node, "handshakeTimeout") + 5 * SECOND;
    if (settled > since) return false;
    if (!this.calm.isOpen(node, peer) || !this.calm.isOpen(peer, node)) return false;
    return isGood(this.plan.link(node, peer)) && isGood(this.plan.link(peer, node));
  }
}

/** Nothing there makes TCP give up, or a pong come late. */
function isGood({ loss, bandwidth, latency }: LinkProfile): boolean {
  return loss === 0 && bandwidth === null && longest(latency) <= 2 * SECOND;
}
