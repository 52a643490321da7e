/**
 * Rule Y3 over random trees of forks and random peers, honest, silent and lying: all honest nodes
 * that are connected end on the best tip that one of them had; nobody's height ever falls; nobody
 * asks in circles; and every search and download ends.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { LinkProfile } from "../../src/core/fault.ts";
import type { Machine, SessionId } from "../../src/core/machine.ts";
import { emptyTable } from "../../src/core/table.ts";
import { millis, SECOND, seconds, type Time } from "../../src/core/units.ts";
import { veiled } from "../../src/core/veil.ts";
import { nodeCrypto } from "../../src/host/crypto.ts";
import { append, chainUpTo, makeBlock } from "../../src/masternode/chain.ts";
import { type Config, constantsOf } from "../../src/masternode/config.ts";
import type { Fact } from "../../src/masternode/facts.ts";
import {
  cutAt,
  isBetter,
  narrow,
  question,
  searchRange,
  tipOf,
} from "../../src/masternode/fork.ts";
import { createMachine, repaired } from "../../src/masternode/machine.ts";
import type { Message } from "../../src/masternode/messages.ts";
import type { Tip } from "../../src/masternode/stage.ts";
import type { Chain, Masternode, MasternodeCtx } from "../../src/masternode/state.ts";
import type { TraceEvent } from "../../src/trace/event.ts";
import { kitOf } from "./bare.ts";
import { faultAt, play, stateOf } from "./worlds.ts";

const config = { ...constantsOf({}), crypto: nodeCrypto, network: "testnet" } as Config;
const BASE = 40;
const EXPECTED = 400;
/** Less than a liar is ignored for: what fails three times in it stays failed. */
const MINUTES = 9;

/** A branch of an earlier one: leaves it some blocks below its tip and is so long. */
interface Branch {
  readonly of: number;
  readonly leaves: number;
  readonly length: number;
}

const branch: fc.Arbitrary<Branch> = fc.record({
  of: fc.nat(),
  leaves: fc.nat(12),
  length: fc.nat(20),
});

function treeOf(branches: readonly Branch[]): Chain[] {
  const chains = [chainUpTo(config, BASE)];
  branches.forEach(({ of, leaves, length }, index) => {
    const parent = chains[of % chains.length] as Chain;
    let chain = cutAt(parent, Math.max(0, parent.height - leaves));
    const paid = [{ rewardAddress: `TIME0${index}`, tier: "Free" as const }];
    for (let left = length; left > 0; left--) {
      chain = append(nodeCrypto, chain, makeBlock(config, chain, paid));
    }
    chains.push(chain);
  });
  return chains;
}

/** What a liar says instead; null: nothing. */
type Lie = (message: Message, ctx: MasternodeCtx) => Message | null;

const LIES: Readonly<Record<string, Lie>> = {
  silent: (message) => (isAnswer(message) ? null : message),
  empty: (message) =>
    message.type === "BlocksResponse" ? { type: "BlocksResponse", blocks: [] } : message,
  boasting: (message, ctx) => boast(message, EXPECTED - 1, ctx),
  "a little better": (message, ctx) =>
    message.type === "Tip" ? boast(message, message.height + 1, ctx) : message,
  "of other hashes": (message, ctx) =>
    message.type === "BlockHashResponse"
      ? { ...message, hash: anyHash(ctx) }
      : boast(message, EXPECTED - 1, ctx),
  forging: (message, ctx) =>
    message.type === "BlocksResponse"
      ? { ...message, blocks: message.blocks.map((block) => ({ ...block, masternodeRewards: [] })) }
      : boast(message, EXPECTED - 1, ctx),
  "off by a range": (message, ctx) =>
    message.type === "BlocksResponse"
      ? { ...message, blocks: message.blocks.slice(1) }
      : boast(message, EXPECTED - 1, ctx),
};

function isAnswer({ type }: Message): boolean {
  return type === "BlocksResponse" || type === "BlockHashResponse";
}

/** Another one each time. */
function boast(message: Message, height: number, ctx: MasternodeCtx): Message {
  return message.type === "Tip" ? { ...message, height, hash: anyHash(ctx) } : message;
}

function anyHash(ctx: MasternodeCtx): string {
  const random = ctx.random("lie");
  return Array.from({ length: 8 }, () => random.uint32().toString(16).padStart(8, "0")).join("");
}

interface Sent {
  readonly by: number;
  readonly session: number;
  readonly text: string;
  /** Its tip when it asked. */
  readonly tip: string;
}

