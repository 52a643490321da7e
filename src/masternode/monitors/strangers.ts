/**
 * Heartbeats of masternodes that nobody has announced (rule H3): the newest of each is held, as
 * many as may be, and who sent it is asked for more: one question at a time, spaced.
 */
import type { Sight } from "../../check/breaches.ts";
import { type Address, isUnusable, parseAddress } from "../../core/address.ts";
import { formatDuration } from "../../core/units.ts";
import { kindMask, type TraceEvent } from "../../trace/event.ts";
import type { Fact } from "../facts.ts";
import { DEFAULT_PORT, type Message, type MessageOf } from "../messages.ts";
import { Even } from "./even.ts";
import { RuleMonitor, type Rules } from "./rule.ts";

const ASKS_ON = "asks-on";

export const strangers: Rules = {
  specs: {
    [ASKS_ON]: {
      rule: "H3",
      about:
        "what is heard of strangers while a question is open is asked for when that is answered " +
        "and askSpacing is over, or after askTimeout, and not before; all of it that is still " +
        "held, the newest heldMax, and no other",
      mode: "always",
    },
  },
  facts: ["known", "removed", "lost"],
  make: (scene) => new Strangers(scene),
};

/** A question about strangers on one session. */
interface Question {
  readonly at: number;
  answeredAt: number | null;
  readonly wanted: Address[];
}

interface Held {
  readonly sequence: number;
  readonly at: number;
}

/** Of one node in one life. */
interface Ears {
  readonly known: Set<Address>;
  readonly held: Map<Address, Held>;
  /** By session. */
  readonly open: Map<number, Question>;
  /** Which are held cannot be told any more: two came at once, and one had to go. */
  isBlurred: boolean;
}

class Strangers extends RuleMonitor {
  readonly mask: number =
    Even.mask | kindMask("deliver", "send", "timer", "fact", "closed", "down");
  readonly #ears: Ears[] = this.perNode(deaf);
  /** Old nodes' announcements are unsigned: their heartbeats are those of strangers for ever. */
  readonly #isPlain = this.plan.plans.every(({ standing }) => standing !== "old");

  see(event: TraceEvent): void {
    const { node, kind, a: session } = event;
    const ears = this.#ears[node];
    if (ears === undefined || !this.#isPlain || !this.isKept(node)) return;
    if (ears.open.size > 0) this.#judge(node, ears, event.at);
    if (kind === "boot" || kind === "down") this.#ears[node] = deaf();
    else if (kind === "closed") ears.open.delete(session);
    else if (kind === "fact") this.#learn(event.body as Fact, ears);
    else if (kind === "send") {
      const message = event.body as Message;
      if (message.type === "GetAnnouncements") this.#asks(event, message, ears);
    } else if (kind === "deliver") this.#hear(event, event.body as Message, ears);
  }

  #learn(fact: Fact, ears: Ears): void {
    if (fact.type === "lost") ears.open.delete(fact.session);
    else if (fact.type === "removed") ears.known.delete(fact.address);
    else if (fact.type === "known") {
      ears.known.add(fact.address);
      ears.held.delete(fact.address);
    }
  }

  #hear({ node, at, a: session }: TraceEvent, message: Message, ears: Ears): void {
    if (message.type === "Announcements") {
      const question = ears.open.get(session);
      if (question !== undefined) question.answeredAt ??= at;
      return;
    }
    if (message.type !== "HeartbeatBroadcast") return;
    const of = this.#strangerOf(node, message, ears);
    if (of === null) return;
    // Early ones are handled when the session is ready.
    if (!this.picture.at(node).ready.has(session)) ears.isBlurred = true;
    else if (this.#hold(node, at, of, message.heartbeat.sequenceNumber, ears)) {
      const wanted = ears.open.get(session)?.wanted ?? [];
      const isFull = wanted.length >= this.constant(node, "listMax");
      if (!isFull && !wanted.includes(of)) wanted.push(of);
    }
  }

  #strangerOf(
    node: number,
    { heartbeat }: MessageOf<"HeartbeatBroadcast">,
    { known }: Ears,
  ): Address | null {
    const of = parseAddress(heartbeat.masternodeAddress, DEFAULT_PORT);
    if (of === null || known.has(of) || isUnusable(of)) return null;
    return of === this.picture.at(node).address ? null : of;
  }

  /** Whether its sender is to be asked: also where a higher number was heard before. */
  #hold(node: number, at: number, of: Address, sequence: number, ears: Ears): boolean {
    const { held } = ears;
    const most = this.constant(node, "heldMax");
    const before = held.get(of);
    if (most === 0) return false;
    if (before !== undefined && sequence <= before.sequence) return sequence < before.sequence;
    if (before === undefined && held.size >= most) this.#makeRoom(ears);
    held.set(of, { sequence, at });
    return true;
  }

  #makeRoom(ears: Ears): void {
    const oldest = Math.min(...[...ears.held.values()].map(({ at }) => at));
    const first = [...ears.held].filter(([, { at }]) => at === oldest).map(([of]) => of);
    if (first.length > 1) ears.isBlurred = true;
    ears.held.delete(first[0] as Address);
  }

  #asks(event: TraceEvent, { addresses }: MessageOf<"GetAnnouncements">, ears: Ears): void {
    const { node, at, a: session } = event;
    const last = ears.open.get(session);
    ears.open.set(session, { at, answeredAt: null, wanted: [] });
    if (last === undefined || !this.even.is(node)) return;
    if (at < this.#dueAt(node, last) - this.slack) {
      const after = formatDuration(at - last.at);
      const text = `asks about strangers ${after} after it asked, before it may`;
      this.#complain("early", event, text);
    }
    const asked = addresses.map((text) => parseAddress(text, DEFAULT_PORT));
    const wanted = this.#wanted(ears, last);
    if (wanted === null) return;
    const missing = wanted.filter((of) => !asked.includes(of)).length;
    const gone = asked.filter((of) => of === null || !wanted.includes(of)).length;
    if (missing > 0) this.#complain("held", event, `does not ask about ${missing} whom it holds`);
    if (gone > 0) this.#complain("gone", event, `asks about ${gone} whom it does not hold`);
  }

  /** When it may ask again, and has to. */
  #dueAt(node: number, { at, answeredAt }: Question): number {
    if (answeredAt === null) return at + this.constant(node, "askTimeout");
    return Math.max(answeredAt, at + this.constant(node, "askSpacing"));
  }

  /** Null: that cannot be told. */
  #wanted({ held, isBlurred }: Ears, { wanted }: Question): readonly Address[] | null {
    return isBlurred ? null : wanted.filter((of) => held.has(of));
  }

  #judge(node: number, ears: Ears, now: number): void {
    for (const [session, question] of ears.open) {
      const due = this.#dueAt(node, question);
      if (now <= due + this.slack) continue;
      ears.open.delete(session);
      const wanted = this.#wanted(ears, question)?.length ?? 0;
      if (wanted === 0 || !this.even.is(node)) continue;
      const moment = { node, at: due, id: null };
      this.#complain("late", moment, `does not go on to ask about ${wanted} whom it holds`);
    }
  }

  #complain(witness: string, moment: Sight, text: string): void {
    this.breach(ASKS_ON, witness, moment, () => `${this.picture.name(moment.node)} ${text}`);
  }
}

function deaf(): Ears {
  return { known: new Set(), held: new Map(), open: new Map(), isBlurred: false };
}
