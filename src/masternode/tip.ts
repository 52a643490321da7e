/** Tips, ours told and theirs believed or not: what downloads and gates both ask (rules Y1, B1). */
import { get } from "../core/table.ts";
import { expectedHeight } from "./chain.ts";
import type { Hash } from "./messages.ts";
import {
  type MasternodeCtx,
  readySessions,
  type Session,
  type State,
  type Tip,
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

/** Records what a peer claims. Another claim than the one that failed gets another chance. */
export function claim(state: State, session: Session, height: number, hash: Hash | null): State {
  const current = get(state.sessions, session.id);
  if (current === undefined) return state;
  const last = current.tip;
  if (last !== null && last.height === height && last.hash === hash) return state;
  const tip: Tip = {
    height,
    hash,
    failures: last?.failures ?? 0,
    ignoredUntil: last?.ignoredUntil ?? current.openedAt,
  };
  return withSession(state, { ...current, tip });
}

/** A claim worth waiting for or downloading (rule B1). */
export function isCrediblyAhead(state: State, session: Session, ctx: MasternodeCtx): boolean {
  const { tip } = session;
  if (session.phase !== "ready" || tip === null || tip.height <= state.chain.height) return false;
  return tip.height <= expectedHeight(state.config, ctx.wall) + 1 && ctx.uptime >= tip.ignoredUntil;
}
