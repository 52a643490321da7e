/** What two nodes say to each other first, at once, and that it is heard (rules A1, A3, R2). */
import { type Address, parseAddress } from "../../core/address.ts";
import { kindMask, type TraceEvent } from "../../trace/event.ts";
import type { Fact, FactOf } from "../facts.ts";
import { DEFAULT_PORT, type Message, type MessageOf } from "../messages.ts";
import { RuleMonitor, type Rules } from "./rule.ts";

export const greeting: Rules = {
  specs: {
    greeting: {
      rule: "A1",
      about:
        "when a session becomes ready, each end at once asks for peers, masternodes and height, " +
        "and announces itself if it has begun to",
      mode: "always",
    },
    "hears-announcement": {
      rule: "A1",
      about:
        "among honest nodes, what a masternode announces on its own session is taken in, " +
        "however young the session is and whoever dialed",
      mode: "always",
    },
  },
  facts: ["ready", "processed", "refused"],
  make: (scene) => new Greetings(scene),
};

const GREETING: readonly Message["type"][] = [
  "GetPeers",
  "GetMasternodes",
  "GetBlockHeight",
  "MasternodeAnnouncement",
];
const ALL = 0b1111;
const UNANNOUNCED = 0b0111;

/** The rest of a step: what must be said in it. */
interface Owed {
  readonly id: number;
  readonly at: number;
  readonly cause: number;
  readonly session: number;
  /** Null: an announcement to be taken in. */
  readonly greeting: { said: number; readonly all: number } | null;
}

class Greetings extends RuleMonitor {
  readonly mask: number = kindMask("fact", "send", "deliver", "timer", "closed", "down");
  readonly #owed: (Owed | null)[] = this.perNode(() => null);
  /** Old nodes and translated ones are taken for others of their ip, who are refused for it. */
  readonly #isPlain = this.plan.plans.every(
    ({ standing, dialsFrom }) => standing === "kept" && dialsFrom === null,
  );

  see(event: TraceEvent): void {
    const { node, kind } = event;
    if (!this.isKept(node)) return;
    const owed = this.#owed[node] ?? null;
    if (kind === "send") {
      const said = owed?.greeting ?? null;
      if (said === null || owed?.session !== event.a) return;
      const which = GREETING.indexOf((event.body as Message).type);
      if (which >= 0) said.said |= 1 << which;
    } else if (kind === "fact") this.#learn(event, event.body as Fact, owed);
    else if (kind === "down") this.#owed[node] = null;
    else {
      if (owed !== null) this.#over(node, owed);
      if (kind === "deliver") this.#hear(event, event.body as Message);
    }
  }

  #learn(event: TraceEvent, fact: Fact, owed: Owed | null): void {
    const { node } = event;
    if (fact.type === "ready") {
      // Early messages of another session are handled in steps of their own.
      if (owed !== null) this.#over(node, owed);
      this.#greets(event, fact);
    } else if (owed?.greeting === null && owed.cause === event.cause) {
      const isDone = fact.type === "processed" || (fact.type === "refused" && !this.#isPlain);
      if (isDone) this.#owed[node] = null;
    }
  }

  #greets({ id, at, node, cause }: TraceEvent, { session }: FactOf<"ready">): void {
    const { voiceAt, bootAt } = this.picture.at(node);
    const all = voiceAt !== null && voiceAt >= bootAt ? ALL : UNANNOUNCED;
    this.#owed[node] = { id, at, cause, session, greeting: { said: 0, all } };
  }

  #hear({ id, at, node, a: session }: TraceEvent, message: Message): void {
    if (message.type !== "MasternodeAnnouncement" || !this.nobodyLies) return;
    // Who seems to be where an old node is, is told of itself by it.
    if (message.announcement.publicKey === this.keys[node]) return;
    const { peers, address } = this.picture.at(node);
    const of = addressOf(message);
    if (of === null || of === address || peers.get(session) !== of) return;
    if (this.constant(node, "entriesMax") <= this.plan.plans.length) return;
    this.#owed[node] = { id, at, cause: id, session, greeting: null };
  }

  #over(node: number, { id, at, session, greeting: said }: Owed): void {
    this.#owed[node] = null;
    const role = this.picture.at(node).ends.get(session)?.role ?? "closed";
    const who = this.picture.name(node);
    const moment = { node, at, id };
    if (said === null) {
      this.breach("hears-announcement", `on ${role} links`, moment, () => {
        const where = `session ${session} (${role})`;
        return `${who} is told by a masternode on ${where}, and does not take it in`;
      });
    } else if ((said.said & said.all) !== said.all) {
      const missing = GREETING.filter((_, which) => (said.all & ~said.said & (1 << which)) !== 0);
      const witness = `no ${missing.join(", ")} on ${role} links`;
      this.breach("greeting", witness, moment, () => {
        return `${who} begins session ${session} (${role}) without ${missing.join(", ")}`;
      });
    }
  }
}

function addressOf({ announcement }: MessageOf<"MasternodeAnnouncement">): Address | null {
  return parseAddress(announcement.address, announcement.port ?? DEFAULT_PORT);
}
