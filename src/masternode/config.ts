/**
 * Every constant of the protocol, with its default and its rule: one table from which the config's
 * type, a scenario's `config:` keys and their documentation come. Lengths are whole microseconds.
 */
import type { Address } from "../core/address.ts";
import type { Crypto } from "../core/capabilities.ts";
import { type Duration, HOUR, MILLISECOND, MINUTE, SECOND } from "../core/units.ts";
import type { Settings } from "../kit/field.ts";
import type { Network } from "./block.ts";
import type { Tier } from "./messages.ts";

type Constant =
  | {
      readonly kind: "duration";
      readonly default: number;
      readonly min: number;
      readonly about: string;
    }
  | {
      readonly kind: "number";
      readonly default: number;
      readonly whole: true;
      readonly min: 0;
      readonly max: number;
      readonly about: string;
    };

function length(value: number, about: string): Constant {
  return { kind: "duration", default: value, min: 0, about };
}

/** A length that is waited for again and again: shorter ones would stop the clock. */
function period(value: number, about: string): Constant {
  return { kind: "duration", default: value, min: MILLISECOND, about };
}

function count(value: number, about: string, max = 1_000_000_000): Constant {
  return { kind: "number", default: value, whole: true, min: 0, max, about };
}

/** A name that has no row below, or a row without its name here, does not compile. */
export type ConstantName =
  | "handshakeTimeout"
  | "earlyWindow"
  | "earlyMax"
  | "redialMin"
  | "redialMax"
  | "backoffStep"
  | "backoffMax"
  | "backoffMaxOthers"
  | "backoffSpread"
  | "backoffReset"
  | "dialSpacing"
  | "freshDialSpacing"
  | "dialPeriod"
  | "dialsMax"
  | "sessionsMax"
  | "guestsMax"
  | "guestTime"
  | "guestRetry"
  | "sessionsPerIp"
  | "silentFor"
  | "lineMaxUnready"
  | "lineMax"
  | "violationsBan"
  | "violationsLongBan"
  | "violationsEndlessBan"
  | "ban"
  | "longBan"
  | "violationMemory"
  | "violatorsMax"
  | "sessionsWanted"
  | "dialedWanted"
  | "subnetMax"
  | "feelerPeriod"
  | "feelerTime"
  | "pingPeriod"
  | "pingTimeout"
  | "pingLossesMax"
  | "announceDelay"
  | "announcePeriod"
  | "announceRepeat"
  | "rewardAddressMax"
  | "heartbeatPeriod"
  | "heldMax"
  | "askSpacing"
  | "askTimeout"
  | "witnessesNeeded"
  | "witnessWindow"
  | "exchangePeriod"
  | "exchangeFanout"
  | "listMax"
  | "pageSessions"
  | "peerFreshness"
  | "evidenceWindow"
  | "activeWindow"
  | "sweepPeriod"
  | "removeAfter"
  | "removedMemory"
  | "rebindDialSpacing"
  | "clockTolerance"
  | "clockPeersMin"
  | "slot"
  | "tipPeriod"
  | "blocksMax"
  | "downloadTimeout"
  | "searchTimeout"
  | "reorgDepth"
  | "tipFailuresMax"
  | "tipIgnored"
  | "earlyBlock"
  | "blockSizeMax"
  | "producedSizeMax"
  | "replySizeMax"
  | "candidatesMax"
  | "entriesMax"
  | "unseenMax"
  | "neverSeenMax"
  | "dialFailuresMax"
  | "prunedMax"
  | "prunedMemory"
  | "pruneDelay"
  | "cacheDelay"
  | "scorePong"
  | "scorePongSpacing"
  | "scoreBlock"
  | "scoreProved"
  | "scoreDialFailed"
  | "scorePingsLost"
  | "scoreViolation"
  | "scoreMax"
  | "scoreFloor"
  | "scoreDrift"
  | "scoreShunned"
  | "shunnedFor"
  | "minimumMasternodes"
  | "minimumHold"
  | "tick"
  | "rankStep"
  | "turnGrace"
  | "startStep"
  | "startStepsMax"
  | "productionTime"
  | "statusPeriod";

