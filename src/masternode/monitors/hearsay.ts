/**
 * Who is named in a list is known afterwards, where there is room and nobody was removed lately
 * (rules X1, R1, R3, Q2): the other half of `stays-away`.
 */
import type { Complaint } from "../../check/invariant.ts";
import { type Address, isPrivate, isUnusable, parseAddress } from "../../core/address.ts";
import type { Time } from "../../core/units.ts";
import { encodeUtf8 } from "../../wire/utf8.ts";
import { kindMask, type TraceEvent } from "../../trace/event.ts";
import type { Fact } from "../facts.ts";
import { DEFAULT_PORT, type MasternodeEntry, type Message } from "../messages.ts";
import { RuleMonitor, type Rules } from "./rule.ts";

const NAMES = "takes-names";

export const hearsay: Rules = {
  specs: {
    [NAMES]: {
      rule: "X1",
      about:
        "whom an honest node's list names, or any list without a signature, is in the registry " +
        "afterwards, unless it was removed in this life or there is no room: hearsay fills it to " +
        "candidatesMax, and no further",
      mode: "always",
    },
  },
  facts: ["known", "removed"],
  make: (scene) => new Hearsay(scene),
};

/** Strangers that a list names. */
interface Named {
  readonly event: TraceEvent;
  /** Whom it names without a signature, and nothing else. */
  readonly hearsay: Set<Address>;
  /** Who has to be known. */
  readonly owed: Set<Address>;
}

class Hearsay extends RuleMonitor {
  readonly mask: number = kindMask("deliver", "fact", "timer", "boot", "down", "closed");
  readonly #named: (Named | null)[] = this.perNode(() => null);
  /** In this life: it may be remembered that they went. */
  readonly #removed: Set<Address>[] = this.perNode(() => new Set<Address>());

  see(event: TraceEvent): void {
    const { node, kind } = event;
    if (!this.isKept(node)) return;
    if (kind === "fact") return this.#learn(event, event.body as Fact);
    // A node that is down knows nobody any more: what it did last is not judged.
    if (kind === "boot" || kind === "down") this.#restart(node);
    else this.#settle(node);
    if (kind === "deliver") this.#deliver(event, event.body as Message);
  }

  override finish(end: Time): readonly Complaint[] {
    for (const node of this.#named.keys()) this.#settle(node);
    return super.finish(end);
  }

  #learn(event: TraceEvent, fact: Fact): void {
    const { node } = event;
    if (fact.type === "removed") this.#removed[node]?.add(fact.address);
    if (fact.type !== "known") return;
    const named = this.#named[node] ?? null;
    if (named?.event.id !== event.cause || !named.hearsay.has(fact.address)) return;
    const size = this.picture.at(node).known.size;
    const most = this.constant(node, "candidatesMax");
    if (size <= most) return;
    this.breach(NAMES, "too many", event, () => {
      const who = this.picture.name(node);
      return `${who} takes hearsay into a registry of ${size}: candidatesMax is ${most}`;
    });
  }

  #deliver(event: TraceEvent, message: Message): void {
    switch (message.type) {
      case "MasternodesResponse":
      case "MasternodePage":
      case "Announcements":
        return this.#list(event, message.entries);
      default:
    }
  }

  #list(event: TraceEvent, entries: readonly MasternodeEntry[]): void {
    const { node, a: session } = event;
    const { known, ready } = this.picture.at(node);
    const from = ready.get(session);
    if (from === undefined) return;
    let named: Named | null = null;
    const signed = new Set<Address>();
    for (const entry of entries.slice(0, this.constant(node, "listMax"))) {
      const address = parseAddress(entry.address, entry.port ?? DEFAULT_PORT);
      if (address === null || known.has(address)) continue;
      named ??= { event, hearsay: new Set(), owed: new Set() };
      const isSigned = entry.signature !== undefined;
      (isSigned ? signed : named.hearsay).add(address);
      if (isSigned && (from < 0 || !this.isKept(from))) continue;
      if (this.#isWelcome(node, address, entry)) named.owed.add(address);
    }
    for (const address of signed) named?.hearsay.delete(address);
    this.#named[node] = named;
  }

  #isWelcome(node: number, address: Address, entry: MasternodeEntry): boolean {
    const { rewardAddress, publicKey } = entry;
    if (address === this.picture.at(node).address || isUnusable(address)) return false;
    // It is itself that is named, in words of its own or under an address of its own.
    if (publicKey === this.keys[node] || this.picture.owner(address) === node) return false;
    if (this.picture.isMainnet && isPrivate(address)) return false;
    if (this.#removed[node]?.has(address) === true) return false;
    return encodeUtf8(rewardAddress).length <= this.constant(node, "rewardAddressMax");
  }

  #restart(node: number): void {
    this.#named[node] = null;
    this.#removed[node]?.clear();
  }

  #settle(node: number): void {
    const named = this.#named[node] ?? null;
    if (named === null) return;
    this.#named[node] = null;
    const { known } = this.picture.at(node);
    const room = ["candidatesMax", "entriesMax"].map((name) => this.constant(node, name));
    if (known.size >= Math.min(...room)) return;
    for (const address of named.owed) {
      if (known.has(address)) continue;
      this.breach(NAMES, "passed over", named.event, () => {
        const [who, whom] = [this.picture.name(node), this.plan.address(address)];
        return `${who} passes over ${whom}, which a list names, with ${known.size} in its registry`;
      });
    }
  }
}
