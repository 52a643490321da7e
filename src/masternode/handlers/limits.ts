/**
 * Who is let in (rule S7): no banned ip, at most three callers of one ip, so many sessions, and
 * beyond them a few guests who may ask once around and come again later. Nobody is ever thrown out
 * for a newcomer but a caller of the same ip that has fallen silent.
 */
import { type Address, ipOf, isPrivate } from "../../core/address.ts";
import type { SessionId, TimerKey } from "../../core/machine.ts";
import { each, get, values } from "../../core/table.ts";
import { changedSession } from "../records.ts";
import type { MasternodeCtx, Session, State } from "../state.ts";
import { HEARD_STEP, readySessions, withSession } from "../state.ts";
import { closeSession, newSession } from "./session.ts";
import { isBanned } from "./violations.ts";

/** A caller: let in, as a guest perhaps, or refused with a reason. */
export function openedAccepted(
  state: State,
  id: number,
  remote: Address,
  ctx: MasternodeCtx,
): State {
  const isUnwelcome = isBanned(state, remote, ctx.uptime);
  const roomy = isUnwelcome ? state : withSilentGone(state, remote, ctx);
  const against = isUnwelcome ? "banned" : objectionTo(roomy, remote);
  if (against !== "") {
    ctx.emit({ type: "refused", what: "session", from: remote, why: against });
    ctx.close(id as SessionId, against);
    return roomy;
  }
  ctx.setTimer("handshake", state.config.handshakeTimeout, id);
  const session = newSession(id as SessionId, "accepted", remote, ctx.uptime);
  return withSession(roomy, changedSession(session, { guest: isFull(roomy) }));
}

/** A guest's time begins when it is ready. */
export function welcome(state: State, session: Session, ctx: MasternodeCtx): void {
  const isHost = session.guest && session.role === "accepted";
  if (isHost) ctx.setTimer("guest", state.config.guestTime, session.id);
}

/** A guest that has read all and found others makes room before its time is over. */
export function takeLeave(state: State, ctx: MasternodeCtx): State {
  const ready = readySessions(state);
  const guests = ready.filter((session) => session.guest && session.role === "dialed");
  if (guests.length === 0 || guests.some(({ paging, unread }) => paging || unread > 0))
    return state;
  if (ready.length - guests.length < state.config.dialedWanted) return state;
  return guests.reduce(
    (next, session) => closeSession(next, session, "found others", "neither", ctx),
    state,
  );
}

/** It had its round of questions. */
export function guestLeaves(state: State, key: TimerKey, ctx: MasternodeCtx): State {
  const session = get(state.sessions, key as number);
  return session === undefined ? state : closeSession(state, session, "full", "neither", ctx);
}

/** No room for one more session that lasts. */
export function isFull(state: State): boolean {
  return residents(state) >= state.config.sessionsMax;
}

/** A feeler goes out whatever the count (rule X5): where all is full, one has a guest's place. */
export function mayFeel(state: State): boolean {
  return residents(state) <= state.config.sessionsMax && !isPacked(state);
}

/** One session more than there is room for: a feeler does not stay then, whatever it found. */
export function isOverfull(state: State): boolean {
  return residents(state) > state.config.sessionsMax;
}

function residents(state: State): number {
  let count = 0;
  each(state.sessions, (session) => {
    if (!session.guest) count++;
  });
  return count;
}

function isPacked({ sessions, config }: State): boolean {
  return sessions.size >= config.sessionsMax + config.guestsMax;
}

function objectionTo(state: State, remote: Address): string {
  const { sessionsPerIp } = state.config;
  if (callersFrom(state, remote).length >= sessionsPerIp) return "too many of one ip";
  return isPacked(state) ? "full" : "";
}

/** At the limit of its ip, the caller that was silent longest makes room, if it was for long. */
function withSilentGone(state: State, remote: Address, ctx: MasternodeCtx): State {
  const callers = callersFrom(state, remote);
  if (callers.length < state.config.sessionsPerIp) return state;
  const [first] = callers.toSorted((left, right) => left.heardAt - right.heardAt);
  const patience = state.config.silentFor + HEARD_STEP;
  if (first === undefined || ctx.uptime - first.heardAt <= patience) return state;
  return closeSession(state, first, "silent, and others of its ip wait", "failure", ctx);
}

/** Empty where an ip stands for many. */
function callersFrom(state: State, remote: Address): readonly Session[] {
  if (isPrivate(remote)) return [];
  return values(state.sessions).filter((session) => {
    return session.role === "accepted" && ipOf(session.remote) === ipOf(remote);
  });
}
