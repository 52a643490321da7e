/**
 * Who begins a block, and when, to the microsecond (rule B2): computed anew at each production tick
 * from the tip, the active set, the gates and the clock that its node had then.
 */
import type { Complaint } from "../../check/invariant.ts";
import type { Address } from "../../core/address.ts";
import { formatDuration, type Time } from "../../core/units.ts";
import { type GateBody, kindMask, type TraceEvent } from "../../trace/event.ts";
import type { Fact, FactOf } from "../facts.ts";
import { leaderIndex } from "../leader.ts";
import { RuleMonitor, type Rules } from "./rule.ts";

const TURN = "in-turn";
const ENDS = "assembles";

export const ranks: Rules = {
  specs: {
    [TURN]: {
      rule: "B2",
      about:
        "on a tick with all gates open, whoever has waited long enough for its rank begins a " +
        "block: the first at once, others after as many steps as their rank, at most so many; " +
        "and nobody else does",
      mode: "always",
      simulated: "their ticks are late",
    },
    [ENDS]: {
      rule: "B1",
      about: "a block that is begun is made, or given up, within productionTime",
      mode: "always",
      simulated: "their timers are late",
    },
  },
  facts: ["tip", "active", "attempt", "cancelled", "produced"],
  make: (scene) => new Ranks(scene),
};

/** All that are asked before `turn`; a rank waits while one of them but `due` is closed. */
const GATES = ["due", "masternode", "clock", "synced", "minimum"];
const ALL = 2 ** GATES.length - 1;
const OTHERS = ALL - 1;

/** What one node did in one step: judged when the step is over. */
interface Step {
  readonly cause: number;
  readonly at: number;
  readonly wall: number;
  readonly kind: "tick" | "other";
  readonly self: Address;
  attempt: TraceEvent | null;
  ended: boolean;
}

/** Since when the other gates are open for a height, and closed again. */
interface Opening {
  readonly height: number;
  readonly since: number;
  readonly closedAt: number | null;
}

/** A block to be begun, or being made. */
interface Attempt {
  readonly rank: number;
  readonly height: number;
  readonly begun: boolean;
  /** When the next thing has to happen. */
  readonly due: number;
}

interface Maker {
  /** A bit for each gate that is open. */
  open: number;
  tip: FactOf<"tip"> | null;
  active: readonly Address[];
  opening: Opening | null;
  attempt: Attempt | null;
  step: Step | null;
  /** It stood still, or its clock drifts: nothing is exact any more in this life. */
  inexact: boolean;
}

class Ranks extends RuleMonitor {
  readonly mask: number = kindMask("fact", "gate", "timer", "boot", "down", "stall", "clock");
  readonly #makers: Maker[] = this.perNode(() => born(false));

  see(event: TraceEvent): void {
    const { node, kind, body } = event;
    const maker = this.#makers[node];
    if (maker === undefined || !this.plan.exact || !this.isKept(node)) return;
    // A timer names the step that armed it, and begins another.
    const isSame = maker.step?.cause === event.cause && kind !== "timer";
    if (maker.step !== null && !isSame) this.#settle(node, maker);
    this.#overdue(node, maker, event.at);
    if (kind === "timer") {
      if (body === "produce") maker.step = this.#step(event, event.id, "tick");
    } else if (kind === "gate") this.#gate(event, body as GateBody, maker);
    else if (kind === "fact") this.#fact(event, body as Fact, maker);
    else if (kind === "stall") maker.inexact = true;
    else if (kind === "clock") maker.inexact ||= event.b !== 0;
    else this.#makers[node] = born(this.picture.at(node).rate !== 1);
  }

  override finish(end: Time): readonly Complaint[] {
    for (const [node, maker] of this.#makers.entries()) {
      if (maker.step !== null) this.#settle(node, maker);
      this.#overdue(node, maker, end);
    }
    return super.finish(end);
  }

