/**
 * Heartbeats: liveness for the whole network (rules H1 and H2). Each travels every link once or
 * twice, so nearly all that arrive are known already: that is asked first and costs next to
 * nothing.
 */
import { type Address, parseAddress } from "../../core/address.ts";
import type { TimerKey } from "../../core/machine.ts";
import { get, remove } from "../../core/table.ts";
import { type Duration, SECOND, type Time } from "../../core/units.ts";
import { heartbeatDigest } from "../digests.ts";
import type { ListedHeartbeat, MasternodeEntry, MessageOf, SignedHeartbeat } from "../messages.ts";
import { later, withHeartbeat } from "../registry.ts";
import { changedEntry, changedIdentity } from "../records.ts";
import {
  broadcast,
  type Entry,
  type Held,
  type MasternodeCtx,
  type Session,
  type State,
  withRegistry,
  withState,
} from "../state.ts";
import { attest, unattested } from "./attestation.ts";
import { freshEvidence, returned } from "./dial.ts";
import { hold } from "./held.ts";
import { isOurs, spelled } from "./identity.ts";
import { unixSeconds } from "./ping.ts";
import { place } from "./registry.ts";
import { numbered } from "./sequences.ts";

/** Rule H1: every period, aligned so that missed ones are skipped. */
export function beat(state: State, _key: TimerKey, ctx: MasternodeCtx): State {
  if (state.identity.announcement === null) return state;
  return sendHeartbeat(numbered(state, ["heartbeat"], ctx), ctx);
}

/** Under the number that was drawn for it. */
export function sendHeartbeat(state: State, ctx: MasternodeCtx): State {
  const { announceDelay, heartbeatPeriod, crypto, keySeed } = state.config;
  const since = ctx.uptime - announceDelay;
  ctx.setTimer("heartbeat", (heartbeatPeriod - (since % heartbeatPeriod)) as Duration);
  const { publicKey, sequences } = state.identity;
  const own = state.identity.address ?? ctx.self;
  const unsigned = {
    masternodeAddress: spelled(state, own),
    sequenceNumber: sequences.heartbeat,
    timestamp: unixSeconds(ctx),
    masternodePubkey: publicKey,
  };
  const signature = crypto.sign(keySeed, heartbeatDigest(crypto, unsigned));
  const heartbeat = { ...unsigned, signature };
  const recipients = broadcast(state, { type: "HeartbeatBroadcast", heartbeat }, ctx, null);
  ctx.emit({ type: "heartbeat", sequence: sequences.heartbeat, recipients });
  const { witnessing: last } = state.identity;
  const [next, witnessing] = unattested(state, own, last, heartbeat, true, ctx);
  return withState(next, { identity: changedIdentity(next.identity, { heartbeat, witnessing }) });
}

/** Rule H2. */
export function acceptHeartbeat(
  state: State,
  session: Session,
  message: MessageOf<"HeartbeatBroadcast">,
  ctx: MasternodeCtx,
): State {
  const { heartbeat } = message;
  const address = parseAddress(heartbeat.masternodeAddress, state.config.defaultPort);
  if (address === null) return state;
  const entry = get(state.registry.entries, address);
  if (entry !== undefined && heartbeat.sequenceNumber <= entry.heartbeatSequence) {
    // A relay was faster than the masternode itself: this node is a witness all the same.
    const witness = session.peer === address && entry.heartbeat?.signature === heartbeat.signature;
    return witness ? attest(state, address, ctx) : state;
  }
  if (isOurs(state, address, heartbeat.masternodePubkey, ctx)) return state;
  if (entry === undefined || entry.bound === "not") {
    return hold(state, session, address, message, ctx);
  }
  return takeLive(state, session, session.peer, entry, message, ctx.uptime, ctx);
}

/** Its announcement has come: the held heartbeat is judged as if it came now (rule H3). */
export function takeHeld(state: State, address: Address, ctx: MasternodeCtx): State {
  const held = get(state.registry.held, address);
  const entry = get(state.registry.entries, address);
  if (held === undefined || entry === undefined || entry.bound === "not") return state;
  const next = withRegistry(state, { held: remove(state.registry.held, address) });
  if (held.message.heartbeat.sequenceNumber <= entry.heartbeatSequence) return next;
  const session = get(state.sessions, held.session);
  return takeLive(next, session, held.from, entry, held.message, held.at, ctx);
}

/** The latest heartbeat of a list's line, if it is newer than what we have (rule X1). */
export function takeListed(
  state: State,
  from: Address,
  address: Address,
  listed: MasternodeEntry,
  ctx: MasternodeCtx,
): State {
  const entry = get(state.registry.entries, address);
  if (entry === undefined || entry.bound === "not" || listed.heartbeat === undefined) return state;
  if (listed.heartbeat.sequenceNumber <= entry.heartbeatSequence) return state;
  if (listed.publicKey !== entry.publicKey) return state;
  const heartbeat = whole(state, address, listed, listed.heartbeat);
  if (!isTimely(state, heartbeat, ctx)) return state;
  if (!verifies(state, heartbeat)) return refuse(state, from, address, "signature", ctx);
  return accepted(state, from, entry, heartbeat, datedBy(heartbeat, ctx), ctx);
}

