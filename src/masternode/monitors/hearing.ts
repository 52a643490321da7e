/**
 * What comes is not passed over (rules S2, H3): a type that our nodes send has a row on both ends
 * of a link, and who tells of an unknown masternode is asked about it.
 */
import { type Address, parseAddress } from "../../core/address.ts";
import { type GateBody, kindMask, type TraceEvent } from "../../trace/event.ts";
import type { Fact } from "../facts.ts";
import { DEFAULT_PORT, type Message, type MessageOf } from "../messages.ts";
import { RuleMonitor, type Rules } from "./rule.ts";

export const hearing: Rules = {
  specs: {
    handled: {
      rule: "S2",
      about: "what one of our nodes says is handled by another, whichever end dialed",
      mode: "always",
    },
    "tells-unhandled": {
      rule: "S2",
      about: "for which type nobody has a use is said, once for each end of links",
      mode: "always",
    },
    "asks-who": {
      rule: "H3",
      about: "who sends a heartbeat of an unknown masternode is asked about it",
      mode: "always",
    },
  },
  facts: ["known", "removed"],
  make: (scene) => new Hearing(scene),
};

/** They parse, and there is no row for them. */
const UNHANDLED: readonly Message["type"][] = [
  ...(["GenesisHashResponse", "BlockResponse", "BlockRangeResponse"] as const),
  ...(["ConsensusQueryResponse", "Version", "GetTip"] as const),
];

/** Who asks so has a use for the answers. */
const CURIOUS: readonly Message["type"][] = [
  ...(["GetGenesisHash", "BlockRequest", "GetBlockRange", "ConsensusQuery"] as const),
];

/** A gate that a step still owes. */
interface Unsaid {
  readonly event: TraceEvent;
  readonly of: string;
}

/** A question that a step still owes. */
interface Owed {
  readonly id: number;
  readonly at: number;
  readonly session: number;
  readonly of: Address;
}

class Hearing extends RuleMonitor {
  readonly mask: number = kindMask("deliver", "send", "timer", "fact", "gate", "boot", "closed");
  readonly #owed: (Owed | null)[] = this.perNode(() => null);
  readonly #unsaid: (Unsaid | null)[] = this.perNode(() => null);
  readonly #curious: boolean[] = this.perNode(() => false);
  /** What each has said that it does not handle. */
  readonly #said: Set<string>[] = this.perNode(() => new Set<string>());
  readonly #known: Set<Address>[] = this.perNode(() => new Set<Address>());
  /** By session, when its peer was asked last. */
  readonly #askedAt: Map<number, number>[] = this.perNode(() => new Map<number, number>());
  /** The newest heartbeat of each stranger. */
  readonly #heard: Map<Address, number>[] = this.perNode(() => new Map<Address, number>());

  see(event: TraceEvent): void {
    const { node, kind, body } = event;
    if (!this.isKept(node)) return;
    if (kind === "gate") return this.#gate(event, body as GateBody);
    if (kind === "fact") return this.#fact(node, body as Fact);
    if (kind === "send") return this.#send(event, body as Message);
    this.#settle(node);
    if (kind === "deliver") this.#deliver(event, body as Message);
    else if (kind === "boot") {
      this.#known[node]?.clear();
      this.#said[node]?.clear();
      this.#askedAt[node]?.clear();
      this.#heard[node]?.clear();
    }
  }

  #gate(event: TraceEvent, { gate, values }: GateBody): void {
    if (gate !== "handled" || event.a === 1) return;
    this.#said[event.node]?.add(String(values["for"]));
    this.#unsaid[event.node] = null;
    const { ready, givenIn } = this.picture.at(event.node);
    const from = ready.get(givenIn) ?? -1;
    if (from < 0 || !this.isKept(from)) return;
    const what = String(values["for"]);
    this.breach("handled", what, event, () => {
      return `${this.picture.name(event.node)} has no use for a ${what}`;
    });
  }

  #fact(node: number, fact: Fact): void {
    if (fact.type === "known") this.#known[node]?.add(fact.address);
    else if (fact.type === "removed") this.#known[node]?.delete(fact.address);
    else return;
    this.#owed[node] = null;
  }

  #send({ node, at, a: session }: TraceEvent, { type }: Message): void {
    if (CURIOUS.includes(type)) this.#curious[node] = true;
    if (type !== "GetAnnouncements") return;
    this.#askedAt[node]?.set(session, at);
    if (this.#owed[node]?.session === session) this.#owed[node] = null;
  }

  #deliver(event: TraceEvent, message: Message): void {
    if (UNHANDLED.includes(message.type)) return this.#unhandled(event, message.type);
    const { id, at, node, a: session } = event;
    if (message.type !== "HeartbeatBroadcast") return;
    const of = this.#strangerOf(node, message);
    const peer = this.picture.at(node).ready.get(session) ?? -1;
    if (of === null || peer < 0 || !this.isKept(peer)) return;
    const lately = this.#askedAt[node]?.get(session) ?? Number.NEGATIVE_INFINITY;
    const pause = Math.max(this.constant(node, "askTimeout"), this.constant(node, "askSpacing"));
    if (at - lately <= pause * MARGIN) return;
    this.#owed[node] = { id, at, session, of };
  }

  #unhandled(event: TraceEvent, type: string): void {
    const { node, a: session } = event;
    if (this.#curious[node] === true) return;
    const { ready, ends } = this.picture.at(node);
    const of = `${type} on ${ends.get(session)?.role} links`;
    if (ready.has(session) && this.#said[node]?.has(of) !== true)
      this.#unsaid[node] = { event, of };
  }

  /** Whose news it is, if it is news of somebody who is not in the registry. */
  #strangerOf(node: number, { heartbeat }: MessageOf<"HeartbeatBroadcast">): Address | null {
    const of = parseAddress(heartbeat.masternodeAddress, DEFAULT_PORT);
    if (of === null || this.#known[node]?.has(of) === true) return null;
    const owner = this.picture.owner(of);
    if (owner < 0 || owner === node || this.calm.hasMoved(owner)) return null;
    // The newest is held, also where somebody invented its number.
    if (heartbeat.sequenceNumber <= (this.#heard[node]?.get(of) ?? -1)) return null;
    this.#heard[node]?.set(of, heartbeat.sequenceNumber);
    return this.constant(node, "heldMax") > 0 ? of : null;
  }

  #settle(node: number): void {
    const unsaid = this.#unsaid[node] ?? null;
    if (unsaid !== null) {
      this.#unsaid[node] = null;
      this.breach("tells-unhandled", "", unsaid.event, () => {
        return `${this.picture.name(node)} passes over a ${unsaid.of} without a word`;
      });
    }
    const owed = this.#owed[node] ?? null;
    if (owed === null) return;
    this.#owed[node] = null;
    const { id, at, of } = owed;
    this.breach("asks-who", "", { node, at, id }, () => {
      const names = [node, this.picture.owner(of)].map((each) => this.picture.name(each));
      return `${names[0]} hears a heartbeat of ${names[1]}, whom it does not know, and asks nobody`;
    });
  }
}

/** What a node's clock may differ from true time. */
const MARGIN = 1.2;
