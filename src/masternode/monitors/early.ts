/** What is said before the handshake (rule S3): kept for a moment, within a limit; then heard. */
import type { Complaint } from "../../check/invariant.ts";
import type { Time } from "../../core/units.ts";
import { kindMask, type TraceEvent } from "../../trace/event.ts";
import { sameU64, type U64 } from "../../wire/u64.ts";
import type { Fact } from "../facts.ts";
import type { Message } from "../messages.ts";
import { RuleMonitor, type Rules } from "./rule.ts";

const EARLY = "hears-early";

export const early: Rules = {
  specs: {
    [EARLY]: {
      rule: "S3",
      about:
        "a Ping before the handshake is answered when the session is ready, not sooner, if it " +
        "was among the first that are kept and has not waited too long; otherwise never",
      mode: "always",
    },
  },
  facts: ["ready"],
  make: (scene) => new Early(scene),
};

interface Ping {
  readonly nonce: U64;
  readonly at: number;
  /** So many came before it. */
  readonly after: number;
}

interface Waiting {
  count: number;
  pings: readonly Ping[];
}

/** The step in which a session becomes ready. */
interface Turn {
  readonly event: TraceEvent;
  readonly session: number;
  due: readonly Ping[];
}

/** What a clock may be off, of a length. */
const MARGIN = 0.01;

class Early extends RuleMonitor {
  readonly mask: number = kindMask(
    ...(["opened", "deliver", "send", "fact", "timer", "close", "closed", "boot"] as const),
  );
  readonly #waiting: Map<number, Waiting>[] = this.perNode(() => new Map<number, Waiting>());
  readonly #turns: (Turn | null)[] = this.perNode(() => null);

  see(event: TraceEvent): void {
    const { node, kind, a: session } = event;
    const waiting = this.#waiting[node];
    if (waiting === undefined || !this.isKept(node)) return;
    const turn = this.#turns[node] ?? null;
    if (turn !== null && turn.event.cause !== event.cause) this.#over(node, turn);
    switch (kind) {
      case "opened":
        waiting.set(session, { count: 0, pings: [] });
        return;
      case "deliver":
        if (waiting.size > 0) this.#hears(waiting.get(session), event, event.body as Message);
        return;
      case "send":
        if (waiting.size > 0) this.#says(waiting.get(session), event, event.body as Message);
        return;
      case "fact": {
        const fact = event.body as Fact;
        if (fact.type === "ready") this.#begins(waiting.get(fact.session), event, fact.session);
        return;
      }
      case "close":
      case "closed":
        waiting.delete(session);
        if (turn?.session === session) this.#turns[node] = null;
        return;
      case "boot":
        waiting.clear();
        this.#turns[node] = null;
        return;
      default:
    }
  }

  override finish(end: Time): readonly Complaint[] {
    for (const [node, turn] of this.#turns.entries()) if (turn !== null) this.#over(node, turn);
    return super.finish(end);
  }

  #hears(
    waiting: Waiting | undefined,
    { node, at, a: session }: TraceEvent,
    message: Message,
  ): void {
    if (waiting === undefined) return;
    const { role } = this.picture.at(node).ends.get(session) ?? {};
    if (message.type === (role === "dialed" ? "Ack" : "Handshake")) return;
    const after = waiting.count++;
    if (message.type !== "Ping") return;
    waiting.pings = [...waiting.pings, { nonce: message.nonce, at, after }];
  }

  #begins(waiting: Waiting | undefined, event: TraceEvent, session: number): void {
    if (waiting === undefined) return;
    const { node, at } = event;
    const most = this.constant(node, "earlyMax");
    const window = this.constant(node, "earlyWindow");
    const due = waiting.pings.filter((ping) => ping.after < most && at - ping.at <= window);
    this.#turns[node] = { event, session, due };
  }

  #says(waiting: Waiting | undefined, event: TraceEvent, message: Message): void {
    if (waiting === undefined || message.type !== "Pong") return;
    const { node, at } = event;
    const turn = this.#turns[node] ?? null;
    // A fault may have made two of one.
    const same = waiting.pings.filter(({ nonce }) => sameU64(nonce, message.nonce));
    const ping = same.find((each) => turn?.due.includes(each)) ?? same[0];
    if (ping === undefined) return;
    if (turn?.session !== event.a) {
      return this.#complain(event, "at once", "answers a Ping before the handshake");
    }
    const isDue = turn.due.includes(ping);
    turn.due = turn.due.filter((each) => each !== ping);
    if (isDue) return;
    if (ping.after >= this.constant(node, "earlyMax")) {
      return this.#complain(event, "too many", `keeps message ${ping.after + 1} for the handshake`);
    }
    if (this.#isClose(node, at - ping.at)) return;
    this.#complain(event, "too old", "answers a Ping that came too long before the handshake");
  }

  #over(node: number, { event, session, due }: Turn): void {
    this.#turns[node] = null;
    this.#waiting[node]?.delete(session);
    if (due.every((ping) => this.#isClose(node, event.at - ping.at))) return;
    this.#complain(event, "unheard", "forgets a Ping that came just before the handshake");
  }

  /** Which side of the limit it is on goes by a clock that may be another. */
  #isClose(node: number, waited: number): boolean {
    const window = this.constant(node, "earlyWindow");
    return Math.abs(waited - window) <= window * MARGIN + this.slack;
  }

  #complain(event: TraceEvent, witness: string, what: string): void {
    this.breach(EARLY, witness, event, () => `${this.picture.name(event.node)} ${what}`);
  }
}
