/** Who is asked for what is better than our chain (rules Y1 and B1). */
import { formatAddress } from "../../core/address.ts";
import { get } from "../../core/table.ts";
import { expectedHeight, lastAcceptable } from "../chain.ts";
import { doubtOf } from "../doubt.ts";
import { isBetter } from "../fork.ts";
import type { Hash } from "../messages.ts";
import { type MasternodeCtx, readySessions, type Session, type State } from "../state.ts";
import { BEYOND_THE_CLOCK, disbelief, isBeyondTheClock } from "../tip.ts";
import { isShunned, scoreOf } from "./reputation.ts";

/**
 * Claims a chain that would become ours, credibly, and may be asked for it now. By a clock that is
 * slow every claim is beyond it: what is due by that clock is asked for all the same (rule Y1).
 */
export function isSource(state: State, session: Session, ctx: MasternodeCtx): boolean {
  const { tip, peer } = session;
  if (session.phase !== "ready" || tip === null || !isBetter(tip, state.chain)) return false;
  const why = disbelief(state, session, ctx);
  const { height } = tip;
  const spoken = why === "" ? { height } : { height, why };
  const credible = ctx.gate("credible", why === "", { for: formatAddress(peer), ...spoken });
  const isBehind =
    why === BEYOND_THE_CLOCK && state.chain.height < expectedHeight(state.config, ctx.wall);
  return (credible || isBehind) && isDue(state, height, ctx);
}

/** What would be early is not asked for yet (rule Y2). */
function isDue(state: State, height: number, ctx: MasternodeCtx): boolean {
  const last = lastAcceptable(state.config, ctx.wall);
  const next = Math.min(height, state.chain.height + 1);
  return ctx.gate("early-block", next <= last, { next, last });
}

/**
 * The fewest failures, the oldest failure, the best reputation, the best tip; shunned peers last,
 * and before them who claims what is beyond the clock.
 * So after a failure it is the next peer's turn, and two branches are not followed block by block
 * in turns. Ties at random.
 */
export function pickSource(state: State, ctx: MasternodeCtx): Session | null {
  let best: readonly Session[] = [];
  let bestRank: readonly number[] = [];
  for (const session of readySessions(state)) {
    if (!isSource(state, session, ctx)) continue;
    const rank = rankOf(state, session, ctx);
    const order = best.length === 0 ? -1 : compare(rank, bestRank);
    if (order < 0) [best, bestRank] = [[session], rank];
    else if (order === 0) best = [...best, session];
  }
  return best.length === 0 ? null : ctx.random("sync").pick(best);
}

/** Lower comes first. */
function rankOf(state: State, { peer, tip }: Session, ctx: MasternodeCtx): readonly number[] {
  const { failures, until } = doubtOf(state, peer, ctx.uptime);
  const known = get(state.peers, peer);
  const score = known === undefined ? 0 : scoreOf(state.config, known, ctx.uptime);
  const shunned = known !== undefined && isShunned(state.config, known, ctx.uptime) ? 1 : 0;
  const height = tip?.height ?? 0;
  const beyond = tip !== null && isBeyondTheClock(state, tip, ctx) ? 1 : 0;
  return [shunned, beyond, failures, until, -score, -height, leading(tip?.hash ?? null)];
}

/** The leading digits of a hash as a number; one that is not known comes last. */
function leading(hash: Hash | null): number {
  return hash === null ? Number.MAX_SAFE_INTEGER : Number.parseInt(hash.slice(0, 12), 16);
}

/** The first difference decides. */
function compare(left: readonly number[], right: readonly number[]): number {
  const at = left.findIndex((value, index) => value !== right[index]);
  return at < 0 ? 0 : (left[at] ?? 0) - (right[at] ?? 0);
}
