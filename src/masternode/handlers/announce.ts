/** Saying that we exist: on every session that becomes ready (A1) and every minute (A2 to A4). */
import { formatAddress, formatIp, portOf } from "../../core/address.ts";
import type { SessionId, TimerKey } from "../../core/machine.ts";
import { get } from "../../core/table.ts";
import type { Duration } from "../../core/units.ts";
import { announcementDigest } from "../digests.ts";
import type { SignedAnnouncement } from "../messages.ts";
import { changedIdentity } from "../records.ts";
import { broadcast, type MasternodeCtx, type Session, type State, withState } from "../state.ts";
import { askForPages } from "./exchange.ts";
import { unixSeconds } from "./ping.ts";
import { sendTip } from "../tip.ts";
import { sendHeartbeat } from "./heartbeat.ts";
import { numbered } from "./sequences.ts";

/** Lists that greet() asks for: of peers, and of masternodes. */
export const LISTS = 2;

/** Rule A1, and the extras of peers that know them. */
export function greet(state: State, session: Session, ctx: MasternodeCtx): State {
  const { announcement } = state.identity;
  if (announcement !== null) {
    ctx.send(session.id, { type: "MasternodeAnnouncement", announcement });
  }
  ctx.send(session.id, { type: "GetPeers" });
  ctx.send(session.id, { type: "GetMasternodes" });
  ctx.send(session.id, { type: "GetBlockHeight" });
  sendTip(state, session, ctx);
  // The reference ignores what comes in the first 5 s of a link (rule A3).
  const reference = session.capabilities.length === 0;
  if (reference) ctx.setTimer("announce-again", state.config.announceRepeat, session.id);
  return askForPages(state, session, ctx);
}

/** Rule A3. */
export function announceAgain(state: State, key: TimerKey, ctx: MasternodeCtx): State {
  const { announcement } = state.identity;
  const session = get(state.sessions, key as number);
  if (session === undefined || announcement === null) return state;
  ctx.send(key as SessionId, { type: "MasternodeAnnouncement", announcement });
  return state;
}

/** Rule A2: every period, missed ones are skipped. A heartbeat follows the first (rule A3). */
export function announce(state: State, _key: TimerKey, ctx: MasternodeCtx): State {
  const { announceDelay, announcePeriod } = state.config;
  const since = ctx.uptime - announceDelay;
  ctx.setTimer("announce", (announcePeriod - (since % announcePeriod)) as Duration);
  const own = state.identity.address;
  const ready = ctx.gate("announce", own !== null, {
    address: own === null ? "unknown" : formatAddress(own),
  });
  if (!ready || own === null) return state;
  const first = state.identity.announcement === null;
  const next = numbered(state, first ? ["announcement", "heartbeat"] : ["announcement"], ctx);
  const sequence = next.identity.sequences.announcement;
  const announcement = sign(next, formatIp(own), portOf(own), sequence, ctx);
  const message = { type: "MasternodeAnnouncement", announcement } as const;
  const recipients = broadcast(next, message, ctx, null);
  ctx.emit({ type: "broadcast", recipients, sequence });
  const announced = withState(next, { identity: changedIdentity(next.identity, { announcement }) });
  return first ? sendHeartbeat(announced, ctx) : announced;
}

function sign(
  state: State,
  ip: string,
  port: number,
  sequence: number,
  ctx: MasternodeCtx,
): SignedAnnouncement {
  const { crypto, keySeed, rewardAddress, tier } = state.config;
  const unsigned = {
    address: ip,
    rewardAddress,
    tier,
    publicKey: state.identity.publicKey,
    port,
    timestamp: unixSeconds(ctx),
    sequence,
  };
  const signature = crypto.sign(keySeed, announcementDigest(crypto, unsigned));
  return { ...unsigned, signature };
}
