/** Sessions as found: the dialer never waits for an answer and registers no writer (section 1). */
import { withPort } from "../../core/address.ts";
import type { CloseReason, SessionId, TimerKey } from "../../core/machine.ts";
import { get } from "../../core/table.ts";
import type { Config } from "../config.ts";
import { init } from "../handlers/boot.ts";
import { MAGIC, PROTOCOL_VERSION } from "../handlers/handshake.ts";
import { unixSeconds } from "../handlers/ping.ts";
import { closeSession, ended, newSession, peerAt } from "../handlers/session.ts";
import type { Handshake, Message } from "../messages.ts";
import { changedPeer, changedSession } from "../records.ts";
import {
  type Files,
  type MasternodeCtx,
  type Session,
  type State,
  withPeer,
  withSession,
} from "../state.ts";
import { announceAll } from "./registry.ts";

/** The same start, and a catch-up after a minute (section 3). Its other timers find no row. */
export function boot(config: Config, files: Partial<Files>, ctx: MasternodeCtx): State {
  const state = init(config, files, ctx);
  ctx.setTimer("sync", config.handshakeTimeout);
  return state;
}

/** A silent caller is held for ever (section 2.7). */
export function openedAccepted(
  state: State,
  id: number,
  remote: Session["remote"],
  ctx: MasternodeCtx,
): State {
  return withSession(state, newSession(id as SessionId, "accepted", remote, ctx.uptime));
}

/** First line, then two pings, without waiting for the Ack (section 2.7). */
export function openedDialed(
  state: State,
  id: number,
  _remote: Session["remote"],
  ctx: MasternodeCtx,
): State {
  const session = get(state.sessions, id);
  if (session === undefined) return state;
  // It always claimed mainnet (section 2.7).
  const network = "mainnet";
  ctx.cancelTimer("handshake", session.id);
  ctx.send(session.id, {
    type: "Handshake",
    magic: MAGIC,
    protocolVersion: PROTOCOL_VERSION,
    network,
  });
  ctx.setTimer("ping", state.config.pingPeriod, session.id);
  const opened = withSession(
    state,
    changedSession(session, { phase: "opened", openedAt: ctx.uptime }),
  );
  return sendPing(sendPing(opened, session.id, ctx), session.id, ctx);
}

/** Only the dialer pings (section 3.2). */
export function pingDialed(state: State, key: TimerKey, ctx: MasternodeCtx): State {
  const session = get(state.sessions, key as number);
  if (session === undefined) return state;
  const { pingPeriod, pingTimeout, pingLossesMax } = state.config;
  const late = session.pings.pending.filter((sent) => ctx.uptime - sent.at >= pingTimeout);
  if (late.length >= pingLossesMax) {
    return closeSession(state, session, "pings lost", "failure", ctx);
  }
  ctx.setTimer("ping", pingPeriod, session.id);
  return sendPing(state, session.id, ctx);
}

/** The acceptor registers a writer, then tells all it knows and asks (sections 1 and 2.7). */
export function acceptHandshake(
  state: State,
  session: Session,
  handshake: Handshake,
  ctx: MasternodeCtx,
): State {
  if (session.phase === "ready") return state;
  ctx.cancelTimer("handshake", session.id);
  if (handshake.magic !== MAGIC || handshake.protocolVersion !== PROTOCOL_VERSION) {
    ctx.emit({ type: "refused", what: "handshake", from: session.peer, why: "magic or version" });
    return closeSession(state, session, "bad handshake", "failure", ctx);
  }
  const peer = withPort(session.remote, state.config.defaultPort);
  const ready: Session = changedSession(session, {
    peer,
    phase: "ready",
    readyAt: ctx.uptime,
    early: [],
  });
  const { id, role, remote } = ready;
  ctx.send(id, { type: "Ack", messageType: "Handshake" });
  ctx.emit({ type: "ready", peer, session: id, role, remote });
  const known = changedPeer(peerAt(state, peer, ctx), { readyAt: ctx.uptime });
  const next = withPeer(withSession(state, ready), known);
  announceAll(next, id, ctx);
  ctx.send(id, { type: "GetPeers" });
  ctx.send(id, { type: "GetMasternodes" });
  return next;
}

/** Anything but a handshake first closes an accepted link; a dialed one takes what it knows. */
export function admit(
  state: State,
  session: Session,
  message: Message,
  ctx: MasternodeCtx,
): State | "handle" {
  if (session.role === "dialed" || session.phase === "ready") return "handle";
  if (message.type === "Handshake") return "handle";
  return closeSession(state, session, "message before handshake", "failure", ctx);
}

/** A dialed link was never ready, yet its end is a clean one (section 3.2). */
export function sessionClosed(
  state: State,
  session: Session,
  reason: CloseReason,
  ctx: MasternodeCtx,
): State {
  const failure = reason === "timeout" || session.phase === "dialing";
  return ended(state, session, reason, failure ? "failure" : "clean", ctx);
}

function sendPing(state: State, id: SessionId, ctx: MasternodeCtx): State {
  const session = get(state.sessions, id);
  if (session === undefined) return state;
  const random = ctx.random("nonce");
  const nonce = { hi: random.uint32(), lo: random.uint32() };
  ctx.send(id, { type: "Ping", nonce, timestamp: unixSeconds(ctx) });
  // At most five are remembered (section 3.2).
  const pending = [...session.pings.pending, { nonce, at: ctx.uptime }].slice(-5);
  return withSession(state, changedSession(session, { pings: { ...session.pings, pending } }));
}
