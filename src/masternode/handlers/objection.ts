/** What speaks against dialing a peer, in words (rules S4 to S7, Q1), and how many are missing. */
import { each, has, values } from "../../core/table.ts";
import type { MasternodeCtx, Peer, State } from "../state.ts";
import { isHostile, isOwn } from "./identity.ts";
import { isFull, mayFeel } from "./limits.ts";
import { isLasting } from "./session.ts";
import { isBanned } from "./violations.ts";

export type Purpose = "session" | "feeler";

/** Empty when the peer may be dialed now. */
export function objection(state: State, peer: Peer, purpose: Purpose, ctx: MasternodeCtx): string {
  const own = objectionTo(state, peer, ctx);
  if (own !== "") return own;
  if (!hasRoom(state, purpose)) return "too many sessions";
  if (isAvoided(state, peer, ctx)) return "bad reputation";
  return dialsUnderWay(state) >= state.config.dialsMax ? "too many dials under way" : "";
}

/** It need not be dialed, and will not have to be before a session with it ends. */
export function isSettled(state: State, peer: Peer, ctx: MasternodeCtx): boolean {
  return settledBy(state, peer, ctx) !== "";
}

/** What speaks against this peer, whatever others there are. */
function objectionTo(state: State, peer: Peer, ctx: MasternodeCtx): string {
  const { dialSpacing } = state.config;
  const settled = settledBy(state, peer, ctx);
  if (settled !== "") return settled;
  if (peer.triedAt !== null && ctx.uptime - peer.triedAt < dialSpacing) return "tried just now";
  return isBanned(state, peer.address, ctx.uptime) ? "banned" : "";
}

function settledBy(state: State, peer: Peer, ctx: MasternodeCtx): string {
  if (peer.self || isOwn(state, peer.address, ctx)) return "this is ourselves";
  if (isHostile(state.config.network, peer.address)) return "not an address to dial";
  return hasSession(state, peer) ? "there is a session" : "";
}

/** Whose pause is over (rule S6), and against whom nothing speaks. There may be thousands. */
export function duePeers(state: State, purpose: Purpose, ctx: MasternodeCtx): Peer[] {
  // What speaks against all of them is asked once.
  if (!hasRoom(state, purpose) || dialsUnderWay(state) >= state.config.dialsMax) return [];
  const now = ctx.uptime;
  return values(state.peers).filter((peer) => {
    if (peer.nextAt > now || objectionTo(state, peer, ctx) !== "") return false;
    return !isAvoided(state, peer, ctx);
  });
}

function hasRoom(state: State, purpose: Purpose): boolean {
  return purpose === "feeler" ? mayFeel(state) : !isFull(state);
}

function dialsUnderWay(state: State): number {
  let dialing = 0;
  each(state.sessions, ({ phase }) => {
    if (phase === "dialing") dialing++;
  });
  return dialing;
}

/** How many more sessions the loop would like, or more that it dialed itself (rule X5). */
export function sessionsMissing(state: State, ctx: MasternodeCtx): number {
  const { all, dialed } = lasting(state, ctx);
  return Math.max(state.config.sessionsWanted - all, state.config.dialedWanted - dialed);
}

function lasting(
  state: State,
  ctx: MasternodeCtx,
): { readonly all: number; readonly dialed: number } {
  let all = 0;
  let dialed = 0;
  each(state.sessions, (session) => {
    if (!isLasting(state, session, ctx.uptime)) return;
    all++;
    if (session.role === "dialed") dialed++;
  });
  return { all, dialed };
}

/** With that address, or with the same node under another (rule S4). */
function hasSession(state: State, peer: Peer): boolean {
  for (const { values: sessions } of state.sessions.chunks) {
    for (const session of sessions) {
      if (session.peer === peer.address) return true;
      if (peer.node !== null && session.node === peer.node) return true;
    }
  }
  return false;
}

/** The shunned, for a while, where others stand and nothing makes the peer worth it (rule Q1). */
function isAvoided(state: State, peer: Peer, ctx: MasternodeCtx): boolean {
  if (ctx.uptime >= peer.reputation.shunnedUntil) return false;
  if (peer.configured || has(state.registry.entries, peer.address)) return false;
  return lasting(state, ctx).all >= state.config.sessionsWanted;
}
