/**
 * Link faults in force, as an ordered chain of rules. Is the way blocked: any rule may say so. What
 * happens to this message: the first rule that does not pass decides. How does the link look now:
 * each shapes what the one before left. Rules are immutable, so a fork shares the chain.
 */
import { coverage, type Covers, isClosing } from "../core/coverage.ts";
import type { Fault, LinkFault, LinkProfile } from "../core/fault.ts";
import { nameHash } from "../core/luck.ts";
import type { EventId } from "../trace/event.ts";

export type LinkRuleFault = LinkFault & { readonly name?: string };

export interface Rule {
  readonly id: number;
  /** Keys its luck: what the fault says, so that other faults coming or going move nothing. */
  readonly hash: number;
  readonly fault: LinkRuleFault;
  /** The trace event that put it in force. */
  readonly event: EventId;
  /** A flapping link is down now. Always true for other kinds. */
  readonly down: boolean;
  readonly covers: Covers;
}

export type Verdict =
  | { readonly do: "pass" }
  | { readonly do: "drop" | "duplicate" | "corrupt"; readonly rule: Rule }
  | { readonly do: "delay"; readonly rule: Rule; readonly by: number };

const PASS: Verdict = { do: "pass" };

const LINK_FAULTS: readonly string[] = [
  "partition",
  "cut",
  "hold",
  "flap",
  "shape",
  "drop",
  "duplicate",
  "corrupt",
  "delay",
];

export function isLinkFault(fault: Fault): fault is Fault & LinkRuleFault {
  return LINK_FAULTS.includes(fault.do);
}

export function makeRule(
  id: number,
  fault: LinkRuleFault,
  event: EventId,
  names: readonly string[],
): Rule {
  const covers = coverage(fault, names);
  return { id, hash: nameHash(JSON.stringify(fault)), fault, event, down: true, covers };
}

/** Nothing gets through from one node to the other. */
export function blocked(rules: readonly Rule[], from: number, to: number): boolean {
  for (const rule of rules) {
    if (isClosing(rule.fault) && rule.down && rule.covers(from, to)) return true;
  }
  return false;
}

/** Bytes wait without time-outs. */
export function held(rules: readonly Rule[], from: number, to: number): boolean {
  return rules.some((rule) => rule.fault.do === "hold" && rule.covers(from, to));
}

/** `lucky(rule, chance)` draws once for each rule that asks. */
export function judge(
  rules: readonly Rule[],
  from: number,
  to: number,
  type: string,
  lucky: (rule: Rule, chance: number) => boolean,
): Verdict {
  for (const rule of rules) {
    const fault = rule.fault;
    if (!("chance" in fault) || !rule.covers(from, to)) continue;
    if (fault.message !== undefined && fault.message !== type) continue;
    if (!lucky(rule, fault.chance)) continue;
    if (fault.do === "delay") return { do: "delay", rule, by: fault.by };
    return { do: fault.do, rule };
  }
  return PASS;
}

export function shaped(
  rules: readonly Rule[],
  from: number,
  to: number,
  base: LinkProfile,
): LinkProfile {
  let profile = base;
  for (const rule of rules) {
    if (rule.fault.do !== "shape" || !rule.covers(from, to)) continue;
    profile = { ...profile, ...rule.fault.link };
  }
  return profile;
}
