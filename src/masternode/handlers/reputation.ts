/**
 * What peers have earned (rule Q1). It orders dialing and sync; it refuses nobody and never decides
 * who is active. The drift towards 0 is computed when somebody asks, not ticked.
 */
import type { Address } from "../../core/address.ts";
import { get } from "../../core/table.ts";
import type { Time } from "../../core/units.ts";
import type { Config, ConstantName } from "../config.ts";
import type { Earning } from "../facts.ts";
import { changedPeer } from "../records.ts";
import { type MasternodeCtx, type Peer, type Reputation, type State, withPeer } from "../state.ts";

interface Change {
  readonly by: ConstantName;
  readonly sign: 1 | -1;
  /** It takes nobody below the floor. */
  readonly floor: boolean;
}

const EVENTS: Readonly<Record<Earning, Change>> = {
  pong: { by: "scorePong", sign: 1, floor: true },
  block: { by: "scoreBlock", sign: 1, floor: true },
  proved: { by: "scoreProved", sign: 1, floor: true },
  "dial-failed": { by: "scoreDialFailed", sign: -1, floor: true },
  "pings-lost": { by: "scorePingsLost", sign: -1, floor: true },
  violation: { by: "scoreViolation", sign: -1, floor: false },
};

export const UNKNOWN: Reputation = {
  score: 0,
  at: 0 as Time,
  pongAt: null,
  shunnedUntil: 0 as Time,
};

/** The score now, drifted. */
export function scoreOf(config: Config, { reputation }: Peer, now: Time): number {
  const { score, at } = reputation;
  const drift = Math.floor((now - at) / config.scoreDrift);
  return score > 0 ? Math.max(0, score - drift) : Math.min(0, score + drift);
}

/** Last in every order. */
export function isShunned(config: Config, peer: Peer, now: Time): boolean {
  return scoreOf(config, peer, now) <= -config.scoreShunned;
}

/** Records what a peer did. Of a peer without a record nothing is remembered. */
export function scored(state: State, address: Address, what: Earning, ctx: MasternodeCtx): State {
  const peer = get(state.peers, address);
  if (peer === undefined) return state;
  const { config } = state;
  const { pongAt, at } = peer.reputation;
  const isPong = what === "pong";
  if (isPong && pongAt !== null && ctx.uptime - pongAt < config.scorePongSpacing) return state;
  const before = scoreOf(config, peer, ctx.uptime);
  const score = changed(config, before, what);
  if (score !== before) ctx.emit({ type: "earned", peer: address, by: what, score });
  const isShunned = score <= -config.scoreShunned;
  if (isShunned && before > -config.scoreShunned) {
    ctx.emit({ type: "shunned", peer: address, score });
  }
  // Minutes that had begun to count go on counting.
  const begun = before === 0 ? 0 : (ctx.uptime - at) % config.scoreDrift;
  const until = (ctx.uptime + config.shunnedFor) as Time;
  return withPeer(
    state,
    changedPeer(peer, {
      reputation: {
        score,
        at: (ctx.uptime - begun) as Time,
        pongAt: isPong ? ctx.uptime : pongAt,
        // What is good shortens nothing, and prolongs nothing either.
        shunnedUntil: isShunned && score < before ? until : peer.reputation.shunnedUntil,
      },
    }),
  );
}

function changed(config: Config, before: number, what: Earning): number {
  const { by, sign, floor } = EVENTS[what];
  const after = before + sign * config[by];
  const least = floor ? Math.min(before, -config.scoreFloor) : -config.scoreMax;
  return Math.min(Math.max(after, least, -config.scoreMax), config.scoreMax);
}
