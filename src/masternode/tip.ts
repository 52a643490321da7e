/** Tips, ours told and theirs believed or not: what sync and gates both ask (rules Y1, B1). */
import { get } from "../core/table.ts";
import { expectedHeight } from "./chain.ts";
import { isIgnored, reconsidered } from "./doubt.ts";
import { isSameTip } from "./fork.ts";
import type { Hash } from "./messages.ts";
import { changedSession } from "./records.ts";
import type { Tip } from "./stage.ts";
import {
  type MasternodeCtx,
  readySessions,
  type Session,
  type State,
  withSession,
} from "./state.ts";

/** Tells our tip to a peer that understands it. */
export function sendTip(state: State, session: Session, ctx: MasternodeCtx): boolean {
  if (!session.capabilities.includes("tip")) return false;
  const { height, tip } = state.chain;
  ctx.send(session.id, { type: "Tip", height, hash: tip });
  return true;
}

export function tellTips(state: State, ctx: MasternodeCtx): void {
  for (const session of readySessions(state)) sendTip(state, session, ctx);
}

/** Records what a peer claims. A conflict lasts as long as the claim (rule Y3). */
export function claim(
  state: State,
  session: Session,
  height: number,
  hash: Hash | null,
  ctx: MasternodeCtx,
): State {
  const current = get(state.sessions, session.id);
  if (current === undefined) return state;
  const tip = { height, hash, conflict: null };
  if (current.tip !== null && isSameTip(current.tip, tip)) return state;
  return reconsidered(withSession(state, changedSession(current, { tip })), current.peer, tip, ctx);
}

function isAhead(state: State, { phase, tip }: Session): boolean {
  return phase === "ready" && tip !== null && tip.height > state.chain.height;
}

export const BEYOND_THE_CLOCK = "beyond the clock";

/** Its clock is fast, ours is slow, or it lies. */
export function isBeyondTheClock(state: State, { height }: Tip, ctx: MasternodeCtx): boolean {
  return height > expectedHeight(state.config, ctx.wall) + 1;
}

/** Why a claim is not worth waiting for; empty when it is (rule B1). */
export function disbelief(state: State, { peer, tip }: Session, ctx: MasternodeCtx): string {
  if (tip === null) return "no claim";
  if (tip.conflict !== null) return "finality conflict";
  if (isIgnored(state, peer, ctx.uptime)) return "failed too often";
  return isBeyondTheClock(state, tip, ctx) ? BEYOND_THE_CLOCK : "";
}

/** A claim worth waiting for (rule B1). */
export function isCrediblyAhead(state: State, session: Session, ctx: MasternodeCtx): boolean {
  return isAhead(state, session) && disbelief(state, session, ctx) === "";
}
