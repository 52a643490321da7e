/**
 * The end of sessions and what follows: facts, clean-up of what belonged to them, and when the peer
 * may be dialed again (rule S6). Sessions have ids, peers have addresses: the end of one never
 * touches another (rule S4).
 */
import type { Address } from "../../core/address.ts";
import type { CloseReason, RefusedReason, SessionId } from "../../core/machine.ts";
import { get, has, values } from "../../core/table.ts";
import type { Duration, Time } from "../../core/units.ts";
import { changedIdentity, changedPeer } from "../records.ts";
import {
  type MasternodeCtx,
  type Peer,
  type Session,
  type State,
  withoutSession,
  withPeer,
  withState,
} from "../state.ts";
import { scored, UNKNOWN } from "./reputation.ts";
import { abandonSync } from "./sync.ts";

/** `clean`: redial soon. `failure`: back off. `neither`: the dial loop decides. */
export type Ending = "clean" | "failure" | "neither";

/** We close a session. */
export function closeSession(
  state: State,
  session: Session,
  reason: string,
  ending: Ending,
  ctx: MasternodeCtx,
): State {
  ctx.close(session.id, reason);
  return ended(state, session, reason, ending, ctx);
}

/** The other side or the network closed it. Fin and reset are one (docs/decisions/0003). */
export function sessionClosed(
  state: State,
  session: Session,
  reason: CloseReason,
  ctx: MasternodeCtx,
): State {
  const ending = reason === "timeout" || session.phase !== "ready" ? "failure" : "clean";
  // A duplicate closed by the peer is not a loss: the pair still has its session.
  const twin = values(state.sessions).some((other) => isTwin(other, session));
  return ended(state, session, reason, twin ? "neither" : ending, ctx);
}

export function dialRefused(
  state: State,
  session: Session,
  reason: RefusedReason,
  ctx: MasternodeCtx,
): State {
  return ended(state, session, reason, "failure", ctx);
}

function isTwin(other: Session, session: Session): boolean {
  return other.id !== session.id && other.phase === "ready" && other.peer === session.peer;
}

/** What follows, whoever closed it. */
export function ended(
  state: State,
  session: Session,
  reason: string,
  ending: Ending,
  ctx: MasternodeCtx,
): State {
  ctx.cancelTimer("handshake", session.id);
  ctx.cancelTimer("ping", session.id);
  ctx.cancelTimer("announce-again", session.id);
  ctx.cancelTimer("ask", session.id);
  ctx.cancelTimer("feeler-over", session.id);
  ctx.cancelTimer("guest", session.id);
  // Whoever ends it may hold it as it was before it was asked, in the same step.
  const current = get(state.sessions, session.id) ?? session;
  const left = withoutSession(pagesLost(state, current), session.id);
  const next = abandonSync(left, current, reason, ctx);
  const wasReady = session.phase === "ready";
  // Who was only felt for is no loss (rule X5).
  const kind = wasReady && !isLasting(state, session, ctx.uptime) ? "neither" : ending;
  if (wasReady) ctx.emit({ type: "lost", peer: session.peer, session: session.id, reason });
  const known = get(state.peers, session.peer);
  if (known === undefined) return next;
  const steady = wasReady && ctx.uptime - session.readyAt >= state.config.backoffReset;
  const before = steady ? 0 : known.failures;
  const met = { readyAt: ctx.uptime, seenAt: ctx.uptime, failures: before };
  const peer = wasReady ? changedPeer(known, met) : known;
  if (kind === "neither") return wasReady ? comesAgain(withPeer(next, peer), session, ctx) : next;
  const failures = before + (kind === "failure" ? 1 : 0);
  const pause = kind === "clean" ? cleanPause(state, ctx) : backoff(state, peer, failures, ctx);
  ctx.setTimer("redial", pause, peer.address);
  const paused = withPeer(
    next,
    changedPeer(peer, { failures, nextAt: (ctx.uptime + pause) as Time }),
  );
  if (wasReady || session.role === "accepted") return paused;
  const { address } = peer;
  ctx.emit({ type: "dial-failed", peer: address, reason, failures, again: pause });
  // Its place among the dials under way is free for another (rule X5).
  ctx.setTimer("dial", 0 as Duration);
  return kind === "failure" ? scored(paused, address, "dial-failed", ctx) : paused;
}

/** A session ended in the middle of its pages: another is asked instead. */
function pagesLost(state: State, { paging }: Session): State {
  if (!paging) return state;
  const pagesAsked = state.identity.pagesAsked - 1;
  return withState(state, { identity: changedIdentity(state.identity, { pagesAsked }) });
}

/** A guest asks again after a while, neither blamed nor in a hurry (rule S7). */
function comesAgain(state: State, session: Session, ctx: MasternodeCtx): State {
  const peer = get(state.peers, session.peer);
  if (!session.guest || session.role === "accepted" || peer === undefined) return state;
  const { guestRetry } = state.config;
  ctx.setTimer("redial", guestRetry, peer.address);
  return withPeer(state, changedPeer(peer, { nextAt: (ctx.uptime + guestRetry) as Time }));
}

function cleanPause(state: State, ctx: MasternodeCtx): Duration {
  const { redialMin, redialMax } = state.config;
  return ctx.random("redial").between(redialMin, redialMax) as Duration;
}

/** 10, 20, 30 s and on to the cap, give or take a fifth: a low cap for who is worth it. */
function backoff(state: State, peer: Peer, failures: number, ctx: MasternodeCtx): Duration {
  const { config } = state;
  const cap = worthy(state, peer) ? config.backoffMax : config.backoffMaxOthers;
  const base = Math.min(config.backoffStep * failures, cap);
  const spread = Math.floor((base * config.backoffSpread) / 100);
  return ctx.random("backoff").between(base - spread, base + spread) as Duration;
}

function worthy(state: State, peer: Peer): boolean {
  return peer.configured || peer.proven || has(state.registry.entries, peer.address);
}

/** A feeler that is kept is soon one of the others: its acceptor is not told which it is. */
export function isLasting(state: State, session: Session, now: Time): boolean {
  if (session.guest) return false;
  if (!session.feeler) return true;
  return session.phase === "ready" && now - session.readyAt > 2 * state.config.feelerTime;
}

/** A peer record for an address, made if it is new. */
export function peerAt(state: State, address: Address, ctx: MasternodeCtx): Peer {
  return get(state.peers, address) ?? newPeer(address, ctx.uptime);
}

export function newPeer(address: Address, now: Time): Peer {
  return {
    address,
    node: null,
    configured: false,
    self: false,
    proven: false,
    seenAt: now,
    readyAt: null,
    reputation: UNKNOWN,
    failures: 0,
    triedAt: null,
    freshAt: null,
    nextAt: now,
  };
}

export function newSession(
  id: SessionId,
  role: Session["role"],
  remote: Address,
  now: Time,
): Session {
  return {
    id,
    role,
    remote,
    peer: remote,
    phase: role === "dialed" ? "dialing" : "opened",
    node: null,
    capabilities: [],
    feeler: false,
    guest: false,
    openedAt: now,
    readyAt: now,
    heardAt: now,
    early: [],
    pings: { pending: [], lost: 0, skew: null },
    tip: null,
    asking: null,
    paging: false,
    unread: 0,
  };
}
