/** Whom the dial loop leaves out, and what a duplicate may take along (rules S4, X5). */
import { type Address, isPrivate } from "../../core/address.ts";
import type { Time } from "../../core/units.ts";
import { kindMask, type TraceEvent } from "../../trace/event.ts";
import type { Complaint } from "../../check/invariant.ts";
import type { Fact, FactOf } from "../facts.ts";
import { RuleMonitor, type Rules } from "./rule.ts";

const COMPANY = "seeks-company";
const OTHERS = "spares-others";

export const contacts: Rules = {
  specs: {
    [COMPANY]: {
      rule: "X5",
      about:
        "while a node has fewer sessions than it wants, or fewer that it dialed, a turn of its " +
        "dial loop dials everybody whom its operator named or whom it knows as a masternode, and " +
        "never tried; and it ends no feeler",
      mode: "always",
    },
    [OTHERS]: {
      rule: "S4",
      about: "who ends a session as a duplicate has the other with that peer when its step is over",
      mode: "always",
    },
  },
  facts: [
    ...(["known", "removed", "self", "ready", "addressed", "pruned", "banned", "lost"] as const),
    ...(["learned", "remembered"] as const),
  ],
  make: (scene) => new Contacts(scene),
};

/** A duplicate that ends. */
interface Ending {
  readonly cause: number;
  readonly at: Time;
  readonly peer: Address;
}

interface Contact {
  /** Known masternodes, and bootstrap peers, that were never dialed, nor ready. */
  readonly fresh: Set<Address>;
  /** Who was. */
  readonly met: Set<Address>;
  /** At least as many as there are candidates, but for those that it is told to dial. */
  heard: number;
  /** Of them, those that a turn of the loop has to dial, until its step is over. */
  owed: { readonly event: TraceEvent; readonly whom: readonly Address[] } | null;
  ending: Ending | null;
  /** It has banned somebody. */
  bans: boolean;
}

class Contacts extends RuleMonitor {
  readonly mask: number = kindMask(
    ...(["fact", "timer", "dial", "opened", "refused", "closed", "close"] as const),
    ...(["deliver", "boot", "down"] as const),
  );
  readonly #contacts: Contact[] = this.perNode(() => begun([]));

  see(event: TraceEvent): void {
    const { node, kind, cause } = event;
    const contact = this.#contacts[node];
    if (contact === undefined || !this.isKept(node)) return;
    if (kind === "boot" || kind === "down") {
      const { configured } = this.ledger.at(node);
      this.#contacts[node] = begun(kind === "boot" ? this.#able(node, configured) : []);
      return;
    }
    if (contact.owed !== null && contact.owed.event.id !== cause) this.#looped(node, contact);
    if (contact.ending !== null && contact.ending.cause !== cause) this.#over(node, contact);
    switch (kind) {
      case "fact":
        return this.#learn(event, event.body as Fact, contact);
      case "timer":
        if (event.body === "dial") this.#loops(event, contact);
        return;
      case "dial":
        meet(contact, event.b as Address);
        if (!this.#isWanting(event, contact)) contact.owed = null;
        return;
      default:
    }
  }

  override finish(end: Time): readonly Complaint[] {
    for (const [node, contact] of this.#contacts.entries()) {
      this.#looped(node, contact);
      this.#over(node, contact);
    }
    return super.finish(end);
  }

  #learn(event: TraceEvent, fact: Fact, contact: Contact): void {
    switch (fact.type) {
      case "learned":
      case "remembered":
        contact.heard += fact.peers;
        return;
      case "known":
        contact.heard++;
        // What a cache remembers has been tried before, perhaps.
        if (fact.from !== null && !contact.met.has(fact.address)) contact.fresh.add(fact.address);
        return;
      case "removed":
      case "self":
        contact.fresh.delete(fact.address);
        return;
      case "ready":
        if (!contact.met.has(fact.peer)) contact.heard++;
        return meet(contact, fact.peer);
      case "addressed":
        contact.fresh.delete(fact.address);
        return;
      case "pruned":
        // Hearsay may name it again: it is no candidate (rule Q2).
        for (const address of fact.addresses) meet(contact, address);
        return;
      case "banned":
        contact.bans = true;
        return;
      case "lost":
        if (fact.reason === "feeler") this.#felt(event, fact);
        else if (fact.reason === "duplicate") {
          contact.ending = { cause: event.cause, at: event.at, peer: fact.peer };
        } else if (fact.reason === "found others" && contact.ending?.cause === event.cause) {
          // In the other it is a guest, and leaves.
          if (contact.ending.peer === fact.peer) contact.ending = null;
        }
        return;
      default:
    }
  }

