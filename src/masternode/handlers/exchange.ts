/** Sharing who is there: masternode lists, pages and peer addresses (rules X1 and X2). */
import { type Address, formatAddress, formatIp, parseAddress, portOf } from "../../core/address.ts";
import type { SessionId, TimerKey } from "../../core/machine.ts";
import { each, get, values } from "../../core/table.ts";
import type { Duration } from "../../core/units.ts";
import type {
  MasternodeEntry,
  MessageOf,
  SignedAnnouncement,
  SignedHeartbeat,
} from "../messages.ts";
import { changedIdentity, changedSession } from "../records.ts";
import {
  type Entry,
  type MasternodeCtx,
  readySessions,
  type Session,
  type State,
  withSession,
  withState,
} from "../state.ts";
import { acceptEntries } from "./announcement.ts";
import { candidate } from "./dial.ts";
import { takeLeave } from "./limits.ts";
import { answered } from "./held.ts";
import { isOwn, spelled } from "./identity.ts";

/** Rule X1: a few random sessions are asked each period. */
export function askForMasternodes(state: State, _key: TimerKey, ctx: MasternodeCtx): State {
  const { exchangePeriod, exchangeFanout } = state.config;
  ctx.setTimer("exchange", (exchangePeriod - (ctx.uptime % exchangePeriod)) as Duration);
  const asked = ctx.random("exchange").shuffle(readySessions(state)).slice(0, exchangeFanout);
  let next = state;
  for (const session of asked) {
    ctx.send(session.id, { type: "GetMasternodes" });
    next = askForPages(next, session, ctx);
  }
  return next;
}

/** Half the freshest, half drawn at random (rule X1). */
export function serveMasternodes(
  state: State,
  session: Session,
  _message: MessageOf<"GetMasternodes">,
  ctx: MasternodeCtx,
): State {
  const { listMax } = state.config;
  const freshest = values(state.registry.entries).sort(byEvidence);
  const half = freshest.slice(0, Math.ceil(listMax / 2));
  const rest = ctx.random("list").shuffle(freshest.slice(half.length));
  const listed = [...half, ...rest].slice(0, listMax).map((entry) => lineOf(state, entry));
  const own = ownLine(state);
  const entries = (own === null ? listed : [own, ...listed]).slice(0, listMax);
  ctx.send(session.id, { type: "MasternodesResponse", entries });
  return state;
}

export function acceptMasternodes(
  state: State,
  session: Session,
  message: MessageOf<"MasternodesResponse">,
  ctx: MasternodeCtx,
): State {
  const next = acceptEntries(read(state, session.id), session, message.entries, ctx);
  return takeLeave(answered(next, session.id, "MasternodesResponse", ctx), ctx);
}

/** One more list of those that a session was asked for at first. */
function read(state: State, id: SessionId): State {
  const session = get(state.sessions, id);
  if (session === undefined || session.unread === 0) return state;
  return withSession(state, changedSession(session, { unread: session.unread - 1 }));
}

/** Rule H3: those that were asked for, as far as they are known. */
export function serveAnnouncements(
  state: State,
  session: Session,
  message: MessageOf<"GetAnnouncements">,
  ctx: MasternodeCtx,
): State {
  const { defaultPort, listMax } = state.config;
  const entries = message.addresses.slice(0, listMax).flatMap((text): MasternodeEntry[] => {
    const address = parseAddress(text, defaultPort);
    if (address === null) return [];
    const entry = get(state.registry.entries, address);
    const own = isOwn(state, address, ctx) ? ownLine(state) : null;
    return entry === undefined ? (own === null ? [] : [own]) : [lineOf(state, entry)];
  });
  ctx.send(session.id, { type: "Announcements", entries });
  return state;
}

export function acceptAnnouncements(
  state: State,
  session: Session,
  message: MessageOf<"Announcements">,
  ctx: MasternodeCtx,
): State {
  const next = acceptEntries(state, session, message.entries, ctx);
  return answered(next, session.id, "Announcements", ctx);
}

/** After boot two sessions that know pages are asked for everything (rules X1 and X4). */
export function askForPages(state: State, session: Session, ctx: MasternodeCtx): State {
  const { pagesAsked } = state.identity;
  if (!session.capabilities.includes("pages") || pagesAsked >= state.config.pageSessions) {
    return state;
  }
  ctx.send(session.id, { type: "GetMasternodePage", after: null });
  const identity = changedIdentity(state.identity, { pagesAsked: pagesAsked + 1 });
  return paging(withState(state, { identity }), session.id, true);
}

function paging(state: State, id: SessionId, is: boolean): State {
  const session = get(state.sessions, id);
  if (session === undefined || session.paging === is) return state;
  return withSession(state, changedSession(session, { paging: is }));
}

