/** Hearing of masternodes: announcements live and listed, and their relay (rules A4, R1, R2). */
import { type Address, ipOf, parseAddress } from "../../core/address.ts";
import { get } from "../../core/table.ts";
import { SECOND, type Time } from "../../core/units.ts";
import { encodeUtf8 } from "../../wire/utf8.ts";
import { announcementDigest, isSigned } from "../digests.ts";
import type { Announcement, MasternodeEntry, MessageOf, SignedAnnouncement } from "../messages.ts";
import { type Claim, later, weigh } from "../registry.ts";
import { changedEntry } from "../records.ts";
import { broadcast, type Entry, type MasternodeCtx, type Session, type State } from "../state.ts";
import { crowdedOut } from "./crowd.ts";
import { candidate, freshEvidence, returned, tryDial } from "./dial.ts";
import { takeHeld, takeListed, vouchedAt } from "./heartbeat.ts";
import { isHostile, isOurs } from "./identity.ts";
import { place } from "./registry.ts";
import { scored } from "./reputation.ts";

export function acceptAnnouncement(
  state: State,
  session: Session,
  message: MessageOf<"MasternodeAnnouncement">,
  ctx: MasternodeCtx,
): State {
  const { announcement } = message;
  const address = addressOf(state, announcement);
  if (address === null || isHostile(state.config.network, address)) {
    return refuse(state, session, announcement, null, "not an address of a node", ctx);
  }
  if (isVerbose(state, announcement)) {
    return refuse(state, session, announcement, address, "reward address too long", ctx);
  }
  if (isOurs(state, address, announcement.publicKey, ctx)) return state;
  const before = get(state.registry.entries, address);
  // Asked before the signature, which costs more.
  if (before === undefined && crowdedOut(state, session.peer) === "nobody") {
    return refuse(state, session, announcement, address, "the registry is full", ctx);
  }
  const firstHand = session.peer === address;
  const fromItsIp = ipOf(session.remote) === ipOf(address);
  if (!firstHand && isOld(before, announcement)) return state;
  const source = { firstHand, fromItsIp, listed: false };
  const claim = makeClaim(state, address, announcement, source, ctx.uptime, ctx);
  if (claim === null) return refuse(state, session, announcement, address, "signature", ctx);
  const verdict = weigh(before, claim, ctx.uptime);
  if (verdict.kind === "stale") return state;
  if (verdict.kind === "refused") {
    const next = refuse(state, session, announcement, address, verdict.why, ctx);
    return verdict.check ? checkKey(next, address, ctx) : next;
  }
  const { peer, remote } = session;
  ctx.emit({ type: "processed", of: address, from: peer, remote, firstHand, news: verdict.news });
  let next = place(state, verdict.entry, peer, ctx);
  if (before === undefined) next = candidate(next, address, ctx);
  else next = returned(next, address, ctx);
  // It is there itself: whoever named it told the truth (rule Q1).
  const namedBy = firstHand ? (before?.namedBy ?? null) : null;
  if (namedBy !== null) next = scored(next, namedBy, "proved", ctx);
  if (claim.evidenceAt !== null) next = freshEvidence(next, address, ctx);
  if (verdict.news && claim.signed !== null) relay(next, session, claim.signed, ctx);
  return takeHeld(next, address, ctx);
}

const LISTED = { firstHand: false, fromItsIp: false, listed: true };

/**
 * Entries of a list or page (rule X1), and their heartbeats: evidence dates from the timestamps of
 * both (rule R2). One held for want of the announcement is live, and goes first (rule H3).
 */
export function acceptEntries(
  state: State,
  session: Session,
  entries: readonly MasternodeEntry[],
  ctx: MasternodeCtx,
): State {
  let next = state;
  for (const listed of entries.slice(0, state.config.listMax)) {
    const address = addressOf(state, listed);
    if (address === null || isHostile(state.config.network, address)) continue;
    if (isOurs(next, address, listed.publicKey, ctx) || isVerbose(state, listed)) continue;
    next = takeLine(next, session.peer, address, listed, ctx);
    next = takeHeld(next, address, ctx);
    next = takeListed(next, session.peer, address, listed, ctx);
  }
  return next;
}