/** Nodes that begin with chains of their own, some of which lie; their questions are written down. */
function machineOf(chains: readonly Chain[], lies: readonly string[], sent: Sent[]) {
  const machine = createMachine(repaired);
  const first = 0xc6_12_00_01;
  const indexOf = (ctx: MasternodeCtx): number => Math.floor(ctx.self / 65_536) - first;
  const placed: Machine<Masternode> = {
    ...machine,
    init: (settings, files, ctx) =>
      machine.init(settings, { ...files, chain: chains[indexOf(ctx)] as Chain }, ctx),
  };
  return veiled(placed, (ctx, _input, state) => {
    const by = indexOf(ctx);
    const lie = LIES[lies[by] ?? ""];
    return {
      send(session, message) {
        const said = lie === undefined ? message : lie(message, ctx);
        if (message.type === "GetBlocks" || message.type === "GetBlockHash") {
          sent.push({ by, session, text: JSON.stringify(message), tip: state?.chain.tip ?? "" });
        }
        if (said !== null) ctx.send(session, said);
      },
    };
  });
}

interface Situation {
  readonly seed: string;
  readonly branches: readonly Branch[];
  /** Which chain each begins with. */
  readonly honest: readonly number[];
  readonly liars: readonly (readonly [string, number])[];
  /** In a line, or everybody with everybody. */
  readonly line: boolean;
  readonly blocksMax: number;
  readonly loss: number;
}

/** As wide as an ocean, and unsteady. */
const wide: Omit<LinkProfile, "loss"> = {
  latency: { shape: "uniform", min: millis(5), max: millis(200) },
  drawn: "per-message",
  bandwidth: null,
};

const situation: fc.Arbitrary<Situation> = fc.record({
  seed: fc.nat().map(String),
  branches: fc.array(branch, { minLength: 1, maxLength: 6 }),
  honest: fc.array(fc.nat(), { minLength: 2, maxLength: 5 }),
  liars: fc.array(fc.tuple(fc.constantFrom(...Object.keys(LIES)), fc.nat()), { maxLength: 2 }),
  line: fc.boolean(),
  blocksMax: fc.constantFrom(1, 5, 100),
  loss: fc.constantFrom(0, 0.05),
});

function playForks(
  { seed, branches, honest, liars, line, blocksMax, loss }: Situation,
  sent: Sent[],
) {
  const tree = treeOf(branches);
  const chains = [...honest, ...liars.map(([, at]) => at)].map((at) => {
    return tree[at % tree.length] as Chain;
  });
  const lies = [...honest.map(() => ""), ...liars.map(([lie]) => lie)];
  const names = chains.map((_, index) => `n${index}`);
  const wishes = names.map((name, index) => {
    const others = lies[index] === "" && line ? names.slice(Math.max(0, index - 1), index) : names;
    const dials = others.filter((other) => other !== name);
    return { name, dials, settings: { masternode: false } };
  });
  const link = { ...wide, loss };
  const world = { chain: { height: 0, expected: EXPECTED, network: "testnet" } };
  const constants = { blocksMax, listMax: line ? 0 : 64 };
  const kit = kitOf({ repaired: machineOf(chains, lies, sent) });
  const more = { seed, link, world, config: constants };
  const run = play(wishes, MINUTES * 60, more, "full", kit);
  return { run, chains: chains.slice(0, honest.length) };
}

function best(chains: readonly Chain[]): Chain {
  return chains.reduce((left, right) => (isBetter(tipOf(right), left) ? right : left));
}

describe("random trees of forks", () => {
  test("all honest nodes end on the best tip, whatever is told", () => {
    fc.assert(
      fc.property(situation, (given) => {
        const sent: Sent[] = [];
        const { run, chains } = playForks(given, sent);
        const ends = chains.map((_, index) => stateOf(run.world, `n${index}`));
        const wanted = best(chains);
        const end = ends[0]?.chain as Chain;
        // A liar may hold a better chain than any of them, and give it away.
        expect(isBetter(tipOf(wanted), end), `${end.height} is as good as theirs`).toBe(false);
        if (given.liars.length === 0) expect(end.tip).toBe(wanted.tip);
        expect(ends.map(({ chain }) => chain.tip)).toEqual(ends.map(() => end.tip));
        expect(ends.map(({ sync }) => sync.stage.kind)).toEqual(ends.map(() => "idle"));
        const settled = expectMonotone(run.trace.events());
        if (given.liars.length === 0) expect(settled).toBeLessThan(60 * SECOND);
        expectNoCircles(sent, chains.length);
      }),
      { numRuns: 100 },
    );
  });
});

/**
 * No height ever falls, and what replaces a tip of the same height has the lower hash. Returns when
 * the last tip changed.
 */
