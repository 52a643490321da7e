/** A question for blocks ends by its answer, or by its time (rule Y1), and by nothing else. */
import { formatDuration, type Time } from "../../core/units.ts";
import { kindMask, type TraceEvent } from "../../trace/event.ts";
import type { Fact } from "../facts.ts";
import type { Message } from "../messages.ts";
import { Even } from "./even.ts";
import { RuleMonitor, type Rules } from "./rule.ts";

const STOPS = "stops-waiting";

export const waiting: Rules = {
  specs: {
    [STOPS]: {
      rule: "Y1",
      about:
        "who was asked for blocks and does not answer is given up downloadTimeout after the " +
        "question, and not before",
      mode: "always",
    },
  },
  facts: ["search", "tip", "download-failed", "lost"],
  make: (scene) => new Waiting(scene),
};

interface Question {
  readonly session: number;
  readonly at: number;
  /** One of several for the branch that a search found: the time is for all of them. */
  readonly isPart: boolean;
}

/** Of one node. */
interface Desk {
  question: Question | null;
  /** A search brought neither a better chain nor a failure so far. */
  isBranch: boolean;
}

class Waiting extends RuleMonitor {
  readonly mask: number =
    Even.mask | kindMask("send", "deliver", "timer", "fact", "closed", "down");
  readonly #desks: Desk[] = this.perNode(empty);

  see(event: TraceEvent): void {
    const { node, kind, at, a: session } = event;
    const desk = this.#desks[node];
    if (desk === undefined || !this.isKept(node)) return;
    if (desk.question !== null) this.#judge(node, desk, at);
    if (kind === "boot" || kind === "down") this.#desks[node] = empty();
    else if (kind === "closed") this.#over(desk, session);
    else if (kind === "deliver") {
      if ((event.body as Message).type === "BlocksResponse") this.#over(desk, session);
    } else if (kind === "send") {
      if ((event.body as Message).type !== "GetBlocks") return;
      desk.question = { session, at, isPart: desk.isBranch };
    } else if (kind === "fact") this.#learn(event, event.body as Fact, desk);
  }

  override finish(end: Time): ReturnType<RuleMonitor["finish"]> {
    for (const [node, desk] of this.#desks.entries()) this.#judge(node, desk, end);
    return super.finish(end);
  }

  #learn(event: TraceEvent, fact: Fact, desk: Desk): void {
    switch (fact.type) {
      case "search":
        desk.isBranch = true;
        desk.question = null;
        return;
      case "lost":
        return this.#over(desk, fact.session);
      case "download-failed":
        if (fact.why === "timeout") this.#givesUp(event, desk);
        break;
      case "tip":
        // A block that is announced may move the tip as well, and ends no question.
        if (!this.#isFetched(event)) return;
        break;
      default:
        return;
    }
    this.#desks[event.node] = empty();
  }

  #isFetched({ node, cause }: TraceEvent): boolean {
    const { given, givenAt } = this.picture.at(node);
    return givenAt === cause && (given as Message).type === "BlocksResponse";
  }

  #over(desk: Desk, session: number): void {
    if (desk.question?.session === session) desk.question = null;
  }

  #judge(node: number, desk: Desk, now: number): void {
    const { question } = desk;
    if (question === null) return;
    const due = question.at + this.constant(node, "downloadTimeout");
    if (now <= due + this.slack) return;
    desk.question = null;
    if (!this.even.is(node)) return;
    this.breach(STOPS, "late", { node, at: due, id: null }, () => {
      const who = this.picture.name(node);
      return `${who} waits for blocks on session ${question.session} without end`;
    });
  }

  #givesUp(event: TraceEvent, { question }: Desk): void {
    const { node, at } = event;
    if (question === null || question.isPart || !this.even.is(node)) return;
    const waited = at - question.at;
    if (waited >= this.constant(node, "downloadTimeout") - this.slack) return;
    this.breach(STOPS, "early", event, () => {
      const who = this.picture.name(node);
      return `${who} gives up after ${formatDuration(waited)} whom it asked for blocks`;
    });
  }
}

function empty(): Desk {
  return { question: null, isBranch: false };
}
