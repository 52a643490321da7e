/**
 * Gates are closed for the reasons of their rules and no other, and who is behind asks (rules B1,
 * B5, Y1): all of it can be computed from what the node has heard, said and counted so far.
 */
import type { Complaint } from "../../check/invariant.ts";
import type { Address } from "../../core/address.ts";
import { SECOND, type Time } from "../../core/units.ts";
import { type GateBody, kindMask, type TraceEvent } from "../../trace/event.ts";
import type { Fact, FactOf } from "../facts.ts";
import type { Message } from "../messages.ts";
import type { Standpoint } from "./picture.ts";
import { RuleMonitor, type Rules } from "./rule.ts";

const GATES = "true-gates";
const ASKS = "asks-ahead";
const ENOUGH = "asks-enough";

export const reasons: Rules = {
  specs: {
    [GATES]: {
      rule: "B1",
      about:
        "the gates due, synced and minimum are closed for the reasons of their rules and no " +
        "other: the own clock, a credible peer ahead or a question under way, too few active " +
        "or not for long enough; and the first two are open only without them",
      mode: "always",
    },
    [ASKS]: {
      rule: "Y1",
      about:
        "who is told by a ready peer of a higher tip that is credible and not early, and has no " +
        "question under way, asks for it at once, however many are active",
      mode: "always",
    },
    [ENOUGH]: {
      rule: "Y1",
      about:
        "blocksMax blocks are asked for at a time, or all that the peer says it has and that are " +
        "not early",
      mode: "always",
    },
  },
  facts: [
    "download",
    "search",
    "download-failed",
    "tip",
    "lost",
    "finality-conflict",
    "attempt",
    "skipped",
  ],
  make: (scene) => new Reasons(scene),
};

interface Failures {
  readonly count: number;
  readonly last: number;
}

/** What one node has been told in this life, and what it has asked. */
interface Hearing {
  /** Heights, by session. */
  readonly claims: Map<number, number>;
  /** Failed downloads, by the peer's address, and when the last one did. */
  readonly failed: Map<Address, Failures>;
  /** Some peer's chain parts from its own too deep. */
  parted: boolean;
  /** Who was asked last and may still answer. */
  asked: Address | null;
  /** A tip for which it has to ask before its next step. */
  owed: TraceEvent | null;
}

class Reasons extends RuleMonitor {
  readonly mask: number = kindMask("deliver", "timer", "fact", "gate", "boot", "down", "closed");
  readonly #hearings: Hearing[] = this.perNode(begun);

  see(event: TraceEvent): void {
    const { node, kind, body } = event;
    const hearing = this.#hearings[node];
    if (hearing === undefined || !this.isKept(node)) return;
    if (hearing.owed !== null && event.cause !== hearing.owed.id) this.#settle(node, hearing);
    if (kind === "deliver") this.#told(event, body as Message, hearing);
    else if (kind === "fact") this.#learn(event, body as Fact, hearing);
    else if (kind === "gate") this.#judge(event, (body as GateBody).gate, hearing);
    else if (kind === "closed") hearing.claims.delete(event.a);
    else if (kind !== "timer") this.#hearings[node] = begun();
  }

  override finish(end: Time): readonly Complaint[] {
    for (const [node, hearing] of this.#hearings.entries()) this.#settle(node, hearing);
    return super.finish(end);
  }

  #told(event: TraceEvent, message: Message, hearing: Hearing): void {
    const { claims } = hearing;
    const { a: session } = event;
    if (message.type === "Tip" || message.type === "BlockHeightResponse") {
      claims.set(session, message.height);
      if (this.#isOwed(event, message.height, hearing)) hearing.owed = event;
    } else if (message.type === "BlockAnnouncement") {
      const { height } = message.block.header;
      if (height >= (claims.get(session) ?? -1)) claims.set(session, height);
    }
  }

  #learn(event: TraceEvent, fact: Fact, hearing: Hearing): void {
    switch (fact.type) {
      case "download":
        this.#isEnough(event, fact, hearing);
        hearing.asked = fact.peer;
        hearing.owed = null;
        return;
      case "search":
        hearing.asked = fact.peer;
        hearing.owed = null;
        return;
      case "download-failed":
        hearing.failed.set(fact.peer, {
          count: (hearing.failed.get(fact.peer)?.count ?? 0) + 1,
          last: event.at,
        });
        hearing.asked = null;
        return;
      case "tip":
        if (fact.via === "download") hearing.asked = null;
        return;
      case "lost":
        return this.#lost(event.node, fact, hearing);
      case "finality-conflict":
        hearing.parted = true;
        return;
      // All gates were looked at just now.
      case "attempt":
      case "skipped":
        for (const gate of ["due", "synced", "minimum"]) this.#judge(event, gate, hearing);
        return;
      default:
    }
  }

