/**
 * What a masternode knows, in slices by mechanism, each an immutable value. One `with…` per record
 * rebuilds it; an unchanged part keeps its reference. Moments are uptimes unless said otherwise.
 */
import type { Address } from "../core/address.ts";
import type { Ctx, Input, Role, SessionId } from "../core/machine.ts";
import { put, remove, type Table, values } from "../core/table.ts";
import { type Duration, SECOND, type Time } from "../core/units.ts";
import type { U64 } from "../wire/u64.ts";
import type { Config } from "./config.ts";
import type { Fact } from "./facts.ts";
import type { Claim, Sync } from "./stage.ts";
import type {
  Block,
  Hash,
  Message,
  MessageOf,
  PublicKey,
  SignedAnnouncement,
  SignedHeartbeat,
  Tier,
} from "./messages.ts";

export type TimerName =
  | "announce"
  | "announce-again"
  | "ask"
  | "assemble"
  | "cache"
  | "chain"
  | "dial"
  | "due"
  | "early-block"
  | "exchange"
  | "feeler"
  | "feeler-over"
  | "guest"
  | "handshake"
  | "heartbeat"
  | "minimum"
  | "ping"
  | "produce"
  | "prune"
  | "redial"
  | "start"
  | "status"
  | "sweep"
  | "sync"
  | "tips";

export type Command =
  | { readonly type: "addnode"; readonly address: Address }
  /** The process is about to end. */
  | { readonly type: "stop" };

export type CommandOf<T extends Command["type"]> = Extract<Command, { readonly type: T }>;

export interface Files {
  readonly sequences: Sequences;
  readonly chain: Chain;
  /** What masternode/cache.ts makes (rule Q3). */
  readonly cache: string;
  readonly [file: string]: unknown;
}

/** The last number used of each kind (rule A4). */
export interface Sequences {
  readonly announcement: number;
  readonly heartbeat: number;
}

/** The protocol's alphabets (core/machine.ts). */
export interface Masternode {
  readonly config: Config;
  readonly state: State;
  readonly message: Message;
  readonly timer: TimerName;
  readonly command: Command;
  readonly fact: Fact;
  readonly files: Files;
}

export type MasternodeCtx = Ctx<Masternode>;
export type MasternodeInput = Input<Masternode>;

export interface State {
  readonly config: Config;
  readonly identity: Identity;
  readonly sessions: Table<Session>;
  readonly peers: Table<Peer>;
  readonly registry: Registry;
  readonly chain: Chain;
  readonly sync: Sync;
  readonly production: Production;
  readonly memory: Memory;
}

export interface Violations {
  readonly count: number;
  /** No session with it before, the time of the last one if that began no ban; null: for ever. */
  readonly bannedUntil: Time | null;
}

/** What is remembered of peers besides themselves. */
export interface Memory {
  /** Addresses pruned lately, and when: hearsay does not bring them back (rule Q2). */
  readonly pruned: Table<Time>;
  /** Unreadable lines by ip, or by address where an ip says nothing (rule S8). */
  readonly violations: Table<Violations>;
  /** Something changed that the cache on disk does not know yet (rule Q3). */
  readonly unsaved: boolean;
}

export interface Identity {
  /** Null until learned (rule S5). */
  readonly address: Address | null;
  /** 128 random bits of this boot, hex (rule S3). */
  readonly node: string;
  readonly publicKey: PublicKey;
  readonly sequences: Sequences;
  /** Our latest announcement; null before `announceDelay` (rule A3) or without an address. */
  readonly announcement: SignedAnnouncement | null;
  /** Our latest heartbeat (rule H1). */
  readonly heartbeat: SignedHeartbeat | null;
  readonly witnessing: Witnessing | null;
  /** The disk refuses our sequences: go on from memory (rule A4). */
  readonly diskFails: boolean;
  /** Sessions asked for all pages since boot (rule X1). */
  readonly pagesAsked: number;
  /** What peers call us, while we do not know ourselves: their ip and the address they see. */
  readonly seen: readonly (readonly [Address, Address])[];
}

