/** What is forgotten, and what is not (rule Q2); who is known at all, and that it has an end. */
import type { Address } from "../../core/address.ts";
import { kindMask, type TraceEvent } from "../../trace/event.ts";
import type { Fact, FactOf } from "../facts.ts";
import { RuleMonitor, type Rules } from "./rule.ts";

export const forgetting: Rules = {
  specs: {
    "kept-candidates": {
      rule: "Q2",
      about:
        "pruning begins pruneDelay after boot, and forgets nobody who is configured, has a " +
        "session, or was ready or active within unseenMax, nor anybody before neverSeenMax or " +
        "dialFailuresMax failures",
      mode: "always",
    },
    "bounded-registry": {
      rule: "R1",
      about:
        "a registry has no more entries than entriesMax, and among honest nodes none of an " +
        "address that is no node's, nor of the node itself; an entry comes before it goes, and " +
        "goes before it comes again",
      mode: "always",
    },
    "no-self-session": {
      rule: "S4",
      about: "no node is ready with itself, nor dials an address that it found to be its own",
      mode: "always",
    },
  },
  facts: ["known", "removed", "status", "lost", "ready", "self", "dial-failed", "pruned"],
  make: (scene) => new Forgetting(scene),
};

class Forgetting extends RuleMonitor {
  readonly mask: number = kindMask("fact", "boot", "dial");
  readonly #known: Set<Address>[] = this.perNode(() => new Set());
  /** When an address was last ready or turned active or inactive here. */
  readonly #met: Map<Address, number>[] = this.perNode(() => new Map<Address, number>());
  /** Failed dials in a row. */
  readonly #failures: Map<Address, number>[] = this.perNode(() => new Map<Address, number>());
  readonly #selves: Set<Address>[] = this.perNode(() => new Set());
  /** Old nodes are taken for others where their port is not the usual one. */
  readonly #isPlain = this.plan.plans.every(({ standing }) => standing === "kept");

  see(event: TraceEvent): void {
    const { node, kind, body } = event;
    if (!this.isKept(node)) return;
    if (kind === "fact") return this.#learn(event, body as Fact);
    if (kind === "boot") {
      this.#known[node]?.clear();
      this.#met[node]?.clear();
      this.#failures[node]?.clear();
      this.#selves[node]?.clear();
    } else if (this.#isOwn(node, event.b as Address)) {
      this.#self(event, "dials an address that it knows to be its own");
    }
  }

  /** It found that out; unless somebody else seems to be there as well, who called since. */
  #isOwn(node: number, address: Address): boolean {
    return this.#selves[node]?.has(address) === true && this.picture.owner(address) >= 0;
  }

  #learn(event: TraceEvent, fact: Fact): void {
    const { node, at } = event;
    switch (fact.type) {
      case "known":
        return this.#grow(event, fact);
      case "removed":
        if (this.#known[node]?.delete(fact.address) !== true) this.#twice(event, fact);
        return;
      case "status":
        return this.#meets(node, fact.address, at - fact.silent / this.picture.at(node).rate);
      case "dial-failed":
        this.#failures[node]?.set(fact.peer, fact.failures);
        return;
      case "lost":
        return this.#meets(node, fact.peer, at);
      case "ready": {
        this.#meets(node, fact.peer, at);
        const peer = this.picture.at(node).ready.get(fact.session);
        if (peer === node) this.#self(event, "is ready with itself");
        return;
      }
      case "self":
        this.#selves[node]?.add(fact.address);
        return;
      case "pruned":
        return this.#pruned(event, fact);
      default:
    }
  }

  /** What is told later may be of earlier. */
  #meets(node: number, address: Address, at: number): void {
    const before = this.#met[node]?.get(address) ?? at;
    this.#met[node]?.set(address, Math.max(before, at));
  }

  #twice(event: TraceEvent, { type, address }: FactOf<"known"> | FactOf<"removed">): void {
    this.breach("bounded-registry", `${type} twice`, event, () => {
      const [who, whom] = [this.picture.name(event.node), this.plan.address(address)];
      return `${who} says twice that ${whom} is ${type}`;
    });
  }

  #grow(event: TraceEvent, fact: FactOf<"known">): void {
    const { node } = event;
    const { address } = fact;
    const known = this.#known[node];
    if (known?.has(address) === true) this.#twice(event, fact);
    known?.add(address);
    const size = known?.size ?? 0;
    const isFull = size > this.constant(node, "entriesMax");
    const isItself = this.picture.at(node).address === address;
    const isNobody = this.#isPlain && !this.picture.isSomebody(address);
    if (!isFull && !isItself && !isNobody) return;
    const witness = isFull ? "too many" : isItself ? "itself" : "nobody's address";
    this.breach("bounded-registry", witness, event, () => {
      const who = this.picture.name(node);
      return `${who} takes ${this.plan.address(address)} into a registry of ${size}: ${witness}`;
    });
  }

  #pruned(event: TraceEvent, { addresses }: FactOf<"pruned">): void {
    const { node, at } = event;
    const one = this.picture.at(node);
    // Its clock may have run at another rate for a part of the time.
    const isWithin = (time: number, since: number): boolean =>
      (at - since) * one.rate < time * 0.995 - 10;
    const isEarly = isWithin(this.constant(node, "pruneDelay"), one.bootAt);
    const times = ["neverSeenMax", "unseenMax"].map((name) => this.constant(node, name));
    const isYoung = isWithin(Math.min(...times), one.bootAt);
    const most = this.constant(node, "dialFailuresMax");
    for (const address of addresses) {
      const met = this.#met[node]?.get(address);
      const unseen = this.constant(node, "unseenMax");
      const isMet = met !== undefined && isWithin(unseen, met);
      const isNamed = this.ledger.at(node).configured.has(address);
      const isHopeful =
        isYoung && met === undefined && (this.#failures[node]?.get(address) ?? 0) < most;
      if (!isEarly && !isMet && !isNamed && !isHopeful) continue;
      const known = isNamed ? "configured" : isMet ? "met before" : "not tried enough";
      const witness = isEarly ? "soon after boot" : known;
      this.breach("kept-candidates", witness, event, () => {
        const who = this.picture.name(node);
        return `${who} forgets ${this.plan.address(address)}: ${witness}`;
      });
    }
  }

  #self(event: TraceEvent, does: string): void {
    this.breach("no-self-session", does, event, () => `${this.picture.name(event.node)} ${does}`);
  }
}
