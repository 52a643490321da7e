/** Questions are answered at once, on the session that carried them (rules S2, P2, Y1). */
import { kindMask, type TraceEvent } from "../../trace/event.ts";
import { sameU64, type U64 } from "../../wire/u64.ts";
import type { Message, MessageType } from "../messages.ts";
import type { ConstantName } from "../config.ts";
import { RuleMonitor, type Rules } from "./rule.ts";
import { faultOf } from "./served.ts";

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
  BlockRequest: "BlockResponse",
};

interface Question {
  readonly at: number;
  readonly id: number;
  readonly session: number;
  readonly message: Message;
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
    "true-answers": {
      rule: "Y1",
      about:
        "what is answered of the own chain is what was asked for, as far as it is there: so many " +
        "blocks, from that height on, as the limits let pass; a hash for each height up to the " +
        "tip's, which is that of the tip, and none above; agreement with that hash and no other",
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
  return question?.message.type === "Ping" && sameU64(question.message.nonce, nonce);
}

class Answers extends RuleMonitor {
  readonly mask: number = kindMask("deliver", "send", "timer", "close", "closed", "down");
  readonly #open: (Question | null)[] = this.perNode(() => null);
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
    const { ready, tip } = this.picture.at(node);
    const peer = ready.get(session);
    if (peer === undefined) {
      if (message.type === "Ping") this.#early.push({ node, session, nonce: message.nonce });
      return;
    }
    // Liars may ask what cannot be answered, and no answer says that there is no block.
    const isThere = message.type !== "BlockRequest" || message.height <= (tip?.height ?? -1);
    const isOwed = isThere && !this.isAdversary(peer);
    this.#open[node] = { at, id, session, message, isOwed };
  }

  #answer(event: TraceEvent, question: Question | null): void {
    const { node, a: session } = event;
    const message = event.body as Message;
    if (message.type === "Pong") return this.#pong(event, message.nonce, question);
    if (message.type === "Tip" || message.type === "BlockHeightResponse")
      this.#told(event, message);
    if (question === null || ANSWERS[question.message.type] !== message.type) return;
    if (question.session !== session) return;
    this.#open[node] = null;
    this.#true(event, question.message, message);
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

  #true(event: TraceEvent, question: Message, answer: Message): void {
    const { tip } = this.picture.at(event.node);
    if (tip === null) return;
    const number = (name: ConstantName): number => this.constant(event.node, name);
    const fault = faultOf(question, answer, tip, number);
    if (fault === null) return;
    this.breach("true-answers", question.type, event, () => {
      const asked = JSON.stringify(question);
      return `${this.picture.name(event.node)} at height ${tip.height} answers ${asked}: ${fault}`;
    });
  }

  #missed(node: number, { at, id, session, message: { type }, isOwed }: Question): void {
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
