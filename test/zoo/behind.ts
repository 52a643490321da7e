/** Family R5: who is behind, who is ahead, who may sync and who may produce. */
import { type Address, formatAddress } from "../../src/core/address.ts";
import { emptyTable, get } from "../../src/core/table.ts";
import { type Duration, MINUTE, SECOND, wallAfter } from "../../src/core/units.ts";
import type { Mutant } from "../../src/fuzz/mutant.ts";
import type { Network } from "../../src/masternode/block.ts";
import { expectedHeight, slotStart } from "../../src/masternode/chain.ts";
import type { Config } from "../../src/masternode/config.ts";
import { repaired } from "../../src/masternode/machine.ts";
import {
  type Masternode,
  type MasternodeCtx,
  readySessions,
  type State,
  withSync,
} from "../../src/masternode/state.ts";
import {
  afterwards,
  mutant,
  type Node,
  note,
  recall,
  row,
  rows,
  tables,
  timer,
  timers,
  veil,
} from "./made.ts";

export const behind: readonly Mutant<Masternode>[] = [
  mutant(
    "clock-height-deadlock",
    "Who is more than a block behind the clock waits for a sync to finish, whoever has more blocks.",
    veil((ctx, _input, state) => ({
      gate(name, open, seen) {
        if (name !== "synced" || state === null) return ctx.gate(name, open, seen);
        return ctx.gate(name, open && gapOf(state, ctx) <= 1, seen);
      },
    })),
  ),
  mutant(
    "tip-cache-older-than-truth",
    "Heights of peers are not asked for again: what they said first is what they have.",
    tables(timers({ tips: (state) => state }), (ctx, input) => ({
      send(session, message) {
        const isPoll = input?.kind === "message" && message.type === "Tip";
        const greets = isPoll && ["Ack", "Handshake"].includes(input.message.type);
        if (!isPoll || greets) ctx.send(session, message);
      },
    })),
  ),
  mutant(
    "sync-single-silent-peer",
    "After a download that failed the same peer is asked again, and again, and no other.",
    single(),
  ),
  mutant(
    "sync-loop-wrong-range",
    "Blocks that do not follow the own tip are answered by asking for the same ones once more.",
    tables(
      rows({
        BlocksResponse: (state, session, message, ctx) => {
          const { stage } = state.sync;
          const [first] = message.blocks;
          const asked = stage.kind === "download" && stage.session === session.id;
          if (!asked || stage.branch || first === undefined) {
            return row("BlocksResponse")(state, session, message, ctx);
          }
          const { height, previousHash } = first.header;
          if (height !== stage.from || previousHash === stage.candidate.tip) {
            return row("BlocksResponse")(state, session, message, ctx);
          }
          ctx.send(session.id, { type: "GetBlocks", from: stage.from, to: stage.to });
          ctx.setTimer("sync", state.config.downloadTimeout);
          return state;
        },
      }),
    ),
  ),
  mutant(
    "competing-sync-tasks",
    "Each poll and each tip that is heard starts a download of its own beside the one under way.",
    tables({
      ...rows({
        Tip: (state, session, message, ctx) => {
          askAgain(state, ctx);
          return row("Tip")(state, session, message, ctx);
        },
        BlockHeightResponse: (state, session, message, ctx) => {
          askAgain(state, ctx);
          return row("BlockHeightResponse")(state, session, message, ctx);
        },
      }),
      ...timers({
        tips: (state, key, ctx) => {
          askAgain(state, ctx);
          return timer("tips")(state, key, ctx);
        },
      }),
    }),
  ),
  mutant(
    "announce-deferred-by-sync",
    "A node that is more than a block behind the clock does not announce itself.",
    tables(
      timers({
        announce: (state, key, ctx) => {
          if (gapOf(state, ctx) <= 1) return timer("announce")(state, key, ctx);
          ctx.setTimer("announce", (5 * SECOND) as Duration);
          return state;
        },
      }),
    ),
  ),
  mutant(
    "catch-up-check-too-rare",
    "A block beyond the next is not looked at, and tips are exchanged once a minute only.",
    tables({
      ...rows({
        BlockAnnouncement: (state, session, message, ctx) => {
          if (message.block.header.height > state.chain.height + 1) return state;
          return row("BlockAnnouncement")(state, session, message, ctx);
        },
      }),
      ...timers({
        tips: (state, key, ctx) => {
          const next = timer("tips")(state, key, ctx);
          ctx.setTimer("tips", (MINUTE - (ctx.uptime % MINUTE)) as Duration);
          return next;
        },
      }),
    }),
  ),
  mutant(
    "ahead-of-schedule",
    "Who catches up may be fifteen minutes ahead of the clock.",
    tables(
      afterwards((_before, after, ctx) => {
        const fast = recall(after, false);
        if (!fast) return gapOf(after, ctx) >= 3 ? note(after, true) : after;
        return after.chain.height < soon(after, ctx) ? after : note(after, false);
      }),
      (ctx, _input, state) => ({
        gate(name, open, seen) {
          const fast = name === "due" && recall(state, false);
          if (!fast || state === null) return ctx.gate(name, open, seen);
          return ctx.gate(name, state.chain.height < soon(state, ctx), seen);
        },
      }),
    ),
  ),
  mutant(
    "clock-skew-slot-edge",
    "A block whose slot has not begun by the own clock, be it by a second, is refused.",
    tables({
      ...rows({
        BlockAnnouncement: (state, session, message, ctx) => {
          const { height } = message.block.header;
          if (slotStart(state.config, height) <= ctx.wall) {
            return row("BlockAnnouncement")(state, session, message, ctx);
          }
          ctx.emit({ type: "refused", what: `block ${height}`, from: session.peer, why: "early" });
          return state;
        },
      }),
      init: (config, files, ctx) => {
        return repaired.init({ ...config, earlyBlock: 0 as Duration }, files, ctx);
      },
    }),
  ),
  mutant(
    "elapsed-time-differs-by-role",
    "A masternode takes no block that came sooner than one takes to make since its own gates opened.",
    tables(
      rows({
        BlockAnnouncement: (state, session, message, ctx) => {
          const { height } = message.block.header;
          const { open } = state.production;
          const since = open?.height === height ? open.since : ctx.uptime;
          const isNext = state.config.masternode && height === state.chain.height + 1;
          if (!isNext || ctx.uptime - since >= state.config.productionTime) {
            return row("BlockAnnouncement")(state, session, message, ctx);
          }
          const why = "its producer did not wait";
          ctx.emit({ type: "refused", what: `block ${height}`, from: session.peer, why });
          return state;
        },
      }),
    ),
  ),
  mutant(
    "expected-height-wrong-genesis",
    "On mainnet the height that is due is reckoned from testnet's genesis.",
    veil((ctx, _input, state) => ({
      gate(name, open, seen) {
        const isMain = state?.config.network === "mainnet";
        if (name !== "due" || !isMain) return ctx.gate(name, open, seen);
        const other: Config = { ...state.config, network: "testnet" satisfies Network };
        const expected = expectedHeight(other, ctx.wall);
        return ctx.gate(name, state.chain.height < expected, { ...seen, expected });
      },
    })),
  ),
];

