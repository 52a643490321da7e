/**
 * Every number that a node tells or sends keeps to its constant: how long somebody was silent who
 * turned inactive, how long a ban lasts, how many lines a list has, how many dials are under way.
 * What stands in one event is judged by that event; what has to be counted is counted here.
 */
import { type Address, ipOf } from "../../core/address.ts";
import { formatDuration } from "../../core/units.ts";
import { type GateBody, kindMask, type TraceEvent } from "../../trace/event.ts";
import { type ConstantName, CONSTANTS } from "../config.ts";
import type { Fact, FactOf } from "../facts.ts";
import type { Message } from "../messages.ts";
import { RuleMonitor, type Rules } from "./rule.ts";
import { answered, banOf, type Counts, forget, fresh, keyOf, lostBy, restart } from "./counts.ts";

const LIMITS = "limits";

export const limits: Rules = {
  specs: {
    [LIMITS]: {
      rule: "general",
      about: "every number that a node tells, sends or keeps is within its constant",
      mode: "always",
    },
  },
  make: (scene) => new Limits(scene),
};

const MASK = kindMask(
  ...(["boot", "dial", "opened", "refused", "close", "closed"] as const),
  ...(["send", "deliver", "fact", "gate"] as const),
);

class Limits extends RuleMonitor {
  readonly mask: number = MASK;
  readonly #counts: readonly Counts[] = this.perNode((node) => fresh(node));

  see(event: TraceEvent): void {
    const counts = this.#counts[event.node];
    if (counts === undefined || !this.isKept(event.node)) return;
    switch (event.kind) {
      case "boot":
        restart(counts, event.at);
        return;
      case "dial":
        this.#dial(counts, event);
        return;
      case "opened":
        counts.dialing.delete(event.a);
        counts.open.set(event.a, event.body === "accepted" ? ipOf(event.b as Address) : 0);
        return;
      case "refused":
      case "close":
      case "closed":
        forget(counts, event.a);
        return;
      case "send":
        this.#send(counts, event, event.body as Message);
        return;
      case "deliver":
        answered(counts, event.a, event.body as Message);
        return;
      case "fact":
        this.#fact(counts, event, event.body as Fact);
        return;
      case "gate":
        this.#gate(counts, event, event.body as GateBody);
        return;
      default:
    }
  }

