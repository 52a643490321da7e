/**
 * Whom to dial and when (rules S6, X3, X5). The loop keeps enough sessions; a peer's own timer
 * redials it after its pause; something new, an operator or fresh evidence dials at once. What
 * speaks against a dial stands in objection.ts, whom nobody asked for yet in feeler.ts.
 */
import { type Address, formatAddress, ipOf, isPrivate } from "../../core/address.ts";
import type { TimerKey } from "../../core/machine.ts";
import { get, has, remove, values } from "../../core/table.ts";
import type { Duration, Time } from "../../core/units.ts";
import { changedPeer, changedSession } from "../records.ts";
import {
  type CommandOf,
  type MasternodeCtx,
  type Peer,
  type State,
  withPeer,
  withState,
  withSession,
} from "../state.ts";
import { noteChange } from "../memory.ts";
import { isUnwanted } from "./identity.ts";
import { duePeers, isSettled, objection, type Purpose, sessionsMissing } from "./objection.ts";
import { withRoom } from "./prune.ts";
import { isShunned, scoreOf } from "./reputation.ts";
import { newSession, peerAt } from "./session.ts";

/** An operator names a peer: it is dialed at once and kept. */
export function addNode(state: State, command: CommandOf<"addnode">, ctx: MasternodeCtx): State {
  const { address } = command;
  // Says why: such an address is not even stored (rule S5).
  if (isUnwanted(state, address, ctx)) return tryDial(state, address, ctx);
  const named = withPeer(state, changedPeer(peerAt(state, address, ctx), { configured: true }));
  return dialOrLater(noteChange(named, ctx), address, ctx);
}

/** A new dial candidate wakes the loop (rule X3). */
export function candidate(state: State, address: Address, ctx: MasternodeCtx): State {
  if (has(state.peers, address) || isUnwanted(state, address, ctx)) return state;
  const entry = get(state.registry.entries, address);
  const proven = entry !== undefined && entry.evidenceAt !== null;
  // Who was pruned returns only by evidence (rule Q2).
  if (!proven && has(state.memory.pruned, address)) return state;
  const roomy = withRoom(state, ctx);
  if (roomy === null) return state;
  ctx.setTimer("dial", 0 as Duration);
  const peer = changedPeer(peerAt(roomy, address, ctx), { proven });
  return noteChange(withPeer(roomy, peer), ctx);
}

/** If it was pruned and is active now, it is a candidate again (rule Q2). */
export function returned(state: State, address: Address, ctx: MasternodeCtx): State {
  const { memory, registry } = state;
  if (!has(memory.pruned, address)) return state;
  if (get(registry.entries, address)?.status !== "active") return state;
  const pruned = remove(memory.pruned, address);
  return candidate(withState(state, { memory: { ...memory, pruned } }), address, ctx);
}

/** Someone vouches that the peer is there: one attempt out of turn a minute (rule S6). */
export function freshEvidence(state: State, address: Address, ctx: MasternodeCtx): State {
  const peer = get(state.peers, address);
  if (peer === undefined || peer.nextAt <= ctx.uptime || sessionsMissing(state, ctx) <= 0) {
    return state;
  }
  const { freshDialSpacing } = state.config;
  if (peer.freshAt !== null && ctx.uptime - peer.freshAt < freshDialSpacing) return state;
  const dialed = tryDial(state, address, ctx);
  if (dialed === state) return state;
  return withPeer(dialed, changedPeer(peerAt(dialed, address, ctx), { freshAt: ctx.uptime }));
}

/** A peer's pause is over. Where enough others stand, a lost session is redialed once. */
export function redial(state: State, key: TimerKey, ctx: MasternodeCtx): State {
  const peer = get(state.peers, key as number);
  if (peer === undefined) return state;
  const once = peer.readyAt !== null && (peer.triedAt === null || peer.triedAt <= peer.readyAt);
  if (peer.configured || once || sessionsMissing(state, ctx) > 0) {
    return dialOrLater(state, peer.address, ctx);
  }
  ctx.gate("dial", false, { for: formatAddress(peer.address), why: "enough others stand" });
  return state;
}

