/** To a peer that names no capability the announcement is said twice (rule A3). */
import { formatDuration } from "../../core/units.ts";
import { kindMask, type TraceEvent } from "../../trace/event.ts";
import type { Fact, FactOf } from "../facts.ts";
import type { Message } from "../messages.ts";
import { Deadlines } from "./deadlines.ts";
import { Even } from "./even.ts";
import { RuleMonitor, type Rules } from "./rule.ts";

const AGAIN = "announces-again";

export const again: Rules = {
  specs: {
    [AGAIN]: {
      rule: "A3",
      about:
        "announceRepeat after a session with a peer without capabilities became ready, who has " +
        "announced itself does so there again",
      mode: "always",
    },
  },
  facts: ["ready", "lost", "broadcast"],
  make: (scene) => new Again(scene),
};

/** Of one node. */
interface Debts {
  /** When its announcement is due again. */
  readonly due: Deadlines;
  /** In this life. */
  hasAnnounced: boolean;
}

class Again extends RuleMonitor {
  readonly mask: number = Even.mask | kindMask("send", "timer", "deliver", "fact", "down");
  readonly #debts: Debts[] = this.perNode(none);

  see(event: TraceEvent): void {
    const { node, kind, at } = event;
    const debts = this.#debts[node];
    if (debts === undefined || !this.isKept(node)) return;
    for (const [session, due] of debts.due.over(at - this.slack)) {
      if (this.even.is(node)) this.#missed(node, session, due);
    }
    if (kind === "boot" || kind === "down") this.#debts[node] = none();
    else if (kind === "fact") this.#learn(event, event.body as Fact, debts);
    else if (kind === "send" && debts.due.size > 0) {
      const { type } = event.body as Message;
      if (type === "MasternodeAnnouncement") this.#says(event.a, debts, at);
    }
  }

  #learn({ node, at }: TraceEvent, fact: Fact, debts: Debts): void {
    if (fact.type === "broadcast") debts.hasAnnounced = true;
    else if (fact.type === "lost") debts.due.delete(fact.session);
    else if (fact.type === "ready" && debts.hasAnnounced) this.#greets(node, at, fact, debts);
  }

  /** A session becomes ready by its Handshake or Ack. */
  #greets(node: number, at: number, { session }: FactOf<"ready">, debts: Debts): void {
    const hello = this.picture.at(node).given as Message;
    const isHello = hello.type === "Handshake" || hello.type === "Ack";
    if (!isHello || (hello.node !== undefined && (hello.capabilities ?? []).length > 0)) return;
    debts.due.set(session, at + this.constant(node, "announceRepeat"));
  }

  /** Neither the greeting nor what is said to everybody counts, unless it is said just then. */
  #says(session: number, { due }: Debts, at: number): void {
    const when = due.of(session);
    if (when !== undefined && Math.abs(at - when) <= this.slack) due.delete(session);
  }

  #missed(node: number, session: number, due: number): void {
    this.breach(AGAIN, "", { node, at: due, id: null }, () => {
      const who = this.picture.name(node);
      const after = formatDuration(this.constant(node, "announceRepeat"));
      return `${who} does not repeat its announcement on session ${session} after ${after}`;
    });
  }
}

function none(): Debts {
  return { due: new Deadlines(), hasAnnounced: false };
}
