/** Getting blocks (rules Y1, Y2): taken when they fit, asked for once. */
import { SECOND } from "../../core/units.ts";
import { kindMask, type TraceEvent } from "../../trace/event.ts";
import type { Fact } from "../facts.ts";
import type { Message, MessageOf } from "../messages.ts";
import { RuleMonitor, type Rules } from "./rule.ts";

export const adoption: Rules = {
  specs: {
    "takes-block": {
      rule: "Y2",
      about: "an announced block that follows the own tip, and is not early, becomes the tip",
      mode: "always",
    },
    "asks-once": {
      rule: "Y1",
      about:
        "blocks that a peer was asked for are not asked of it again before it answered or its " +
        "time was over, nor again and again if its answers are of no use, unless it was not " +
        "believed for tipIgnored meanwhile",
      mode: "always",
    },
  },
  facts: ["tip", "lost", "download-failed", "finality-conflict", "attempt"],
  make: (scene) => new Adoption(scene),
};

interface Asked {
  readonly at: number;
  readonly from: number;
  readonly to: number;
  isAnswered: boolean;
  /** Times it was asked for without a higher tip. */
  times: number;
}

/** As often as the same may be asked of a peer, to no use. */
const USELESS = 5;

interface Due {
  readonly height: number;
  readonly id: number;
  readonly at: number;
}

class Adoption extends RuleMonitor {
  readonly mask: number = kindMask("deliver", "send", "timer", "fact", "boot", "down", "closed");
  readonly #isHonest = this.plan.plans.every(({ standing }) => standing === "kept");
  readonly #due: (Due | null)[] = this.perNode(() => null);
  /** By session. */
  readonly #asked: Map<number, Asked>[] = this.perNode(() => new Map<number, Asked>());

  see(event: TraceEvent): void {
    const { node, kind } = event;
    if (!this.isKept(node)) return;
    if (kind === "send") return this.#send(event, event.body as Message);
    if (kind === "fact") return this.#fact(node, event.body as Fact);
    this.#settle(node);
    if (kind === "deliver") this.#deliver(event, event.body as Message);
    else if (kind === "boot" || kind === "down") this.#asked[node]?.clear();
    else if (kind === "closed") this.#asked[node]?.delete(event.a);
  }

  #deliver(event: TraceEvent, message: Message): void {
    const { node, a: session } = event;
    switch (message.type) {
      case "BlocksResponse": {
        const asked = this.#asked[node]?.get(session);
        if (asked !== undefined) asked.isAnswered = true;
        return;
      }
      case "BlockAnnouncement":
        return this.#announced(event, message);
      default:
    }
  }

  #announced({ node, a, id, at }: TraceEvent, { block }: MessageOf<"BlockAnnouncement">): void {
    const one = this.picture.at(node);
    const { height, previousHash } = block.header;
    if (one.tip === null || !one.ready.has(a) || !this.#isHonest) return;
    if (height !== one.tip.height + 1 || previousHash !== one.tip.hash) return;
    if (this.takenFrom(node, height) - this.picture.wallOf(node, at) > -SECOND) return;
    this.#due[node] = { height, id, at };
  }

  #send(event: TraceEvent, message: Message): void {
    if (message.type !== "GetBlocks") return;
    const { node, at, a: session } = event;
    const { from, to } = message;
    const last = this.#asked[node]?.get(session);
    const after = (at - (last?.at ?? at)) * this.picture.at(node).rate;
    // Who was not believed for so long is asked once more (rule B1).
    const isAnew = after >= this.constant(node, "tipIgnored") * 0.9;
    const isSame = last !== undefined && last.from === from && last.to === to && !isAnew;
    const times = isSame ? last.times + 1 : 1;
    this.#asked[node]?.set(session, { at, from, to, isAnswered: false, times });
    if (!isSame) return;
    const isWaiting = after < this.#patience(node);
    if (!last.isAnswered && isWaiting) this.#asksAgain(event, "at once", times);
    else if (last.isAnswered && times > USELESS) this.#asksAgain(event, "in vain", times);
  }

  #patience(node: number): number {
    return this.constant(node, "downloadTimeout") * 0.9;
  }

  #asksAgain(event: TraceEvent, witness: string, times: number): void {
    this.breach("asks-once", witness, event, () => {
      const { from, to } = event.body as MessageOf<"GetBlocks">;
      const who = this.picture.name(event.node);
      return `${who} asks for blocks ${from} to ${to} on session ${event.a}, ${times} times`;
    });
  }

  #fact(node: number, fact: Fact): void {
    switch (fact.type) {
      case "tip":
        if (fact.height >= (this.#due[node]?.height ?? 0)) this.#due[node] = null;
        for (const asked of this.#asked[node]?.values() ?? []) asked.times = 0;
        return;
      case "lost":
        this.#asked[node]?.delete(fact.session);
        return;
      default:
    }
  }

  #settle(node: number): void {
    const due = this.#due[node] ?? null;
    if (due === null) return;
    this.#due[node] = null;
    this.breach("takes-block", "", { node, at: due.at, id: due.id }, () => {
      return `${this.picture.name(node)} does not take block ${due.height}, which follows its tip`;
    });
  }
}