  /** Bootstrap peers that it may dial at all. */
  #able(node: number, configured: ReadonlySet<Address>): readonly Address[] {
    const { isMainnet } = this.picture;
    const own = this.picture.at(node).address;
    return [...configured].filter((address) => {
      return address !== own && !(isMainnet && isPrivate(address));
    });
  }

  /** It has room for one more dial, and needs one. */
  #isWanting({ node, at }: TraceEvent, { bans }: Contact): boolean {
    const book = this.ledger.at(node);
    const { dialsMax, sessionsMax } = book.c;
    if (bans || book.dialing() >= dialsMax || book.residents(null) >= sessionsMax) return false;
    return this.#isAlone(node, at);
  }

  /** When a feeler counts as one more is a matter of its clock: all ends count, where it is off. */
  #isAlone(node: number, at: number): boolean {
    const book = this.ledger.at(node);
    if (this.plan.exact && this.even.is(node)) return book.missing(at) > 0;
    return this.picture.at(node).ends.size < book.c.sessionsWanted;
  }

  #loops(event: TraceEvent, contact: Contact): void {
    if (contact.fresh.size === 0 || !this.#isWanting(event, contact)) return;
    // One candidate may have made room for another (rule Q2).
    const told = this.plan.plans.length;
    if (contact.heard + told >= this.constant(event.node, "candidatesMax")) return;
    contact.owed = { event, whom: [...contact.fresh] };
  }

  #looped(node: number, contact: Contact): void {
    const { owed, fresh } = contact;
    contact.owed = null;
    const left = owed?.whom.find((address) => fresh.has(address));
    if (owed === null || left === undefined) return;
    this.breach(COMPANY, "dial loop", owed.event, () => {
      const [who, whom] = [this.picture.name(node), this.plan.address(left)];
      return `${who} wants more sessions than it has, and does not dial ${whom}`;
    });
  }

  #felt(event: TraceEvent, { peer }: FactOf<"lost">): void {
    const { node, at } = event;
    // One that had a guest's place does not stay.
    const book = this.ledger.at(node);
    if (!this.#isAlone(node, at) || book.residents(null) >= book.c.sessionsMax) return;
    this.breach(COMPANY, "feeler", event, () => {
      const [who, whom] = [this.picture.name(node), this.plan.address(peer)];
      return `${who} ends its feeler to ${whom} and has fewer sessions than it wants`;
    });
  }

  #over(node: number, contact: Contact): void {
    const { ending } = contact;
    contact.ending = null;
    if (ending === null) return;
    const { ready, peers } = this.picture.at(node);
    const peer = this.picture.owner(ending.peer);
    // Behind a translator, one address may be of two.
    if (peer < 0 || !this.hasOwnIp(peer)) return;
    if ([...ready.values()].includes(peer) || [...peers.values()].includes(ending.peer)) return;
    this.breach(OTHERS, "", { node, at: ending.at, id: ending.cause }, () => {
      const [who, whom] = [this.picture.name(node), this.plan.address(ending.peer)];
      return `${who} ends a session with ${whom} as a duplicate, and has none left with it`;
    });
  }
}

function meet({ fresh, met }: Contact, address: Address): void {
  fresh.delete(address);
  met.add(address);
}

function begun(fresh: readonly Address[]): Contact {
  const [owed, ending] = [null, null];
  return { fresh: new Set(fresh), met: new Set(), heard: 0, owed, ending, bans: false };
}