/**
 * When a masternode was last alive by the heartbeats at hand, listed or held, under the key that is
 * claimed for it; null when they prove nothing.
 */
export function vouchedAt(
  state: State,
  address: Address,
  listed: MasternodeEntry,
  ctx: MasternodeCtx,
): Time | null {
  const line = listed.heartbeat;
  const told = line === undefined ? null : whole(state, address, listed, line);
  const held = get(state.registry.held, address);
  return later(
    told !== null && proves(state, told, ctx) ? datedBy(told, ctx) : null,
    held !== undefined && isHeldOf(state, held, listed, ctx) ? held.at : null,
  );
}

function isHeldOf(state: State, held: Held, listed: MasternodeEntry, ctx: MasternodeCtx): boolean {
  const { heartbeat } = held.message;
  return heartbeat.masternodePubkey === listed.publicKey && proves(state, heartbeat, ctx);
}

/** A new heartbeat of a known masternode, on its way through the network. */
function takeLive(
  state: State,
  session: Session | undefined,
  from: Address,
  entry: Entry,
  message: MessageOf<"HeartbeatBroadcast">,
  at: Time,
  ctx: MasternodeCtx,
): State {
  const { heartbeat } = message;
  const { address } = entry;
  const firstHand = session?.peer === address;
  const bound = heartbeat.masternodePubkey === entry.publicKey;
  // The reference signs with a key of this boot, which binds nothing and which nobody else knows.
  const throwAway = !bound && firstHand && session.node === null;
  if (!bound && !throwAway) return refuse(state, from, address, "another key is bound", ctx);
  if (!verifies(state, heartbeat)) return refuse(state, from, address, "signature", ctx);
  if (throwAway) {
    return place(
      state,
      changedEntry(entry, { evidenceAt: later(entry.evidenceAt, at) }),
      from,
      ctx,
    );
  }
  if (!isTimely(state, heartbeat, ctx)) {
    // Said once, not for each copy; first hand it is evidence all the same (rule R2).
    const evidenceAt = firstHand ? later(entry.evidenceAt, at) : entry.evidenceAt;
    const marked = changedEntry(entry, { heartbeatSequence: heartbeat.sequenceNumber, evidenceAt });
    const next = place(state, marked, from, ctx);
    return refuse(next, from, address, "timestamp out of window", ctx);
  }
  const next = freshEvidence(accepted(state, from, entry, heartbeat, at, ctx), address, ctx);
  broadcast(next, message, ctx, session?.id ?? null);
  return firstHand ? attest(next, address, ctx) : next;
}

/** Verified: it is evidence, and the latest. */
function accepted(
  state: State,
  from: Address,
  entry: Entry,
  heartbeat: SignedHeartbeat,
  evidenceAt: Time,
  ctx: MasternodeCtx,
): State {
  const { address, witnessing: last, status } = entry;
  const [next, witnessing] = unattested(state, address, last, heartbeat, status === "active", ctx);
  const placed = place(next, withHeartbeat(entry, heartbeat, witnessing, evidenceAt), from, ctx);
  return returned(placed, address, ctx);
}

function proves(state: State, heartbeat: SignedHeartbeat, ctx: MasternodeCtx): boolean {
  return isTimely(state, heartbeat, ctx) && verifies(state, heartbeat);
}

function isTimely(state: State, heartbeat: SignedHeartbeat, ctx: MasternodeCtx): boolean {
  return Math.abs(heartbeat.timestamp * SECOND - ctx.wall) <= state.config.evidenceWindow;
}

/** Rule R2: what a list tells dates from its own timestamp, and never from the future. */
function datedBy(heartbeat: SignedHeartbeat, ctx: MasternodeCtx): Time {
  return (ctx.uptime - Math.max(0, ctx.wall - heartbeat.timestamp * SECOND)) as Time;
}

function verifies(state: State, heartbeat: SignedHeartbeat): boolean {
  const { crypto } = state.config;
  const digest = heartbeatDigest(crypto, heartbeat);
  return crypto.verify(heartbeat.masternodePubkey, digest, heartbeat.signature);
}

/** A list's line leaves out what the line says already: the address and the key. */
function whole(
  state: State,
  address: Address,
  { publicKey }: MasternodeEntry,
  { sequenceNumber, timestamp, signature }: ListedHeartbeat,
): SignedHeartbeat {
  const masternodeAddress = spelled(state, address);
  return { masternodeAddress, sequenceNumber, timestamp, masternodePubkey: publicKey, signature };
}

function refuse(state: State, from: Address, of: Address, why: string, ctx: MasternodeCtx): State {
  ctx.emit({ type: "refused", what: "heartbeat", of, from, why });
  return state;
}