/** Blocks that the clock has and our chain has not. */
function gapOf(state: State, ctx: MasternodeCtx): number {
  return expectedHeight(state.config, ctx.wall) - state.chain.height;
}

function soon(state: State, ctx: MasternodeCtx): number {
  return expectedHeight(state.config, wallAfter(ctx.wall, 15 * MINUTE));
}

function askAgain(state: State, ctx: MasternodeCtx): void {
  const { stage } = state.sync;
  if (stage.kind !== "download" || get(state.sessions, stage.session) === undefined) return;
  ctx.send(stage.session, { type: "GetBlocks", from: stage.from, to: stage.to });
}

/** Whose download failed last is the only one believed, and every failure is forgotten. */
function single(): Node {
  let failed: Address | null = null;
  const machine = tables(
    afterwards((_before, after) => {
      const forgetful =
        after.sync.doubts.size === 0 ? after : withSync(after, { doubts: emptyTable() });
      return recall<Address | null>(after, null) === failed ? forgetful : note(forgetful, failed);
    }),
    (ctx, _input, state) => {
      failed = recall<Address | null>(state, null);
      return {
        emit(fact) {
          if (fact.type === "download-failed") failed = fact.peer;
          if (fact.type === "tip") failed = null;
          ctx.emit(fact);
        },
        gate(name, open, seen) {
          const isOther = name === "credible" && failed !== null && isThere(state, failed);
          const believed = !isOther || seen["for"] === formatAddress(failed as Address);
          return ctx.gate(name, open && believed, seen);
        },
      };
    },
  );
  return machine;
}

function isThere(state: State | null, peer: Address): boolean {
  return state !== null && readySessions(state).some((session) => session.peer === peer);
}
