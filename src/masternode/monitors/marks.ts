/**
 * What a campaign ought to come past at least once: gates that close and open, and whatever happens
 * seldom. No promise is broken where it does not.
 */
import type { InvariantSpec, Monitor } from "../../check/invariant.ts";
import { type GateBody, kindMask, type TraceEvent } from "../../trace/event.ts";
import type { Fact } from "../facts.ts";
import type { Rules } from "./rule.ts";

/** Of the repaired protocol. A node either is a masternode or is not. */
const GATES = [
  ...(["clock", "due", "synced", "minimum", "turn"] as const),
  ...(["announce", "credible", "dial", "early-block"] as const),
];

interface FactMark {
  readonly type: Fact["type"];
  readonly about: string;
  /** Of the facts of that type; left out: all of them. */
  readonly sets?: (fact: Fact) => boolean;
}

function of(type: Fact["type"], about: string): FactMark {
  return { type, about };
}

function lostFor(reason: string, about: string): FactMark {
  return { type: "lost", about, sets: (fact) => fact.type === "lost" && fact.reason === reason };
}

/** By mark: the fact that sets it. */
const FACTS: Readonly<Record<string, FactMark>> = {
  production: of("produced", "a block is made"),
  "production-out-of-turn": {
    type: "attempt",
    about: "a block is begun by another than the first in turn",
    sets: (fact) => fact.type === "attempt" && fact.rank > 0,
  },
  "attempt-cancelled": of("cancelled", "a block is given up for a higher tip"),
  reorganisation: of("reorganised", "a chain is left for a better one"),
  search: of("search", "where two chains part is searched for"),
  download: of("download", "blocks are asked for"),
  "download-failure": of("download-failed", "blocks that were asked for do not come"),
  "finality-conflict": of("finality-conflict", "two chains part too deep to be joined"),
  violation: of("violation", "a line is counted against a peer"),
  ban: of("banned", "a peer is banned"),
  removal: of("removed", "a masternode is removed from a registry"),
  inactivity: {
    type: "status",
    about: "a masternode becomes inactive for somebody",
    sets: (fact) => fact.type === "status" && fact.status === "inactive",
  },
  pruning: of("pruned", "a dial candidate is forgotten"),
  feeler: lostFor("feeler", "a feeler ends"),
  guest: lostFor("full", "a guest of a full node leaves"),
  duplicate: lostFor("duplicate", "one of two sessions of a pair is closed"),
  "lost-pings": lostFor("pings lost", "a session ends for lost pings"),
  "cache-loaded": of("remembered", "a node starts from its cache"),
  "cache-unusable": of("cache-unusable", "a cache is set aside"),
  "self-connection": of("self", "a node dials itself and finds out"),
  "address-learned": of("addressed", "a node learns its own address"),
  attested: of("attested", "a heartbeat has its witnesses"),
  unwitnessed: of("unwitnessed", "a heartbeat has none to be expected"),
  shunning: of("shunned", "a peer of bad reputation is left alone"),
};

function coverage(about: string): InvariantSpec {
  return { rule: "coverage", about, mode: "sometimes" };
}

export const marks: Rules = {
  specs: Object.fromEntries([
    ...GATES.flatMap((gate) => [
      [`${gate}-closes`, coverage(`gate ${gate} closes`)],
      [`${gate}-opens`, coverage(`gate ${gate} opens again`)],
    ]),
    ...Object.entries(FACTS).map(([name, { about }]) => [name, coverage(about)]),
  ]) as Readonly<Record<string, InvariantSpec>>,
  facts: Object.values(FACTS).map(({ type }) => type),
  make: () => new Marks(),
};

class Marks implements Monitor {
  readonly mask: number = kindMask("fact", "gate");
  readonly #seen = new Set<string>();
  /** Those that are still to be seen, by type of fact. */
  readonly #left = new Map<string, Map<string, FactMark>>();

  constructor() {
    for (const [name, mark] of Object.entries(FACTS)) {
      const others = this.#left.get(mark.type) ?? new Map<string, FactMark>();
      this.#left.set(mark.type, others.set(name, mark));
    }
  }

  see(event: TraceEvent): void {
    if (event.kind === "gate") {
      const { gate } = event.body as GateBody;
      // Every gate is closed, or open, from the first.
      if (event.a === 0) this.#seen.add(`${gate}-closes`);
      else if (this.#seen.has(`${gate}-closes`)) this.#seen.add(`${gate}-opens`);
      return;
    }
    const fact = event.body as Fact;
    const left = this.#left.get(fact.type);
    if (left === undefined || left.size === 0) return;
    for (const [name, { sets }] of left) {
      if (sets?.(fact) === false) continue;
      this.#seen.add(name);
      left.delete(name);
    }
  }

  finish(): readonly [] {
    return [];
  }

  marks(): readonly string[] {
    return Object.keys(marks.specs).filter((name) => this.#seen.has(name));
  }
}
