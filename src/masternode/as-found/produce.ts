/**
 * Production as found: a look every 600 s, a minimum of three, blocks that wait for votes nobody
 * can give (section 7.5), and a catch-up that only a gap of three or more sets off (section 7.6).
 */
import { formatIp } from "../../core/address.ts";
import type { TimerKey } from "../../core/machine.ts";
import { type Duration, MILLISECOND } from "../../core/units.ts";
import { append, expectedHeight, makeBlock } from "../chain.ts";
import { activeCount, activeSet } from "../handlers/registry.ts";
import { broadcast, type MasternodeCtx, type State, withState } from "../state.ts";

/** Smaller gaps end in an error line (section 7.6, step 6). */
const CATCH_UP_GAP = 3;
const MINT_PAUSE = (100 * MILLISECOND) as Duration;

/** On the wall clock's slots, whatever the chain needs. */
export function slot(state: State, _key: TimerKey, ctx: MasternodeCtx): State {
  const { tick } = state.config;
  ctx.setTimer("produce", (tick - (ctx.wall % tick)) as Duration);
  const height = state.chain.height + 1;
  const expected = expectedHeight(state.config, ctx.wall);
  const active = activeCount(state);
  const needed = state.config.minimumMasternodes;
  if (!ctx.gate("minimum", active >= needed, { active, needed })) {
    ctx.emit({ type: "skipped", height, gate: "minimum", active, needed, expected });
    return state;
  }
  if (state.chain.height < expected - 1) return catchUp(state, "", ctx);
  // The chosen producer proposes; without votes the proposal is never committed (section 7.5).
  ctx.gate("votes", false, { height });
  ctx.emit({ type: "skipped", height, gate: "votes", active, needed, expected });
  return state;
}

/** Asks whoever has a writer, and mints alone if the gap is large enough. */
export function catchUp(state: State, _key: TimerKey, ctx: MasternodeCtx): State {
  const { height } = state.chain;
  const expected = expectedHeight(state.config, ctx.wall);
  const gap = expected - height;
  if (gap <= 0) return state;
  broadcast(state, { type: "GetBlocks", from: height + 1, to: expected }, ctx, null);
  const open = ctx.gate("catch-up", gap >= CATCH_UP_GAP, { gap, needed: CATCH_UP_GAP });
  if (!open || !leads(state, ctx)) return state;
  ctx.setTimer("assemble", MINT_PAUSE);
  return state;
}

/** A private chain, told to nobody (section 7.6). */
export function mint(state: State, _key: TimerKey, ctx: MasternodeCtx): State {
  if (state.chain.height >= expectedHeight(state.config, ctx.wall)) return state;
  ctx.setTimer("assemble", MINT_PAUSE);
  const { rewardAddress, tier } = state.config;
  const block = makeBlock(state.config, state.chain, [{ rewardAddress, tier }]);
  const chain = append(state.config.crypto, state.chain, block);
  const { height, tip } = chain;
  ctx.emit({ type: "produced", height, hash: tip, recipients: 0, rewards: 1 });
  ctx.emit({ type: "tip", height, hash: tip, via: "production" });
  return withState(state, { chain });
}

/** The smallest address text leads. */
function leads(state: State, ctx: MasternodeCtx): boolean {
  const texts = activeSet(state, ctx).map(formatIp);
  return state.config.masternode && texts.every((text) => text >= formatIp(ctx.self));
}
