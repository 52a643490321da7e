/** Who runs is counted by all, and who died is not (rules X4, R2, R3, Q3). */
import type { Address } from "../../core/address.ts";
import { SECOND, type Time } from "../../core/units.ts";
import type { TraceEvent } from "../../trace/event.ts";
import type { Fact } from "../facts.ts";
import { DueMonitor, NodeMonitor, type Want } from "./due.ts";
import type { Group } from "./groups.ts";
import type { Rules } from "./rule.ts";

export const counting: Rules = {
  specs: {
    "all-count-all": {
      rule: "X4",
      about:
        "in an undisturbed group everybody counts every masternode that has announced itself, " +
        "within 60 s of boot where nothing ever hindered it; else once pauses, dead sessions " +
        "and lists have had their time (bounds.ts), also from a cache",
      mode: "eventually",
      bound: "`counting`",
    },
  },
  facts: ["active", "broadcast", "heartbeat"],
  make: (scene) => new Counting(scene),
};

export const burying: Rules = {
  specs: {
    "dead-are-missed": {
      rule: "R3",
      about:
        "a masternode that died is inactive everywhere in an undisturbed group within " +
        "activeWindow + sweepPeriod + 5 s, and what clocks differ by",
      mode: "eventually",
      bound: "`activeWindow` + `sweepPeriod` + 5 s + twice the worst clock + a round trip",
    },
  },
  facts: ["active"],
  make: (scene) => new Burying(scene),
};

/** Sessions beyond one with each: where lists are poisoned, some dials lead nowhere. */
const SPARE = 4;

class Counting extends DueMonitor {
  protected readonly invariant = "all-count-all";
  /** Has announced itself in this life. */
  readonly #speaks: boolean[] = this.perNode(() => false);

  protected look({ kind, node, at, body }: TraceEvent): void {
    if (kind === "boot" || kind === "down") this.#speaks[node] = false;
    if (kind !== "fact") return;
    const { type } = body as Fact;
    if (type === "active") this.#judge(node, at);
    else if ((type === "broadcast" || type === "heartbeat") && this.#speaks[node] === false) {
      this.#speaks[node] = true;
      for (const other of this.groups.of(node)?.nodes ?? []) this.#judge(other, at);
    }
  }

  protected judgeAll(group: Group, at: number): void {
    for (const node of group.nodes) this.#judge(node, at);
  }

  #judge(node: number, at: number): void {
    const group = this.groups.of(node);
    if (group === null || !this.#isOwed(group)) return;
    const { active } = this.picture.at(node);
    const missing = group.nodes.find((other) => {
      return this.#speaks[other] === true && !active.includes(this.#address(other));
    });
    const want: Want | null =
      missing === undefined
        ? null
        : { witness: "", node, text: () => this.#text(node, missing, active) };
    this.judge(node, group, want, at, () => this.bounds.counting(group));
  }

  /**
   * Who has all the sessions it wants with old nodes is told of nobody, and neither is who has its
   * dials taken by what a liar invents.
   */
  #isOwed(group: Group): boolean {
    const others = this.plan.plans.length - 1;
    const wanted = this.bounds.least(group, "sessionsWanted");
    return group.alone || wanted >= others + (this.nobodyLies ? 0 : SPARE);
  }

  #text(node: number, missing: number, active: readonly Address[]): string {
    const set = active.map((address) => this.plan.address(address)).join(", ");
    const [who, whom] = [this.picture.name(node), this.picture.name(missing)];
    return `${who} counts ${set === "" ? "nobody" : set}, and not ${whom}, which runs`;
  }

  #address(node: number): Address {
    return this.picture.at(node).address;
  }
}

class Burying extends NodeMonitor {
  protected readonly invariant = "dead-are-missed";
  protected readonly told = ["active"] as const;

  /** Who is not alone may be told late of what was said long ago. */
  protected judgeNode(node: number, group: Group, at: number): void {
    const { active } = this.picture.at(node);
    const dead = group.alone
      ? active.find((address) => {
          const owner = this.picture.owner(address);
          return owner >= 0 && owner !== node && !this.calm.isUp(owner);
        })
      : undefined;
    const want =
      dead === undefined ? null : { witness: "", node, text: () => this.#text(node, dead) };
    this.judge(node, group, want, at, () => this.#missing(group, at));
  }

  #missing(group: Group, at: number): number {
    const window = this.bounds.most(group, "activeWindow");
    const clocks = 2 * Math.max(...this.plan.plans.map((_, each) => this.#wrong(each, at)));
    return window + this.bounds.most(group, "sweepPeriod") + clocks + 5 * SECOND + group.rtt;
  }

  #wrong(node: number, at: number): number {
    return Math.abs(this.calm.clockAhead(node, at as Time));
  }

  #text(node: number, dead: Address): string {
    const [who, whom] = [this.picture.name(node), this.plan.address(dead)];
    return `${who} counts ${whom}, which does not run, as active`;
  }
}
