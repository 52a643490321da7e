/** Pairs have one session, nodes have enough of them, and they last (rules S4, S6, X5, P3). */
import { kindMask, type TraceEvent } from "../../trace/event.ts";
import type { Fact, FactOf } from "../facts.ts";
import { Bounds } from "./bounds.ts";
import { NodeMonitor, type Want } from "./due.ts";
import type { Group } from "./groups.ts";
import { type Rules, RuleMonitor, type Scene } from "./rule.ts";

/** How sessions stand is told by these. */
const SESSIONS = ["ready", "lost"] as const;

export const pairs: Rules = {
  specs: {
    "one-session": {
      rule: "S4",
      about:
        "in an undisturbed group no pair has two ready sessions for longer than it takes to tell",
      mode: "eventually",
      bound: "`settling`",
    },
  },
  facts: SESSIONS,
  make: (scene) => new Pairs(scene),
};

export const company: Rules = {
  specs: {
    "enough-sessions": {
      rule: "X5",
      about:
        "in an undisturbed group everybody is ready with all the others, or with as many as it " +
        "wants (sessionsWanted), once pauses and dead sessions have had their time",
      mode: "eventually",
      bound: "`counting`",
    },
  },
  facts: SESSIONS,
  make: (scene) => new Company(scene),
};

export const lasting: Rules = {
  specs: {
    "sessions-last": {
      rule: "P3",
      about:
        "a session that began in an undisturbed group is not ended for silence, slowness, bad " +
        "lines or a ban; a dial in such a group does not fail",
      mode: "always",
    },
  },
  facts: [...SESSIONS, "dial-failed", "started"],
  make: (scene) => new Lasting(scene),
};

class Pairs extends NodeMonitor {
  protected readonly invariant = "one-session";
  protected readonly told = SESSIONS;

  protected judgeNode(node: number, group: Group, at: number): void {
    const { ready } = this.picture.at(node);
    const seen = new Set<number>();
    let twice = -1;
    for (const peer of ready.values()) {
      if (seen.has(peer) && group.nodes.includes(peer)) twice = peer;
      seen.add(peer);
    }
    const want: Want | null =
      twice < 0 ? null : { witness: "two", node, text: () => this.#text(node, twice) };
    this.judge(node, group, want, at, () => this.bounds.settling(group));
  }

  #text(node: number, peer: number): string {
    return `${this.picture.name(node)} has two ready sessions with ${this.picture.name(peer)}`;
  }
}

class Company extends NodeMonitor {
  protected readonly invariant = "enough-sessions";
  protected readonly told = SESSIONS;

  protected judgeNode(node: number, group: Group, at: number): void {
    const peers = new Set(this.picture.at(node).ready.values());
    const others = group.nodes.filter((other) => other !== node && this.#isFound(node, other));
    // Where members are full, who comes last is a guest.
    const isRoomy = this.plan.plans.length <= this.bounds.least(group, "sessionsMax");
    const wanted = Math.min(this.constant(node, "sessionsWanted"), others.length);
    const missing = others.find((other) => !peers.has(other));
    // Liars name addresses where nobody is, and dialing those takes its time.
    const isShort = isRoomy && this.nobodyLies && missing !== undefined && peers.size < wanted;
    const want = isShort
      ? { witness: "", node, text: () => this.#text(node, peers.size, wanted, missing) }
      : null;
    this.judge(node, group, want, at, () => this.bounds.counting(group));
  }

  /** Who cannot be dialed where it seems to be meets masternodes: lists go on naming them alone. */
  #isFound(one: number, other: number): boolean {
    const both = [one, other];
    const isHidden = both.some((node) => this.plan.plans[node]?.dialsFrom !== null);
    return !isHidden || both.some((node) => this.isMasternode(node));
  }

  #text(node: number, count: number, wanted: number, missing: number): string {
    const [who, whom] = [this.picture.name(node), this.picture.name(missing)];
    return `${who} is ready with ${count} of the ${wanted} that it wants, and not with ${whom}`;
  }
}

/** Endings that say that something is wrong with the other end. */
const BAD_ENDINGS: readonly string[] = [
  ...["pings lost", "timeout", "slow", "line too long", "banned", "handshake timeout"],
  ...["silent, and others of its ip wait"],
];
const BAD_DIALS: readonly string[] = ["refused", "timeout", "dial timeout", "handshake timeout"];

class Lasting extends RuleMonitor {
  readonly mask: number = kindMask("fact");
  readonly #groups: Scene["groups"];
  readonly #bounds: Bounds;
  /** When each ready session was dialed, by node. */
  readonly #dialedAt: Map<number, number>[] = this.perNode(() => new Map<number, number>());

  constructor(scene: Scene) {
    super(scene);
    this.#groups = scene.groups;
    this.#bounds = new Bounds(scene);
  }

  see(event: TraceEvent): void {
    const { node, at } = event;
    const fact = event.body as Fact;
    if (fact.type === "ready") {
      // Who stood still may hear of it much later.
      const dialed = this.picture.at(node).ends.get(fact.session)?.dialedAt ?? at;
      this.#dialedAt[node]?.set(fact.session, dialed);
    } else if (fact.type === "lost") this.#lost(event, fact);
    else if (fact.type === "dial-failed") this.#failed(event, fact);
    else if (fact.type === "started") this.#dialedAt[node]?.clear();
  }

  #lost(event: TraceEvent, { session, reason, peer }: FactOf<"lost">): void {
    const { node } = event;
    const since = this.#dialedAt[node]?.get(session) ?? 0;
    this.#dialedAt[node]?.delete(session);
    if (!BAD_ENDINGS.includes(reason)) return;
    const group = this.#groupOf(node, this.picture.owner(peer));
    if (group === null || group.since > since) return;
    this.breach("sessions-last", reason, event, () => {
      const [who, whom] = [this.picture.name(node), this.plan.address(peer)];
      return `${who} ends its session with ${whom}: ${reason}, with nothing in the way`;
    });
  }

  /** Who boots listens at once; what was under way before may fail. */
  #failed(event: TraceEvent, { peer, reason }: FactOf<"dial-failed">): void {
    const { node, at } = event;
    if (!BAD_DIALS.includes(reason)) return;
    const group = this.#groupOf(node, this.picture.owner(peer));
    // Where it seems to be, nobody may listen.
    const isThere = this.picture.nodes.some(({ address }) => address === peer);
    if (group === null || !isThere) return;
    const underWay = this.#bounds.most(group, "handshakeTimeout") * 2 + this.plan.dialTimeout;
    if (at - group.since <= underWay + group.rtt) return;
    this.breach("sessions-last", `dial: ${reason}`, event, () => {
      const [who, whom] = [this.picture.name(node), this.plan.address(peer)];
      return `${who} cannot reach ${whom} (${reason}), with nothing in the way`;
    });
  }

  /** The undisturbed group of both, unless its links lose segments. */
  #groupOf(node: number, peer: number): Group | null {
    const group = this.#groups.of(node);
    if (group === null || !group.nodes.includes(peer)) return null;
    return group.rtt >= this.#bounds.most(group, "handshakeTimeout") ? null : group;
  }
}