export interface Session {
  readonly id: SessionId;
  readonly role: Role;
  /** The socket's far end. */
  readonly remote: Address;
  /** Who it is: the dialed address, or the source ip with the announced port (rule S1). */
  readonly peer: Address;
  readonly phase: "dialing" | "opened" | "ready";
  /** The peer's boot, null for the reference (rule S4). */
  readonly node: string | null;
  readonly capabilities: readonly string[];
  /** Dialed to see whether somebody is there (rule X5). */
  readonly feeler: boolean;
  /** Beyond the session limit, for one exchange (rule S7). */
  readonly guest: boolean;
  readonly openedAt: Time;
  readonly readyAt: Time;
  /** The last message, give or take HEARD_STEP. */
  readonly heardAt: Time;
  /** Messages before the handshake, with their times (rule S3). */
  readonly early: readonly (readonly [Time, Message])[];
  readonly pings: Pings;
  readonly tip: Claim | null;
  readonly asking: Asking | null;
  /** It is telling us all it knows, page by page (rule X1). */
  readonly paging: boolean;
  /** Lists asked for when it became ready that have not come (rule A1). */
  readonly unread: number;
}

/** `heardAt` is renewed when it is older than this. */
export const HEARD_STEP: Duration = (2 * SECOND) as Duration;

/** About masternodes whose heartbeats it sent and that we do not know (rule H3). */
export interface Asking {
  readonly askedAt: Time;
  /** For the answer, or its time-out; else for the next request to be allowed. */
  readonly waiting: boolean;
  /** To be asked about next. */
  readonly wanted: readonly Address[];
}

export interface Pings {
  /** Unanswered, oldest first. */
  readonly pending: readonly { readonly nonce: U64; readonly at: Time }[];
  readonly lost: number;
  /** Peer's clock minus ours in µs at its last Ping or Pong (rule R5). */
  readonly skew: number | null;
}

/** A dial candidate. */
export interface Peer {
  readonly address: Address;
  /** The boot it answered with last. */
  readonly node: string | null;
  /** Named by configuration or an operator. */
  readonly configured: boolean;
  /** Ourselves under some address: never dialed (rule S4). */
  readonly self: boolean;
  /** A session with it was ready, or its masternode active, at some time (rule Q2). */
  readonly proven: boolean;
  /** When that was last so; of one never seen, when it was first heard of. */
  readonly seenAt: Time;
  /** When a session with it was ready last. */
  readonly readyAt: Time | null;
  readonly reputation: Reputation;
  readonly failures: number;
  readonly triedAt: Time | null;
  /** The last attempt that fresh evidence allowed out of turn (rule S6). */
  readonly freshAt: Time | null;
  /** Not before. */
  readonly nextAt: Time;
}

/** What a peer has earned (rule Q1). */
export interface Reputation {
  /** As it was at `at`; it has drifted since. */
  readonly score: number;
  readonly at: Time;
  /** The last Pong that counted. */
  readonly pongAt: Time | null;
  /** Not dialed before then without need. */
  readonly shunnedUntil: Time;
}

export interface Registry {
  readonly entries: Table<Entry>;
  /** When entries went for want of evidence: hearsay does not bring them back (rule R3). */
  readonly removed: Table<Time>;
  /** Entries that are active. */
  readonly active: number;
  /** The newest heartbeat of each masternode that cannot be judged yet (rule H3). */
  readonly held: Table<Held>;
  /** Whose latest heartbeat it is, by the first bits of its hash (rule H4). */
  readonly hashes: Table<Address>;
}

export interface Held {
  readonly message: MessageOf<"HeartbeatBroadcast">;
  readonly session: SessionId;
  readonly from: Address;
  readonly at: Time;
}

/** A masternode other than ourselves (rule R1). */
export interface Entry {
  readonly address: Address;
  readonly rewardAddress: string;
  readonly tier: Tier;
  readonly publicKey: PublicKey;
  readonly bound: "not" | "provisionally" | "firmly";
  readonly status: "known" | "active" | "inactive";
  readonly firstSeen: Time;
  /** Who told us of it first, until it proves real; null also if nobody but itself (rule Q1). */
  readonly namedBy: Address | null;
  readonly evidenceAt: Time | null;
  readonly sequence: number;
  /** The latest that verified, to be passed on in lists. */
  readonly announcement: SignedAnnouncement | null;
  /** The latest that verified under the bound key, likewise. */
  readonly heartbeat: SignedHeartbeat | null;
  /** The highest that was verified: what is not above it is a duplicate (rule H2). */
  readonly heartbeatSequence: number;
  readonly witnessing: Witnessing | null;
  /** When a claim with another key made us dial it (rule R1). */
  readonly checkedAt: Time | null;
}

