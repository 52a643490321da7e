/**
 * Heartbeats of masternodes that are not known yet (rule H3): the newest of each is held until its
 * announcement comes, and whoever sent it is asked for that.
 */
import { type Address, formatAddress } from "../../core/address.ts";
import type { SessionId, TimerKey } from "../../core/machine.ts";
import { each, get, has, put, remove, type Table } from "../../core/table.ts";
import type { Duration, Time } from "../../core/units.ts";
import type { MessageOf } from "../messages.ts";
import { changedSession } from "../records.ts";
import {
  type Held,
  type MasternodeCtx,
  type Session,
  type State,
  withRegistry,
  withSession,
} from "../state.ts";
import { isUnwanted } from "./identity.ts";

export function hold(
  state: State,
  session: Session,
  address: Address,
  message: MessageOf<"HeartbeatBroadcast">,
  ctx: MasternodeCtx,
): State {
  const { held } = state.registry;
  const { heldMax } = state.config;
  const before = get(held, address)?.message.heartbeat;
  if (isUnwanted(state, address, ctx) || heldMax === 0) return state;
  const number = message.heartbeat.sequenceNumber;
  if (before !== undefined && number <= before.sequenceNumber) {
    // Nobody could tell that the higher number was invented: who says otherwise is asked as well.
    return number < before.sequenceNumber ? ask(state, session.id, address, ctx) : state;
  }
  const full = before === undefined && held.size >= heldMax;
  const newest = { message, session: session.id, from: session.peer, at: ctx.uptime };
  const next = put(full ? withoutOldest(held) : held, address, newest);
  return ask(withRegistry(state, { held: next }), session.id, address, ctx);
}

function withoutOldest(held: Table<Held>): Table<Held> {
  let oldest: Time | null = null;
  let found: number | null = null;
  each(held, ({ at }, address) => {
    if (oldest !== null && at >= oldest) return;
    oldest = at;
    found = address;
  });
  return found === null ? held : remove(held, found);
}

/** At once, or with the next request where one is under way. */
function ask(state: State, id: SessionId, address: Address, ctx: MasternodeCtx): State {
  const session = get(state.sessions, id);
  if (session === undefined) return state;
  const { asking } = session;
  if (asking === null) return request(state, session, [address], ctx);
  const { wanted } = asking;
  if (wanted.length >= state.config.listMax || wanted.includes(address)) return state;
  return withSession(
    state,
    changedSession(session, { asking: { ...asking, wanted: [...wanted, address] } }),
  );
}

/** Peers that do not know the question are asked for their list (rule A5). */
function request(
  state: State,
  session: Session,
  wanted: readonly Address[],
  ctx: MasternodeCtx,
): State {
  const { id } = session;
  if (knowsQuestion(session)) {
    ctx.send(id, { type: "GetAnnouncements", addresses: wanted.map(formatAddress) });
  } else ctx.send(id, { type: "GetMasternodes" });
  ctx.setTimer("ask", state.config.askTimeout, id);
  const asking = { askedAt: ctx.uptime, waiting: true, wanted: [] };
  return withSession(state, changedSession(session, { asking }));
}

/** The answer is here: the next request waits until a second has passed since the last. */
export function answered(
  state: State,
  id: SessionId,
  by: "Announcements" | "MasternodesResponse",
  ctx: MasternodeCtx,
): State {
  const session = get(state.sessions, id);
  if (session === undefined || session.asking?.waiting !== true) return state;
  if (knowsQuestion(session) !== (by === "Announcements")) return state;
  const { asking } = session;
  const rest = Math.max(0, asking.askedAt + state.config.askSpacing - ctx.uptime);
  ctx.setTimer("ask", rest as Duration, id);
  return withSession(state, changedSession(session, { asking: { ...asking, waiting: false } }));
}

/** A second after an answer, or when none came: what is still wanted is asked for. */
export function askAgain(state: State, key: TimerKey, ctx: MasternodeCtx): State {
  const session = get(state.sessions, key as number);
  if (session === undefined || session.asking === null) return state;
  const wanted = session.asking.wanted.filter((address) => has(state.registry.held, address));
  if (wanted.length > 0) return request(state, session, wanted, ctx);
  return withSession(state, changedSession(session, { asking: null }));
}

function knowsQuestion(session: Session): boolean {
  return session.capabilities.includes("announcements");
}
