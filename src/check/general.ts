/**
 * What is promised of every run of whatever protocol: no message is lost without a word, streams
 * keep their order, and nobody talks without end. A kit adds them to its own invariants.
 */
import type { Time } from "../core/units.ts";
import { type TraceEvent, typeOf } from "../trace/event.ts";
import { Breaches } from "./breaches.ts";
import type { Calm } from "./calm.ts";
import type { Complaint, InvariantSpec, Monitor, RunPlan } from "./invariant.ts";
import { Mail, type Sent } from "./mail.ts";

const ACCOUNTED = "accounted";
const IN_ORDER = "in-order";
const NO_LOOP = "no-loop";
const NO_FLOOD = "no-flood";

/** A question that got the same answer so often was asked for nothing. */
const REPEATS_MAX = 8;
/** Of one step on one session: a greeting is a handful of messages, an answer is one. */
const BURST_MAX = 16;
/** An item of a list may be news, and let go on what waited for it. */
const BURST_ITEM = 2;

const COUNTED = "what they read is known from what was sent only by counting";

export const GENERAL: Readonly<Record<string, InvariantSpec>> = {
  [ACCOUNTED]: {
    rule: "general",
    about: "every message sent arrives once at one session, is lost for a reason, or is under way",
    mode: "always",
    everybody: true,
    simulated: COUNTED,
  },
  [IN_ORDER]: {
    rule: "general",
    about: "messages of a session arrive in the order in which they were sent, without gaps",
    mode: "always",
    everybody: true,
    simulated: COUNTED,
  },
  [NO_LOOP]: {
    rule: "general",
    about: "nobody sends the same again and again because of the same answer",
    mode: "always",
  },
  [NO_FLOOD]: {
    rule: "general",
    about:
      `one step sends at most ${BURST_MAX} messages to a session, ` +
      `and ${BURST_ITEM} for each item of a list that it was given`,
    mode: "always",
  },
};

export class General implements Monitor {
  readonly mask: number = Mail.mask;
  readonly #plan: RunPlan;
  readonly #calm: Calm;
  readonly #mail: Mail = new Mail();
  readonly #breaches: Breaches = new Breaches();

  /** `calm`: up to date when the run is over. */
  constructor(plan: RunPlan, calm: Calm) {
    this.#plan = plan;
    this.#calm = calm;
  }

  see(event: TraceEvent): void {
    this.#mail.see(event);
    switch (event.kind) {
      case "send":
        if (this.#mail.sent !== null) this.#sends(event, this.#mail.sent);
        return;
      case "deliver":
      case "garbled":
        return this.#arrives(event);
      case "drop":
        if (this.#mail.end.sent === null) this.#unknown(event);
        return;
      default:
    }
  }

  finish(end: Time): readonly Complaint[] {
    // What a real kernel has and nobody reads is lost without a word.
    if (this.#plan.exact) for (const sent of this.#mail.underWay()) this.#overdue(sent, end);
    return this.#breaches.all();
  }

  #sends(event: TraceEvent, { type, stream, parent, repeats }: Sent): void {
    const { node } = event;
    if (!this.#isKept(node)) return;
    if (stream.burst > BURST_MAX && stream.burst > BURST_MAX + BURST_ITEM * itemsOf(parent?.body)) {
      this.#breaches.add(NO_FLOOD, type, event, () => {
        return `${this.#name(node)} sends ${stream.burst} messages in one step, the last ${type}`;
      });
    }
    if (parent === null || repeats < REPEATS_MAX || parent.repeats < REPEATS_MAX - 1) return;
    if (!this.#isKept(parent.stream.node)) return;
    this.#breaches.add(NO_LOOP, `${type}, ${parent.type}`, event, () => {
      const [who, whom] = [this.#name(node), this.#name(parent.stream.node)];
      const times = `${repeats + 1} times in a row`;
      return `${who} sends ${whom} the same ${type} ${times}, for the same ${parent.type}`;
    });
  }

  #arrives(event: TraceEvent): void {
    // Who sent what a real node reads is found out by counting: that cannot show it wrong.
    if (!this.#plan.exact) return;
    const { sent, again } = this.#mail.end;
    if (sent === null) return this.#unknown(event);
    const { node, a: session, body, kind } = event;
    const { stream, type } = sent;
    if (stream.to < 0) [stream.to, stream.toSession] = [node, session];
    if (stream.to !== node || stream.toSession !== session) {
      this.#breaches.add(ACCOUNTED, "at another session", event, () => {
        return `${this.#name(node)} gets on session ${session} the ${type} of another session`;
      });
    }
    if (kind === "deliver" && typeOf(body) !== type) {
      this.#breaches.add(ACCOUNTED, "as another message", event, () => {
        return `${this.#name(node)} gets a ${typeOf(body)} where a ${type} was sent`;
      });
    }
    if (!again) this.#order(event, sent);
  }

  #order(event: TraceEvent, { id, type, stream }: Sent): void {
    const place = stream.pending.findIndex((sent) => sent.id === id);
    const [missing] = stream.pending.splice(0, place + 1);
    if (missing !== undefined && missing.id !== id) {
      this.#breaches.add(IN_ORDER, "before an earlier one", event, () => {
        const who = this.#name(event.node);
        return `${who} gets a ${type} before the ${missing.type} that was sent earlier`;
      });
    } else if (id > stream.lost) {
      this.#breaches.add(IN_ORDER, "after a gap", event, () => {
        return `${this.#name(event.node)} gets a ${type} though an earlier message was lost`;
      });
    }
  }

  #unknown(event: TraceEvent): void {
    // A real process that is killed may have sent what it could not tell any more.
    if (!this.#plan.exact) return;
    const isLoss = event.kind === "drop";
    this.#breaches.add(ACCOUNTED, isLoss ? "lost twice" : "came twice", event, () => {
      const does = isLoss ? "loses" : "gets";
      return `${this.#name(event.node)} ${does} a message that nobody sent, or a second time`;
    });
  }

  /**
   * A retransmission is given up after `userTimeout`, so twice that is enough for any message whose
   * way is, and has been, as before any fault, and loses nothing: luck may add more to a segment
   * (docs/network-model.md), and all that was sent after it waits.
   */
  #overdue({ id, at, type, stream }: Sent, end: Time): void {
    const { node, to, pending } = stream;
    const patience = 2 * this.#plan.userTimeout;
    if (end - at <= patience || to < 0) return;
    const free = this.#calm.freeSince(node, to);
    if (free === null || end - free <= patience || (pending[0]?.at ?? at) < free) return;
    const { bandwidth, loss } = this.#plan.link(node, to);
    if (bandwidth !== null || loss > 0) return;
    this.#breaches.add(ACCOUNTED, "neither came nor was lost", { node, at, id }, () => {
      return `${this.#name(node)}'s ${type} neither reached ${this.#name(to)} nor was lost`;
    });
  }

  #isKept(node: number): boolean {
    return this.#plan.plans[node]?.standing === "kept";
  }

  #name(node: number): string {
    return this.#plan.nodes[node] ?? `#${node}`;
  }
}

/** In its lists. */
function itemsOf(message: unknown): number {
  return Object.values(message ?? {}).reduce<number>((sum, part) => {
    return sum + (Array.isArray(part) ? part.length : 0);
  }, 0);
}
