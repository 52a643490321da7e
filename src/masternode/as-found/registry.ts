/**
 * The registry as found (section 5): announcements are filed under the address they came from, any
 * mention makes active and fresh, and what is sent goes to accepted links only.
 */
import { type Address, formatIp, parseAddress, withPort } from "../../core/address.ts";
import type { SessionId, TimerKey } from "../../core/machine.ts";
import { each, get } from "../../core/table.ts";
import { SECOND } from "../../core/units.ts";
import { heartbeatDigest } from "../digests.ts";
import { isOwn } from "../handlers/identity.ts";
import { place } from "../handlers/registry.ts";
import type { Announcement, MessageOf } from "../messages.ts";
import { unixSeconds } from "../handlers/ping.ts";
import { encodeUtf8 } from "../../wire/utf8.ts";
import { changedEntry } from "../records.ts";
import { broadcast, type Entry, type MasternodeCtx, type Session, type State } from "../state.ts";

/** Links younger than this are not believed (section 4.7). */
const STABLE_AFTER = 5 * SECOND;

/** Every 60 s, the first at once: announcement, request and heartbeat, to whoever has a writer. */
export function broadcastAll(state: State, _key: TimerKey, ctx: MasternodeCtx): State {
  ctx.setTimer("announce", state.config.announcePeriod);
  const announcement = ownAnnouncement(state, ctx);
  const message = { type: "MasternodeAnnouncement", announcement } as const;
  const recipients = broadcast(state, message, ctx, null);
  broadcast(state, { type: "GetMasternodes" }, ctx, null);
  broadcastHeartbeat(state, ctx);
  ctx.emit({ type: "broadcast", recipients, sequence: 0 });
  return state;
}

/** Signed with a key of this boot that nobody knows, and always number 1 (section 6). */
function broadcastHeartbeat(state: State, ctx: MasternodeCtx): void {
  const { crypto } = state.config;
  const seed = crypto.sha256(encodeUtf8(`heartbeat key ${state.identity.node}`));
  const unsigned = {
    masternodeAddress: formatIp(ctx.self),
    sequenceNumber: 1,
    timestamp: unixSeconds(ctx),
    masternodePubkey: crypto.publicKey(seed),
  };
  const signature = crypto.sign(seed, heartbeatDigest(crypto, unsigned));
  const heartbeat = { ...unsigned, signature };
  broadcast(state, { type: "HeartbeatBroadcast", heartbeat }, ctx, null);
}

/** After a handshake: an announcement for every entry, itself included (section 2.7). */
export function announceAll(state: State, session: SessionId, ctx: MasternodeCtx): void {
  const announcements = [...listed(state)];
  if (state.config.masternode) announcements.unshift(ownAnnouncement(state, ctx));
  for (const announcement of announcements) {
    ctx.send(session, { type: "MasternodeAnnouncement", announcement });
  }
}

/** The message's own address is thrown away. */
export function registerSource(
  state: State,
  session: Session,
  message: MessageOf<"MasternodeAnnouncement">,
  ctx: MasternodeCtx,
): State {
  const age = ctx.uptime - session.openedAt;
  const link = { for: formatIp(session.remote), age: `${Math.floor(age / SECOND)}s` };
  if (!ctx.gate("stable", age >= STABLE_AFTER, link)) return state;
  const of = withPort(session.remote, state.config.defaultPort);
  const news = get(state.registry.entries, of) === undefined;
  const { peer, remote } = session;
  ctx.emit({ type: "processed", of, from: peer, remote, firstHand: true, news });
  return register(state, of, message.announcement, peer, ctx);
}

/** Whoever is named in a heartbeat is fresh, whoever signed it; a stranger is ignored. */
export function refreshNamed(
  state: State,
  session: Session,
  { heartbeat }: MessageOf<"HeartbeatBroadcast">,
  ctx: MasternodeCtx,
): State {
  return refresh(state, session, heartbeat.masternodeAddress, ctx);
}

/** Likewise a witness. */
export function refreshWitness(
  state: State,
  session: Session,
  { attestation }: MessageOf<"HeartbeatAttestation">,
  ctx: MasternodeCtx,
): State {
  return refresh(state, session, attestation.witnessAddress, ctx);
}

function refresh(state: State, session: Session, text: string, ctx: MasternodeCtx): State {
  const address = parseAddress(text, state.config.defaultPort);
  const entry = address === null ? undefined : get(state.registry.entries, address);
  if (entry === undefined) return state;
  return place(state, changedEntry(entry, { evidenceAt: ctx.uptime }), session.peer, ctx);
}

/** Hearsay makes active and fresh (section 5.3: nothing it names ever goes offline). */
export function registerListed(
  state: State,
  session: Session,
  message: MessageOf<"MasternodesResponse">,
  ctx: MasternodeCtx,
): State {
  let next = state;
  for (const entry of message.entries) {
    const address = parseAddress(entry.address, state.config.defaultPort);
    if (address === null || isOwn(state, address, ctx)) continue;
    next = register(next, address, entry, session.peer, ctx);
  }
  return next;
}

export function serveAll(
  state: State,
  session: Session,
  _message: MessageOf<"GetMasternodes">,
  ctx: MasternodeCtx,
): State {
  const own = state.config.masternode ? [ownAnnouncement(state, ctx)] : [];
  ctx.send(session.id, { type: "MasternodesResponse", entries: [...own, ...listed(state)] });
  return state;
}

/** The first claim wins: key, tier and reward address of an entry never change. */
function register(
  state: State,
  address: Address,
  announcement: Announcement,
  from: Address,
  ctx: MasternodeCtx,
): State {
  const known: Entry | undefined = get(state.registry.entries, address);
  const { rewardAddress, tier, publicKey } = known ?? announcement;
  const entry: Entry = {
    address,
    rewardAddress,
    tier,
    publicKey,
    bound: "firmly",
    status: known?.status ?? "known",
    firstSeen: known?.firstSeen ?? ctx.uptime,
    evidenceAt: ctx.uptime,
    sequence: 0,
    announcement: null,
    heartbeat: null,
    heartbeatSequence: 0,
    witnessing: null,
    namedBy: null,
    checkedAt: null,
  };
  return place(state, entry, from, ctx);
}

function ownAnnouncement(state: State, ctx: MasternodeCtx): Announcement {
  const { rewardAddress, tier } = state.config;
  const { publicKey } = state.identity;
  return { address: formatIp(ctx.self), rewardAddress, tier, publicKey };
}

function listed(state: State): readonly Announcement[] {
  const entries: Announcement[] = [];
  each(state.registry.entries, ({ address, rewardAddress, tier, publicKey }) => {
    entries.push({ address: formatIp(address), rewardAddress, tier, publicKey });
  });
  return entries;
}
