/** Ping and Pong: is the peer there (rules P1 to P4), and what does its clock say (rule R5). */
import type { TimerKey } from "../../core/machine.ts";
import { get } from "../../core/table.ts";
import { SECOND } from "../../core/units.ts";
import { sameU64 } from "../../wire/u64.ts";
import type { MessageOf } from "../messages.ts";
import { changedSession } from "../records.ts";
import { type MasternodeCtx, type Session, type State, withSession } from "../state.ts";
import { scored } from "./reputation.ts";
import { closeSession } from "./session.ts";

/** Every ping period of a ready session: count the lost, send the next. */
export function ping(state: State, key: TimerKey, ctx: MasternodeCtx): State {
  const session = get(state.sessions, key as number);
  if (session?.phase !== "ready") return state;
  const { pingPeriod, pingTimeout, pingLossesMax } = state.config;
  const { pending, lost } = session.pings;
  const waiting = pending.filter((sent) => ctx.uptime - sent.at < pingTimeout);
  const lostNow = lost + pending.length - waiting.length;
  if (lostNow >= pingLossesMax) {
    const closed = closeSession(state, session, "pings lost", "failure", ctx);
    return scored(closed, session.peer, "pings-lost", ctx);
  }
  const random = ctx.random("nonce");
  const nonce = { hi: random.uint32(), lo: random.uint32() };
  ctx.send(session.id, { type: "Ping", nonce, timestamp: unixSeconds(ctx) });
  // A stalled process skips what it missed: the next is a period from now (rule P4).
  ctx.setTimer("ping", pingPeriod, session.id);
  const pings = {
    pending: [...waiting, { nonce, at: ctx.uptime }],
    lost: lostNow,
    skew: session.pings.skew,
  };
  return withSession(state, changedSession(session, { pings }));
}

/** Rule P2: the answer leaves on the session that carried the question. */
export function acceptPing(
  state: State,
  session: Session,
  message: MessageOf<"Ping">,
  ctx: MasternodeCtx,
): State {
  ctx.send(session.id, { type: "Pong", nonce: message.nonce, timestamp: unixSeconds(ctx) });
  const pings = { ...session.pings, skew: skewOf(message.timestamp, ctx) };
  return withSession(state, changedSession(session, { pings }));
}

export function acceptPong(
  state: State,
  session: Session,
  message: MessageOf<"Pong">,
  ctx: MasternodeCtx,
): State {
  const { pending } = session.pings;
  const matched = pending.some((sent) => sameU64(sent.nonce, message.nonce));
  if (!matched) return state;
  const waiting = pending.filter((sent) => !sameU64(sent.nonce, message.nonce));
  const pings = { pending: waiting, lost: 0, skew: skewOf(message.timestamp, ctx) };
  return scored(withSession(state, changedSession(session, { pings })), session.peer, "pong", ctx);
}

/** This node's clock in Unix seconds, as the wire carries it. */
export function unixSeconds(ctx: MasternodeCtx): number {
  return Math.floor(ctx.wall / SECOND);
}

function skewOf(timestamp: number, ctx: MasternodeCtx): number {
  return timestamp * SECOND - ctx.wall;
}
