/** What is periodic goes on (rules P1, Y1, A2, H1): it may be early, and is never left out. */
import { formatDuration, type Time } from "../../core/units.ts";
import { kindMask, type TraceEvent } from "../../trace/event.ts";
import type { ConstantName } from "../config.ts";
import type { Fact } from "../facts.ts";
import type { Message } from "../messages.ts";
import { RuleMonitor, type Rules } from "./rule.ts";

const REGULAR = "regular";

export const regular: Rules = {
  specs: {
    [REGULAR]: {
      rule: "general",
      about:
        "every ready session is sent a Ping each pingPeriod, and the own tip or a question for " +
        "the other's each tipPeriod; who has begun to announces itself each announcePeriod, and " +
        "sends a heartbeat each heartbeatPeriod; unless its node stands still",
      mode: "always",
    },
  },
  make: (scene) => new Regular(scene),
};

/** When something was done last. */
interface Round {
  readonly what: string;
  readonly every: ConstantName;
  at: number;
}

interface Session {
  readonly ping: Round;
  readonly tip: Round;
}

/** More than any clock drifts. */
const DRIFT = 0.02;

class Regular extends RuleMonitor {
  readonly mask: number = kindMask("send", "fact", "boot", "down", "stall", "clock");
  readonly #sessions: Map<number, Session>[] = this.perNode(() => new Map<number, Session>());
  /** Of the node itself, by the fact that tells of it. */
  readonly #own: Map<string, Round>[] = this.perNode(() => new Map<string, Round>());
  readonly #isStill: boolean[] = this.perNode(() => false);
  /** Its timers run by a clock that was slower, or faster, when they were armed. */
  readonly #drifts: boolean[] = this.perNode(({ clock }) => clock.drift !== 0);

  see(event: TraceEvent): void {
    const { node, at, kind, a: session, body } = event;
    if (!this.isKept(node)) return;
    if (kind === "send") {
      const { type } = body as Message;
      const isTip = type === "Tip" || type === "GetBlockHeight";
      if (type !== "Ping" && !isTip) return;
      const rounds = this.#sessions[node]?.get(session);
      if (rounds !== undefined) this.#done(node, isTip ? rounds.tip : rounds.ping, at);
    } else if (kind === "fact") this.#fact(node, at, body as Fact);
    else if (kind === "clock") {
      if (event.b !== 0) this.#drifts[node] = true;
      this.#anew(node, at);
    } else if (kind === "stall") {
      this.#judgeAll(node, at);
      this.#anew(node, at);
      this.#isStill[node] = session === 1;
    } else {
      if (kind === "down") this.#judgeAll(node, at);
      this.#sessions[node]?.clear();
      this.#own[node]?.clear();
      this.#isStill[node] = false;
    }
  }

  override finish(end: Time): ReturnType<RuleMonitor["finish"]> {
    for (const node of this.plan.plans.keys()) this.#judgeAll(node, end);
    return super.finish(end);
  }

  #fact(node: number, at: number, fact: Fact): void {
    switch (fact.type) {
      case "ready":
        this.#sessions[node]?.set(fact.session, {
          ping: { what: "Ping", every: "pingPeriod", at },
          tip: { what: "tip", every: "tipPeriod", at },
        });
        return;
      case "lost": {
        const rounds = this.#sessions[node]?.get(fact.session);
        this.#sessions[node]?.delete(fact.session);
        if (rounds !== undefined) this.#judgeBoth(node, rounds, at);
        return;
      }
      case "broadcast":
        return this.#said(node, { what: "announcement", every: "announcePeriod", at });
      case "heartbeat":
        return this.#said(node, { what: "heartbeat", every: "heartbeatPeriod", at });
      default:
    }
  }

  #said(node: number, round: Round): void {
    const last = this.#own[node]?.get(round.what);
    if (last === undefined) this.#own[node]?.set(round.what, round);
    else this.#done(node, last, round.at);
  }

  #done(node: number, round: Round, at: number): void {
    this.#judge(node, round, at);
    round.at = at;
  }

  /** It stood still, or its clock runs otherwise: what is due is due a period from now. */
  #anew(node: number, at: number): void {
    for (const { ping, tip } of this.#sessions[node]?.values() ?? []) ping.at = tip.at = at;
    for (const round of this.#own[node]?.values() ?? []) round.at = at;
  }

  #judgeAll(node: number, at: number): void {
    if (this.#isStill[node] === true) return;
    for (const rounds of this.#sessions[node]?.values() ?? []) this.#judgeBoth(node, rounds, at);
    for (const round of this.#own[node]?.values() ?? []) this.#judge(node, round, at);
  }

  #judgeBoth(node: number, { ping, tip }: Session, at: number): void {
    this.#judge(node, ping, at);
    this.#judge(node, tip, at);
  }

  #judge(node: number, { what, every, at: last }: Round, at: number): void {
    const period = this.constant(node, every);
    const late = this.slack + (this.#drifts[node] === true ? period * DRIFT : 0);
    if (at - last <= period + late) return;
    const due = (last + period) as Time;
    this.breach(REGULAR, what, { node, at: due, id: null }, () => {
      const who = this.picture.name(node);
      const when = `${formatDuration(last)}, and ${every} is ${formatDuration(period)}`;
      return `${who} leaves out a ${what}: the last was at ${when}`;
    });
  }
}
