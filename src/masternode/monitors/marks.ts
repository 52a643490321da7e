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

/** By mark: the fact that sets it. */
const FACTS: Readonly<Record<string, (fact: Fact) => boolean>> = {
  production: ({ type }) => type === "produced",
  "production-out-of-turn": (fact) => fact.type === "attempt" && fact.rank > 0,
  "attempt-cancelled": ({ type }) => type === "cancelled",
  reorganisation: ({ type }) => type === "reorganised",
  search: ({ type }) => type === "search",
  download: ({ type }) => type === "download",
  "download-failure": ({ type }) => type === "download-failed",
  "finality-conflict": ({ type }) => type === "finality-conflict",
  violation: ({ type }) => type === "violation",
  ban: ({ type }) => type === "banned",
  removal: ({ type }) => type === "removed",
  inactivity: (fact) => fact.type === "status" && fact.status === "inactive",
  pruning: ({ type }) => type === "pruned",
  feeler: (fact) => fact.type === "lost" && fact.reason === "feeler",
  guest: (fact) => fact.type === "lost" && fact.reason === "full",
  duplicate: (fact) => fact.type === "lost" && fact.reason === "duplicate",
  "lost-pings": (fact) => fact.type === "lost" && fact.reason === "pings lost",
  "cache-loaded": ({ type }) => type === "remembered",
  "cache-unusable": ({ type }) => type === "cache-unusable",
  "self-connection": ({ type }) => type === "self",
  "address-learned": ({ type }) => type === "addressed",
  attested: ({ type }) => type === "attested",
  unwitnessed: ({ type }) => type === "unwitnessed",
  shunning: ({ type }) => type === "shunned",
};

function mark(about: string): InvariantSpec {
  return { rule: "coverage", about, mode: "sometimes" };
}

export const marks: Rules = {
  specs: Object.fromEntries([
    ...GATES.flatMap((gate) => [
      [`${gate}-closes`, mark(`gate ${gate} closes`)],
      [`${gate}-opens`, mark(`gate ${gate} opens again`)],
    ]),
    ...Object.keys(FACTS).map((name) => [name, mark(`a run comes past: ${name}`)]),
  ]) as Readonly<Record<string, InvariantSpec>>,
  make: () => new Marks(),
};

class Marks implements Monitor {
  readonly mask: number = kindMask("fact", "gate");
  readonly #seen = new Set<string>();
  /** Those that are still to be seen. */
  readonly #left = new Map(Object.entries(FACTS));

  see(event: TraceEvent): void {
    if (event.kind === "gate") {
      const { gate } = event.body as GateBody;
      // Every gate is closed, or open, from the first.
      if (event.a === 0) this.#seen.add(`${gate}-closes`);
      else if (this.#seen.has(`${gate}-closes`)) this.#seen.add(`${gate}-opens`);
      return;
    }
    for (const [name, isSeen] of this.#left) {
      if (!isSeen(event.body as Fact)) continue;
      this.#seen.add(name);
      this.#left.delete(name);
    }
  }

  finish(): readonly [] {
    return [];
  }

  marks(): readonly string[] {
    return Object.keys(marks.specs).filter((name) => this.#seen.has(name));
  }
}