/** The next entries in address order. */
export function servePage(
  state: State,
  session: Session,
  message: MessageOf<"GetMasternodePage">,
  ctx: MasternodeCtx,
): State {
  const { defaultPort, listMax } = state.config;
  const after = message.after === null ? -1 : parseAddress(message.after, defaultPort);
  if (after === null) return state;
  const entries: MasternodeEntry[] = [];
  each(state.registry.entries, (entry) => {
    if (entry.address > after && entries.length < listMax) entries.push(lineOf(state, entry));
  });
  ctx.send(session.id, { type: "MasternodePage", after: message.after, entries });
  return state;
}

/** A full page is followed by the next request. */
export function acceptPage(
  state: State,
  session: Session,
  message: MessageOf<"MasternodePage">,
  ctx: MasternodeCtx,
): State {
  const { entries } = message;
  const last = entries.at(-1);
  const { listMax, defaultPort } = state.config;
  if (last !== undefined && entries.length >= listMax) {
    const asked = message.after === null ? null : parseAddress(message.after, defaultPort);
    const reached = parseAddress(last.address, last.port ?? defaultPort);
    // Only ever upwards, or two pages could ask for each other for ever.
    if (reached !== null && reached > (asked ?? -1)) {
      ctx.send(session.id, { type: "GetMasternodePage", after: formatAddress(reached) });
      return acceptEntries(state, session, entries, ctx);
    }
  }
  const next = acceptEntries(paging(state, session.id, false), session, entries, ctx);
  return takeLeave(next, ctx);
}

/** Rule X2: those ready within a day, and active masternodes. */
export function servePeers(
  state: State,
  session: Session,
  _message: MessageOf<"GetPeers">,
  ctx: MasternodeCtx,
): State {
  const { peerFreshness, listMax } = state.config;
  const connected = new Set(readySessions(state).map((ready) => ready.peer));
  const fresh = values(state.peers).filter((peer) => {
    if (peer.self || isActive(state, peer.address)) return false;
    if (connected.has(peer.address)) return true;
    return peer.readyAt !== null && ctx.uptime - peer.readyAt < peerFreshness;
  });
  const active = values(state.registry.entries).filter((entry) => entry.status === "active");
  const known = [...active, ...fresh].filter(({ address }) => address !== session.peer);
  const drawn = ctx.random("peers").shuffle(known).slice(0, listMax);
  const addresses = drawn.map(({ address }) => formatAddress(address));
  ctx.send(session.id, { type: "PeersResponse", addresses });
  return state;
}

function isActive(state: State, address: Address): boolean {
  return get(state.registry.entries, address)?.status === "active";
}

export function acceptPeers(
  state: State,
  session: Session,
  message: MessageOf<"PeersResponse">,
  ctx: MasternodeCtx,
): State {
  let next = read(state, session.id);
  for (const text of message.addresses.slice(0, state.config.listMax)) {
    const address = parseAddress(text, state.config.defaultPort);
    if (address !== null) next = candidate(next, address, ctx);
  }
  const peers = next.peers.size - state.peers.size;
  if (peers > 0) ctx.emit({ type: "learned", peers, from: session.peer });
  return takeLeave(next, ctx);
}

/** Without a verified announcement it is hearsay to whoever reads it, as it is to us. */
function lineOf(state: State, entry: Entry): MasternodeEntry {
  const { announcement, heartbeat } = entry;
  if (announcement !== null) return signedLine(state, entry.address, announcement, heartbeat);
  const address = formatIp(entry.address);
  const port = portOf(entry.address);
  const { rewardAddress, tier, publicKey } = entry;
  return { address, rewardAddress, tier, publicKey, port };
}

/** Null before `announceDelay` (rule A3). */
function ownLine(state: State): MasternodeEntry | null {
  const { announcement, heartbeat, address } = state.identity;
  if (announcement === null || address === null) return null;
  return signedLine(state, address, announcement, heartbeat);
}

/** A heartbeat that spells its address in another way than a reader would is left out. */
function signedLine(
  state: State,
  address: Address,
  announcement: SignedAnnouncement,
  heartbeat: SignedHeartbeat | null,
): MasternodeEntry {
  if (heartbeat === null || heartbeat.masternodeAddress !== spelled(state, address)) {
    return announcement;
  }
  const { sequenceNumber, timestamp, signature } = heartbeat;
  return { ...announcement, heartbeat: { sequenceNumber, timestamp, signature } };
}

/** Freshest first, those without evidence last. Evidence may be older than our boot. */
function byEvidence(left: Entry, right: Entry): number {
  const [late, early] = [right.evidenceAt ?? NEVER, left.evidenceAt ?? NEVER];
  return late === early ? left.address - right.address : late - early;
}

const NEVER = Number.NEGATIVE_INFINITY;