function expectMonotone(events: Iterable<TraceEvent>): number {
  let changed = 0;
  const tips = new Map<number, { height: number; hash: string }>();
  for (const { at, kind, node, body } of events) {
    const tip = body as { type: string; height: number; hash: string };
    if (kind !== "fact" || tip.type !== "tip") continue;
    const last = tips.get(node);
    if (last !== undefined) {
      const better =
        tip.height > last.height || (tip.height === last.height && tip.hash < last.hash);
      expect(better, `n${node}: ${last.height} to ${tip.height}`).toBe(true);
    }
    tips.set(node, tip);
    changed = at;
  }
  return changed;
}

/** A peer may fail three times; an attempt asks for the same from our tip and along a branch. */
const SAME_MAX = 3 * 2;

/** The same question on one session while our tip is the same. */
function expectNoCircles(sent: readonly Sent[], honest: number): void {
  const counts = new Map<string, number>();
  for (const { by, session, text, tip } of sent) {
    if (by >= honest) continue;
    const key = `n${by} on ${session}: ${text} at ${tip}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  for (const [key, count] of counts) expect(count, key).toBeLessThanOrEqual(SAME_MAX);
}

describe("the common ancestor", () => {
  test("is found, or known to be too deep, by a few dozen questions", () => {
    const range = fc.record({
      height: fc.integer({ min: 1, max: 10_000 }),
      forked: fc.integer({ min: 1, max: 10_000 }),
      depth: fc.oneof(fc.constant(2_880), fc.integer({ min: 1, max: 50 })),
    });
    fc.assert(
      fc.property(range, ({ height, forked, depth }) => {
        const base = { height, tip: "", blocks: emptyTable<never>() };
        const ancestor = height - forked;
        let search = { ...idle, ...searchRange(base, depth) };
        let asked = 0;
        for (let next = question(search); next !== null; next = question(search)) {
          expect(next).toBeGreaterThanOrEqual(Math.max(0, height - depth));
          expect(next).toBeLessThan(height);
          search = narrow(search, next, next <= ancestor);
          asked++;
        }
        const shallow = ancestor >= 0 && forked <= depth;
        expect(search.low).toBe(shallow ? ancestor : search.floor - 1);
        const steps = Math.ceil(Math.log2(Math.min(forked, depth) + 1));
        expect(asked).toBeLessThanOrEqual(2 * steps + 1);
      }),
    );
  });
});

const idle = {
  ...({ kind: "search", session: 1 as SessionId, until: 0 as Time } as const),
  claimed: { height: 0, hash: null } as Tip,
};

describe("a cut between halves", () => {
  const cases = [
    [3, 130],
    [3, 400],
    [3, 1_200],
    [3, 4_000],
    [6, 400],
  ] as const;

  test.each(cases)("%i nodes each, %i s", (size, cut) => {
    const names = Array.from({ length: 2 * size }, (_, index) => `n${index}`);
    const wishes = names.map((name) => ({ name, dials: names.filter((each) => each !== name) }));
    const groups = [names.slice(0, size), names.slice(size)];
    // A slot begins at 600 s, in the middle of the shortest cut.
    const from = 535;
    const partition = { do: "partition", groups, for: seconds(cut) } as const;
    const more = {
      seed: `${size}/${cut}`,
      link: { ...wide, loss: 0.02 },
      events: [faultAt(from, partition)],
      world: { chain: { height: 3_009, expected: 3_009, network: "testnet" } },
    };
    // A slot more, and not the moment in which it is made.
    const run = play(wishes, from + cut + 800, more, "full");
    const facts = [...run.trace.events()].filter(({ kind }) => kind === "fact");
    const begun = from * SECOND;
    const whole = begun + (cut + 60) * SECOND;
    const makers = saying(facts, "produced", begun, begun + cut * SECOND);
    expect([makers.some((node) => node < size), makers.some((node) => node >= size)]).toEqual([
      true,
      true,
    ]);
    expect(tipsAt(facts, whole)).toHaveLength(1);
    expect(saying(facts, "reorganised", whole, run.world.now)).toEqual([]);
    expect(tipsAt(facts, run.world.now)).toHaveLength(1);
  });
});

/** Who said so in that time. */
function saying(
  facts: readonly TraceEvent[],
  type: Fact["type"],
  after: number,
  until: number,
): readonly number[] {
  return facts
    .filter(({ at, body }) => (body as Fact).type === type && at > after && at <= until)
    .map(({ node }) => node);
}

/** The different tips that nodes have at a moment. */
function tipsAt(facts: readonly TraceEvent[], moment: number): readonly string[] {
  const tips = new Map<number, string>();
  for (const { at, node, body } of facts) {
    const fact = body as Fact;
    if (at <= moment && fact.type === "tip") tips.set(node, fact.hash);
  }
  return [...new Set(tips.values())];
}
