/** Honest nodes never count a violation against honest nodes, nor ban them (rule S8). */
import { type Address, ipOf } from "../../core/address.ts";
import type { Ends, Fault } from "../../core/fault.ts";
import { kindMask, type TraceEvent } from "../../trace/event.ts";
import type { Fact } from "../facts.ts";
import { RuleMonitor, type Rules, type Scene } from "./rule.ts";

export const bans: Rules = {
  specs: {
    "no-ban": {
      rule: "S8",
      about:
        "no honest node counts a violation against another or bans it, unless a fault corrupts " +
        "what it hears",
      mode: "always",
    },
  },
  facts: ["violation", "banned"],
  make: (scene) => new Bans(scene),
};

class Bans extends RuleMonitor {
  readonly mask: number = kindMask("fact", "fault");
  /** Something that they were told was or is being corrupted: violations last. */
  readonly #misled: boolean[] = this.perNode(() => false);
  /** Liars share these with honest nodes, and so share their bans. */
  readonly #shady: ReadonlySet<number>;

  constructor(scene: Scene) {
    super(scene);
    const liars = this.plan.plans.filter(({ standing }) => standing === "adversary");
    this.#shady = new Set(
      liars.flatMap(({ address, dialsFrom }) => [ipOf(address), dialsFrom ?? ipOf(address)]),
    );
  }

  see(event: TraceEvent): void {
    if (event.kind === "fault") return this.#mislead(event.body as Fault);
    const fact = event.body as Fact;
    if (fact.type !== "violation" && fact.type !== "banned") return;
    const { node } = event;
    if (!this.isKept(node) || this.#misled[node] === true || this.#isLiar(fact.peer)) return;
    this.breach("no-ban", fact.type, event, () => {
      const whom = this.plan.address(fact.peer);
      const does = fact.type === "banned" ? `bans ${whom}` : `counts a violation of ${whom}`;
      const why = fact.type === "banned" ? `violation ${fact.count}` : fact.why;
      return `${this.picture.name(node)} ${does}, which is honest: ${why}`;
    });
  }

  #isLiar(peer: Address): boolean {
    const node = this.picture.owner(peer);
    return (node >= 0 && this.isAdversary(node)) || this.#shady.has(ipOf(peer));
  }

  #mislead(fault: Fault): void {
    if (fault.do !== "corrupt") return;
    const to: Ends = fault.to;
    for (const [index, name] of this.plan.nodes.entries()) {
      if (to === "*" || to.includes(name)) this.#misled[index] = true;
    }
  }
}
