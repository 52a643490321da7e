/**
 * Making blocks (rules B1 to B4): on wall clock ticks, in turn, behind the clock as well as on
 * time. There is no gap that is too small (B5).
 */
import type { TimerKey } from "../../core/machine.ts";
import { get } from "../../core/table.ts";
import type { Duration, Time } from "../../core/units.ts";
import { blockSize } from "../block.ts";
import { append, expectedHeight, makeBlock, slotStart } from "../chain.ts";
import { leaderIndex } from "../leader.ts";
import type { Tier } from "../messages.ts";
import { type Attempt, broadcast, type MasternodeCtx, type State, withState } from "../state.ts";
import { closedGate, type GateName, lookAgain, openNow, withProduction } from "./gates.ts";
import { activeCount, activeSet } from "./registry.ts";

/** A production tick: try, or say once which gate said no. */
export function produce(state: State, _key: TimerKey, ctx: MasternodeCtx): State {
  const { tick, startStep, startStepsMax } = state.config;
  const late = ctx.wall % tick;
  ctx.setTimer("produce", (tick - late) as Duration);
  // Well after the tick only when the process stood still or its clock jumped: skipped (rule P4).
  if (late > tick / 10 || state.production.attempt !== null) return state;
  const closed = closedGate(state, ctx);
  if (closed !== null) return skipped(state, closed, ctx);
  const rank = ownRank(state, ctx);
  if (!turnGate(state, rank, ctx)) return skipped(state, "turn", ctx);
  const height = state.chain.height + 1;
  const pause = (Math.min(rank, startStepsMax) * startStep) as Duration;
  const due = (ctx.uptime + pause) as Time;
  const attempt = { height, tip: state.chain.tip, rank, assembling: false, due };
  const tried = withProduction(state, { attempt, said: "" });
  if (rank === 0) return assemble(tried, ctx);
  ctx.setTimer("start", pause);
  return tried;
}

/** The pause after the tick is over: are the gates still open and the tip the same (rule B2)? */
export function startAttempt(state: State, _key: TimerKey, ctx: MasternodeCtx): State {
  const { attempt } = state.production;
  if (attempt === null || attempt.assembling) return state;
  if (isStale(state, attempt, ctx)) return cancel(state, STOOD_STILL, ctx);
  return closedGate(state, ctx) === null ? assemble(state, ctx) : cancel(state, A_GATE, ctx);
}

/** The block is ready: added, announced (rule B4), unless a gate closed meanwhile. */
export function assembled(state: State, _key: TimerKey, ctx: MasternodeCtx): State {
  const { attempt } = state.production;
  if (attempt === null) return state;
  if (isStale(state, attempt, ctx)) return cancel(state, STOOD_STILL, ctx);
  const closed = closedGate(state, ctx) !== null || attempt.tip !== state.chain.tip;
  if (closed) return cancel(state, A_GATE, ctx);
  const block = makeBlock(state.config, state.chain, paid(state, ctx));
  // More masternodes than one block can pay (rule Y2).
  if (blockSize(block) > state.config.producedSizeMax) return cancel(state, "too large", ctx);
  const chain = append(state.config.crypto, state.chain, block);
  const done = withProduction(withState(state, { chain }), { attempt: null });
  const recipients = broadcast(done, { type: "BlockAnnouncement", block }, ctx, null);
  const { height, tip } = chain;
  const rewards = block.masternodeRewards.length;
  ctx.emit({ type: "produced", height, hash: tip, recipients, rewards });
  ctx.emit({ type: "tip", height, hash: tip, via: "production" });
  return done;
}

/** Enough were active for long enough: the gate is judged after this step. */
export function minimumHeld(state: State, _key: TimerKey, ctx: MasternodeCtx): State {
  const { minimumSince } = state.production;
  const left = (minimumSince ?? 0) + state.config.minimumHold - ctx.uptime;
  // Timers are early by a clock that has become slower since they were armed.
  if (minimumSince !== null && left > 0) ctx.setTimer("minimum", left as Duration);
  return lookAgain(state);
}

/** The next slot begins: the gate is judged after this step. */
export function slotBegins(state: State, _key: TimerKey, _ctx: MasternodeCtx): State {
  return lookAgain(state);
}

function assemble(state: State, ctx: MasternodeCtx): State {
  const { attempt } = state.production;
  if (attempt === null) return state;
  ctx.emit({ type: "attempt", height: attempt.height, rank: attempt.rank });
  const { productionTime } = state.config;
  ctx.setTimer("assemble", productionTime);
  const due = (ctx.uptime + productionTime) as Time;
  return withProduction(state, { attempt: { ...attempt, assembling: true, due } });
}

/**
 * Heard well after it was due: the process stood still, and what it knows of the others is as old
 * (rule P4). By the clock of timers, so a wall clock that jumps does not matter.
 */
function isStale(state: State, { due }: Attempt, ctx: MasternodeCtx): boolean {
  return ctx.uptime - due > state.config.tick / 10;
}

const A_GATE = "a gate closed";
const STOOD_STILL = "the process stood still";

function cancel(state: State, why: string, ctx: MasternodeCtx): State {
  const { attempt } = state.production;
  if (attempt === null) return state;
  ctx.emit({ type: "cancelled", height: attempt.height, why });
  return withProduction(state, { attempt: null });
}

/** Rule B2: our place in the order of this height. */
function ownRank(state: State, ctx: MasternodeCtx): number {
  const set = activeSet(state, ctx);
  const own = set.indexOf(state.identity.address ?? ctx.self);
  const { tip, height } = state.chain;
  const first = leaderIndex(state.config.crypto, tip, height + 1, set.length);
  return (own - first + set.length) % set.length;
}

function turnGate(state: State, rank: number, ctx: MasternodeCtx): boolean {
  const height = state.chain.height + 1;
  // Gates that open on this very tick are noted after the step.
  const opened = openNow(state, ctx.uptime).since;
  // By the clock, not by when its timer was heard: real ones are late, and ticks are exact.
  const since = Math.max(opened, ctx.uptime - (ctx.wall - slotStart(state.config, height)));
  const mine = ctx.uptime - since >= rank * state.config.rankStep;
  return ctx.gate("turn", mine, { rank, height });
}

/** Said when it changes: the chain may be due for hours. */
function skipped(state: State, gate: GateName, ctx: MasternodeCtx): State {
  const height = state.chain.height + 1;
  const active = activeCount(state);
  const said = `${gate} ${height} ${active}`;
  if (said === state.production.said) return state;
  const expected = expectedHeight(state.config, ctx.wall);
  const needed = state.config.minimumMasternodes;
  ctx.emit({ type: "skipped", height, gate, active, needed, expected });
  return withProduction(state, { said });
}

/** The active masternodes and what each is paid by. */
function paid(
  state: State,
  ctx: MasternodeCtx,
): readonly { readonly rewardAddress: string; readonly tier: Tier }[] {
  const { rewardAddress, tier } = state.config;
  return activeSet(state, ctx).map((address) => {
    const entry = get(state.registry.entries, address);
    return entry ?? { rewardAddress, tier };
  });
}