  #lost(node: number, { session, peer }: FactOf<"lost">, hearing: Hearing): void {
    hearing.claims.delete(session);
    if (hearing.asked !== peer) return;
    const others = [...this.picture.at(node).peers.values()];
    if (!others.includes(peer)) hearing.asked = null;
  }

  #isEnough(event: TraceEvent, { from, to, peer }: FactOf<"download">, hearing: Hearing): void {
    const { node, at } = event;
    const { peers } = this.picture.at(node);
    if (to - from + 1 >= this.constant(node, "blocksMax")) return;
    const wall = this.picture.wallOf(node, at) + this.constant(node, "earlyBlock");
    if (to >= this.#heightAt(node, wall - this.slack)) return;
    for (const [session, height] of hearing.claims) {
      if (height <= to && peers.get(session) === peer) return;
    }
    this.breach(ENOUGH, "", event, () => {
      const [who, whom] = [this.picture.name(node), this.plan.address(peer)];
      return `${who} asks ${whom}, which has more, for blocks ${from} to ${to} alone`;
    });
  }

  /** Whether it has to ask: conservatively, for who is asked already may be so silently no more. */
  #isOwed({ node, at, a: session }: TraceEvent, height: number, hearing: Hearing): boolean {
    const one = this.picture.at(node);
    const peer = one.peers.get(session);
    if (peer === undefined || one.tip === null || hearing.asked !== null) return false;
    if (height <= one.tip.height || !this.#isCredible(node, at, peer, height, hearing))
      return false;
    const wall = this.picture.wallOf(node, at) + this.constant(node, "earlyBlock");
    return one.tip.height + 1 <= this.#heightAt(node, wall - SECOND);
  }

  /** Certainly: as little as is enough for doubt counts. */
  #isCredible(
    node: number,
    at: number,
    peer: Address,
    height: number,
    { failed, parted }: Hearing,
  ): boolean {
    const expected = this.#heightAt(node, this.picture.wallOf(node, at) - SECOND);
    return height <= expected + 1 && !parted && !this.#isDoubted(node, at, failed.get(peer));
  }

  /** As few failures as that, however long ago, but the last one not (rule B1). */
  #isDoubted(node: number, at: number, failed: Failures | undefined): boolean {
    if (failed === undefined || failed.count < this.constant(node, "tipFailuresMax")) return false;
    const { rate } = this.picture.at(node);
    return (
      (at - failed.last) * Math.min(rate, 1) * 0.99 - this.slack <=
      this.constant(node, "tipIgnored")
    );
  }

  #heightAt(node: number, wall: number): number {
    return Math.floor((wall - this.picture.genesis) / this.constant(node, "slot"));
  }

  #judge(event: TraceEvent, gate: string, hearing: Hearing): void {
    const { node, at } = event;
    const one = this.picture.at(node);
    const { tip } = one;
    const open = one.gates.get(gate)?.open;
    if (tip === null || open === undefined) return;
    const next = tip.height + 1;
    const wall = this.picture.wallOf(node, at);
    if (gate === "due") {
      const isDue = next <= this.#heightAt(node, wall + (open ? this.slack : -this.slack));
      if (open !== isDue) this.#untrue(event, gate, open, `block ${next}`, "though it is not due");
    } else if (gate === "synced") {
      const peer = this.#ahead(event, open, hearing);
      const isSynced = peer === null && (open || hearing.asked === null);
      if (open === isSynced) return;
      const ahead = peer === null ? "" : `though ${this.plan.address(peer)} is ahead`;
      this.#untrue(event, gate, open, `height ${tip.height}`, ahead);
    } else if (gate === "minimum" && !open && this.#isHeld(node, at, one)) {
      this.#untrue(event, gate, open, `${one.active.length} active`, "");
    }
  }

  /** A ready peer that has told of more; `credibly`: that has to be waited for. */
  #ahead({ node, at }: TraceEvent, credibly: boolean, hearing: Hearing): Address | null {
    const { peers, tip } = this.picture.at(node);
    for (const [session, height] of hearing.claims) {
      const peer = peers.get(session);
      if (peer === undefined || height <= (tip?.height ?? 0)) continue;
      if (!credibly || this.#isCredible(node, at, peer, height, hearing)) return peer;
    }
    return null;
  }

  /** Enough are active for more than long enough. */
  #isHeld(node: number, at: number, { enoughSince, rate }: Standpoint): boolean {
    if (enoughSince === null) return false;
    const held = (at - enoughSince) * Math.min(rate, 1) * 0.99;
    return held - this.slack > this.constant(node, "minimumHold");
  }

  /** `against`: what speaks against it where it is open. */
  #untrue(event: TraceEvent, gate: string, open: boolean, seen: string, against: string): void {
    const stands = open ? "open" : "closed";
    this.breach(GATES, `${gate} ${stands}`, event, () => {
      const who = this.picture.name(event.node);
      return `${who} has gate ${gate} ${stands} at ${seen}, ${open ? against : "without reason"}`;
    });
  }

  #settle(node: number, hearing: Hearing): void {
    const { owed } = hearing;
    hearing.owed = null;
    if (owed === null) return;
    this.breach(ASKS, "", owed, () => {
      const who = this.picture.name(node);
      const { height } = owed.body as { readonly height: number };
      return `${who} hears of height ${height}, stands at less, and asks nobody`;
    });
  }
}

function begun(): Hearing {
  return { claims: new Map(), failed: new Map(), parted: false, asked: null, owed: null };
}
