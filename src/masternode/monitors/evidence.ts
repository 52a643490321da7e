/**
 * Who counts as active, and by what (rules R2, R3, Q3): by a message that proves it, never by
 * hearsay or a cache; and not as silent while its heartbeats come. What the last evidence was, a
 * monitor hears as the node does.
 */
import { type Address, parseAddress } from "../../core/address.ts";
import { SECOND } from "../../core/units.ts";
import { kindMask, type TraceEvent } from "../../trace/event.ts";
import type { Fact, FactOf } from "../facts.ts";
import {
  DEFAULT_PORT,
  type MasternodeEntry,
  type Message,
  type SignedHeartbeat,
} from "../messages.ts";
import { RuleMonitor, type Rules } from "./rule.ts";

export const evidence: Rules = {
  specs: {
    "active-by-evidence": {
      rule: "R2",
      about:
        "nobody counts a masternode as active but on a message that vouches for it: its own, or " +
        "a signed and timely one; not on hearsay, nor on what a cache remembers",
      mode: "always",
    },
    "nobody-invented": {
      rule: "R2",
      about: "among honest nodes, nobody is active that never announced itself",
      mode: "always",
    },
    "not-silent": {
      rule: "R3",
      about: "nobody turns inactive, or is removed, before its time without evidence is over",
      mode: "always",
    },
    "sees-itself": {
      rule: "R3",
      about: "a masternode counts itself, once; active sets are sorted and name nobody twice",
      mode: "always",
    },
  },
  facts: ["status", "removed", "active"],
  make: (scene) => new Evidence(scene),
};

/** The newest heartbeat of somebody that a node was given, and when. */
interface Heard {
  sequence: number;
  at: number;
}

class Evidence extends RuleMonitor {
  readonly mask: number = kindMask("deliver", "fact", "boot");
  readonly #heard: Map<Address, Heard>[] = this.perNode(() => new Map<Address, Heard>());
  /** The newest heartbeat in a list: it dates from its timestamp, and is no news any more. */
  readonly #listed: Map<Address, number>[] = this.perNode(() => new Map<Address, number>());
  /** Of whom a timely heartbeat came when it was not active: it may be held (rule H3). */
  readonly #held: Set<Address>[] = this.perNode(() => new Set<Address>());

  see(event: TraceEvent): void {
    const { node, kind } = event;
    if (!this.isKept(node)) return;
    if (kind === "deliver") {
      this.#deliver(event, event.body as Message);
      return;
    }
    if (kind === "boot") {
      this.#heard[node]?.clear();
      this.#listed[node]?.clear();
      this.#held[node]?.clear();
      return;
    }
    const fact = event.body as Fact;
    if (fact.type === "status") {
      if (fact.status === "active") this.#proven(event, fact);
      else this.#silent(event, fact.address, fact.silent, "activeWindow");
    } else if (fact.type === "removed") this.#removed(event, fact);
    else if (fact.type === "active") this.#counted(event, fact);
  }

