/** Who we are: our own address, as configured or as peers agree on it (rule S5). */
import {
  type Address,
  formatAddress,
  formatIp,
  ipOf,
  isPrivate,
  isUnusable,
  portOf,
} from "../../core/address.ts";
import { remove } from "../../core/table.ts";
import type { Duration } from "../../core/units.ts";
import type { Network } from "../block.ts";
import type { PublicKey } from "../messages.ts";
import { changedIdentity, changedPeer } from "../records.ts";
import { type MasternodeCtx, type Session, type State, withPeer, withState } from "../state.ts";
import { disown, emitActive } from "./registry.ts";
import { peerAt } from "./session.ts";

/** No place for a node. */
export function isHostile(network: Network, address: Address): boolean {
  return isUnusable(address) || (network === "mainnet" && isPrivate(address));
}

export function isOwn(state: State, address: Address, ctx: MasternodeCtx): boolean {
  return address === (state.identity.address ?? ctx.self);
}

/**
 * By its address, or by its key whatever address it names: from before we moved, or from a life in
 * which we knew ours. Counted, we would be two masternodes in our own eyes.
 */
export function isOurs(
  state: State,
  address: Address,
  publicKey: PublicKey,
  ctx: MasternodeCtx,
): boolean {
  return isOwn(state, address, ctx) || publicKey === state.identity.publicKey;
}

/** As heartbeats name a node: its ip, and its port where that is not the network's (rule S1). */
export function spelled(state: State, address: Address): string {
  const usual = portOf(address) === state.config.defaultPort;
  return usual ? formatIp(address) : formatAddress(address);
}

/** Addresses that are never dialed or stored. */
export function isUnwanted(state: State, address: Address, ctx: MasternodeCtx): boolean {
  return isHostile(state.config.network, address) || isOwn(state, address, ctx);
}

/** The address turned out to be ours: never dialed again (rule S4). */
export function markSelf(state: State, address: Address, ctx: MasternodeCtx): State {
  ctx.emit({ type: "self", address });
  return withPeer(state, changedPeer(peerAt(state, address, ctx), { self: true }));
}

/** A peer says under which address it sees us. Two of different /16 must agree. */
export function seenAs(state: State, session: Session, you: Address, ctx: MasternodeCtx): State {
  const { identity, config } = state;
  if (identity.address !== null || isHostile(config.network, you)) return state;
  const agrees = identity.seen.some(
    ([peer, seen]) => seen === you && peer !== session.peer && independent(peer, session.peer),
  );
  if (agrees) return adopt(state, you, ctx);
  const others = identity.seen.filter(([peer]) => peer !== session.peer).slice(-SEEN_MAX);
  const seen = [...others, [session.peer, you] as const];
  return withState(state, { identity: changedIdentity(identity, { seen }) });
}

/** Now we can announce ourselves, and what we took for another node goes. */
function adopt(state: State, address: Address, ctx: MasternodeCtx): State {
  const { announceDelay, masternode } = state.config;
  ctx.emit({ type: "addressed", address });
  const wait = Math.max(0, announceDelay - ctx.uptime) as Duration;
  if (masternode) ctx.setTimer("announce", wait);
  const identity = changedIdentity(state.identity, { address, seen: [] });
  const peers = remove(state.peers, address);
  const next = disown(withState(state, { identity, peers }), address, ctx);
  // We stand elsewhere in the active set now; who went from it has said so already.
  const isTold = next.registry.active !== state.registry.active;
  if (masternode && !isTold) emitActive(next, ctx);
  return next;
}

function independent(left: Address, right: Address): boolean {
  if (isPrivate(left) && isPrivate(right)) return true;
  return ipOf(left) >>> 16 !== ipOf(right) >>> 16;
}

const SEEN_MAX = 16;