export const CONSTANTS: Readonly<Record<ConstantName, Constant>> = {
  handshakeTimeout: length(10 * SECOND, "Dial, Handshake and Ack time out after this (S3)"),
  earlyWindow: length(SECOND, "Messages before the handshake are kept this long (S3)"),
  earlyMax: count(16, "and at most so many of them (S3)"),
  redialMin: length(5 * SECOND, "Redial after a clean close, earliest (S6)"),
  redialMax: length(7 * SECOND, "and latest (S6)"),
  backoffStep: length(10 * SECOND, "Redial after the n-th failure in a row: n times this (S6)"),
  backoffMax: length(30 * SECOND, "cap for masternodes, bootstrap and once ready (S6)"),
  backoffMaxOthers: length(300 * SECOND, "cap for others (S6)"),
  backoffSpread: count(20, "give or take so many percent (S6)", 100),
  backoffReset: length(60 * SECOND, "A session ready this long resets the back-off (S6)"),
  dialSpacing: length(5 * SECOND, "At most one attempt per peer in this time (S6)"),
  freshDialSpacing: length(MINUTE, "Fresh evidence allows an immediate attempt this often (S6)"),
  dialPeriod: period(30 * SECOND, "The dial loop runs this often without being woken (X3)"),
  dialsMax: count(8, "Outstanding dials (S7)"),
  sessionsMax: count(125, "Sessions (S7)"),
  guestsMax: count(16, "and beyond them so many accepted guests (S7)"),
  guestTime: length(15 * SECOND, "A guest's session ends after this (S7)"),
  guestRetry: length(MINUTE, "and the guest comes again after this (S7)"),
  sessionsPerIp: count(3, "Accepted sessions of one ip, private ones excepted (S7)"),
  silentFor: length(10 * SECOND, "at that limit one silent for longer makes room (S7)"),
  lineMaxUnready: count(4_096, "Bytes of a line before the handshake (S7)"),
  lineMax: count(16 * 1_048_576, "and after it (S7)"),
  violationsBan: count(3, "So many violations are answered by a ban (S8)"),
  violationsLongBan: count(5, "so many by a long one (S8)"),
  violationsEndlessBan: count(10, "so many by one until restart (S8)"),
  ban: length(5 * MINUTE, "A ban (S8)"),
  longBan: length(HOUR, "A long ban (S8)"),
  violationMemory: length(HOUR, "Violations are forgotten after this without another (S8)"),
  violatorsMax: count(1_024, "Violators that are remembered (S8)"),
  sessionsWanted: count(8, "Sessions the dial loop keeps (X5)"),
  dialedWanted: count(4, "at least so many of them dialed (X5)"),
  subnetMax: count(2, "at most so many of one /24 where there is a choice (X5)"),
  feelerPeriod: period(30 * SECOND, "A feeler dials a random candidate without a session (X5)"),
  feelerTime: length(15 * SECOND, "and ends after this if it brought nothing new (X5)"),
  pingPeriod: period(30 * SECOND, "Each end pings each ready session (P1)"),
  pingTimeout: length(90 * SECOND, "A ping unanswered for this long is lost (P3)"),
  pingLossesMax: count(3, "Lost in a row close the session (P3)"),
  announceDelay: length(0, "Before this uptime a node does not announce itself (A3)"),
  announcePeriod: period(60 * SECOND, "A masternode broadcasts its announcement (A2)"),
  announceRepeat: length(6 * SECOND, "The first one is repeated to a reference peer (A3)"),
  rewardAddressMax: count(100, "Bytes of a reward address, at most (A4)"),
  heartbeatPeriod: period(60 * SECOND, "A masternode broadcasts a heartbeat (H1)"),
  heldMax: count(1_024, "Heartbeats of unknown masternodes that are held (H3)"),
  askSpacing: length(SECOND, "Their senders are asked about them, at most this often (H3)"),
  askTimeout: length(10 * SECOND, "or this long after a request without an answer (H3)"),
  witnessesNeeded: count(3, "Witnesses that attest a heartbeat, where there are so many (H4)"),
  witnessWindow: length(180 * SECOND, "Witnesses of a masternode are those of this time (H4)"),
  exchangePeriod: period(60 * SECOND, "Masternode lists are asked for (X1)"),
  exchangeFanout: count(5, "of so many random sessions (X1)"),
  listMax: count(64, "Entries in a list, a page, a peers answer (X1, X2)"),
  pageSessions: count(2, "Sessions asked for all pages after boot (X1)"),
  peerFreshness: length(24 * HOUR, "Peers answers name peers ready within this time (X2)"),
  evidenceWindow: length(300 * SECOND, "A signed timestamp may differ by this much (R2)"),
  activeWindow: length(180 * SECOND, "Active: evidence younger than this (R3)"),
  sweepPeriod: period(30 * SECOND, "The registry is swept (R3)"),
  removeAfter: length(HOUR, "Without evidence an entry is removed (R3)"),
  removedMemory: length(
    24 * HOUR,
    "Hearsay does not bring back what was removed so lately (R3, Q2)",
  ),
  rebindDialSpacing: length(10 * MINUTE, "A claim with another key is checked by a dial (R1)"),
  clockTolerance: length(120 * SECOND, "Own clock against the median of peers (R5)"),
  clockPeersMin: count(3, "Peers needed to judge the own clock (R5)"),
  slot: period(600 * SECOND, "One block per slot (C2)"),
  tipPeriod: period(15 * SECOND, "Tips are exchanged (Y1)"),
  blocksMax: count(100, "Blocks asked for at a time (Y1)"),
  downloadTimeout: length(10 * SECOND, "A silent peer is given up (Y1)"),
  searchTimeout: length(30 * SECOND, "A search for the common ancestor is given up (Y3)"),
  reorgDepth: count(2_880, "A fork deeper than this is a finality conflict (Y3)"),
  tipFailuresMax: count(3, "Failures after which a peer's tip is not credible (B1)"),
  tipIgnored: length(10 * MINUTE, "for this long (B1)"),
  earlyBlock: length(300 * SECOND, "A block whose slot starts later than this is early (Y2)"),
  blockSizeMax: count(8 * 1_048_576, "Encoded size of a block to accept (Y2)"),
  producedSizeMax: count(1_048_576, "and of one to produce (Y2)"),
  replySizeMax: count(1_048_576, "Encoded size of the blocks in one reply (Y1)"),
  candidatesMax: count(4_096, "Candidates and entries known by hearsay alone, at most (Q2)"),
  entriesMax: count(4_096, "Entries of the registry, at most (R1)"),
  unseenMax: length(7 * 24 * HOUR, "A candidate unseen for this long is pruned (Q2)"),
  neverSeenMax: length(24 * HOUR, "one never seen after this long (Q2)"),
  dialFailuresMax: count(10, "or after so many failures (Q2)"),
  prunedMax: count(10_000, "Pruned addresses that are remembered (Q2)"),
  prunedMemory: length(24 * HOUR, "for this long, and not taken from hearsay (Q2)"),
  pruneDelay: length(HOUR, "Nothing is pruned before this uptime (Q3)"),
  cacheDelay: length(5 * SECOND, "Peers and registry are saved this long after a change (Q3)"),
  scorePong: count(1, "Reputation: a matched Pong earns this (Q1)"),
  scorePongSpacing: length(MINUTE, "at most once in this time (Q1)"),
  scoreBlock: count(5, "a block accepted (Q1)"),
  scoreProved: count(5, "a masternode named that proves real (Q1)"),
  scoreDialFailed: count(5, "a failed dial costs this (Q1)"),
  scorePingsLost: count(10, "a session lost to pings (Q1)"),
  scoreViolation: count(20, "a violation (Q1)"),
  scoreMax: count(100, "Reputation stays between minus this and this (Q1)"),
  scoreFloor: count(20, "Dials and pings take nobody below minus this (Q1)"),
  scoreDrift: period(MINUTE, "Reputation drifts by 1 towards 0 in this time (Q1)"),
  scoreShunned: count(50, "Minus this or less: last in every order, and not dialed (Q1)"),
  shunnedFor: length(10 * MINUTE, "for this long, unless sessions are few (Q1)"),
  minimumMasternodes: count(3, "Active masternodes needed to produce (B1)"),
  minimumHold: length(10 * SECOND, "for this long without a break (B1)"),
  tick: period(10 * SECOND, "Production is tried on these wall clock ticks (B1)"),
  rankStep: length(10 * SECOND, "Rank r waits r times this (B2)"),
  turnGrace: length(10 * SECOND, "A gate closed for less does not restart the wait (B2)"),
  startStep: length(SECOND, "and starts r times this after its tick (B2)"),
  startStepsMax: count(4, "at most so many times (B2)"),
  productionTime: length(5 * SECOND, "Assembling a block (B1)"),
  statusPeriod: period(60 * SECOND, "The status line (section 8)"),
};

