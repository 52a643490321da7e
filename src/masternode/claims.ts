/**
 * What expectations may say of masternodes. Each claim is a fold over facts and gates of one node,
 * or of all; none looks into a state, so it holds for traces of real nodes as well.
 */
import type { Address } from "../core/address.ts";
import { BadInput } from "../core/assert.ts";
import type { ClaimContext, Watch } from "../check/claim.ts";
import type { Settings } from "../kit/field.ts";
import type { Claim } from "../kit/kit.ts";
import { type GateBody, kindMask, type TraceEvent, typeOf } from "../trace/event.ts";
import type { Fact, FactOf } from "./facts.ts";
import { GATES } from "./gates.ts";
import { logLine } from "./log.ts";
import { vocabulary } from "./vocabulary.ts";
import { conflict, sameTip } from "./world-claims.ts";

const FACTS = kindMask("fact");
const LIFE = kindMask("boot", "down");

/** Remembers the last fact of the wanted types; events match by `match`. */
function happens<T extends Fact["type"]>(
  node: number,
  sentence: string,
  types: readonly T[],
  match: (fact: FactOf<T>) => boolean,
  context: ClaimContext,
): Watch<string> {
  return {
    mode: "event",
    mask: FACTS,
    node,
    sentence,
    init: () => "nothing of the kind happened",
    next: (memory, event) => {
      if (!types.includes(typeOf(event.body) as T)) return memory;
      return `${context.node(node)} ${vocabulary.fact(event.body, context)}`;
    },
    holds: (_memory, event) => {
      if (event === null || event.kind !== "fact") return false;
      return types.includes(typeOf(event.body) as T) && match(event.body as FactOf<T>);
    },
    say: (memory) => memory,
  };
}

/** What a node that runs said last; a boot forgets it, and a node that is down says nothing. */
interface Standing<S> {
  readonly up: boolean;
  readonly last: S;
}

/** A condition on it. Does not hold while the node is down. */
function stands<S>(
  node: number,
  sentence: string,
  mask: number,
  first: S,
  learn: (last: S, event: TraceEvent) => S,
  holds: (last: S) => boolean,
  say: (last: S) => string,
  context: ClaimContext,
): Watch<Standing<S>> {
  return {
    mode: "state",
    mask: mask | LIFE,
    node,
    sentence,
    init: () => ({ up: false, last: first }),
    next: (memory, event) => {
      if (event.kind === "boot") return { up: true, last: first };
      if (event.kind === "down") return { up: false, last: first };
      const last = learn(memory.last, event);
      return last === memory.last ? memory : { up: memory.up, last };
    },
    holds: ({ up, last }) => up && holds(last),
    say: ({ up, last }) => (up ? say(last) : `${context.node(node)} is not running`),
  };
}

function factOf<T extends Fact["type"]>(event: TraceEvent, type: T): FactOf<T> | null {
  const matches = event.kind === "fact" && typeOf(event.body) === type;
  return matches ? (event.body as FactOf<T>) : null;
}

/** A named node's address, or undefined when the argument is absent. */
function target(args: Settings, key: string, context: ClaimContext): Address | undefined {
  const name = args[key];
  return typeof name === "string" ? context.addressOf(name) : undefined;
}

function named(args: Settings, key: string): string {
  const name = args[key];
  return typeof name === "string" ? name : "any node";
}

/** A claim that could not fail is a mistake of whoever wrote it. */
function needOne(claim: string, args: Settings, fields: readonly string[]): void {
  if (fields.some((field) => args[field] !== undefined)) return;
  throw new BadInput([`${claim} claims nothing; say ${fields.join(", ")}`]);
}

function matches(wanted: unknown, found: unknown): boolean {
  return wanted === undefined || wanted === found;
}

/** Folds the numbers of ready sessions with a peer; undefined: with anybody. */
function readyWith(
  peer: Address | undefined,
): (standing: readonly number[], event: TraceEvent) => readonly number[] {
  return (standing, event) => {
    const opened = factOf(event, "ready");
    if (opened !== null && matches(peer, opened.peer)) return [...standing, opened.session];
    const ended = factOf(event, "lost")?.session;
    return ended !== undefined && standing.includes(ended)
      ? standing.filter((session) => session !== ended)
      : standing;
  };
}

const ready: Claim = {
  about: "a ready session stands with a node",
  scope: "node",
  fields: { with: { kind: "node", about: "the peer" } },
  watch(node, args, context) {
    const peer = target(args, "with", context);
    const sentence = `${context.node(node)} has a ready session with ${named(args, "with")}`;
    const say = (sessions: readonly number[]): string =>
      `${context.node(node)} has ${sessions.length} ready sessions with ${named(args, "with")}`;
    const holds = (sessions: readonly number[]): boolean => sessions.length > 0;
    return stands(node, sentence, FACTS, [], readyWith(peer), holds, say, context);
  },
};

