/** What an operator says is done (rule X3). */
import { type Address, isPrivate } from "../../core/address.ts";
import type { Complaint } from "../../check/invariant.ts";
import type { Time } from "../../core/units.ts";
import { kindMask, type TraceEvent } from "../../trace/event.ts";
import type { Fact } from "../facts.ts";
import { RuleMonitor, type Rules } from "./rule.ts";

const OBEYS = "obeys";

export const operator: Rules = {
  specs: {
    [OBEYS]: {
      rule: "X3",
      about:
        "whom an operator names is dialed at once, unless a session with it stands or was tried " +
        "just now, or something speaks against any dial",
      mode: "always",
    },
  },
  facts: ["banned", "self", "addressed"],
  make: (scene) => new Operator(scene),
};

interface Caller {
  /** When each was dialed last. */
  readonly tried: Map<Address, number>;
  /** Not open yet. */
  readonly dials: Set<number>;
  /** It has found some address to be its own, or has banned somebody. */
  isShy: boolean;
  /** The command, until its step is over. */
  owed: TraceEvent | null;
}

class Operator extends RuleMonitor {
  readonly mask: number = kindMask(
    ...(["command", "dial", "opened", "refused", "close", "closed"] as const),
    ...(["boot", "fact", "timer"] as const),
  );
  readonly #callers: Caller[] = this.perNode(begun);

  see(event: TraceEvent): void {
    const { node, kind, a: session } = event;
    const caller = this.#callers[node];
    if (caller === undefined || !this.isKept(node)) return;
    if (caller.owed !== null && caller.owed.id !== event.cause) this.#idle(caller);
    switch (kind) {
      case "boot":
        this.#callers[node] = begun();
        return;
      case "command":
        if (this.#isDue(event, caller)) caller.owed = event;
        return;
      case "dial":
        caller.tried.set(event.b as Address, event.at);
        caller.dials.add(session);
        if (caller.owed !== null && addressOf(caller.owed) === event.b) caller.owed = null;
        return;
      case "fact":
        // Of the three that it is shown.
        caller.isShy ||= ["banned", "self", "addressed"].includes((event.body as Fact).type);
        return;
      default:
        caller.dials.delete(session);
    }
  }

  override finish(end: Time): readonly Complaint[] {
    for (const caller of this.#callers) this.#idle(caller);
    return super.finish(end);
  }

  #isDue(event: TraceEvent, { tried, dials, isShy }: Caller): boolean {
    const { node, at, a: isLost } = event;
    const whom = addressOf(event);
    if (whom === null || isLost === 1 || isShy || (this.picture.isMainnet && isPrivate(whom)))
      return false;
    const owner = this.picture.owner(whom);
    if (owner < 0 || owner === node || !this.hasOwnIp(owner)) return false;
    const { ends, peers } = this.picture.at(node);
    if (ends.size >= this.constant(node, "sessionsMax")) return false;
    if (dials.size >= this.constant(node, "dialsMax")) return false;
    // One that nobody can be told of may be with that node.
    for (const { peer } of ends.values()) if (peer === owner || peer < 0) return false;
    for (const peer of peers.values()) if (peer === whom) return false;
    const last = tried.get(whom);
    return last === undefined || at - last > this.constant(node, "dialSpacing") * MARGIN;
  }

  #idle(caller: Caller): void {
    const { owed } = caller;
    caller.owed = null;
    if (owed === null) return;
    this.breach(OBEYS, "", owed, () => {
      const whom = this.plan.address(addressOf(owed) as Address);
      return `${this.picture.name(owed.node)} is told of ${whom}, and does not dial it`;
    });
  }
}

/** What a node's clock may differ from true time. */
const MARGIN = 1.2;

function addressOf({ body }: TraceEvent): Address | null {
  return (body as { readonly address?: Address }).address ?? null;
}

function begun(): Caller {
  return { tried: new Map(), dials: new Set(), isShy: false, owed: null };
}
