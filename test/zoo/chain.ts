/** Families R11, R12 and R14: forks, the minimum of three, herds and leaders. */
import { emptyTable, get, tableOf, values } from "../../src/core/table.ts";
import type { Duration } from "../../src/core/units.ts";
import type { Mutant } from "../../src/fuzz/mutant.ts";
import { blockAt, expectedHeight } from "../../src/masternode/chain.ts";
import { doubtOf } from "../../src/masternode/doubt.ts";
import { cutAt, isBetter, tipOf } from "../../src/masternode/fork.ts";
import { withProduction } from "../../src/masternode/handlers/gates.ts";
import { activeCount, activeSet } from "../../src/masternode/handlers/registry.ts";
import { repaired } from "../../src/masternode/machine.ts";
import { IDLE } from "../../src/masternode/stage.ts";
import {
  type Entry,
  type Masternode,
  type MasternodeCtx,
  readySessions,
  type State,
  withRegistry,
  withState,
  withSync,
} from "../../src/masternode/state.ts";
import { isCrediblyAhead } from "../../src/masternode/tip.ts";
import {
  afterwards,
  endedIn,
  mutant,
  note,
  recall,
  row,
  rows,
  tables,
  timer,
  timers,
  under,
  veil,
} from "./made.ts";

export const chain: readonly Mutant<Masternode>[] = [
  mutant(
    "min3-gates-download",
    "Blocks are not downloaded before three masternodes are active.",
    veil((ctx, _input, state) => ({
      gate(name, open, seen) {
        if (name !== "credible" || state === null) return ctx.gate(name, open, seen);
        const enough = activeCount(state) >= state.config.minimumMasternodes;
        return ctx.gate(name, open && enough, seen);
      },
    })),
  ),
  mutant(
    "uniform-tier-caps-links",
    "Where no masternode of a higher tier is known, three links are enough.",
    tables(
      timers({
        dial: (state, key, ctx) => capped(state, (other) => timer("dial")(other, key, ctx)),
        redial: (state, key, ctx) => capped(state, (other) => timer("redial")(other, key, ctx)),
        "feeler-over": (state, key, ctx) => {
          return capped(state, (other) => timer("feeler-over")(other, key, ctx));
        },
      }),
    ),
  ),
  mutant(
    "min3-participation-collapse",
    "Of the masternodes that the last block pays three must still be active, unless none is.",
    veil((ctx, _input, state) => ({
      gate(name, open, seen) {
        if (name !== "minimum" || state === null) return ctx.gate(name, open, seen);
        const count = participants(state, ctx);
        const enough = count === 0 || count >= state.config.minimumMasternodes;
        return ctx.gate(name, open && enough, seen);
      },
    })),
  ),
  mutant(
    "min3-solo-production",
    "Who is two blocks or more behind the clock, with nobody ahead, makes them alone.",
    veil((ctx, _input, state) => ({
      gate(name, open, seen) {
        if (name !== "minimum" || state === null) return ctx.gate(name, open, seen);
        return ctx.gate(name, open || lagOf(state, ctx) >= 2, seen);
      },
    })),
  ),
  mutant(
    "rollback-at-ancestor",
    "Several blocks at once are taken for a fork, and one that parts at the own tip is refused.",
    tables(
      rows({
        BlocksResponse: (state, session, message, ctx) => {
          const { stage } = state.sync;
          const asked = stage.kind === "download" && stage.session === session.id;
          const follows = message.blocks[0]?.header.previousHash === state.chain.tip;
          if (!asked || !follows || message.blocks.length < 2) {
            return row("BlocksResponse")(state, session, message, ctx);
          }
          const why = "nothing to roll back";
          ctx.emit({ type: "refused", what: "blocks", from: session.peer, why });
          ctx.cancelTimer("sync");
          return withSync(state, { stage: IDLE });
        },
      }),
    ),
  ),
  mutant(
    "zero-answers-counted-as-consent",
    "A peer that is ahead and gave no answer once agrees with whatever is produced.",
    veil((ctx, _input, state) => ({
      gate(name, open, seen) {
        if (name !== "synced" || state === null) return ctx.gate(name, open, seen);
        return ctx.gate(name, open || isConsent(state, ctx), seen);
      },
    })),
  ),
  mutant(
    "catch-up-herd-makes-forks",
    "Who is two blocks or more behind the clock produces at once, whoever's turn it is.",
    veil((ctx, _input, state) => ({
      gate(name, open, seen) {
        if (name !== "turn" || state === null) return ctx.gate(name, open, seen);
        return ctx.gate(name, open || lagOf(state, ctx) >= 2, seen);
      },
      setTimer(name, after, key) {
        const herd = name === "start" && state !== null && lagOf(state, ctx) >= 2;
        ctx.setTimer(name, herd ? (0 as Duration) : after, key);
      },
    })),
  ),
  mutant(
    "leader-depends-on-local-tip",
    "Whose turn it is, is reckoned from those active masternodes that one has a session with.",
    tables(
      timers({
        produce: (state, key, ctx) => {
          const next = timer("produce")(heardFirstHand(state), key, ctx);
          return withState(next, { registry: state.registry });
        },
      }),
    ),
  ),
  mutant(
    "two-leaders-one-height",
    "A block that is being made is finished although another of its height has come.",
    tables(
      {
        judge: (before, after, ctx) => {
          const { attempt } = after.production;
          const isHurt = attempt?.assembling === true && before.chain !== after.chain;
          if (!isHurt) return repaired.judge(before, after, ctx);
          const judged = repaired.judge(before, withProduction(after, { attempt: null }), ctx);
          return withProduction(judged, { attempt });
        },
        ...timers({ assemble: regardless }),
      },
      (ctx, input) => ({
        gate(name, open, seen) {
          const isLast = input?.kind === "timer" && input.timer === "assemble";
          return ctx.gate(name, open || (isLast && name === "synced"), seen);
        },
      }),
    ),
  ),
  mutant(
    "own-cached-proposal-blocks",
    "Who has heard of a higher tip waits for it, though the only peer that had it is gone.",
    tables(
      afterwards((before, after, ctx) => {
        const expected = expectedHeight(after.config, ctx.wall);
        const claims = endedIn(before, after)
          .map(({ tip }) => tip?.height ?? 0)
          .filter((height) => height <= expected + 1);
        const highest = Math.max(recall(after, 0), ...claims);
        return highest === recall(after, 0) ? after : note(after, highest);
      }),
      (ctx, _input, state) => ({
        gate(name, open, seen) {
          if (name !== "synced" || state === null) return ctx.gate(name, open, seen);
          return ctx.gate(name, open && recall(state, 0) <= state.chain.height, seen);
        },
      }),
    ),
  ),
];