/** Every dial period, at a random phase of this boot, and whenever woken. */
export function dialLoop(state: State, _key: TimerKey, ctx: MasternodeCtx): State {
  ctx.setTimer("dial", untilTurn(state, 0, state.config.dialPeriod, ctx.uptime));
  if (sessionsMissing(state, ctx) <= 0) return state;
  const now = ctx.uptime;
  const drawn = ctx.random("dial order").shuffle(duePeers(state, "session", ctx));
  const ranked = drawn.map((peer) => ({ peer, rank: rank(state, peer, now) }));
  ranked.sort((left, right) => left.rank - right.rank);
  const order = ranked.map(({ peer }) => peer);
  let next = state;
  for (const peer of spread(state, order)) {
    if (sessionsMissing(next, ctx) <= 0) break;
    next = tryDial(next, peer.address, ctx);
  }
  return next;
}

/** Dials unless something speaks against it; says what. */
export function tryDial(
  state: State,
  address: Address,
  ctx: MasternodeCtx,
  purpose: Purpose = "session",
): State {
  const peer = peerAt(state, address, ctx);
  const against = objection(state, peer, purpose, ctx);
  const spoken = against === "" ? {} : { why: against };
  if (!ctx.gate("dial", against === "", { for: formatAddress(address), ...spoken })) return state;
  ctx.cancelTimer("redial", address);
  const id = ctx.dial(address);
  ctx.setTimer("handshake", state.config.handshakeTimeout, id);
  const tried = withPeer(state, changedPeer(peer, { triedAt: ctx.uptime, nextAt: ctx.uptime }));
  const session = newSession(id, "dialed", address, ctx.uptime);
  return withSession(tried, changedSession(session, { feeler: purpose === "feeler" }));
}

/** Where what speaks against it may pass, as too many dials under way do, its turn comes again. */
function dialOrLater(state: State, address: Address, ctx: MasternodeCtx): State {
  const tried = tryDial(state, address, ctx);
  const isPutOff = tried === state && !isSettled(state, peerAt(state, address, ctx), ctx);
  if (isPutOff) ctx.setTimer("redial", state.config.dialPeriod, address);
  return tried;
}

/** Until the next turn of something periodic whose phase this boot's number gives. */
export function untilTurn(state: State, from: number, period: number, now: Time): Duration {
  const phase = Number.parseInt(state.identity.node.slice(from, from + 8), 16) % period;
  return (period - ((now + phase) % period)) as Duration;
}

/**
 * Masternodes first, best reputation first, the shunned last (rules X5 and Q1). Whom an operator
 * named comes before all: invented masternodes would take every dial there is.
 */
function rank(state: State, peer: Peer, now: Time): number {
  const { config } = state;
  const named = peer.configured ? -100_000 : 0;
  const least = has(state.registry.entries, peer.address) ? 0 : 1_000;
  const shunned = isShunned(config, peer, now) ? 10_000 : 0;
  return named + shunned + least - scoreOf(config, peer, now);
}

/**
 * At most two of one /24, sessions included, where there is a choice: more of it come after the
 * last of the others that may answer. Who did not answer last time is no choice, or a node that is
 * cut off from the others would never dial its own subnet.
 */
function spread(state: State, order: readonly Peer[]): readonly Peer[] {
  const taken = new Map<number, number>();
  const isSpread = (address: Address): boolean => {
    if (isPrivate(address)) return true;
    const subnet = ipOf(address) >>> 8;
    const count = taken.get(subnet) ?? 0;
    taken.set(subnet, count + 1);
    return count < state.config.subnetMax;
  };
  for (const session of values(state.sessions)) isSpread(session.peer);
  const others = order.filter(({ address }) => isSpread(address));
  const last = others.findLastIndex(({ failures }) => failures === 0);
  const choice = new Set(others.slice(0, last + 1));
  return [...choice, ...order.filter((peer) => !choice.has(peer))];
}
