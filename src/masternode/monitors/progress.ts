/** Chains become one, and grow (rules Y1, Y3, B2, B5): what the incident of 3009 was about. */
import { Calm } from "../../check/calm.ts";
import { SECOND } from "../../core/units.ts";
import { type GateBody, kindMask, type TraceEvent } from "../../trace/event.ts";
import type { Fact } from "../facts.ts";
import { DueMonitor, type Want } from "./due.ts";
import type { Group } from "./groups.ts";
import { firstClosed } from "./production.ts";
import type { Rules } from "./rule.ts";

/** How chains stand is told by these. */
const TIPS = ["tip", "finality-conflict"] as const;
/** Who makes no block may say nothing of ticks at all, but still announces itself. */
const SIGNS: readonly Fact["type"][] = ["skipped", "broadcast"];

export const behind: Rules = {
  specs: {
    downloads: {
      rule: "Y1",
      about:
        "whoever is behind in an undisturbed group gets higher, however many are active, until " +
        "it has what the highest has",
      mode: "eventually",
      bound: "`meeting` + `fetching`, anew with each block; from when it is early no more (Y2)",
    },
  },
  facts: TIPS,
  make: (scene) => new Behind(scene),
};

export const oneChain: Rules = {
  specs: {
    "one-chain": {
      rule: "Y3",
      about:
        "an undisturbed group stands on one chain, one block at each height, within 60 s of " +
        "having its sessions, and again after each block (finality conflicts excepted)",
      mode: "eventually",
      bound:
        "`meeting` + 60 s + `fetching` + a round trip for each block that heights differ by; " +
        "from when the highest is early no more (Y2)",
    },
  },
  facts: TIPS,
  make: (scene) => new OneChain(scene),
};

export const growth: Rules = {
  specs: {
    grows: {
      rule: "B5",
      about:
        "while an undisturbed group holds as many masternodes as production needs and is behind " +
        "the clock, its highest tip grows: within two ticks, the hold of the minimum, and a rank " +
        "for each masternode that cannot produce",
      mode: "eventually",
      bound: "`block`; before the first one `counting` + `fetching` besides",
    },
  },
  facts: [...TIPS, ...SIGNS],
  make: (scene) => new Growth(scene),
};

abstract class TipMonitor extends DueMonitor {
  /** Its chain and a peer's part too deep: nothing is promised until an operator has chosen. */
  protected readonly parted: boolean[] = this.perNode(() => false);

  protected look(event: TraceEvent): void {
    const { kind, node, at, body } = event;
    if (kind === "boot") this.parted[node] = false;
    if (kind !== "fact") return;
    const fact = body as Fact;
    if (fact.type === "finality-conflict") this.parted[node] = true;
    else if (fact.type !== "tip") return;
    const group = this.groups.of(node);
    if (group !== null) this.moved(node, group, at);
  }

  protected abstract moved(node: number, group: Group, at: number): void;

  /** Where liars name a thousand addresses, a node may not be found, and finds nobody. */
  protected isAlone(node: number, group: Group): boolean {
    const { ready } = this.picture.at(node);
    return !this.nobodyLies && ![...ready.values()].some((peer) => group.nodes.includes(peer));
  }

  protected height(node: number): number {
    return this.picture.at(node).tip?.height ?? -1;
  }

  /** Until nobody in the group refuses a block of that height as early (rule Y2). */
  protected early(group: Group, height: number, at: number): number {
    const waits = group.nodes.map((node) => {
      const ahead = this.takenFrom(node, height) - this.picture.wallOf(node, at);
      return ahead / this.picture.at(node).rate;
    });
    return Math.max(0, ...waits);
  }

  /** The node that is highest. */
  protected highest(group: Group): number {
    return group.nodes.reduce((best, node) =>
      this.height(node) > this.height(best) ? node : best,
    );
  }

  protected isParted(group: Group): boolean {
    return group.nodes.some((node) => this.parted[node] === true);
  }
}

class Behind extends TipMonitor {
  protected readonly invariant = "downloads";

  protected moved(node: number, group: Group, at: number): void {
    this.advanced(node, at);
    this.judgeAll(group, at);
  }

  protected judgeAll(group: Group, at: number): void {
    const best = this.highest(group);
    for (const node of group.nodes) this.#judge(node, best, group, at);
  }

  #judge(node: number, best: number, group: Group, at: number): void {
    const [own, most] = [this.height(node), this.height(best)];
    const isLess = own >= 0 && own < most && !this.isParted(group);
    const want =
      isLess && !this.isAlone(node, group)
        ? { witness: "", node, text: () => this.#text(node, best) }
        : null;
    this.judge(node, group, want, at, () => {
      const early = this.early(group, own + 1, at);
      return early + this.bounds.meeting(group) + this.bounds.fetching(group);
    });
  }

  #text(node: number, best: number): string {
    const [who, whom] = [this.picture.name(node), this.picture.name(best)];
    const asks = this.picture.at(node).gates.get("synced")?.open === false ? ", and knows it" : "";
    return `${who} stays at ${this.height(node)} beside ${whom} at ${this.height(best)}${asks}`;
  }
}