/** How far behind the clock, where no peer is ahead of us; else 0. */
function lagOf(state: State, ctx: MasternodeCtx): number {
  const isAhead = readySessions(state).some((session) => isCrediblyAhead(state, session, ctx));
  return isAhead ? 0 : expectedHeight(state.config, ctx.wall) - state.chain.height;
}

function isConsent(state: State, ctx: MasternodeCtx): boolean {
  const ahead = readySessions(state).filter((session) => isCrediblyAhead(state, session, ctx));
  return ahead.every(({ peer }) => doubtOf(state, peer, ctx.uptime).failures > 0);
}

function participants(state: State, ctx: MasternodeCtx): number {
  const rewards = blockAt(state.chain, state.chain.height)?.masternodeRewards ?? [];
  const paid = new Set(rewards.map(([address]) => address));
  return activeSet(state, ctx).filter((address) => {
    const entry = get(state.registry.entries, address);
    return paid.has(entry?.rewardAddress ?? state.config.rewardAddress);
  }).length;
}

const TIERS = ["Free", "Bronze", "Silver", "Gold"];

function capped(state: State, go: (state: State) => State): State {
  const own = TIERS.indexOf(state.config.tier);
  const hasUpper = values(state.registry.entries).some(({ tier }) => TIERS.indexOf(tier) > own);
  const three = { sessionsWanted: 3 as Duration, dialedWanted: 3 as Duration };
  return hasUpper ? go(state) : under(state, three, go);
}

function heardFirstHand(state: State): State {
  const connected = new Set(readySessions(state).map(({ peer }) => peer));
  const seen = values(state.registry.entries).map((entry): [number, Entry] => {
    const isHeard = entry.status !== "active" || connected.has(entry.address);
    return [entry.address, isHeard ? entry : { ...entry, status: "known" }];
  });
  return withRegistry(state, { entries: seen.length === 0 ? emptyTable() : tableOf(seen) });
}

/** The block that was begun follows what was the tip then. The better of the two is kept. */
function regardless(state: State, key: string | number, ctx: MasternodeCtx): State {
  const { attempt } = state.production;
  if (attempt === null || attempt.tip === state.chain.tip) {
    return timer("assemble")(state, key, ctx);
  }
  const base = cutAt(state.chain, attempt.height - 1);
  if (base.tip !== attempt.tip) return timer("assemble")(state, key, ctx);
  const next = timer("assemble")(withState(state, { chain: base }), key, ctx);
  if (next.chain === base) return withState(next, { chain: state.chain });
  if (isBetter(tipOf(next.chain), state.chain)) return next;
  const { height, tip } = state.chain;
  ctx.emit({ type: "tip", height, hash: tip, via: "reorganisation" });
  return withState(next, { chain: state.chain });
}
