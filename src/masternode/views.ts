/** What an operator may ask a masternode (kit/view.ts): looks at its state, and nothing else. */
import { type Address, formatAddress } from "../core/address.ts";
import { get, values } from "../core/table.ts";
import { MILLISECOND, SECOND, type Time } from "../core/units.ts";
import type { Column, Moment, Row, View } from "../kit/view.ts";
import { expectedHeight, slotStart } from "./chain.ts";
import { activeCount } from "./handlers/registry.ts";
import { scoreOf } from "./handlers/reputation.ts";
import { isBanned } from "./handlers/violations.ts";
import {
  type Entry,
  type Masternode,
  type Peer,
  readySessions,
  type Session,
  type State,
} from "./state.ts";

export const views: Readonly<Record<string, View<Masternode>>> = {
  status: {
    about: "where the node stands: height, active masternodes, sessions",
    shape: "record",
    columns: {
      address: text("as others reach it; unknown until peers agree"),
      publicKey: text("what it signs with"),
      network: text("which chain"),
      masternode: { unit: "flag", about: "announces itself and produces blocks" },
      height: count("of its chain"),
      expected: count("height by its clock"),
      tip: text("id of its last block"),
      nextSlot: { unit: "seconds", about: "until the next block is due" },
      sync: text("whether it gets blocks from a peer"),
      active: count("active masternodes, itself included"),
      needed: count("so many for a block"),
      known: count("masternodes it has heard of"),
      ready: count("sessions that are ready"),
      candidates: count("addresses it may dial"),
      banned: count("addresses that are banned now"),
      savesFail: { unit: "flag", about: "the disk refuses its sequences" },
    },
    look: status,
  },
  peers: {
    about: "sessions, oldest first",
    shape: "list",
    columns: {
      session: count("number within this start"),
      peer: text("where it listens"),
      remote: text("the far end of the socket"),
      role: text("who called: dialed is us"),
      phase: text("dialing, opened or ready"),
      age: { unit: "seconds", about: "since it opened" },
      height: count("of its chain, as it says"),
      skew: { unit: "milliseconds", about: "its clock minus ours" },
      score: count("what it has earned"),
      received: { unit: "bytes", about: "from it" },
      sent: { unit: "bytes", about: "to it" },
      buffered: { unit: "bytes", about: "not yet taken by the kernel" },
      node: { unit: "text", about: "which boot answered", wide: true },
    },
    look: (state, moment) => {
      return values(state.sessions).map((session) => sessionRow(state, session, moment));
    },
  },
  candidates: {
    about: "addresses it may dial, whether connected or not",
    shape: "list",
    columns: {
      address: text("where it listens"),
      connected: { unit: "flag", about: "a session with it is ready" },
      configured: { unit: "flag", about: "named by an operator" },
      score: count("what it has earned"),
      failures: count("dials that failed since it was there"),
      ready: { unit: "seconds", about: "since a session with it was ready" },
      next: { unit: "seconds", about: "until it may be dialed; none while banned" },
    },
    look: candidates,
  },
  masternodes: {
    about: "the registry: who is known, and who is active",
    shape: "list",
    columns: {
      address: text("where it listens"),
      status: text("known, active or inactive; self is this node"),
      tier: text("weight of its rewards"),
      bound: text("how its key is bound to its address"),
      evidence: { unit: "seconds", about: "since it was heard of" },
      witnesses: count("that attest its latest heartbeat"),
      attested: { unit: "seconds", about: "since its heartbeats are attested" },
      sequence: { unit: "count", about: "of its announcement", wide: true },
      rewardAddress: { unit: "text", about: "where it is paid", wide: true },
      publicKey: { unit: "text", about: "what it signs with", wide: true },
    },
    look: (state, { uptime }) => [
      ...(state.config.masternode ? [ownRow(state)] : []),
      ...values(state.registry.entries).map((entry) => entryRow(entry, uptime)),
    ],
  },
};

function text(about: string): Column {
  return { unit: "text", about };
}

