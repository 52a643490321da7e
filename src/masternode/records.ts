/**
 * The records of a state that change all the time, changed. Each is written out field by field, and
 * in one place: the engine gives what `{ ...record, field }` makes a layout of its own for each
 * place that says so, and whatever reads such records then has to look for their fields
 * (docs/performance.md). The order of fields is that of the literal that began the record.
 */
import type { Entry, Identity, Patch, Peer, Session } from "./state.ts";

export function changedSession(session: Session, patch: Patch<Session>): Session {
  const copy: Session = {
    id: session.id,
    role: session.role,
    remote: session.remote,
    peer: session.peer,
    phase: session.phase,
    node: session.node,
    capabilities: session.capabilities,
    feeler: session.feeler,
    guest: session.guest,
    openedAt: session.openedAt,
    readyAt: session.readyAt,
    heardAt: session.heardAt,
    early: session.early,
    pings: session.pings,
    tip: session.tip,
    asking: session.asking,
    paging: session.paging,
    unread: session.unread,
  };
  return Object.assign(copy, patch);
}

export function changedPeer(peer: Peer, patch: Patch<Peer>): Peer {
  const copy: Peer = {
    address: peer.address,
    node: peer.node,
    configured: peer.configured,
    self: peer.self,
    proven: peer.proven,
    seenAt: peer.seenAt,
    readyAt: peer.readyAt,
    reputation: peer.reputation,
    failures: peer.failures,
    triedAt: peer.triedAt,
    freshAt: peer.freshAt,
    nextAt: peer.nextAt,
  };
  return Object.assign(copy, patch);
}

export function changedEntry(entry: Entry, patch: Patch<Entry>): Entry {
  const copy: Entry = {
    address: entry.address,
    rewardAddress: entry.rewardAddress,
    tier: entry.tier,
    publicKey: entry.publicKey,
    bound: entry.bound,
    status: entry.status,
    firstSeen: entry.firstSeen,
    namedBy: entry.namedBy,
    evidenceAt: entry.evidenceAt,
    sequence: entry.sequence,
    announcement: entry.announcement,
    heartbeat: entry.heartbeat,
    heartbeatSequence: entry.heartbeatSequence,
    witnessing: entry.witnessing,
    checkedAt: entry.checkedAt,
  };
  return Object.assign(copy, patch);
}

export function changedIdentity(identity: Identity, patch: Patch<Identity>): Identity {
  const copy: Identity = {
    address: identity.address,
    node: identity.node,
    publicKey: identity.publicKey,
    sequences: identity.sequences,
    announcement: identity.announcement,
    heartbeat: identity.heartbeat,
    witnessing: identity.witnessing,
    diskFails: identity.diskFails,
    pagesAsked: identity.pagesAsked,
    seen: identity.seen,
  };
  return Object.assign(copy, patch);
}
