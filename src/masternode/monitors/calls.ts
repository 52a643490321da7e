/** Who is called, and that callers are heard out (rules S1, S3, S4). */
import type { Address } from "../../core/address.ts";
import type { Fault } from "../../core/fault.ts";
import { kindMask, type TraceEvent } from "../../trace/event.ts";
import type { Message } from "../messages.ts";
import { RuleMonitor, type Rules } from "./rule.ts";

export const calls: Rules = {
  specs: {
    "dials-somebody": {
      rule: "S1",
      about:
        "among honest nodes, nobody dials an address that no node has, had or seems to have, " +
        "unless an operator told it to",
      mode: "always",
    },
    "hears-out": {
      rule: "S3",
      about:
        "nobody hangs up before the other end has introduced itself, but for a limit, a ban, or " +
        "because it takes too long; which of two sessions stays is decided between ready ones",
      mode: "always",
    },
  },
  make: (scene) => new Calls(scene),
};

/** Why a session may end at this end before the other end's first line. */
const REASONS = [
  ...["full", "too many of one ip", "silent, and others of its ip wait", "banned"],
  ...["dial timeout", "handshake timeout", "line too long"],
];

class Calls extends RuleMonitor {
  readonly mask: number = kindMask(
    "dial",
    "opened",
    "deliver",
    "close",
    "boot",
    "command",
    "fault",
  );
  /** Sessions whose other end has not introduced itself. */
  readonly #unheard: Set<number>[] = this.perNode(() => new Set<number>());
  readonly #told = new Set<Address>();
  /** Nobody has lied so far about who is where. */
  #isHonest = this.plan.plans.every(({ standing }) => standing === "kept");

  see(event: TraceEvent): void {
    const { node, kind, a: session } = event;
    switch (kind) {
      case "fault": {
        // Bytes may turn into other addresses, and who moves takes along where it seems to be.
        const { do: what } = event.body as Fault;
        if (what === "corrupt" || what === "move") this.#isHonest = false;
        return;
      }
      case "command": {
        const { address } = event.body as { readonly address?: Address };
        if (address !== undefined) this.#told.add(address);
        return;
      }
      case "boot":
        this.#unheard[node]?.clear();
        return;
      case "dial":
        this.#unheard[node]?.add(session);
        return this.#dial(event);
      case "opened":
        this.#unheard[node]?.add(session);
        return;
      case "deliver": {
        const { type } = event.body as Message;
        if (type === "Handshake" || type === "Ack") this.#unheard[node]?.delete(session);
        return;
      }
      default:
        return this.#close(event);
    }
  }

  #dial(event: TraceEvent): void {
    const { node, b } = event;
    const remote = b as Address;
    if (!this.#isHonest || !this.isKept(node)) return;
    if (this.picture.isSomebody(remote) || this.#told.has(remote)) return;
    this.breach("dials-somebody", "", event, () => {
      return `${this.picture.name(node)} dials ${this.plan.address(remote)}, where nobody ever was`;
    });
  }

  #close(event: TraceEvent): void {
    const { node, a: session } = event;
    const isUnheard = this.#unheard[node]?.delete(session) === true;
    const reason = event.body as string;
    if (!isUnheard || !this.isKept(node) || REASONS.includes(reason)) return;
    this.breach("hears-out", reason, event, () => {
      const who = this.picture.name(node);
      return `${who} ends session ${session}, ${reason}, before the other end has said a word`;
    });
  }
}
