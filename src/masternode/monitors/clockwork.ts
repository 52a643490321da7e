/**
 * Every timer goes off when its constant says, to the microsecond, and the periodic ones again and
 * again. A timer's event names the one that armed it, so how long it ran stands in the trace. Not
 * asked of nodes that stood still or whose clocks drift, nor of real ones, which are always late.
 */
import type { NodeFacts } from "../../check/invariant.ts";
import { formatDuration, type Time } from "../../core/units.ts";
import { EVERY_KIND, kindMask, NO_CAUSE, type TraceEvent } from "../../trace/event.ts";
import type { ConstantName } from "../config.ts";
import type { TimerName } from "../state.ts";
import { RuleMonitor, type Rules } from "./rule.ts";

const CLOCKWORK = "clockwork";

export const clockwork: Rules = {
  specs: {
    [CLOCKWORK]: {
      rule: "general",
      about:
        "every timer goes off exactly when its constant says, and a periodic one that went off " +
        "does so again within its period, unless its node stood still",
      mode: "always",
      simulated: "their timers are late",
    },
  },
  make: (scene) => new Clockwork(scene),
};

type Numbers = Readonly<Record<ConstantName, number>>;

/** A timer that goes off, all in µs. */
interface Moment {
  readonly c: Numbers;
  /** Since it was armed. */
  readonly after: number;
  /** Of its node, now. */
  readonly uptime: number;
  /** By its node's clock: in all, and since an exact one said time 0. */
  readonly clock: number;
  readonly wall: number;
  /** `uptime` when this timer went off last after a pause; null: not since the boot. */
  readonly last: number | null;
}

interface Due {
  readonly by: readonly ConstantName[];
  /** Its period, if it arms itself again, whatever is found when it goes off. */
  readonly every?: ConstantName;
  readonly right: (moment: Moment) => boolean;
}

/** Aligned to the boot, and none left out. */
function tick(by: ConstantName): Due {
  const right = ({ c, after, uptime }: Moment): boolean => {
    return uptime % c[by] === 0 && after <= c[by];
  };
  return { by: [by], every: by, right };
}

function exactly(by: ConstantName): Due {
  return { by: [by], right: ({ c, after }) => after === c[by] };
}

/** At a random phase of each boot, and at once when woken. */
function turn(by: ConstantName): Due {
  return {
    by: [by],
    every: by,
    right: ({ c, after, uptime, last }) =>
      after === 0 || (after <= c[by] && (last === null || (uptime - last) % c[by] === 0)),
  };
}

function within(value: number, min: number, max: number): boolean {
  return value >= min && value <= max;
}

/** After the n-th failure in a row, for some n (rule S6). */
function isBackoff(c: Numbers, after: number): boolean {
  return [c.backoffMax, c.backoffMaxOthers].some((cap) => {
    for (let base = c.backoffStep; ; base += c.backoffStep) {
      const capped = Math.min(base, cap);
      const spread = Math.floor((capped * c.backoffSpread) / 100);
      if (within(after, capped - spread, capped + spread)) return true;
      if (base >= cap || base === 0) return false;
    }
  });
}

/** Null: by more than constants and the trace tell. */
const DUES: Readonly<Record<TimerName, Due | null>> = {
  announce: {
    by: ["announceDelay", "announcePeriod"],
    every: "announcePeriod",
    right: ({ c, after, uptime }) =>
      after === 0 ||
      (onPeriod(c, uptime, c.announcePeriod) &&
        after <= Math.max(c.announceDelay, c.announcePeriod)),
  },
  "announce-again": exactly("announceRepeat"),
  ask: {
    by: ["askTimeout", "askSpacing"],
    right: ({ c, after }) => after === c.askTimeout || after <= c.askSpacing,
  },
  assemble: exactly("productionTime"),
  cache: exactly("cacheDelay"),
  chain: exactly("cacheDelay"),
  dial: turn("dialPeriod"),
  due: { by: ["slot"], right: ({ c, wall }) => wall % c.slot === 0 },
  "early-block": null,
  exchange: tick("exchangePeriod"),
  feeler: turn("feelerPeriod"),
  "feeler-over": exactly("feelerTime"),
  guest: exactly("guestTime"),
  handshake: exactly("handshakeTimeout"),
  heartbeat: {
    by: ["announceDelay", "heartbeatPeriod"],
    every: "heartbeatPeriod",
    right: ({ c, after, uptime }) =>
      onPeriod(c, uptime, c.heartbeatPeriod) && after <= c.heartbeatPeriod,
  },
  minimum: exactly("minimumHold"),
  ping: exactly("pingPeriod"),
  produce: {
    by: ["tick"],
    every: "tick",
    right: ({ c, after, clock }) => after <= c.tick && clock % c.tick === 0,
  },
  prune: tick("sweepPeriod"),
  redial: {
    by: [
      ...(["redialMin", "redialMax", "guestRetry", "dialPeriod"] as const),
      ...(["backoffStep", "backoffMax", "backoffMaxOthers"] as const),
    ],
    right: ({ c, after }) =>
      within(after, c.redialMin, c.redialMax) ||
      [c.guestRetry, c.dialPeriod].includes(after) ||
      isBackoff(c, after),
  },
  start: {
    by: ["startStep", "startStepsMax"],
    right: ({ c, after }) =>
      c.startStep === 0
        ? after === 0
        : after % c.startStep === 0 && within(after / c.startStep, 1, c.startStepsMax),
  },
  status: tick("statusPeriod"),
  sweep: tick("sweepPeriod"),
  sync: { by: ["downloadTimeout"], right: ({ c, after }) => after <= c.downloadTimeout },
  tips: tick("tipPeriod"),
};

