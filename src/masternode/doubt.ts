/**
 * Whose claims are worth anything (rule B1). A peer whose tip failed three times is ignored for ten
 * minutes, or until it claims another hash and has served a valid block. This is kept by address,
 * not by session: a liar that calls again, or claims something else each time, stays ignored.
 */
import type { Address } from "../core/address.ts";
import { get, put, remove, values } from "../core/table.ts";
import type { Time } from "../core/units.ts";
import { isSameTip } from "./fork.ts";
import type { Doubt, Tip } from "./stage.ts";
import { type MasternodeCtx, type Session, type State, withSync } from "./state.ts";

/** Its failures, and until when they are remembered. */
export function doubtOf(
  state: State,
  peer: Address,
  now: Time,
): { readonly failures: number; readonly until: number } {
  const doubt = get(state.sync.doubts, peer);
  return doubt === undefined || now >= doubt.until ? { failures: 0, until: 0 } : doubt;
}

export function isIgnored(state: State, peer: Address, now: Time): boolean {
  return doubtOf(state, peer, now).failures >= state.config.tipFailuresMax;
}

/** One more failure of what it claims. What has expired goes. */
export function doubted(state: State, session: Session, tip: Tip, ctx: MasternodeCtx): State {
  const { peer } = session;
  const until = (ctx.uptime + state.config.tipIgnored) as Time;
  const failures = doubtOf(state, peer, ctx.uptime).failures + 1;
  let { doubts } = state.sync;
  for (const old of values(doubts)) {
    if (ctx.uptime >= old.until) doubts = remove(doubts, old.peer);
  }
  const { height, hash } = tip;
  const doubt = { peer, failures, until, tip: { height, hash }, served: false };
  return withSync(state, { doubts: put(doubts, peer, doubt) });
}

/** It served a valid block: forgiven, or half so if it is ignored and claims what it claimed. */
export function trusted(state: State, { peer, tip }: Session, ctx: MasternodeCtx): State {
  const doubt = get(state.sync.doubts, peer);
  if (doubt === undefined) return state;
  return judged(state, { ...doubt, served: true }, tip ?? doubt.tip, ctx);
}

/** It claims something: the other half. */
export function reconsidered(state: State, peer: Address, tip: Tip, ctx: MasternodeCtx): State {
  const doubt = get(state.sync.doubts, peer);
  return doubt?.served === true ? judged(state, doubt, tip, ctx) : state;
}

function judged(state: State, doubt: Doubt, tip: Tip, ctx: MasternodeCtx): State {
  const { doubts } = state.sync;
  const stays = isIgnored(state, doubt.peer, ctx.uptime) && isSameTip(tip, doubt.tip);
  return withSync(state, {
    doubts: stays ? put(doubts, doubt.peer, doubt) : remove(doubts, doubt.peer),
  });
}
