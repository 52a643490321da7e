/**
 * Whom to dial and when (rules S6, X3, X5). The loop keeps enough sessions; a peer's own timer
 * redials it after its pause; something new, an operator or fresh evidence dials at once.
 */
import { type Address, formatAddress } from "../../core/address.ts";
import type { TimerKey } from "../../core/machine.ts";
import { get, has, values } from "../../core/table.ts";
import type { Duration } from "../../core/units.ts";
import {
  type Command,
  type MasternodeCtx,
  type Peer,
  type State,
  withPeer,
  withSession,
} from "../state.ts";
import { isHostile, isOwn, isUnwanted } from "./identity.ts";
import { newSession, peerAt } from "./session.ts";

/** An operator names a peer: it is dialed at once and kept. */
export function addNode(state: State, command: Command, ctx: MasternodeCtx): State {
  const { address } = command;
  // Says why: such an address is not even stored (rule S5).
  if (isUnwanted(state, address, ctx)) return tryDial(state, address, ctx);
  const named = withPeer(state, { ...peerAt(state, address), configured: true });
  return tryDial(named, address, ctx);
}

/** A new dial candidate wakes the loop (rule X3). */
export function candidate(state: State, address: Address, ctx: MasternodeCtx): State {
  if (has(state.peers, address) || isUnwanted(state, address, ctx)) return state;
  ctx.setTimer("dial", 0 as Duration);
  return withPeer(state, peerAt(state, address));
}

/** Someone vouches that the peer is there: one attempt out of turn a minute (rule S6). */
export function freshEvidence(state: State, address: Address, ctx: MasternodeCtx): State {
  const peer = get(state.peers, address);
  if (peer === undefined || peer.nextAt <= ctx.uptime || sessionsWanted(state) <= 0) return state;
  const { freshDialSpacing } = state.config;
  if (peer.freshAt !== null && ctx.uptime - peer.freshAt < freshDialSpacing) return state;
  const dialed = tryDial(state, address, ctx);
  if (dialed === state) return state;
  return withPeer(dialed, { ...peerAt(dialed, address), freshAt: ctx.uptime });
}

/** A peer's pause is over. Where enough others stand, a lost session is redialed once. */
export function redial(state: State, key: TimerKey, ctx: MasternodeCtx): State {
  const peer = get(state.peers, key as number);
  if (peer === undefined) return state;
  const once = peer.readyAt !== null && (peer.triedAt === null || peer.triedAt <= peer.readyAt);
  if (peer.configured || once || sessionsWanted(state) > 0)
    return tryDial(state, peer.address, ctx);
  ctx.gate("dial", false, { for: formatAddress(peer.address), why: "enough others stand" });
  return state;
}

/** Every dial period, at a random phase of this boot, and whenever woken. */
export function dialLoop(state: State, _key: TimerKey, ctx: MasternodeCtx): State {
  const { dialPeriod } = state.config;
  const phase = Number.parseInt(state.identity.node.slice(0, 8), 16) % dialPeriod;
  ctx.setTimer("dial", (dialPeriod - ((ctx.uptime + phase) % dialPeriod)) as Duration);
  const due = values(state.peers).filter((peer) => isDue(state, peer, ctx));
  const order = ctx.random("dial order").shuffle(due);
  order.sort((left, right) => rank(state, left) - rank(state, right));
  let next = state;
  for (const peer of order) {
    if (sessionsWanted(next) <= 0) break;
    next = tryDial(next, peer.address, ctx);
  }
  return next;
}

/** Dials unless something speaks against it; says what. */
export function tryDial(state: State, address: Address, ctx: MasternodeCtx): State {
  const peer = peerAt(state, address);
  const against = objection(state, peer, ctx);
  const spoken = against === "" ? {} : { why: against };
  if (!ctx.gate("dial", against === "", { for: formatAddress(address), ...spoken })) return state;
  ctx.cancelTimer("redial", address);
  const id = ctx.dial(address);
  ctx.setTimer("handshake", state.config.handshakeTimeout, id);
  const tried = withPeer(state, { ...peer, triedAt: ctx.uptime, nextAt: ctx.uptime });
  return withSession(tried, newSession(id, "dialed", address, ctx.uptime));
}

/** Empty when the peer may be dialed now. */
function objection(state: State, peer: Peer, ctx: MasternodeCtx): string {
  const { dialSpacing, dialsMax, network } = state.config;
  if (peer.self || isOwn(state, peer.address, ctx)) return "this is ourselves";
  if (isHostile(network, peer.address)) return "not an address to dial";
  if (hasSession(state, peer)) return "there is a session";
  if (peer.triedAt !== null && ctx.uptime - peer.triedAt < dialSpacing) return "tried just now";
  const dialing = values(state.sessions).filter((session) => session.phase === "dialing");
  return dialing.length >= dialsMax ? "too many dials under way" : "";
}

function isDue(state: State, peer: Peer, ctx: MasternodeCtx): boolean {
  return peer.nextAt <= ctx.uptime && objection(state, peer, ctx) === "";
}

/** With that address, or with the same node under another (rule S4). */
function hasSession(state: State, peer: Peer): boolean {
  return values(state.sessions).some(
    (session) =>
      session.peer === peer.address || (peer.node !== null && session.node === peer.node),
  );
}

/** How many more sessions the loop would like (rule X5). */
function sessionsWanted(state: State): number {
  return state.config.sessionsWanted - state.sessions.size;
}

/** Masternodes first. */
function rank(state: State, peer: Peer): number {
  return has(state.registry.entries, peer.address) ? 0 : 1;
}