  #step({ node, at }: TraceEvent, cause: number, kind: Step["kind"]): Step {
    const wall = this.picture.wallOf(node, at);
    const { address: self } = this.picture.at(node);
    return { cause, at, wall, kind, self, attempt: null, ended: false };
  }

  #gate(event: TraceEvent, { gate }: GateBody, maker: Maker): void {
    const bit = 1 << GATES.indexOf(gate);
    if ((bit & ALL) === 0) return;
    maker.step ??= this.#step(event, event.cause, "other");
    maker.open = event.a === 1 ? maker.open | bit : maker.open & ~bit;
  }

  #fact(event: TraceEvent, fact: Fact, maker: Maker): void {
    if (fact.type === "active") maker.active = fact.set;
    const isTip = fact.type === "tip";
    const isEnd = fact.type === "cancelled" || fact.type === "produced";
    if (!isTip && !isEnd && fact.type !== "attempt") return;
    maker.step ??= this.#step(event, event.cause, "other");
    if (isTip) maker.tip = fact;
    else if (isEnd) maker.step.ended = true;
    else maker.step.attempt = event;
  }

  #settle(node: number, maker: Maker): void {
    const step = maker.step as Step;
    maker.step = null;
    if (maker.inexact || maker.tip === null) return;
    const before = maker.attempt;
    if (step.ended) maker.attempt = null;
    const height = maker.tip.height + 1;
    maker.opening = this.#opened(node, maker, height, step.at);
    if (step.kind === "tick") this.#ticked(node, maker, height, step);
    else if (step.attempt !== null) this.#started(node, maker, before, step.attempt);
  }

  #opened(node: number, { opening, open }: Maker, height: number, at: number): Opening | null {
    const same = opening?.height === height ? opening : null;
    if ((open & OTHERS) !== OTHERS) {
      return same === null || same.closedAt !== null ? same : { ...same, closedAt: at };
    }
    if (same === null) return { height, since: at, closedAt: null };
    if (same.closedAt === null) return same;
    const isShort = at - same.closedAt < this.constant(node, "turnGrace");
    return { height, since: isShort ? same.since : at, closedAt: null };
  }

  #ticked(node: number, maker: Maker, height: number, step: Step): void {
    const rank = this.#rankNow(node, maker, height, step);
    if (rank === "unknown") return;
    const { at, attempt } = step;
    if (attempt !== null && rank === 0) return this.#began(node, maker, attempt);
    if (attempt !== null) {
      this.#wrong(
        node,
        at,
        "not yet",
        () => `begins block ${height} on a tick that is not its own`,
      );
    } else if (rank === 0) {
      this.#wrong(node, at, "left out", () => `does not begin block ${height}, as rank 0`);
    } else if (rank !== null) {
      const steps = Math.min(rank, this.constant(node, "startStepsMax"));
      const due = at + steps * this.constant(node, "startStep");
      maker.attempt = { rank, height, begun: false, due };
    }
  }

  /** Its rank, if it has to begin on this tick; null: it must not. */
  #rankNow(node: number, maker: Maker, height: number, step: Step): number | null | "unknown" {
    const { at, wall, self } = step;
    const tick = this.constant(node, "tick");
    // Late for a tick that it has to leave out, or busy.
    if (wall % tick > tick / 10 || maker.attempt !== null || maker.open !== ALL) return null;
    const own = maker.active.indexOf(self);
    if (own < 0 || maker.tip === null) return "unknown";
    const count = maker.active.length;
    const first = leaderIndex(this.crypto, maker.tip.hash, height, count);
    const rank = (own - first + count) % count;
    const slot = this.picture.genesis + height * this.constant(node, "slot");
    const waited = Math.min(at - (maker.opening?.since ?? at), wall - slot);
    return waited >= rank * this.constant(node, "rankStep") ? rank : null;
  }

  /** Of another rank than the first: when its steps are over. */
  #started(node: number, maker: Maker, due: Attempt | null, event: TraceEvent): void {
    const { height, rank } = event.body as FactOf<"attempt">;
    const isDue = due !== null && !due.begun && due.due === event.at && due.rank === rank;
    if (isDue && due.height === height) return this.#began(node, maker, event);
    this.#wrong(node, event.at, "another moment", () => {
      const when =
        due === null ? "at no time" : `at ${formatDuration(due.due)} as rank ${due.rank}`;
      return `begins block ${height} as rank ${rank}, and should ${when}`;
    });
  }

  #began(node: number, maker: Maker, { at, body }: TraceEvent): void {
    const { height, rank } = body as FactOf<"attempt">;
    const due = at + this.constant(node, "productionTime");
    maker.attempt = { rank, height, begun: true, due };
  }

  #overdue(node: number, maker: Maker, at: number): void {
    const { attempt } = maker;
    if (attempt === null || at <= attempt.due) return;
    maker.attempt = null;
    if (maker.inexact) return;
    const { height, rank, begun, due } = attempt;
    if (begun) {
      const time = formatDuration(this.constant(node, "productionTime"));
      this.breach(ENDS, "", { node, at: due, id: null }, () => {
        const who = this.picture.name(node);
        return `${who} has begun block ${height}, and nothing comes of it after ${time}`;
      });
    } else {
      this.#wrong(node, due, "left out", () => `does not begin block ${height}, as rank ${rank}`);
    }
  }

  #wrong(node: number, at: number, witness: string, what: () => string): void {
    this.breach(TURN, witness, { node, at, id: null }, () => {
      return `${this.picture.name(node)} ${what()}`;
    });
  }
}

function born(inexact: boolean): Maker {
  return { open: 0, tip: null, active: [], opening: null, attempt: null, step: null, inexact };
}
