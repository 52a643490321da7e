/**
 * Gates that open by time alone are recorded when they open, not when somebody asks (rule B0); and
 * those that tell a node's part are as its part is (rules B1, S5).
 */
import { formatDuration } from "../../core/units.ts";
import { type GateBody, kindMask, type TraceEvent } from "../../trace/event.ts";
import { RuleMonitor, type Rules } from "./rule.ts";

const PROMPT = "prompt-gates";
const PART = "own-part";

export const prompt: Rules = {
  specs: {
    [PROMPT]: {
      rule: "B0",
      about:
        "gate due opens when the slot begins by the own clock, and minimum when enough have been " +
        "active for minimumHold, and not only when somebody asks",
      mode: "always",
    },
    [PART]: {
      rule: "B1",
      about:
        "gate masternode is open at masternodes and closed at others, and announce is closed " +
        "until the own address is known (S5)",
      mode: "always",
    },
  },
  facts: ["addressed"],
  make: (scene) => new Prompt(scene),
};

class Prompt extends RuleMonitor {
  readonly mask: number = kindMask("gate", "fact", "boot", "clock", "stall");
  /** By node: the timed gates that are closed, and whether their moment to open can be told. */
  readonly #closed: readonly Map<string, boolean>[] = this.perNode(() => new Map());
  readonly #knowsAddress: boolean[] = this.perNode(() => false);

  see(event: TraceEvent): void {
    const { node, kind, body } = event;
    const closed = this.#closed[node];
    if (closed === undefined || !this.isKept(node)) return;
    if (kind === "gate") this.#gate(event, body as GateBody, closed);
    else if (kind === "fact") this.#knowsAddress[node] = true;
    else {
      // A clock that was set, or a process that stood still: what was armed before is late.
      for (const gate of closed.keys()) closed.set(gate, false);
      if (kind !== "boot") return;
      closed.clear();
      this.#knowsAddress[node] = this.plan.plans[node]?.settings["knowsAddress"] !== false;
    }
  }

  #gate(event: TraceEvent, { gate }: GateBody, closed: Map<string, boolean>): void {
    const { node, a } = event;
    const open = a === 1;
    if (gate === "due" || gate === "minimum") {
      if (open && closed.get(gate) === true) this.#opens(event, gate);
      // Closed as it is already, for another reason or by other numbers, it is told again.
      if (open) closed.delete(gate);
      else if (!closed.has(gate)) closed.set(gate, true);
    } else if (gate === "masternode") {
      const isOne = this.isMasternode(node);
      if (open !== isOne) this.#unlike(event, gate, isOne ? "a masternode" : "no masternode");
    } else if (gate === "announce" && open && this.#knowsAddress[node] === false) {
      this.#unlike(event, gate, "without an address");
    }
  }

  #opens(event: TraceEvent, gate: "due" | "minimum"): void {
    const { node, at } = event;
    const late = gate === "due" ? this.#sinceSlot(node, at) : this.#sinceHeld(node, at);
    if (late <= this.slack) return;
    this.breach(PROMPT, gate, event, () => {
      const who = this.picture.name(node);
      return `${who}'s gate ${gate} opens ${formatDuration(Math.round(late))} late`;
    });
  }

  #sinceSlot(node: number, at: number): number {
    const { tip } = this.picture.at(node);
    if (tip === null) return 0;
    const slot = this.picture.genesis + (tip.height + 1) * this.constant(node, "slot");
    return this.picture.wallOf(node, at) - slot;
  }

  #sinceHeld(node: number, at: number): number {
    const { enoughSince, rate } = this.picture.at(node);
    if (enoughSince === null) return 0;
    return (at - enoughSince) * rate - this.constant(node, "minimumHold");
  }

  #unlike(event: TraceEvent, gate: string, part: string): void {
    const stands = event.a === 1 ? "open" : "closed";
    this.breach(PART, `${gate} ${stands}`, event, () => {
      return `${this.picture.name(event.node)} is ${part}, and has gate ${gate} ${stands}`;
    });
  }
}