const sessions: Claim = {
  about: "how many ready sessions stand, with a node or in all",
  scope: "node",
  fields: {
    count: { kind: "number", about: "exactly so many", whole: true, min: 0 },
    with: { kind: "node", about: "the peer; default: all peers", optional: true },
  },
  watch(node, args, context) {
    const peer = target(args, "with", context);
    const whom = peer === undefined ? "in all" : `with ${named(args, "with")}`;
    const holds = (standing: readonly number[]): boolean => standing.length === args["count"];
    const say = (standing: readonly number[]): string =>
      `${context.node(node)} has ${standing.length} ready sessions ${whom}`;
    const sentence = `${context.node(node)} has ${String(args["count"])} ready sessions ${whom}`;
    return stands(node, sentence, FACTS, [], readyWith(peer), holds, say, context);
  },
};

const processed: Claim = {
  about: "an announcement is taken in",
  scope: "node",
  fields: {
    of: { kind: "node", about: "whose announcement", optional: true },
    from: { kind: "node", about: "who sent or relayed it", optional: true },
  },
  watch(node, args, context) {
    const of = target(args, "of", context);
    const from = target(args, "from", context);
    const who = named(args, "of");
    const sentence = `${context.node(node)} takes in the announcement of ${who}`;
    const match = (fact: FactOf<"processed">): boolean =>
      matches(of, fact.of) && matches(from, fact.from);
    return happens(node, sentence, ["processed"], match, context);
  },
};

const knows: Claim = {
  about: "a registry entry for a node stands",
  scope: "node",
  fields: { node: { kind: "node", about: "the masternode" } },
  watch(node, args, context) {
    const of = target(args, "node", context);
    const sentence = `${context.node(node)} knows ${named(args, "node")}`;
    const learn = (known: boolean, event: TraceEvent): boolean => {
      if (factOf(event, "known")?.address === of) return true;
      return factOf(event, "removed")?.address === of ? false : known;
    };
    const say = (known: boolean): string =>
      `${context.node(node)} ${known ? "knows" : "does not know"} ${named(args, "node")}`;
    const holds = (known: boolean): boolean => known;
    return stands(node, sentence, FACTS, false, learn, holds, say, context);
  },
};

const active: Claim = {
  about: "how many and which masternodes a node counts as active, itself included",
  scope: "node",
  fields: {
    count: { kind: "number", about: "exactly so many", whole: true, min: 0, optional: true },
    min: { kind: "number", about: "at least so many", whole: true, min: 0, optional: true },
    includes: { kind: "node", about: "this one among them", optional: true },
    set: { kind: "nodes", about: "exactly these", optional: true },
  },
  watch(node, args, context) {
    needOne("active", args, ["count", "min", "includes", "set"]);
    const { count, min, set } = args;
    const includes = target(args, "includes", context);
    const exact = Array.isArray(set)
      ? set.map((name: string) => context.addressOf(name)).sort((a, b) => a - b)
      : null;
    const parts = [
      count === undefined ? "" : `${String(count)} active`,
      min === undefined ? "" : `at least ${String(min)} active`,
      includes === undefined ? "" : `${named(args, "includes")} as active`,
      exact === null ? "" : `exactly ${(set as readonly string[]).join(", ")} as active`,
    ];
    const sentence = `${context.node(node)} counts ${parts.filter((part) => part).join(" and ")}`;
    const holds = (now: readonly Address[]): boolean =>
      matches(count, now.length) &&
      (min === undefined || now.length >= (min as number)) &&
      (includes === undefined || now.includes(includes)) &&
      (exact === null || exact.join() === now.join());
    const learn = (now: readonly Address[], event: TraceEvent): readonly Address[] =>
      factOf(event, "active")?.set ?? now;
    const say = (now: readonly Address[]): string => {
      const who = now.map((address) => context.address(address)).join(", ");
      return `${context.node(node)} counts ${now.length} active (${who || "none"})`;
    };
    return stands(node, sentence, FACTS, [], learn, holds, say, context);
  },
};

