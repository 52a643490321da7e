/** When blocks are made: with all gates open, in their order, in turn (rules B1 and B2). */
import { SECOND } from "../../core/units.ts";
import { kindMask, type TraceEvent } from "../../trace/event.ts";
import type { Fact, FactOf } from "../facts.ts";
import { leaderIndex } from "../leader.ts";
import type { Standpoint } from "./picture.ts";
import { RuleMonitor, type Rules } from "./rule.ts";

export const production: Rules = {
  specs: {
    minimum: {
      rule: "B1",
      about:
        "nothing is produced with fewer than three active, nor before they were held for " +
        "minimumHold, nor by who was told nothing for so long that nobody can be active",
      mode: "always",
    },
    gates: {
      rule: "B1",
      about:
        "nothing is tried or produced with a gate closed; a tick that is skipped names the " +
        "first closed one",
      mode: "always",
    },
    turn: {
      rule: "B2",
      about: "a rank is the place in the order of the tip and the active set, and waits its time",
      mode: "always",
    },
  },
  facts: ["skipped", "attempt", "produced"],
  make: (scene) => new Production(scene),
};

/** In the order in which they are asked. */
const PRODUCTION_GATES = ["masternode", "clock", "due", "synced", "minimum"] as const;

class Production extends RuleMonitor {
  readonly mask: number = kindMask("fact");

  see(event: TraceEvent): void {
    if (!this.isKept(event.node)) return;
    const fact = event.body as Fact;
    switch (fact.type) {
      case "skipped":
        return this.#skipped(event, fact);
      case "attempt":
        this.#open(event, fact.height);
        return this.#ranked(event, fact);
      case "produced":
        this.#open(event, fact.height);
        return this.#enough(event, fact);
      default:
    }
  }

  #open(event: TraceEvent, height: number): void {
    const { node } = event;
    const closed = firstClosed(this.picture.at(node));
    if (closed === null) return;
    this.breach("gates", `${(event.body as Fact).type} with ${closed} closed`, event, () => {
      const who = this.picture.name(node);
      return `${who} goes on with block ${height} although gate ${closed} is closed`;
    });
  }

  #skipped(event: TraceEvent, { gate, height }: FactOf<"skipped">): void {
    const { node } = event;
    const one = this.picture.at(node);
    const first = firstClosed(one) ?? (one.gates.get("turn")?.open === false ? "turn" : "none");
    if (first === gate) return;
    this.breach("gates", `${gate} named, ${first} is the first closed`, event, () => {
      const who = this.picture.name(node);
      return `${who} says that gate ${gate} keeps block ${height} back; it is ${first}`;
    });
  }

  #enough(event: TraceEvent, { height }: FactOf<"produced">): void {
    const { node, at } = event;
    const { active, enoughSince, rate } = this.picture.at(node);
    const held = enoughSince === null ? 0 : (at - enoughSince) * rate + this.slack;
    const needed = this.constant(node, "minimumMasternodes");
    const isFew = active.length < needed;
    const isAlone = needed > 1 && this.#isUntold(event);
    if (!isFew && !isAlone && held >= this.constant(node, "minimumHold")) return;
    this.breach("minimum", isFew ? "too few" : isAlone ? "alone" : "not held", event, () => {
      const since = `for ${Math.round(held / SECOND)} s`;
      const who = this.picture.name(node);
      return `${who} produces block ${height} with ${active.length} active, enough ${since}`;
    });
  }

  /** It was given no message for longer than evidence counts. */
  #isUntold({ node, at }: TraceEvent): boolean {
    const { givenWhen, rate } = this.picture.at(node);
    const counts = this.constant(node, "activeWindow") + this.constant(node, "sweepPeriod");
    return (at - givenWhen) * rate - counts - SECOND - this.slack > 0;
  }

  /** The order is everybody's to compute; the wait begins when slot, tip and gates allow it. */
  #ranked(event: TraceEvent, { height, rank }: FactOf<"attempt">): void {
    const { node, at } = event;
    const one = this.picture.at(node);
    const { tip, active } = one;
    const own = active.indexOf(one.address);
    if (tip === null || own < 0) return;
    const first = leaderIndex(this.crypto, tip.hash, height, active.length);
    const due = (own - first + active.length) % active.length;
    // Its tick was judged by the clock that it had then.
    const steps = rank * this.constant(node, "startStep");
    if (one.wallAt > 0 && at - one.wallAt <= steps + this.slack) return;
    const wall = this.picture.wallOf(node, at);
    const slot = this.picture.genesis + height * this.constant(node, "slot");
    // The set may have changed in the seconds between the tick and the start.
    const waited = Math.min(wall - slot, (at - one.heightAt) * one.rate) + this.slack;
    const least = rank * this.constant(node, "rankStep");
    if ((rank === due || rank > 0) && waited >= least) return;
    this.breach("turn", waited < least ? "early" : "another rank", event, () => {
      const who = this.picture.name(node);
      const [length, wanted] = [Math.round(waited / SECOND), least / SECOND];
      const own = rank === due ? "" : `, though its rank is ${due},`;
      return `${who} begins block ${height} as rank ${rank}${own} after ${length} s of ${wanted}`;
    });
  }
}

/** Null: all that are asked before `turn` are open. Who is no masternode has no others. */
export function firstClosed({ gates }: Standpoint): string | null {
  return PRODUCTION_GATES.find((name) => gates.get(name)?.open === false) ?? null;
}
