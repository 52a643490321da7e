/** Forgetting goes on, and lasts (rules Q2, R3): the other half of forgetting.ts. */
import type { Complaint } from "../../check/invariant.ts";
import type { Address } from "../../core/address.ts";
import { SECOND, type Time } from "../../core/units.ts";
import { kindMask, type TraceEvent } from "../../trace/event.ts";
import type { Fact, FactOf } from "../facts.ts";
import { RuleMonitor, type Rules } from "./rule.ts";

const PRUNES = "prunes";
const AWAY = "stays-away";

export const pruning: Rules = {
  specs: {
    [PRUNES]: {
      rule: "Q2",
      about:
        "a candidate that was never met is forgotten when, on a sweep after pruneDelay, it was " +
        "tried neverSeenMax ago or has failed dialFailuresMax times",
      mode: "always",
    },
    [AWAY]: {
      rule: "Q2",
      about:
        "hearsay brings back nobody while it is remembered that he was pruned or removed: he is " +
        "not dialed, and not in the registry",
      mode: "always",
    },
  },
  facts: [
    "remembered",
    "dial-failed",
    "ready",
    "status",
    "addressed",
    "self",
    "processed",
    "refused",
    "pruned",
    "removed",
    "known",
  ],
  make: (scene) => new Pruning(scene),
};

interface Tried {
  readonly since: number;
  failures: number;
}

/** What one node has been through in this life. */
interface Life {
  /** It began with a cache, and who is in it may have been met before. */
  cached: boolean;
  /** Dialed and never met. */
  readonly tried: Map<Address, Tried>;
  readonly met: Set<Address>;
  /** Sessions that it dialed. */
  readonly dialed: Map<number, Address>;
  readonly pruned: Map<Address, number>;
  readonly removed: Map<Address, number>;
  /** Whom the step that this event began has to prune. */
  owed: { readonly event: TraceEvent; readonly whom: Set<Address> } | null;
  /** Who is known again, until evidence tells why. */
  back: { readonly event: TraceEvent; readonly address: Address } | null;
}

class Pruning extends RuleMonitor {
  readonly mask: number = kindMask(
    ...(["fact", "timer", "dial", "refused", "closed", "close"] as const),
    ...(["command", "boot", "down"] as const),
  );
  readonly #lives: Life[] = this.perNode(begun);

  see(event: TraceEvent): void {
    const { node, kind, cause } = event;
    const life = this.#lives[node];
    if (life === undefined || !this.isKept(node)) return;
    if (kind === "boot" || kind === "down") {
      this.#lives[node] = begun();
      return;
    }
    const owed = life.owed ?? life.back;
    if (owed !== null && owed.event.id !== cause && owed.event.cause !== cause) {
      this.#settle(node, life);
    }
    if (kind === "fact") this.#learn(event, event.body as Fact, life);
    else if (kind === "timer") {
      if (event.body === "prune") this.#prunes(event, life);
    } else if (kind === "dial") this.#dials(event, event.b as Address, life);
    else if (kind === "command") {
      const { address } = event.body as { readonly address?: Address };
      if (address !== undefined) meet(life, address);
    } else life.dialed.delete(event.a);
  }

  override finish(end: Time): readonly Complaint[] {
    for (const [node, life] of this.#lives.entries()) this.#settle(node, life);
    return super.finish(end);
  }

  #dials(event: TraceEvent, address: Address, life: Life): void {
    const { node, at } = event;
    life.dialed.set(event.a, address);
    const prunedAt = life.pruned.get(address);
    if (prunedAt !== undefined && this.#isFresh(node, at - prunedAt, "prunedMemory", life.pruned)) {
      this.#isBack(event, "dialed", address);
    }
    const isMet = life.met.has(address) || this.ledger.at(node).configured.has(address);
    if (!isMet && !life.tried.has(address)) life.tried.set(address, { since: at, failures: 0 });
  }

