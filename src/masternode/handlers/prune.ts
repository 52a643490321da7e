/**
 * Forgetting dial candidates that lead nowhere (rule Q2), and remembering that they were forgotten,
 * so that no list brings them back at once. Never pruned: who is configured, who has a session, and
 * by failures alone who was ever there.
 */
import type { Address } from "../../core/address.ts";
import type { TimerKey } from "../../core/machine.ts";
import { each, has, put, remove, type Table, values } from "../../core/table.ts";
import type { Duration, Time } from "../../core/units.ts";
import { type MasternodeCtx, type Peer, type State, withState } from "../state.ts";
import { noteChange } from "../memory.ts";

/** As often as the registry is swept, from an hour after boot on. */
export function prune(state: State, _key: TimerKey, ctx: MasternodeCtx): State {
  const { sweepPeriod } = state.config;
  ctx.setTimer("prune", (sweepPeriod - (ctx.uptime % sweepPeriod)) as Duration);
  const fresh = withoutOld(state, ctx.uptime);
  if (ctx.uptime < state.config.pruneDelay) return fresh;
  const connected = new Set(values(state.sessions).map((session) => session.peer));
  const gone: Address[] = [];
  each(state.peers, (peer) => {
    const isIdle = !peer.configured && !peer.self && !connected.has(peer.address);
    if (isIdle && isHopeless(state, peer, ctx.uptime)) gone.push(peer.address);
  });
  if (gone.length === 0) return fresh;
  ctx.emit({ type: "pruned", addresses: gone });
  let { peers } = fresh;
  let { pruned } = fresh.memory;
  for (const address of gone) {
    peers = remove(peers, address);
    pruned = remembered(pruned, address, ctx.uptime, state.config.prunedMax);
  }
  const next = withState(fresh, { peers, memory: { ...fresh.memory, pruned } });
  return noteChange(next, ctx);
}

/**
 * Room for one more candidate: when there is none, one that nobody ever saw goes, or else one that
 * was never met. Signed announcements of invented addresses cost nothing, and must not fill it.
 */
export function withRoom(state: State, ctx: MasternodeCtx): State | null {
  if (state.peers.size < state.config.candidatesMax) return state;
  const unmet = values(state.peers).filter(
    (peer) => !peer.configured && !peer.self && peer.readyAt === null,
  );
  const unseen = unmet.filter((peer) => !peer.proven);
  const able = unseen.length > 0 ? unseen : unmet;
  if (able.length === 0) return null;
  const { address } = ctx.random("room").pick(able);
  return withState(state, { peers: remove(state.peers, address) });
}

function isHopeless(state: State, peer: Peer, now: Time): boolean {
  const { unseenMax, neverSeenMax, dialFailuresMax } = state.config;
  const isActive = peer.proven && has(state.registry.entries, peer.address);
  if (isActive) return false;
  if (peer.proven) return now - peer.seenAt >= unseenMax;
  return now - peer.seenAt >= neverSeenMax || peer.failures >= dialFailuresMax;
}

/** The oldest make room. */
export function remembered(
  gone: Table<Time>,
  address: Address,
  now: Time,
  most: number,
): Table<Time> {
  const grown = put(gone, address, now);
  if (grown.size <= most) return grown;
  let oldest = address as number;
  let since: number = now;
  each(grown, (at, other) => {
    if (at < since) [oldest, since] = [other, at];
  });
  return remove(grown, oldest);
}

function withoutOld(state: State, now: Time): State {
  let { pruned } = state.memory;
  each(state.memory.pruned, (at, address) => {
    if (now - at >= state.config.prunedMemory) pruned = remove(pruned, address);
  });
  if (pruned === state.memory.pruned) return state;
  return withState(state, { memory: { ...state.memory, pruned } });
}