  #deliver(event: TraceEvent, message: Message): void {
    switch (message.type) {
      case "HeartbeatBroadcast":
        return this.#hear(event, message.heartbeat);
      case "MasternodesResponse":
      case "MasternodePage":
      case "Announcements":
        for (const entry of message.entries) this.#list(event.node, entry);
        return;
      default:
    }
  }

  #list(node: number, { address, port, heartbeat }: MasternodeEntry): void {
    if (heartbeat === undefined) return;
    const of = this.#parse(address, port);
    const listed = this.#listed[node];
    if (of === null || (listed?.get(of) ?? -1) >= heartbeat.sequenceNumber) return;
    listed?.set(of, heartbeat.sequenceNumber);
  }

  #hear({ node, at }: TraceEvent, { masternodeAddress, ...heartbeat }: SignedHeartbeat): void {
    const of = this.#parse(masternodeAddress);
    // What somebody behind a translator says in the name of this node's own address is passed over.
    if (of === null || of === this.picture.at(node).address) return;
    const { sequenceNumber: sequence, timestamp } = heartbeat;
    const off = Math.abs(timestamp * SECOND - this.picture.wallOf(node, at));
    const window = this.constant(node, "evidenceWindow");
    const isActive = this.picture.at(node).active.includes(of);
    if (!isActive && off < window + SECOND) this.#held[node]?.add(of);
    if (!this.#isItself(of)) return;
    const heard = this.#heard[node]?.get(of);
    if (sequence <= Math.max(heard?.sequence ?? -1, this.#listed[node]?.get(of) ?? -1)) return;
    // Nearly out of the window, it may be in or out.
    const isCounted = isActive && off < window - SECOND;
    const since = isCounted ? at : (heard?.at ?? Number.NEGATIVE_INFINITY);
    if (heard === undefined) this.#heard[node]?.set(of, { sequence, at: since });
    else [heard.sequence, heard.at] = [sequence, since];
  }

  /**
   * Of two that seem to be there, one may be silent. What an old node says that is elsewhere now is
   * nobody's word: its heartbeats are under a key that nobody knows.
   */
  #isItself(of: Address): boolean {
    const owner = this.picture.owner(of);
    return owner >= 0 && (this.isKept(owner) || !this.calm.hasMoved(owner));
  }

  #proven(event: TraceEvent, { address }: FactOf<"status">): void {
    const { node, cause } = event;
    const one = this.picture.at(node);
    const witness =
      one.givenAt === cause ? this.#against(event, one.given as Message, address) : "no message";
    if (witness === "") return;
    this.breach("active-by-evidence", witness, event, () => {
      return `${this.picture.name(node)} counts ${this.#name(address)} as active: ${witness}`;
    });
  }

  /** What is wrong with the message as evidence; empty: nothing. */
  #against(event: TraceEvent, message: Message, of: Address): string {
    const { node } = event;
    switch (message.type) {
      case "MasternodeAnnouncement": {
        const { announcement } = message;
        const named = this.#parse(announcement.address, announcement.port);
        if (named !== of) return "an announcement of another";
        const { peers, givenIn } = this.picture.at(node);
        const isFirstHand = (peers.get(givenIn) ?? of) === of;
        return isFirstHand || announcement.signature !== undefined ? "" : "hearsay";
      }
      case "HeartbeatBroadcast":
        return this.#parse(message.heartbeat.masternodeAddress) === of ? "" : "another's heartbeat";
      case "MasternodesResponse":
      case "MasternodePage":
      case "Announcements": {
        const lines = message.entries.filter(
          ({ address, port }) => this.#parse(address, port) === of,
        );
        if (lines.length === 0) return "a list without it";
        return lines.some((line) => this.#isFresh(event, line, of)) ? "" : "hearsay";
      }
      // What came before the handshake is handled with it.
      case "Handshake":
      case "Ack":
        return "";
      default:
        return `a ${message.type}`;
    }
  }

  /** Signed, and of a time that still counts; or a heartbeat was held until this told its key. */
  #isFresh({ node, at }: TraceEvent, line: MasternodeEntry, of: Address): boolean {
    if (line.signature === undefined) return false;
    const isHeld = this.#held[node]?.has(of) === true;
    const latest = Math.max(line.timestamp ?? 0, line.heartbeat?.timestamp ?? 0) * SECOND;
    const age = this.picture.wallOf(node, at) - latest;
    return isHeld || age < this.constant(node, "activeWindow") + SECOND;
  }

  #silent(event: TraceEvent, of: Address, silent: number, window: string): void {
    const { node, at } = event;
    const least = this.constant(node, window);
    const heard = this.#heard[node]?.get(of);
    // Its own clock measures, which may run fast.
    const ago = heard === undefined ? null : (at - heard.at) * this.picture.at(node).rate;
    const isEarly = silent < least;
    if (!isEarly && (ago === null || !this.nobodyLies || ago >= least - SECOND)) return;
    this.breach("not-silent", isEarly ? "early" : "heard lately", event, () => {
      const last = ago === null ? "nothing" : `a heartbeat ${Math.round(ago / SECOND)} s ago`;
      const length = Math.round(silent / SECOND);
      const who = this.picture.name(node);
      return `${who} takes ${this.#name(of)} for silent for ${length} s, and heard ${last}`;
    });
  }

  /** Silence for long; or somebody had to make room, or it was itself. */
  #removed(event: TraceEvent, { address, silent }: FactOf<"removed">): void {
    const roomy = this.constant(event.node, "entriesMax") > this.plan.plans.length;
    const isOwn = this.picture.at(event.node).address === address;
    if (roomy && !isOwn && this.nobodyLies) this.#silent(event, address, silent, "removeAfter");
  }

  #counted(event: TraceEvent, { count, set }: FactOf<"active">): void {
    const { node } = event;
    const isOrdered = set.every((address, index) => index === 0 || address > (set[index - 1] ?? 0));
    const self = this.picture.at(node).address;
    const own = set.filter((address) => address === self || this.#wasOwn(node, address)).length;
    const who = this.picture.name(node);
    if (!isOrdered || count !== set.length || own !== (this.isMasternode(node) ? 1 : 0)) {
      this.breach("sees-itself", own > 1 ? "twice" : own === 0 ? "not" : "unordered", event, () => {
        return `${who} counts ${count}: ${set.map((each) => this.#name(each)).join(", ")}`;
      });
    }
    if (!this.nobodyLies) return;
    for (const address of set) {
      const owner = this.picture.owner(address);
      if (owner < 0 ? this.picture.isSomebody(address) : this.#speaks(owner, node)) continue;
      this.breach("nobody-invented", owner < 0 ? "no such node" : "never announced", event, () => {
        return `${who} counts ${this.#name(address)}, which never announced itself`;
      });
    }
  }

  /** Where it was, or as others see it: nobody else's, unless somebody lies. */
  #wasOwn(node: number, address: Address): boolean {
    return this.nobodyLies && this.picture.owner(address) === node;
  }

  /** Old nodes do not tell when they announce themselves. */
  #speaks(owner: number, node: number): boolean {
    return owner === node || !this.isKept(owner) || this.picture.at(owner).voiceAt !== null;
  }

  #parse(text: string, port = DEFAULT_PORT): Address | null {
    return parseAddress(text, port);
  }

  #name(address: Address): string {
    return this.plan.address(address);
  }
}
