/**
 * Feelers (rule X5): whatever sessions stand, now and then a random candidate is dialed, so that
 * halves of the network that were cut apart find each other again. A feeler that brings nothing new
 * is ended soon, or every network would become a full mesh.
 */
import type { TimerKey } from "../../core/machine.ts";
import { get, has } from "../../core/table.ts";
import type { MasternodeCtx, Peer, Session, State } from "../state.ts";
import { tryDial, untilTurn } from "./dial.ts";
import { isOverfull } from "./limits.ts";
import { duePeers, sessionsMissing } from "./objection.ts";
import { closeSession, isLasting } from "./session.ts";

/** One candidate without a session, inactive and removed masternodes first. */
export function feel(state: State, _key: TimerKey, ctx: MasternodeCtx): State {
  ctx.setTimer("feeler", untilTurn(state, 8, state.config.feelerPeriod, ctx.uptime));
  const able = duePeers(state, "feeler", ctx);
  const lost = able.filter((peer) => isLost(state, peer));
  const candidates = lost.length > 0 ? lost : able;
  if (candidates.length === 0) return state;
  const { address } = ctx.random("feeler").pick(candidates);
  return tryDial(state, address, ctx, "feeler");
}

/** The feeler's session is ready. A masternode that was not active here is worth keeping. */
export function felt(state: State, session: Session, ctx: MasternodeCtx): void {
  if (!session.feeler || session.role !== "dialed") return;
  const status = get(state.registry.entries, session.peer)?.status ?? "active";
  if (status === "active" || isOverfull(state))
    ctx.setTimer("feeler-over", state.config.feelerTime, session.id);
}

/** Enough others stand, and this one brought nothing: both ends know that it is no loss. */
export function feelerOver(state: State, key: TimerKey, ctx: MasternodeCtx): State {
  const session = get(state.sessions, key as number);
  if (session === undefined) return state;
  if (!isOverfull(state) && isKept(state, session, ctx)) return state;
  return closeSession(state, session, "feeler", "neither", ctx);
}

function isKept(state: State, session: Session, ctx: MasternodeCtx): boolean {
  if (sessionsMissing(state, ctx) > 0) return true;
  const entry = get(state.registry.entries, session.peer);
  // Nobody had told of this masternode.
  if (entry?.status === "active" && entry.firstSeen > session.readyAt) return true;
  // Late, as after a pause: it counts as one of those that stand.
  return isLasting(state, session, ctx.uptime);
}

function isLost(state: State, { address }: Peer): boolean {
  if (has(state.registry.removed, address)) return true;
  return get(state.registry.entries, address)?.status === "inactive";
}