function count(about: string): Column {
  return { unit: "count", about };
}

function status(state: State, { uptime, wall }: Moment): readonly Row[] {
  const { config, identity, chain, sync } = state;
  const expected = expectedHeight(config, wall);
  const ready = readySessions(state).length;
  const banned = values(state.memory.violations).filter(({ bannedUntil }) => {
    return bannedUntil === null || uptime < bannedUntil;
  });
  return [
    {
      address: shown(identity.address),
      publicKey: identity.publicKey,
      network: config.network,
      masternode: config.masternode,
      height: chain.height,
      expected,
      tip: chain.tip,
      nextSlot: inSeconds(slotStart(config, expected + 1) - wall),
      sync: sync.stage.kind,
      active: activeCount(state),
      needed: config.minimumMasternodes,
      known: state.registry.entries.size,
      ready,
      candidates: state.peers.size,
      banned: banned.length,
      savesFail: identity.diskFails,
    },
  ];
}

function sessionRow(state: State, session: Session, { uptime, traffic }: Moment): Row {
  const { id, peer, remote, role, phase, openedAt, tip, pings, node } = session;
  const candidate = get(state.peers, peer);
  const bytes = traffic.get(id);
  return {
    session: id,
    peer: formatAddress(peer),
    remote: formatAddress(remote),
    role,
    phase: session.guest ? `${phase} guest` : session.feeler ? `${phase} feeler` : phase,
    age: phase === "dialing" ? null : inSeconds(uptime - openedAt),
    height: tip?.height ?? null,
    skew: pings.skew === null ? null : Math.round(pings.skew / MILLISECOND),
    score: candidate === undefined ? null : scoreOf(state.config, candidate, uptime),
    received: bytes?.received ?? null,
    sent: bytes?.sent ?? null,
    buffered: bytes?.buffered ?? null,
    node,
  };
}

function candidates(state: State, { uptime }: Moment): readonly Row[] {
  const ready = new Set(readySessions(state).map(({ peer }) => peer));
  return values(state.peers)
    .filter(({ self }) => !self)
    .map((peer: Peer): Row => {
      const { address, configured, failures, readyAt, nextAt } = peer;
      const until = Math.max(nextAt, peer.reputation.shunnedUntil) - uptime;
      return {
        address: formatAddress(address),
        connected: ready.has(address),
        configured,
        score: scoreOf(state.config, peer, uptime),
        failures,
        ready: readyAt === null ? null : inSeconds(uptime - readyAt),
        next: isBanned(state, address, uptime) ? null : inSeconds(Math.max(0, until)),
      };
    });
}

/** Ourselves, among the others: of what is said about them, what applies. */
function ownRow({ config, identity }: State): Row {
  const { announcement, witnessing } = identity;
  return {
    address: shown(identity.address),
    status: "self",
    tier: config.tier,
    bound: null,
    evidence: null,
    witnesses: witnessing?.witnesses.length ?? null,
    attested: null,
    sequence: announcement?.sequence ?? null,
    rewardAddress: config.rewardAddress,
    publicKey: identity.publicKey,
  };
}

function entryRow(entry: Entry, now: Time): Row {
  const { address, status: standing, tier, bound, evidenceAt, witnessing } = entry;
  const since = witnessing?.since ?? null;
  return {
    address: formatAddress(address),
    status: standing,
    tier,
    bound: bound === "not" ? null : bound,
    evidence: evidenceAt === null ? null : inSeconds(now - evidenceAt),
    witnesses: witnessing?.witnesses.length ?? null,
    attested: since === null ? null : inSeconds(now - since),
    sequence: entry.announcement?.sequence ?? null,
    rewardAddress: entry.rewardAddress,
    publicKey: entry.publicKey,
  };
}

function shown(address: Address | null): string | null {
  return address === null ? null : formatAddress(address);
}

/** To the millisecond. */
function inSeconds(length: number): number {
  return Math.round((length / SECOND) * 1_000) / 1_000;
}