  #dial(counts: Counts, event: TraceEvent): void {
    const { c, dialing, dialed } = counts;
    dialing.add(event.a);
    if (dialing.size > c.dialsMax) {
      this.#complain(event, counts, "dialsMax", `has ${dialing.size} dials under way`);
    }
    const last = dialed.get(event.b as Address);
    dialed.set(event.b as Address, event.at);
    if (last !== undefined && event.at - last < c.dialSpacing && this.#steady(event.node)) {
      const text = `dials the same address again after ${formatDuration(event.at - last)}`;
      this.#complain(event, counts, "dialSpacing", text);
    }
  }

  #send(counts: Counts, event: TraceEvent, message: Message): void {
    const { c } = counts;
    switch (message.type) {
      case "PeersResponse":
        return this.#most(counts, event, "listMax", message.addresses.length, "addresses");
      case "MasternodesResponse":
      case "MasternodePage":
      case "Announcements":
        return this.#most(counts, event, "listMax", message.entries.length, "entries");
      case "GetAnnouncements":
        this.#spaced(counts, event);
        return this.#most(counts, event, "listMax", message.addresses.length, "addresses");
      case "GetBlocks":
        return this.#most(counts, event, "blocksMax", message.to - message.from + 1, "blocks");
      case "BlocksResponse":
        return this.#most(counts, event, "blocksMax", message.blocks.length, "blocks");
      case "Ping": {
        const lost = lostBy(counts, event.a, event.at, message.nonce);
        if (lost < c.pingLossesMax || !this.#steady(event.node)) return;
        const text = `pings again where ${lost} pings were lost`;
        return this.#complain(event, counts, "pingLossesMax", text);
      }
      default:
    }
  }

  #spaced(counts: Counts, event: TraceEvent): void {
    const last = counts.asked.get(event.a);
    counts.asked.set(event.a, event.at);
    if (last === undefined || event.at - last >= counts.c.askSpacing) return;
    if (!this.#steady(event.node)) return;
    const text = `asks for announcements again after ${formatDuration(event.at - last)}`;
    this.#complain(event, counts, "askSpacing", text);
  }

  #fact(counts: Counts, event: TraceEvent, fact: Fact): void {
    if (counts.owed !== null && event.cause !== counts.owed) this.#owes(counts, event);
    switch (fact.type) {
      case "status":
        return this.#status(counts, event, fact);
      case "removed":
        return this.#removed(counts, event, fact);
      case "known":
        counts.known.add(fact.address);
        return this.#most(counts, event, "entriesMax", counts.known.size, "entries");
      case "pruned":
        return this.#pruned(counts, event, fact);
      case "dial-failed":
        return this.#failed(counts, event, fact);
      case "violation":
        counts.owed = banOf(counts.c, fact.count) === 0 ? null : event.cause;
        return;
      case "banned":
        return this.#ban(counts, event, fact);
      case "ready":
        return this.#ready(counts, event, fact);
      case "lost":
        return this.#lost(counts, event, fact);
      case "refused":
        if (fact.what === "session") this.#turnedAway(counts, event, fact);
        return;
      case "attested":
        return this.#attested(counts, event, fact);
      case "shunned":
        if (fact.score <= -counts.c.scoreShunned) return;
        return this.#complain(event, counts, "scoreShunned", `shuns a peer of ${fact.score}`);
      case "skipped":
        return this.#needed(counts, event, fact.needed);
      default:
    }
  }

  #status(counts: Counts, event: TraceEvent, fact: FactOf<"status">): void {
    const { activeWindow, sweepPeriod } = counts.c;
    const silent = formatDuration(fact.silent);
    const text = `calls ${this.plan.address(fact.address)} ${fact.status}, silent for ${silent}`;
    if (fact.status === "active") {
      counts.active.add(fact.address);
      counts.seen.add(fact.address);
      if (fact.silent >= activeWindow) this.#complain(event, counts, "activeWindow", text);
      return;
    }
    // Of whom it knew no better the evidence may have been old when it came.
    const was = counts.active.delete(fact.address);
    const late = was && fact.silent > activeWindow + sweepPeriod && this.#steady(event.node);
    if (fact.silent >= activeWindow && !late) return;
    const swept = late ? `, not sooner, with a sweep each ${formatDuration(sweepPeriod)}` : "";
    this.#complain(event, counts, "activeWindow", text + swept);
  }

  #removed(counts: Counts, event: TraceEvent, fact: FactOf<"removed">): void {
    const { entriesMax, removeAfter, sweepPeriod } = counts.c;
    const crowded = counts.known.size >= entriesMax;
    counts.known.delete(fact.address);
    // Its own address, or somebody who makes room.
    if (fact.silent === 0 || crowded) return;
    const was = counts.seen.delete(fact.address);
    const late = was && fact.silent > removeAfter + sweepPeriod && this.#steady(event.node);
    if (fact.silent >= removeAfter && !late) return;
    const text = `removes an entry that was silent for ${formatDuration(fact.silent)}`;
    this.#complain(event, counts, "removeAfter", text);
  }

  #pruned(counts: Counts, event: TraceEvent, { addresses }: FactOf<"pruned">): void {
    // When they were dialed is forgotten with them.
    for (const address of addresses) counts.dialed.delete(address);
    const uptime = event.at - counts.bootAt;
    if (uptime >= counts.c.pruneDelay || !this.#steady(event.node)) return;
    this.#complain(event, counts, "pruneDelay", `prunes at uptime ${formatDuration(uptime)}`);
  }

  /** After the n-th failure in a row, under one cap or the other. */
  #failed(counts: Counts, event: TraceEvent, fact: FactOf<"dial-failed">): void {
    const { c } = counts;
    const due = [c.backoffMax, c.backoffMaxOthers].map((cap): readonly [number, number] => {
      const base = Math.min(c.backoffStep * fact.failures, cap);
      const spread = Math.floor((base * c.backoffSpread) / 100);
      return [base - spread, base + spread];
    });
    const fits = [...due, [c.redialMin, c.redialMax] as const];
    if (fits.some(([least, most]) => fact.again >= least && fact.again <= most)) return;
    const ranges = due.map(([least, most]) => `${formatDuration(least)}..${formatDuration(most)}`);
    const text = `waits ${formatDuration(fact.again)} after failure ${fact.failures} in a row`;
    this.#complain(event, counts, "backoff", `${text}, not ${[...new Set(ranges)].join(" or ")}`);
  }

  #ban(counts: Counts, event: TraceEvent, fact: FactOf<"banned">): void {
    counts.owed = null;
    const wanted = banOf(counts.c, fact.count);
    const ends = fact.for === null ? Number.POSITIVE_INFINITY : event.at + fact.for;
    counts.banned.set(keyOf(fact.peer), ends);
    if (fact.for === wanted) return;
    const told = fact.for === null ? "until restart" : `for ${formatDuration(fact.for)}`;
    const text = `bans ${told} after ${fact.count} violations`;
    this.#complain(event, counts, wanted === 0 ? "violationsBan" : "ban", text);
  }

  #owes(counts: Counts, event: TraceEvent): void {
    counts.owed = null;
    this.#complain(event, counts, "violationsBan", "does not ban after that many violations");
  }

  #ready(counts: Counts, event: TraceEvent, fact: FactOf<"ready">): void {
    if (event.at < (counts.banned.get(keyOf(fact.peer)) ?? 0) && this.#steady(event.node)) {
      this.#complain(event, counts, "ban", "lets in whom it has banned");
    }
    const { sessionsMax, guestsMax } = counts.c;
    const own = counts.open.size - counts.visits.size;
    if (own <= sessionsMax + guestsMax + counts.dialing.size) return;
    const text = `has ${own} sessions`;
    this.#complain(event, counts, "sessionsMax", text);
  }

  #lost(counts: Counts, event: TraceEvent, { session, reason }: FactOf<"lost">): void {
    if (reason !== "pings lost") return;
    const { pingLossesMax } = counts.c;
    const lost = lostBy(counts, session, event.at, null);
    if (lost >= pingLossesMax || !this.#steady(event.node)) return;
    const text = `gives a session up with ${lost} of its pings lost`;
    this.#complain(event, counts, "pingLossesMax", text);
  }

  /** A caller that was refused, with its own session counted already. */
  #turnedAway(counts: Counts, event: TraceEvent, fact: FactOf<"refused">): void {
    const { sessionsMax, guestsMax, sessionsPerIp } = counts.c;
    const all = counts.open.size + counts.dialing.size - 1;
    if (fact.why === "full" && all < sessionsMax + guestsMax) {
      this.#complain(event, counts, "sessionsMax", `calls itself full with ${all} sessions`);
    }
    if (fact.why === "too many of one ip") {
      const ip = ipOf(fact.from);
      let callers = -1;
      for (const other of counts.open.values()) if (other === ip) callers++;
      if (callers < sessionsPerIp) {
        this.#complain(event, counts, "sessionsPerIp", `turns away caller ${callers + 1} of an ip`);
      }
    }
    if (fact.why === "banned" && event.at >= (counts.banned.get(keyOf(fact.from)) ?? 0)) {
      // Its clock may run otherwise than ours.
      if (this.#steady(event.node)) this.#complain(event, counts, "ban", "still bans after a ban");
    }
  }

  #attested(counts: Counts, event: TraceEvent, fact: FactOf<"attested">): void {
    // With each witness it is asked whether they are enough.
    if (fact.witnesses >= 1 && fact.witnesses <= Math.max(1, counts.c.witnessesNeeded)) return;
    const text = `calls attested what ${fact.witnesses} attest`;
    this.#complain(event, counts, "witnessesNeeded", text);
  }

  #gate(counts: Counts, event: TraceEvent, { gate, values }: GateBody): void {
    if (gate === "minimum") this.#needed(counts, event, Number(values["needed"]));
    if (gate !== "clock" || event.a === 1) return;
    const peers = Number(values["peers"]);
    if (peers >= counts.c.clockPeersMin) return;
    const text = `doubts its clock by the word of ${peers}`;
    this.#complain(event, counts, "clockPeersMin", text);
  }

  #needed(counts: Counts, event: TraceEvent, needed: number): void {
    if (needed === counts.c.minimumMasternodes) return;
    this.#complain(event, counts, "minimumMasternodes", `needs ${needed} active masternodes`);
  }

  #most(
    counts: Counts,
    event: TraceEvent,
    constant: ConstantName,
    found: number,
    what: string,
  ): void {
    if (found <= counts.c[constant]) return;
    const doing = event.kind === "send" ? `sends or asks for ${found}` : `keeps ${found}`;
    this.#complain(event, counts, constant, `${doing} ${what}`);
  }

  /** Its time is everybody's: what is due happens when it is due. */
  #steady(node: number): boolean {
    return this.plan.exact && this.even.is(node);
  }

  #complain(event: TraceEvent, { node, c }: Counts, constant: string, what: string): void {
    this.breach(LIMITS, constant, event, () => {
      const value = c[constant as ConstantName] as number | undefined;
      const says = value === undefined ? "" : `, and ${constant} is ${said(constant, value)}`;
      return `${node.name} ${what}${says}`;
    });
  }
}

function said(constant: string, value: number): string {
  const isLength = CONSTANTS[constant as ConstantName].kind === "duration";
  return isLength ? formatDuration(value) : String(value);
}
