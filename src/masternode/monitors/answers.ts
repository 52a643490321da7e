/** Questions are answered at once, on the session that carried them (rules S2, P2, Y1). */
import { kindMask, type TraceEvent } from "../../trace/event.ts";
import { sameU64, type U64 } from "../../wire/u64.ts";
import type { Message, MessageType } from "../messages.ts";
import { RuleMonitor, type Rules } from "./rule.ts";

const ANSWERS: Partial<Record<MessageType, MessageType>> = {
  Ping: "Pong",
  GetPeers: "PeersResponse",
  GetMasternodes: "MasternodesResponse",
  GetAnnouncements: "Announcements",
  GetMasternodePage: "MasternodePage",
  GetBlockHeight: "BlockHeightResponse",
  GetBlockHash: "BlockHashResponse",
  GetBlocks: "BlocksResponse",
  GetBlockRange: "BlockRangeResponse",
  GetGenesisHash: "GenesisHashResponse",
  ConsensusQuery: "ConsensusQueryResponse",
};

interface Question {
  readonly at: number;
  readonly id: number;
  readonly session: number;
  readonly type: MessageType;
  readonly nonce: U64 | null;
  /** Liars may ask what cannot be answered. */
  readonly isOwed: boolean;
}

export const answers: Rules = {
  specs: {
    pong: {
      rule: "P2",
      about: "a Ping is answered by a Pong with its nonce, on the session that carried it",
      mode: "always",
    },
    answers: {
      rule: "S2",
      about: "every question on a ready session is answered at once, whichever end dialed",
      mode: "always",
    },
    "true-tip": {
      rule: "Y1",
      about: "the height and hash that a node tells are those of its tip",
      mode: "always",
    },
  },
  make: (scene) => new Answers(scene),
};

/** Whether it is a Ping with that nonce. */
function isOf(question: Question | null, nonce: U64): boolean {
  return question !== null && question.nonce !== null && sameU64(question.nonce, nonce);
}

class Answers extends RuleMonitor {
  readonly mask: number = kindMask("deliver", "send", "timer", "close", "closed", "down");
  readonly #open: (Question | null)[] = this.plan.plans.map(() => null);
  /** Of Pings that came before the session was ready at this end: they are handled then. */
  #early: { readonly node: number; readonly session: number; readonly nonce: U64 }[] = [];

  see(event: TraceEvent): void {
    const { node, kind } = event;
    if (!this.isKept(node)) return;
    const question = this.#open[node] ?? null;
    if (kind === "send") this.#answer(event, question);
    else if (kind === "close" || kind === "down") {
      if (question !== null && (kind === "down" || question.session === event.a)) {
        this.#open[node] = null;
      }
    } else {
      // The step that the question began is over.
      if (question !== null) this.#missed(node, question);
      if (kind === "deliver") this.#ask(event);
    }
  }

  #ask({ id, at, node, a: session, body }: TraceEvent): void {
    const message = body as Message;
    if (ANSWERS[message.type] === undefined) return;
    const nonce = message.type === "Ping" ? message.nonce : null;
    const peer = this.picture.at(node).ready.get(session);
    if (peer === undefined) {
      if (nonce !== null) this.#early.push({ node, session, nonce });
    } else {
      const isOwed = !this.isAdversary(peer);
      this.#open[node] = { at, id, session, type: message.type, nonce, isOwed };
    }
  }

  #answer(event: TraceEvent, question: Question | null): void {
    const { node, a: session } = event;
    const message = event.body as Message;
    if (message.type === "Pong") return this.#pong(event, message.nonce, question);
    if (message.type === "Tip" || message.type === "BlockHeightResponse")
      this.#told(event, message);
    if (question === null || ANSWERS[question.type] !== message.type) return;
    if (question.session === session) this.#open[node] = null;
  }

  #pong(event: TraceEvent, nonce: U64, question: Question | null): void {
    const { node, a: session } = event;
    const isAsked = isOf(question, nonce);
    if (isAsked && question?.session === session) {
      this.#open[node] = null;
      return;
    }
    const early = this.#early.findIndex((ping) => {
      return ping.node === node && ping.session === session && sameU64(ping.nonce, nonce);
    });
    if (early >= 0) {
      this.#early = this.#early.toSpliced(early, 1);
      return;
    }
    const witness = isAsked ? "on another session" : "with another nonce";
    if (isAsked) this.#open[node] = null;
    this.breach("pong", witness, event, () => {
      const who = this.picture.name(node);
      return `${who} sends on session ${session} a Pong that answers no Ping of that session`;
    });
  }

  #told(event: TraceEvent, message: Message): void {
    const { tip } = this.picture.at(event.node);
    if (tip === null || (message.type !== "Tip" && message.type !== "BlockHeightResponse")) return;
    const hash = message.type === "Tip" ? message.hash : tip.hash;
    if (message.height === tip.height && hash === tip.hash) return;
    this.breach("true-tip", message.type, event, () => {
      const who = this.picture.name(event.node);
      return `${who} tells height ${message.height} and stands at ${tip.height}`;
    });
  }

  #missed(node: number, { at, id, session, type, isOwed }: Question): void {
    this.#open[node] = null;
    if (!isOwed) return;
    const role = this.picture.at(node).ends.get(session)?.role ?? "closed";
    const invariant = type === "Ping" ? "pong" : "answers";
    this.breach(invariant, `no answer to ${type} on ${role} links`, { node, at, id }, () => {
      const who = this.picture.name(node);
      return `${who} leaves a ${type} on session ${session} (${role}) unanswered`;
    });
  }
}