type Constants = Readonly<Record<ConstantName, Duration>>;

/** What one node is told. Constants are numbers: lengths in µs, counts as they are. */
export interface Config extends Constants, Own {}

interface Own {
  readonly crypto: Crypto;
  readonly masternode: boolean;
  /** False: `self` is only where it listens; peers tell the address (rule S5). */
  readonly knowsAddress: boolean;
  readonly bootstrap: readonly Address[];
  /** 32 bytes, hex: the masternode key. */
  readonly keySeed: string;
  readonly rewardAddress: string;
  readonly tier: Tier;
  readonly network: Network;
  readonly defaultPort: number;
  /** Where the chain stands at the first start. */
  readonly startHeight: number;
}

/** The settings' constants, typed. Defaults must be in already. */
export function constantsOf(settings: Settings): Constants {
  return filled({ ...CONSTANTS }, settings);
}

export function configOf(settings: Settings, own: Own): Config {
  const config: Record<string, unknown> = { ...BLANK };
  filled(config, settings);
  for (const name of Object.keys(own) as (keyof Own)[]) config[name] = own[name];
  return config as unknown as Config;
}

/**
 * Every name, in a layout of its own that copies keep: an object grown name by name becomes a
 * dictionary, which makes every read of every handler slow, and adding names to a copy costs more
 * than all the rest of the copy.
 */
const BLANK: Readonly<Record<keyof Config, unknown>> = {
  ...CONSTANTS,
  crypto: null,
  masternode: null,
  knowsAddress: null,
  bootstrap: null,
  keySeed: null,
  rewardAddress: null,
  tier: null,
  network: null,
  defaultPort: null,
  startHeight: null,
};

function filled(constants: Record<string, unknown>, settings: Settings): Constants {
  for (const name of NAMES) {
    const given = settings[name];
    constants[name] = typeof given === "number" ? given : CONSTANTS[name].default;
  }
  return constants as Constants;
}

const NAMES = Object.keys(CONSTANTS) as readonly ConstantName[];