/** The announcement of a list's line. Too old to be evidence, it still tells who is where. */
function takeLine(
  state: State,
  from: Address,
  address: Address,
  listed: MasternodeEntry,
  ctx: MasternodeCtx,
): State {
  const before = get(state.registry.entries, address);
  if (isOld(before, listed)) return state;
  const seconds = listed.timestamp ?? Number.NEGATIVE_INFINITY;
  const age = Math.max(0, ctx.wall - seconds * SECOND);
  const claim = makeClaim(state, address, listed, LISTED, (ctx.uptime - age) as Time, ctx);
  if (claim === null) return state;
  const evidenceAt = later(claim.evidenceAt, vouchedAt(state, address, listed, ctx));
  const verdict = weigh(before, { ...claim, evidenceAt }, ctx.uptime);
  if (verdict.kind === "refused" && verdict.check) return checkKey(state, address, ctx);
  if (verdict.kind !== "taken") return state;
  const next = place(state, verdict.entry, from, ctx);
  if (next === state) return state;
  return before === undefined ? candidate(next, address, ctx) : returned(next, address, ctx);
}

/** Nothing it could tell is new: most of what floods and lists bring, so it is asked first. */
function isOld(entry: Entry | undefined, announcement: Announcement): boolean {
  if (entry === undefined || entry.publicKey !== announcement.publicKey) return false;
  return (announcement.sequence ?? 0) <= entry.sequence;
}

/** Null when it carries a signature that does not verify. */
function makeClaim(
  state: State,
  address: Address,
  announcement: Announcement,
  source: Pick<Claim, "firstHand" | "fromItsIp" | "listed">,
  dated: Time,
  ctx: MasternodeCtx,
): Claim | null {
  const signed = isSigned(announcement) ? bare(announcement) : null;
  if (signed !== null && !verifies(state, signed)) return null;
  const { evidenceWindow } = state.config;
  const off = signed === null ? 0 : Math.abs(signed.timestamp * SECOND - ctx.wall);
  const evidenceAt = source.firstHand || (signed !== null && off <= evidenceWindow) ? dated : null;
  return { address, announcement, signed, ...source, evidenceAt };
}

function verifies(state: State, signed: SignedAnnouncement): boolean {
  const { crypto } = state.config;
  return crypto.verify(signed.publicKey, announcementDigest(crypto, signed), signed.signature);
}

/** A list's line may carry a heartbeat besides; what is stored and relayed does not. */
function bare(entry: SignedAnnouncement): SignedAnnouncement {
  const { address, rewardAddress, tier, publicKey, port, timestamp, sequence, signature } = entry;
  return { address, rewardAddress, tier, publicKey, port, timestamp, sequence, signature };
}

function addressOf(state: State, announcement: Announcement): Address | null {
  return parseAddress(announcement.address, announcement.port ?? state.config.defaultPort);
}

/** It would be kept, passed on, and stand in every block: many could make all of them too large. */
function isVerbose(state: State, { rewardAddress }: Announcement): boolean {
  return encodeUtf8(rewardAddress).length > state.config.rewardAddressMax;
}

/** Once, and only what is new to us (rule A4). */
function relay(
  state: State,
  from: Session,
  announcement: SignedAnnouncement,
  ctx: MasternodeCtx,
): void {
  broadcast(state, { type: "MasternodeAnnouncement", announcement }, ctx, from.id);
}

/** Somebody claims the address with another key: ask whoever is there (rule R1). */
function checkKey(state: State, address: Address, ctx: MasternodeCtx): State {
  const entry: Entry | undefined = get(state.registry.entries, address);
  if (entry === undefined) return state;
  const { rebindDialSpacing } = state.config;
  if (entry.checkedAt !== null && ctx.uptime - entry.checkedAt < rebindDialSpacing) return state;
  const dialed = tryDial(state, address, ctx);
  if (dialed === state) return state;
  return place(dialed, changedEntry(entry, { checkedAt: ctx.uptime }), address, ctx);
}

/** Of what a peer calls an address, in the log. */
const NAME_MAX = 64;

function refuse(
  state: State,
  session: Session,
  announcement: Announcement,
  address: Address | null,
  why: string,
  ctx: MasternodeCtx,
): State {
  const named = announcement.address.slice(0, NAME_MAX);
  const what = address === null ? `announcement of ${named}` : "announcement";
  const of = address === null ? {} : { of: address };
  ctx.emit({ type: "refused", what, from: session.peer, why, ...of });
  return state;
}
