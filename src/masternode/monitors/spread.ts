/**
 * What goes to everybody does: to every ready session, once (rules A2, A4, H1, H2, H4, B4). A
 * broadcast is sends of one message in one step; sends of a heartbeat are counted, not compared,
 * since they are most of what a network says.
 */
import { parseAddress } from "../../core/address.ts";
import { kindMask, type TraceEvent } from "../../trace/event.ts";
import type { Fact } from "../facts.ts";
import type { Message, MessageOf } from "../messages.ts";
import { RuleMonitor, type Rules } from "./rule.ts";

type Spread =
  | MessageOf<"MasternodeAnnouncement">
  | MessageOf<"HeartbeatBroadcast">
  | MessageOf<"HeartbeatAttestation">
  | MessageOf<"BlockAnnouncement">;

/** The sends of one message in one step of one node. */
interface Wave {
  readonly message: Spread;
  readonly key: string;
  readonly cause: number;
  readonly at: number;
  readonly id: number;
  /** Sessions that were ready when it began. */
  readonly ready: number;
  count: number;
}

export const spread: Rules = {
  specs: {
    broadcast: {
      rule: "A2",
      about:
        "a masternode's announcement and heartbeat go to all its ready sessions, and it says " +
        "to how many",
      mode: "always",
    },
    relay: {
      rule: "H2",
      about:
        "what is relayed goes once to every ready session but the one it came from: a " +
        "heartbeat is sent at most twice for each link",
      mode: "always",
    },
    attestation: {
      rule: "H4",
      about: "an attestation goes once to all ready sessions",
      mode: "always",
    },
  },
  facts: ["broadcast", "heartbeat", "removed"],
  make: (scene) => new Spreads(scene),
};

class Spreads extends RuleMonitor {
  readonly mask: number = kindMask("send", "fact", "boot");
  readonly #waves: (Wave | null)[] = this.perNode(() => null);
  /** The last wave of each sender's heartbeats, by its address as it is spelled. */
  readonly #relayed: Map<string, number>[] = this.perNode(() => new Map<string, number>());
  /** Nobody lies about whose heartbeats are whose, or is taken for another behind a translator. */
  readonly #isHonest = this.plan.plans.every(
    ({ standing, dialsFrom }) => standing !== "adversary" && dialsFrom === null,
  );

  see(event: TraceEvent): void {
    const { node, body } = event;
    if (!this.isKept(node)) return;
    if (event.kind === "send") return this.#send(event, body as Message);
    if (event.kind === "boot") {
      this.#waves[node] = null;
      this.#relayed[node]?.clear();
      return;
    }
    const fact = body as Fact;
    if (fact.type === "broadcast" || fact.type === "heartbeat") this.#said(event, fact);
    // Its number may begin anew.
    else if (fact.type === "removed") this.#relayed[node]?.clear();
  }

  override finish(end: Parameters<RuleMonitor["finish"]>[0]): ReturnType<RuleMonitor["finish"]> {
    for (const [node, wave] of this.#waves.entries()) if (wave !== null) this.#over(node, wave);
    return super.finish(end);
  }

  #send(event: TraceEvent, message: Message): void {
    const wave = this.#waves[event.node] ?? null;
    if (wave !== null && wave.message === message && wave.cause === event.cause) {
      wave.count++;
      return;
    }
    switch (message.type) {
      case "MasternodeAnnouncement":
      case "HeartbeatBroadcast":
      case "HeartbeatAttestation":
      case "BlockAnnouncement":
        return this.#begin(event, message, wave);
      default:
    }
  }

  #begin(event: TraceEvent, message: Spread, last: Wave | null): void {
    const { node, cause, at, id } = event;
    const key = keyOf(message);
    // In a trace that was read from a file each send has a body of its own.
    if (last !== null && last.cause === cause && last.key === key) {
      last.count++;
      return;
    }
    if (last !== null) this.#over(node, last);
    const ready = this.picture.at(node).ready.size;
    this.#waves[node] = { message, key, cause, at, id, ready, count: 1 };
    if (message.type === "HeartbeatBroadcast") this.#once(event, message);
  }

  /** The numbers of a heartbeat's sender only grow, and so does what is relayed of it. */
  #once(event: TraceEvent, { heartbeat }: MessageOf<"HeartbeatBroadcast">): void {
    const { masternodeAddress: of, sequenceNumber: sequence } = heartbeat;
    const relayed = this.#relayed[event.node];
    const last = relayed?.get(of);
    relayed?.set(of, sequence);
    if (!this.#isHonest || last === undefined || sequence > last) return;
    const witness = sequence === last ? "a heartbeat twice" : "an old heartbeat";
    this.breach("relay", witness, event, () => {
      return `${this.picture.name(event.node)} sends ${of}'s heartbeat ${sequence} after ${last}`;
    });
  }

  /** What it says of its own broadcast, right after the sends. */
  #said(event: TraceEvent, fact: Fact & { readonly recipients: number }): void {
    const { node, cause } = event;
    const wanted = fact.type === "broadcast" ? "MasternodeAnnouncement" : "HeartbeatBroadcast";
    const wave = this.#waves[node] ?? null;
    const isIts = wave?.cause === cause && wave.message.type === wanted;
    const sent = isIts ? wave.count : 0;
    if (isIts) this.#waves[node] = null;
    const ready = this.picture.at(node).ready.size;
    if (sent === ready && fact.recipients === ready) return;
    const what = fact.type === "broadcast" ? "announcement" : "heartbeat";
    const witness = sent === ready ? `${what}: count` : what;
    this.breach("broadcast", witness, event, () => {
      const said = `says ${fact.recipients}`;
      const who = this.picture.name(node);
      return `${who} sends its ${what} to ${sent} of ${ready} ready sessions, and ${said}`;
    });
  }

  /** A relay leaves out the session it came from, if that still stands. */
  #over(node: number, { message, count, ready, at, id }: Wave): void {
    const { type } = message;
    const isOwn = type === "MasternodeAnnouncement" && this.#isOwn(node, message);
    // A greeting (rule A1): to the session that became ready.
    if (isOwn) return;
    const least = type === "HeartbeatAttestation" ? ready : ready - 1;
    if (count >= least && count <= ready) return;
    const invariant = type === "HeartbeatAttestation" ? "attestation" : "relay";
    const witness = `${type} to ${count < least ? "some" : "one twice"}`;
    this.breach(invariant, witness, { node, at, id }, () => {
      const who = this.picture.name(node);
      const often = count === 1 ? "once" : `${count} times`;
      return `${who} sends a ${type} ${often}, with ${ready} ready sessions`;
    });
  }

  #isOwn(node: number, { announcement }: MessageOf<"MasternodeAnnouncement">): boolean {
    const address = parseAddress(announcement.address, announcement.port ?? 0);
    return address === this.picture.at(node).address;
  }
}

function keyOf(message: Spread): string {
  switch (message.type) {
    case "MasternodeAnnouncement": {
      const { address, port, sequence } = message.announcement;
      return `A ${address} ${port} ${sequence}`;
    }
    case "HeartbeatBroadcast":
      return `H ${message.heartbeat.masternodeAddress} ${message.heartbeat.sequenceNumber}`;
    case "HeartbeatAttestation":
      return `W ${message.attestation.heartbeatHash} ${message.attestation.witnessAddress}`;
    case "BlockAnnouncement":
      return `B ${message.block.header.height} ${message.block.header.merkleRoot}`;
  }
}
