/** Tips, ours told and theirs believed or not: what downloads and gates both ask (rules Y1, B1). */
import type { SessionId } from "../core/machine.ts";
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

/** Records what a peer claims. What failed before is remembered until it serves a block. */
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

/** A block it served was valid: what failed before is forgotten (rule B1). */
export function trusted(state: State, id: SessionId): State {
  const session = get(state.sessions, id);
  if (session === undefined || session.tip === null) return state;
  const tip = { ...session.tip, failures: 0, ignoredUntil: session.openedAt };
  return withSession(state, { ...session, tip });
}

export function isAhead(state: State, session: Session): boolean {
  return session.phase === "ready" && (session.tip?.height ?? -1) > state.chain.height;
}

/** Why a claim is not worth waiting for; empty when it is (rule B1). */
export function disbelief(state: State, { tip }: Session, ctx: MasternodeCtx): string {
  if (tip === null) return "no claim";
  if (tip.height > expectedHeight(state.config, ctx.wall) + 1) return "beyond the clock";
  return ctx.uptime < tip.ignoredUntil ? "failed too often" : "";
}

/** A claim worth waiting for or downloading (rule B1). */
export function isCrediblyAhead(state: State, session: Session, ctx: MasternodeCtx): boolean {
  return isAhead(state, session) && disbelief(state, session, ctx) === "";
}
