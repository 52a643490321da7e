/**
 * Whose clock is doubted (rule R5): the median of what its peers' pings and pongs told of it, taken
 * from what the node received, holds gate `clock` closed or open, and nothing else does.
 */
import type { Complaint } from "../../check/invariant.ts";
import { SECOND, type Time } from "../../core/units.ts";
import { kindMask, type TraceEvent } from "../../trace/event.ts";
import { sameU64 } from "../../wire/u64.ts";
import type { Fact } from "../facts.ts";
import type { Message, MessageOf } from "../messages.ts";
import { RuleMonitor, type Rules } from "./rule.ts";

const DOUBTED = "doubted-clock";

export const clock: Rules = {
  specs: {
    [DOUBTED]: {
      rule: "R5",
      about:
        "gate clock is closed while the own clock is more than clockTolerance off the median of " +
        "clockPeersMin ready peers or more, as their last pings and pongs told it, and open " +
        "otherwise",
      mode: "always",
    },
  },
  facts: ["ready", "lost"],
  make: (scene) => new Clock(scene),
};

type Nonce = MessageOf<"Ping">["nonce"];

interface Session {
  /** Pings that may be answered yet. */
  sent: readonly { readonly nonce: Nonce; readonly at: number }[];
  /** What the peer's clock was ahead, µs; null: not told; NaN: it cannot be said what was heard. */
  ahead: number | null;
}

interface Hearing {
  readonly sessions: Map<number, Session>;
  /** What changed something: the gate is judged when that step is over. */
  heard: TraceEvent | null;
}

class Clock extends RuleMonitor {
  /** With all that a step begins with. */
  readonly mask: number = kindMask(
    ...(["send", "fact", "boot", "down", "timer", "command", "saved"] as const),
    ...(["deliver", "garbled", "opened", "refused", "closed"] as const),
  );
  readonly #hearings: Hearing[] = this.perNode(begun);

  see(event: TraceEvent): void {
    const { node, kind, body } = event;
    const hearing = this.#hearings[node];
    if (hearing === undefined || !this.isKept(node)) return;
    if (kind === "send") return this.#send(event, body as Message, hearing);
    if (kind === "fact") return this.#learn(event, body as Fact, hearing);
    if (hearing.heard !== null) this.#judge(node, hearing, hearing.heard);
    if (kind === "deliver") this.#told(event, body as Message, hearing);
    else if (kind === "boot" || kind === "down") this.#hearings[node] = begun();
  }

  override finish(end: Time): readonly Complaint[] {
    for (const [node, hearing] of this.#hearings.entries()) {
      if (hearing.heard !== null) this.#judge(node, hearing, hearing.heard);
    }
    return super.finish(end);
  }

  #send({ node, at, a: session }: TraceEvent, message: Message, { sessions }: Hearing): void {
    if (message.type !== "Ping") return;
    const known = sessions.get(session) ?? { sent: [], ahead: null };
    const oldest = at - 2 * this.constant(node, "pingTimeout");
    known.sent = [...known.sent.filter((each) => each.at > oldest), { nonce: message.nonce, at }];
    sessions.set(session, known);
  }

  #learn(event: TraceEvent, fact: Fact, hearing: Hearing): void {
    if (fact.type !== "lost" && fact.type !== "ready") return;
    if (fact.type === "lost") hearing.sessions.delete(fact.session);
    hearing.heard ??= event;
  }

  #told(event: TraceEvent, message: Message, hearing: Hearing): void {
    if (message.type !== "Ping" && message.type !== "Pong") return;
    const { node, at, a: session } = event;
    const known = hearing.sessions.get(session) ?? { sent: [], ahead: null };
    let isHeard = true;
    if (message.type === "Pong") {
      const asked = known.sent.find(({ nonce }) => sameU64(nonce, message.nonce));
      if (asked === undefined) return;
      known.sent = known.sent.filter((each) => each !== asked);
      // Given up perhaps.
      isHeard = at - asked.at < this.constant(node, "pingTimeout") - SECOND;
    } else isHeard = this.picture.at(node).peers.has(session);
    const wall = this.picture.wallOf(node, at);
    known.ahead = isHeard ? message.timestamp * SECOND - wall : Number.NaN;
    hearing.sessions.set(session, known);
    hearing.heard = event;
  }

  #judge(node: number, hearing: Hearing, heard: TraceEvent): void {
    hearing.heard = null;
    const { peers, gates } = this.picture.at(node);
    const open = gates.get("clock")?.open;
    if (open === undefined) return;
    const told: number[] = [];
    for (const session of peers.keys()) {
      const ahead = hearing.sessions.get(session)?.ahead ?? null;
      if (ahead !== null) told.push(ahead);
    }
    if (told.some(Number.isNaN)) return;
    const isDoubted = this.#isDoubted(node, told);
    if (isDoubted !== open) return;
    this.breach(DOUBTED, open ? "open" : "closed", heard, () => {
      const seconds = told.map((ahead) => Math.round(ahead / SECOND)).join(", ");
      const stands = `${this.picture.name(node)} has gate clock ${open ? "open" : "closed"}`;
      return `${stands}, and its peers are ahead ${seconds} s`;
    });
  }

  /** Null: so close to what is tolerated that it depends. */
  #isDoubted(node: number, told: readonly number[]): boolean | null {
    const count = told.length;
    if (count < Math.max(1, this.constant(node, "clockPeersMin"))) return false;
    const sorted = told.toSorted((left, right) => left - right);
    const [low, high] = [sorted[(count - 1) >>> 1] as number, sorted[count >>> 1] as number];
    // Of two in the middle, or what is between them, that is a median which is nearest to its own.
    const off = Math.abs(Math.max(low, Math.min(0, high)));
    const tolerance = this.constant(node, "clockTolerance");
    if (off > tolerance + this.slack) return true;
    return off <= tolerance - this.slack ? false : null;
  }
}

function begun(): Hearing {
  return { sessions: new Map(), heard: null };
}