class OneChain extends TipMonitor {
  protected readonly invariant = "one-chain";

  protected moved(_node: number, group: Group, at: number): void {
    this.judgeAll(group, at);
  }

  protected judgeAll(group: Group, at: number): void {
    const [first] = group.nodes as readonly [number];
    const tip = this.picture.at(first).tip?.hash;
    const other = group.nodes.find((node) => this.picture.at(node).tip?.hash !== tip);
    const want =
      other === undefined || this.isParted(group) || this.isAlone(other, group)
        ? null
        : { witness: "", node: first, text: () => this.#text(group) };
    this.judge(first, group, want, at, () => this.#bound(group, at));
  }

  #bound(group: Group, at: number): number {
    const heights = group.nodes.map((node) => this.height(node)).filter((height) => height >= 0);
    const best = Math.max(...heights, 0);
    const gap = best - Math.min(...heights, best);
    // Each reply holds at least one block.
    const fetching = this.bounds.fetching(group) + gap * (group.rtt + SECOND / 10);
    return this.early(group, best, at) + this.bounds.meeting(group) + 60 * SECOND + fetching;
  }

  #text(group: Group): string {
    const tips = group.nodes.map((node) => {
      const { tip } = this.picture.at(node);
      const stands = tip === null ? "-" : `${tip.height} (${tip.hash.slice(0, 8)})`;
      return `${this.picture.name(node)} at ${stands}`;
    });
    return `not on one chain: ${tips.join(", ")}`;
  }
}

class Growth extends TipMonitor {
  override readonly mask: number = kindMask("fact", "gate") | Calm.mask;
  protected readonly invariant = "grows";
  /** A node says at which height it begins. */
  #isBoot = false;
  /** The height that a group has reached, by its first node. */
  readonly #reached = new Map<number, { group: Group; height: number; met: boolean }>();

  protected override look(event: TraceEvent): void {
    const { kind, node, at, body } = event;
    const fact = kind === "fact" ? (body as Fact) : null;
    this.#isBoot = fact?.type === "tip" && fact.via === "start";
    super.look(event);
    if (kind === "fact" && !SIGNS.includes((body as Fact).type)) return;
    if (kind === "gate" && (body as GateBody).gate !== "due") return;
    if (kind !== "fact" && kind !== "gate") return;
    const group = this.groups.of(node);
    if (group !== null) this.judgeAll(group, at);
  }

  protected moved(_node: number, group: Group, at: number): void {
    this.judgeAll(group, at);
  }

  protected judgeAll(group: Group, at: number): void {
    const [first] = group.nodes as readonly [number];
    const best = this.height(this.highest(group));
    let reached = this.#reached.get(first);
    if (reached?.group !== group) {
      this.#reached.set(first, (reached = { group, height: best, met: false }));
    } else if (best > reached.height) {
      reached.height = best;
      // What somebody has from before tells nothing of who has met.
      reached.met ||= !this.#isBoot;
      this.advanced(first, at);
    }
    const want = this.#isDue(group, best, at) ? this.#want(group, best) : null;
    const { met } = reached;
    this.judge(first, group, want, at, () => this.#bound(group, met));
  }

  #bound(group: Group, met: boolean): number {
    const meeting = met ? 0 : this.bounds.counting(group) + this.bounds.fetching(group);
    return this.bounds.block(group) + meeting;
  }

  /** Behind by every clock of those who make blocks, and enough of them. */
  #isDue(group: Group, best: number, at: number): boolean {
    const makers = group.nodes.filter((node) => {
      const { voiceAt, bootAt } = this.picture.at(node);
      return voiceAt !== null && voiceAt >= bootAt;
    });
    if (makers.length < Math.max(this.bounds.most(group, "minimumMasternodes"), 1)) return false;
    if (this.isParted(group)) return false;
    const wall = Math.min(...makers.map((node) => this.picture.wallOf(node, at)));
    const slot = this.bounds.most(group, "slot");
    return best < Math.floor((wall - this.picture.genesis) / slot);
  }

  #want(group: Group, best: number): Want {
    const said = group.nodes.map((node) => {
      const one = this.picture.at(node);
      const gate = firstClosed(one) ?? (one.gates.get("turn")?.open === false ? "turn" : "none");
      return { node, gate, count: one.active.length };
    });
    const gates = said.map(({ gate }) => gate).filter((gate) => gate !== "masternode");
    const witness = `gate ${commonest(gates)}`;
    const text = (): string => {
      const each = said.map(({ node, gate, count }) => {
        return `${this.picture.name(node)}: ${gate} (${count} active)`;
      });
      return `nothing above height ${best}; the gate that says no is, at ${each.join(", at ")}`;
    };
    return { witness, node: group.nodes[0] as number, text };
  }
}

/** Of several as common, the first. */
function commonest(names: readonly string[]): string {
  const count = (name: string): number => names.filter((other) => other === name).length;
  return names.reduce((best, name) => (count(name) > count(best) ? name : best), "none");
}
