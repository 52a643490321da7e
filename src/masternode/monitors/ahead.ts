/** A block that came too early is tried again when it is early no more (rule Y2). */
import type { Complaint } from "../../check/invariant.ts";
import type { Time } from "../../core/units.ts";
import { kindMask, type TraceEvent } from "../../trace/event.ts";
import { blockHash } from "../block.ts";
import type { Fact } from "../facts.ts";
import type { Block, Hash, Message } from "../messages.ts";
import { RuleMonitor, type Rules } from "./rule.ts";

const TRIES = "tries-again";

export const ahead: Rules = {
  specs: {
    [TRIES]: {
      rule: "Y2",
      about:
        "a sound block that follows the tip and whose slot begins later than earlyBlock is added " +
        "in the moment when it no longer does, unless the tip is another by then",
      mode: "always",
    },
  },
  facts: ["tip", "produced"],
  make: (scene) => new Ahead(scene),
};

/** A block that a node has to add at `due` by its clock. */
interface Kept {
  readonly height: number;
  readonly previous: Hash;
  readonly hash: Hash;
  /** Honest nodes made it. */
  readonly sound: boolean;
  readonly due: number;
}

class Ahead extends RuleMonitor {
  readonly mask: number = kindMask(
    ...(["deliver", "fact", "timer", "boot", "down", "stall", "clock"] as const),
  );
  readonly #kept: (Kept | null)[] = this.perNode(() => null);
  /** Wall clock minus true time; NaN: it drifts. */
  readonly #ahead: number[] = this.perNode(({ clock: { offset, drift } }) => {
    return drift === 0 ? this.plan.epoch + offset : Number.NaN;
  });
  /** Blocks that honest nodes made. */
  readonly #sound = new Set<Hash>();

  see(event: TraceEvent): void {
    const { node, kind, at, body } = event;
    if (!this.isKept(node)) return;
    if (kind === "clock") return this.#set(event);
    this.#judge(node, at);
    if (kind === "deliver") {
      const message = body as Message;
      if (message.type === "BlockAnnouncement") this.#told(event, message.block);
    } else if (kind === "fact") this.#learn(node, body as Fact);
    else if (kind !== "timer") this.#kept[node] = null;
  }

  override finish(end: Time): readonly Complaint[] {
    for (const node of this.#kept.keys()) this.#judge(node, end);
    return super.finish(end);
  }

  /** Set back, the block comes later; set forward, its timer is late. */
  #set({ node, at, a: wall, b: drift }: TraceEvent): void {
    const ahead = drift === 0 ? wall - at : Number.NaN;
    const isLater = ahead <= (this.#ahead[node] ?? Number.NaN);
    if (!isLater) this.#kept[node] = null;
    this.#ahead[node] = ahead;
  }

  #told({ node, at, a: session }: TraceEvent, { header }: Block): void {
    const { tip, peers } = this.picture.at(node);
    const { height, previousHash: previous } = header;
    if (tip === null || previous !== tip.hash || !peers.has(session)) return;
    const due = this.takenFrom(node, height);
    if (this.picture.wallOf(node, at) >= due - this.slack) return;
    const hash = blockHash(this.crypto, header);
    const before = this.#kept[node] ?? null;
    // One of each height is kept, that with the lowest hash.
    if (before !== null && before.hash <= hash) return;
    this.#kept[node] = { height, previous, hash, sound: this.#sound.has(hash), due };
  }

  #learn(node: number, fact: Fact): void {
    if (fact.type === "produced") this.#sound.add(fact.hash);
    else if (fact.type === "tip" && fact.hash !== this.#kept[node]?.previous) {
      this.#kept[node] = null;
    }
  }

  #judge(node: number, at: number): void {
    const kept = this.#kept[node] ?? null;
    if (kept === null || this.picture.wallOf(node, at) <= kept.due + this.slack) return;
    this.#kept[node] = null;
    if (!kept.sound) return;
    this.breach(TRIES, "", { node, at, id: null }, () => {
      const told = `${this.picture.name(node)} was told of block ${kept.height} too early`;
      return `${told}, and does not add it when it is not`;
    });
  }
}