/** Who attests a masternode's latest heartbeat at this node (rule H4). */
export interface Witnessing {
  readonly hash: Hash;
  readonly sequence: number;
  /** Who attested a heartbeat of it lately, ourselves included. */
  readonly witnesses: readonly Witness[];
  readonly attested: boolean;
  /** Since when every heartbeat was attested, but for the latest that may yet be. */
  readonly since: Time | null;
  /** Nobody in reach hears it first hand: said once. */
  readonly unwitnessed: boolean;
}

export interface Witness {
  readonly address: Address;
  /** The latest that it attested. */
  readonly sequence: number;
  readonly at: Time;
}

export interface StoredBlock {
  readonly block: Block;
  readonly hash: Hash;
}

export interface Chain {
  readonly height: number;
  readonly tip: Hash;
  readonly blocks: Table<StoredBlock>;
}

export interface Production {
  /** Since when enough masternodes are active without a break; null: not enough. */
  readonly minimumSince: Time | null;
  /** The height whose gates (all but `due` and `turn`) opened, and when (rule B2). */
  readonly open: Opening | null;
  readonly attempt: Attempt | null;
  /** What was said last about not producing, to say it once. */
  readonly said: string;
}

export interface Opening {
  readonly height: number;
  readonly since: Time;
  /** When they closed again, if they are closed now. */
  readonly closedAt: Time | null;
}

export interface Attempt {
  readonly height: number;
  readonly tip: Hash;
  readonly rank: number;
  readonly assembling: boolean;
  /** When its timer is to be heard: the one before assembling, or the one that ends it. */
  readonly due: Time;
}

export type Patch<T> = { readonly [K in keyof T]?: T[K] };

export function withState(state: State, patch: Patch<State>): State {
  return {
    config: state.config,
    identity: patch.identity ?? state.identity,
    sessions: patch.sessions ?? state.sessions,
    peers: patch.peers ?? state.peers,
    registry: patch.registry ?? state.registry,
    chain: patch.chain ?? state.chain,
    sync: patch.sync ?? state.sync,
    production: patch.production ?? state.production,
    memory: patch.memory ?? state.memory,
  };
}

/** `stage`, `doubts` or `early` replaced. */
export function withSync(state: State, patch: Patch<Sync>): State {
  const { stage, doubts, early } = state.sync;
  return withState(state, {
    sync: {
      stage: patch.stage ?? stage,
      doubts: patch.doubts ?? doubts,
      early: patch.early ?? early,
    },
  });
}

export function withSession(state: State, session: Session): State {
  return withState(state, { sessions: put(state.sessions, session.id, session) });
}

export function withPeer(state: State, peer: Peer): State {
  return withState(state, { peers: put(state.peers, peer.address, peer) });
}

export function withoutSession(state: State, id: SessionId): State {
  return withState(state, { sessions: remove(state.sessions, id) });
}

export function withRegistry(state: State, patch: Patch<Registry>): State {
  const { registry } = state;
  return withState(state, {
    registry: {
      entries: patch.entries ?? registry.entries,
      removed: patch.removed ?? registry.removed,
      active: patch.active ?? registry.active,
      held: patch.held ?? registry.held,
      hashes: patch.hashes ?? registry.hashes,
    },
  });
}

/** Ready sessions in the order of their ids, oldest first. */
export function readySessions(state: State): readonly Session[] {
  return values(state.sessions).filter((session) => session.phase === "ready");
}

/** Sends one message to every ready session but one; returns how many. */
export function broadcast(
  state: State,
  message: Message,
  ctx: MasternodeCtx,
  except: SessionId | null,
): number {
  let recipients = 0;
  for (const chunk of state.sessions.chunks) {
    for (const { id, phase } of chunk.values) {
      if (phase !== "ready" || id === except) continue;
      ctx.send(id, message);
      recipients++;
    }
  }
  return recipients;
}