const PERIODS: ReadonlyMap<string, ConstantName> = new Map(
  Object.entries(DUES).flatMap(([timer, due]) => {
    return due?.every === undefined ? [] : [[timer, due.every] as const];
  }),
);

function onPeriod(c: Numbers, uptime: number, period: number): boolean {
  return uptime >= c.announceDelay && (uptime - c.announceDelay) % period === 0;
}

/** What is known of one node's clocks. */
interface Hands {
  bootId: number;
  bootAt: number;
  /** The event since which its clock runs as it does: timers armed before it say nothing. */
  movedIn: number;
  drift: number;
  /** Since its boot its uptime has not run like true time. */
  drifted: boolean;
  /** Its wall clock minus true time, µs. */
  ahead: number;
  readonly last: Map<string, number>;
  /** When each periodic one went off last, in this life. */
  readonly rang: Map<string, number>;
  /** It stood still in this life. */
  stood: boolean;
}

class Clockwork extends RuleMonitor {
  /** What a node itself says or sends arms no timer. */
  readonly mask: number = EVERY_KIND & ~kindMask("send", "fact", "gate");
  readonly #hands: readonly Hands[] = this.perNode(() => ({
    ...{ bootId: NO_CAUSE, bootAt: 0, movedIn: NO_CAUSE, drift: 0, drifted: false, ahead: 0 },
    ...{ last: new Map(), rang: new Map(), stood: false },
  }));
  /** By event id. */
  #times = new Float64Array(4_096);

  see(event: TraceEvent): void {
    if (event.id >= this.#times.length) this.#grow(event.id);
    this.#times[event.id] = event.at;
    const hands = this.#hands[event.node];
    if (hands === undefined) return;
    switch (event.kind) {
      case "boot":
        hands.bootId = event.id;
        hands.bootAt = event.at;
        hands.drifted = hands.drift !== 0;
        hands.last.clear();
        hands.rang.clear();
        hands.stood = false;
        return;
      case "down":
        this.#allGoOn(event.node, hands, event.at);
        hands.rang.clear();
        return;
      case "clock":
        hands.drift = event.b;
        hands.drifted ||= event.b !== 0;
        hands.ahead = event.a - event.at - this.plan.epoch;
        // It may have jumped while timers ran that were aligned to it; at boot it only begins.
        if (event.cause !== hands.bootId) hands.movedIn = event.id;
        return;
      case "stall":
        this.#allGoOn(event.node, hands, event.at);
        hands.movedIn = event.id;
        hands.stood = true;
        return;
      case "timer":
        this.#rings(event, hands);
        this.#judge(event, hands);
        return;
      default:
    }
  }

  override finish(end: Time): ReturnType<RuleMonitor["finish"]> {
    for (const [node, hands] of this.#hands.entries()) this.#allGoOn(node, hands, end);
    return super.finish(end);
  }

  #rings({ node, at, body }: TraceEvent, hands: Hands): void {
    const timer = body as string;
    const by = PERIODS.get(timer);
    if (by === undefined) return;
    this.#goesOn(node, hands, at, timer, by);
    hands.rang.set(timer, at);
  }

  /** A life ends, or stands still: those that go off no more are missed by then. */
  #allGoOn(node: number, hands: Hands, at: number): void {
    for (const [timer, by] of PERIODS) this.#goesOn(node, hands, at, timer, by);
  }

  #goesOn(node: number, hands: Hands, at: number, timer: string, by: ConstantName): void {
    const last = hands.rang.get(timer);
    if (last === undefined || hands.drifted || hands.stood) return;
    if (!this.plan.exact || !this.isKept(node)) return;
    const period = this.constant(node, by);
    if (at - last <= period + this.slack) return;
    const due = (last + period) as Time;
    this.breach(CLOCKWORK, `${timer} goes on`, { node, at: due, id: null }, () => {
      const when = `${formatDuration(last)}, and ${by} is ${formatDuration(period)}`;
      return `${this.picture.name(node)}'s timer ${timer} went off at ${when}: it does not go on`;
    });
  }

  #judge(event: TraceEvent, hands: Hands): void {
    const node = this.plan.plans[event.node] as NodeFacts;
    if (!this.plan.exact || !this.isKept(event.node)) return;
    if (hands.drifted || event.cause < Math.max(hands.bootId, hands.movedIn)) return;
    const armed = this.#times[event.cause] as number;
    const body = event.body as string;
    const slash = event.a === 1 ? -1 : body.indexOf("/");
    const timer = slash < 0 ? body : body.slice(0, slash);
    const due = DUES[timer as TimerName];
    if (due === null || due === undefined) return;
    const after = event.at - armed;
    const uptime = event.at - hands.bootAt;
    const moment: Moment = {
      c: node.config as Numbers,
      after,
      uptime,
      clock: event.at + hands.ahead + this.plan.epoch,
      wall: event.at + hands.ahead,
      last: hands.last.get(timer) ?? null,
    };
    if (after > 0) hands.last.set(timer, uptime);
    if (due.right(moment)) return;
    this.breach(CLOCKWORK, timer, event, () => {
      const says = due.by.map((name) => `${name} ${formatDuration(moment.c[name])}`);
      const when = `after ${formatDuration(after)}, at uptime ${formatDuration(uptime)}`;
      return `${node.name}'s timer ${timer} went off ${when}, with ${says.join(", ")}`;
    });
  }

  #grow(id: number): void {
    const larger = new Float64Array(Math.max(id + 1, this.#times.length * 2));
    larger.set(this.#times);
    this.#times = larger;
  }
}
