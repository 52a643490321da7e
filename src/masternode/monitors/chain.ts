/** What no chain ever does: fall, turn to a worse one, or run ahead of the clock (C2, Y2, Y3). */
import { kindMask, type TraceEvent } from "../../trace/event.ts";
import type { Fact, FactOf } from "../facts.ts";
import { RuleMonitor, type Rules } from "./rule.ts";

export const chain: Rules = {
  specs: {
    "better-chain": {
      rule: "Y3",
      about:
        "a running node leaves its chain only for a longer one, or at equal height for one whose " +
        "tip has the lower hash; its height never falls",
      mode: "always",
    },
    "clock-height": {
      rule: "C2",
      about:
        "nobody produces a block before its slot, nor takes one that starts later than " +
        "earlyBlock from now",
      mode: "always",
    },
    linked: {
      rule: "Y2",
      about: "a tip that is not reorganised follows the one before, block upon block",
      mode: "always",
    },
  },
  facts: ["tip"],
  make: (scene) => new Chains(scene),
};

class Chains extends RuleMonitor {
  readonly mask: number = kindMask("fact", "boot", "down");
  readonly #last: (FactOf<"tip"> | null)[] = this.perNode(() => null);

  see(event: TraceEvent): void {
    const { node, kind } = event;
    if (!this.isKept(node)) return;
    if (kind !== "fact") {
      this.#last[node] = null;
      return;
    }
    const fact = event.body as Fact;
    if (fact.type !== "tip") return;
    const last = this.#last[node] ?? null;
    this.#last[node] = fact;
    if (fact.via === "start") return;
    if (last !== null) this.#better(event, last, fact);
    this.#timely(event, fact);
  }

  #better(event: TraceEvent, last: FactOf<"tip">, tip: FactOf<"tip">): void {
    const isHigher = tip.height > last.height;
    const isLower = tip.height === last.height && tip.hash < last.hash;
    const says = (): string =>
      `${this.picture.name(event.node)} goes from ${spell(last)} to ${spell(tip)} by ${tip.via}`;
    if (!isHigher && !isLower) {
      const witness = tip.height < last.height ? "height falls" : "another tip of its height";
      this.breach("better-chain", witness, event, says);
    } else if (!isHigher && tip.via !== "reorganisation") {
      this.breach("better-chain", `replaced by ${tip.via}`, event, says);
    } else if (tip.via === "production" && tip.height !== last.height + 1) {
      this.breach("linked", "a height left out", event, says);
    }
  }

  #timely(event: TraceEvent, { height, via }: FactOf<"tip">): void {
    const { node, at } = event;
    const wall = this.picture.wallOf(node, at) + this.slack;
    const early = via === "production" ? 0 : this.constant(node, "earlyBlock");
    const slot = this.constant(node, "slot");
    const most = Math.floor((wall + early - this.picture.genesis) / slot);
    if (height <= most) return;
    const witness = via === "production" ? "produced" : "taken";
    this.breach("clock-height", witness, event, () => {
      const who = this.picture.name(node);
      return `${who} is at height ${height} by ${via}, when its clock allows ${most}`;
    });
  }
}

function spell({ height, hash }: FactOf<"tip">): string {
  return `${height} (${hash.slice(0, 8)})`;
}
