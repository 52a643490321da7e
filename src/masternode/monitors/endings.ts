/** Who does not get ready is given up in time, and what is lost is closed (rules S3, S4). */
import { formatDuration, type Time } from "../../core/units.ts";
import { kindMask, type TraceEvent } from "../../trace/event.ts";
import type { Fact } from "../facts.ts";
import { Deadlines } from "./deadlines.ts";
import { Even } from "./even.ts";
import { RuleMonitor, type Rules } from "./rule.ts";

const GIVES_UP = "gives-up";
const CLOSES = "closes";

export const endings: Rules = {
  specs: {
    [GIVES_UP]: {
      rule: "S3",
      about:
        "a dial that leads to no connection within handshakeTimeout is given up, and so is a " +
        "connection without its handshake",
      mode: "always",
    },
    [CLOSES]: {
      rule: "S4",
      about:
        "a session that a node calls lost is closed in the same step, by it or by the other end",
      mode: "always",
    },
  },
  facts: ["ready", "lost"],
  make: (scene) => new Endings(scene),
};

/** Of one node. */
interface Hall {
  /** When each session that is not ready has to be, or be over. */
  readonly due: Deadlines;
  /** The session whose end was seen last, and in which step. */
  ended: number;
  endedIn: number;
}

class Endings extends RuleMonitor {
  readonly mask: number =
    Even.mask | kindMask("dial", "opened", "refused", "close", "closed", "fact", "timer", "down");
  readonly #halls: Hall[] = this.perNode(empty);

  see(event: TraceEvent): void {
    const { node, kind, a: session, at } = event;
    const hall = this.#halls[node];
    if (hall === undefined || !this.isKept(node)) return;
    this.#judge(node, hall, at);
    switch (kind) {
      case "boot":
      case "down":
        this.#halls[node] = empty();
        return;
      case "dial":
      case "opened":
        return this.#await(node, session, hall, at);
      case "refused":
      case "close":
      case "closed":
        hall.due.delete(session);
        hall.ended = session;
        hall.endedIn = kind === "close" ? event.cause : event.id;
        return;
      case "fact":
        return this.#learn(event, event.body as Fact, hall);
      default:
    }
  }

  override finish(end: Time): ReturnType<RuleMonitor["finish"]> {
    for (const [node, hall] of this.#halls.entries()) this.#judge(node, hall, end);
    return super.finish(end);
  }

  #await(node: number, session: number, hall: Hall, at: number): void {
    hall.due.set(session, at + this.constant(node, "handshakeTimeout") + this.slack);
  }

  #learn(event: TraceEvent, fact: Fact, { due, ended, endedIn }: Hall): void {
    if (fact.type === "ready") due.delete(fact.session);
    if (fact.type !== "lost" || (ended === fact.session && endedIn === event.cause)) return;
    this.breach(CLOSES, fact.reason, event, () => {
      const who = this.picture.name(event.node);
      return `${who} calls session ${fact.session} lost (${fact.reason}), and leaves it open`;
    });
  }

  #judge(node: number, { due }: Hall, now: number): void {
    for (const [session, moment] of due.over(now)) {
      if (this.even.is(node)) this.#overdue(node, session, moment);
    }
  }

  #overdue(node: number, session: number, due: number): void {
    this.breach(GIVES_UP, "", { node, at: due, id: null }, () => {
      const who = this.picture.name(node);
      const after = formatDuration(this.constant(node, "handshakeTimeout"));
      return `${who} waits for session ${session} to become ready, for more than ${after}`;
    });
  }
}

function empty(): Hall {
  return { due: new Deadlines(), ended: -1, endedIn: -1 };
}