const gate: Claim = {
  about: "a named guard is open or closed",
  scope: "node",
  fields: {
    name: { kind: "choice", of: GATES, about: "the gate" },
    is: { kind: "choice", of: ["open", "closed"], about: "its position", default: "open" },
  },
  watch(node, args, context) {
    const name = String(args["name"]);
    const wanted = args["is"] === "closed" ? 0 : 1;
    const position = ["closed", "open"][wanted];
    const sentence = `gate ${name} of ${context.node(node)} is ${position}`;
    const learn = (last: TraceEvent | null, event: TraceEvent): TraceEvent | null =>
      (event.body as GateBody).gate === name ? event : last;
    const say = (last: TraceEvent | null): string => {
      if (last === null) return `gate ${name} of ${context.node(node)} was never asked`;
      const { values } = last.body as GateBody;
      return `${context.node(node)}: ${vocabulary.gate(name, last.a === 1, values)}`;
    };
    const holds = (last: TraceEvent | null): boolean => last !== null && last.a === wanted;
    return stands(node, sentence, kindMask("gate"), null, learn, holds, say, context);
  },
};

const height: Claim = {
  about: "the height of a node's chain",
  scope: "node",
  fields: {
    is: { kind: "number", about: "exactly", whole: true, min: 0, optional: true },
    min: { kind: "number", about: "at least", whole: true, min: 0, optional: true },
  },
  watch(node, args, context) {
    needOne("height", args, ["is", "min"]);
    const { is, min } = args;
    const wanted = is === undefined ? `at least ${String(min)}` : String(is);
    const sentence = `${context.node(node)} is at height ${wanted}`;
    const learn = (now: number, event: TraceEvent): number => factOf(event, "tip")?.height ?? now;
    const holds = (now: number): boolean =>
      now >= 0 && matches(is, now) && (min === undefined || now >= (min as number));
    const say = (now: number): string => `${context.node(node)} is at height ${now}`;
    return stands(node, sentence, FACTS, -1, learn, holds, say, context);
  },
};

const broadcast: Claim = {
  about: "a masternode broadcasts its announcement",
  scope: "node",
  fields: {
    recipients: { kind: "number", about: "to so many", whole: true, min: 0, optional: true },
  },
  watch(node, args, context) {
    const { recipients } = args;
    const to = recipients === undefined ? "" : ` to ${String(recipients)} peers`;
    const sentence = `${context.node(node)} broadcasts its announcement${to}`;
    const match = (fact: FactOf<"broadcast">): boolean => matches(recipients, fact.recipients);
    return happens(node, sentence, ["broadcast"], match, context);
  },
};

const attempt: Claim = {
  about: "all gates are open and a block is begun",
  scope: "node",
  fields: {
    height: { kind: "number", about: "of this height", whole: true, min: 0, optional: true },
    rank: { kind: "number", about: "by this rank", whole: true, min: 0, optional: true },
  },
  watch(node, args, context) {
    const which = args["height"] === undefined ? "a block" : `block ${String(args["height"])}`;
    const sentence = `${context.node(node)} begins ${which}`;
    const match = (fact: FactOf<"attempt">): boolean =>
      matches(args["height"], fact.height) && matches(args["rank"], fact.rank);
    return happens(node, sentence, ["attempt"], match, context);
  },
};

const produced: Claim = {
  about: "a block is produced",
  scope: "node",
  fields: {
    height: { kind: "number", about: "of this height", whole: true, min: 0, optional: true },
  },
  watch(node, args, context) {
    const which = args["height"] === undefined ? "a block" : `block ${String(args["height"])}`;
    const sentence = `${context.node(node)} produces ${which}`;
    const match = (fact: FactOf<"produced">): boolean => matches(args["height"], fact.height);
    return happens(node, sentence, ["produced"], match, context);
  },
};

const log: Claim = {
  about: "the node logs a line that matches a regular expression",
  scope: "node",
  fields: { matches: { kind: "pattern", about: "the pattern" } },
  watch(node, args, context) {
    const pattern = new RegExp(String(args["matches"]), "u");
    return {
      mode: "event",
      mask: kindMask("fact", "gate", "aside"),
      node,
      sentence: `${context.node(node)} logs a line matching ${pattern.source}`,
      init: () => null,
      next: (memory) => memory,
      holds: (_memory, event) => event !== null && pattern.test(logLine(event)?.text ?? ""),
      say: () => "no line matched",
    };
  },
};

export const claims: Readonly<Record<string, Claim>> = {
  ready,
  sessions,
  processed,
  knows,
  active,
  gate,
  height,
  broadcast,
  attempt,
  produced,
  log,
  "same-tip": sameTip,
  conflict,
};

/** For who watches a run: what an event tells of its node, null for nothing. */
export const gauges: Readonly<Record<string, (event: TraceEvent) => number | null>> = {
  active: (event) => factOf(event, "active")?.set.length ?? null,
  height: (event) => factOf(event, "tip")?.height ?? null,
};