  #learn(event: TraceEvent, fact: Fact, life: Life): void {
    switch (fact.type) {
      case "remembered":
        life.cached = fact.peers > 0;
        return;
      case "dial-failed": {
        const tried = life.tried.get(fact.peer);
        if (tried !== undefined) tried.failures = fact.failures;
        return;
      }
      case "ready":
        return meet(life, fact.peer);
      case "status":
      case "addressed":
      case "self":
        return meet(life, fact.address);
      case "processed":
        return meet(life, fact.of);
      // Another key than the bound one: whoever is there is asked (rule R1).
      case "refused":
        if (fact.of !== undefined) meet(life, fact.of);
        return;
      case "pruned":
        for (const address of fact.addresses) {
          life.owed?.whom.delete(address);
          life.tried.delete(address);
          life.pruned.set(address, event.at);
        }
        return;
      case "removed":
        if (fact.silent >= this.constant(event.node, "removeAfter")) {
          life.removed.set(fact.address, event.at);
        }
        return;
      case "known":
        return this.#known(event, fact, life);
      default:
    }
  }

  #known(event: TraceEvent, { address, from }: FactOf<"known">, life: Life): void {
    const { node, at } = event;
    const removedAt = life.removed.get(address);
    if (removedAt === undefined || from === null || life.back !== null) return;
    if (!this.#isFresh(node, at - removedAt, "removedMemory", life.removed)) return;
    life.back = { event, address };
  }

  /** It is certainly remembered. */
  #isFresh(
    node: number,
    since: number,
    memory: "prunedMemory" | "removedMemory",
    gone: ReadonlyMap<Address, number>,
  ): boolean {
    if (gone.size > this.constant(node, "prunedMax")) return false;
    return since * this.picture.at(node).rate * 1.01 + SECOND < this.constant(node, memory);
  }

  #prunes(event: TraceEvent, life: Life): void {
    const { node, at } = event;
    if (life.cached || life.tried.size === 0) return;
    const { bootAt, rate } = this.picture.at(node);
    const uptime = (since: number): number => (at - since) * rate * 0.99 - SECOND / 100;
    if (uptime(bootAt) < this.constant(node, "pruneDelay")) return;
    const isUnderWay = new Set(life.dialed.values());
    const whom = new Set<Address>();
    for (const [address, { since, failures }] of life.tried) {
      if (isUnderWay.has(address)) continue;
      const isOld = uptime(since) >= this.constant(node, "neverSeenMax");
      if (isOld || failures >= this.constant(node, "dialFailuresMax")) whom.add(address);
    }
    if (whom.size > 0) life.owed = { event, whom };
  }

  #settle(node: number, life: Life): void {
    const { owed, back } = life;
    life.owed = null;
    life.back = null;
    if (back !== null) this.#isBack(back.event, "known", back.address);
    const [address] = owed?.whom ?? [];
    if (owed === null || address === undefined) return;
    this.breach(PRUNES, "", owed.event, () => {
      const failures = life.tried.get(address)?.failures ?? 0;
      const who = this.picture.name(node);
      return `${who} keeps ${this.plan.address(address)}, never met and failed ${failures} times`;
    });
  }

  #isBack(event: TraceEvent, how: string, address: Address): void {
    this.breach(AWAY, how, event, () => {
      const [who, whom] = [this.picture.name(event.node), this.plan.address(address)];
      return `${whom} is ${how} at ${who} again on hearsay, though it was forgotten there`;
    });
  }
}

/** There is somebody, or an operator says so: nothing is hearsay any more. */
function meet(life: Life, address: Address): void {
  life.met.add(address);
  life.tried.delete(address);
  life.pruned.delete(address);
  life.removed.delete(address);
  if (life.back?.address === address) life.back = null;
}

function begun(): Life {
  return {
    cached: false,
    tried: new Map(),
    met: new Set(),
    dialed: new Map(),
    pruned: new Map(),
    removed: new Map(),
    owed: null,
    back: null,
  };
}
