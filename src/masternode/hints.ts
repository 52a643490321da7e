/**
 * What may differ from world to world, and what must not (kit/fuzz.ts). Constants are swept by
 * pace, then one by one; the relations below are those without which the protocol's page promises
 * nothing, each with the rule that needs it.
 */
import { SECOND } from "../core/units.ts";
import type { FuzzHints, Pace, Relation, Sweep, WorldHint } from "../kit/fuzz.ts";
import type { Setting } from "../kit/field.ts";
import type { ConstantName } from "./config.ts";

type Named<T> = Readonly<Partial<Record<ConstantName, T>>>;

interface MasternodePace extends Pace {
  readonly constants: readonly ConstantName[];
}

const paces: Readonly<Record<string, MasternodePace>> = {
  /** What fills links: the load of a network is this. */
  chatter: {
    constants: ["announcePeriod", "heartbeatPeriod", "exchangePeriod", "pingPeriod", "tipPeriod"],
    by: [1, 1, 1, 2, 4],
    dear: true,
  },
  patience: {
    constants: [
      ...(["redialMin", "redialMax", "backoffStep", "backoffMax", "backoffMaxOthers"] as const),
      ...(["backoffReset", "dialSpacing", "freshDialSpacing", "dialPeriod"] as const),
      ...(["feelerPeriod", "feelerTime", "guestTime", "guestRetry", "rebindDialSpacing"] as const),
      ...(["pingTimeout", "activeWindow", "witnessWindow", "sweepPeriod", "tipIgnored"] as const),
      ...(["scorePongSpacing", "scoreDrift", "shunnedFor", "cacheDelay", "ban"] as const),
    ],
    by: [1, 2, 4],
  },
  chain: {
    constants: [
      ...(["slot", "earlyBlock", "clockTolerance", "minimumHold", "tick", "rankStep"] as const),
      ...(["turnGrace", "startStep", "productionTime"] as const),
    ],
    by: [1, 2, 4, 10],
  },
  /** Few sessions: who comes late is a guest. */
  company: {
    constants: ["sessionsMax", "sessionsWanted", "dialedWanted"],
    by: [1, 1, 1, 1, 32],
  },
  /** What takes hours: removal, pruning, the memory of both. */
  memory: {
    constants: [
      ...(["removeAfter", "removedMemory", "peerFreshness", "unseenMax", "neverSeenMax"] as const),
      ...(["prunedMemory", "pruneDelay", "longBan", "violationMemory"] as const),
    ],
    by: [1, 60, 1_000, 4_000, 4_000],
  },
};

const MORE = { times: [0.5, 2, 4] };
const LESS = { times: [0.5, 0.25] };

const sweeps: Named<Sweep> = {
  handshakeTimeout: { times: [0.5] },
  redialMin: LESS,
  redialMax: MORE,
  backoffStep: MORE,
  backoffMax: MORE,
  dialSpacing: LESS,
  dialPeriod: MORE,
  dialsMax: { to: [4, 3] },
  sessionsMax: { to: [16, 8, 6] },
  guestsMax: { to: [4, 2] },
  guestTime: MORE,
  guestRetry: LESS,
  violationsBan: { to: [2, 1] },
  ban: { times: [0.1, 4] },
  sessionsWanted: { to: [4, 3, 2] },
  dialedWanted: { to: [2, 1] },
  subnetMax: { to: [1] },
  feelerPeriod: MORE,
  pingPeriod: { times: [0.5, 2] },
  pingTimeout: LESS,
  pingLossesMax: { to: [2, 1] },
  announceDelay: { to: [5 * SECOND, 15 * SECOND] },
  announcePeriod: { times: [2, 0.5, 5] },
  announceRepeat: LESS,
  heartbeatPeriod: { times: [2, 0.5] },
  heldMax: { to: [16, 2] },
  witnessesNeeded: { to: [2, 1, 5] },
  witnessWindow: MORE,
  exchangePeriod: { times: [2, 5] },
  exchangeFanout: { to: [2, 1] },
  listMax: { to: [8, 4, 2] },
  pageSessions: { to: [1] },
  activeWindow: { times: [0.5, 2] },
  sweepPeriod: MORE,
  removeAfter: { times: [0.5, 0.1] },
  slot: { times: [0.5, 0.25] },
  tipPeriod: { times: [2, 4, 0.5] },
  blocksMax: { to: [10, 3, 1] },
  replySizeMax: { to: [16_384, 4_096] },
  lineMax: { to: [65_536, 32_768] },
  downloadTimeout: { times: [0.5] },
  tipFailuresMax: { to: [2, 1] },
  tipIgnored: LESS,
  dialFailuresMax: { to: [4, 2] },
  neverSeenMax: LESS,
  pruneDelay: LESS,
  prunedMax: { to: [8] },
  cacheDelay: { times: [0.1, 4] },
  scoreShunned: { to: [25, 15] },
  minimumMasternodes: { to: [2, 4] },
  minimumHold: LESS,
  tick: LESS,
  rankStep: { times: [2, 0.5] },
  turnGrace: { times: [2] },
  startStepsMax: { to: [2] },
};

/** Nobody else's promises rest on how one node has these. */
const own: readonly ConstantName[] = [
  ...(["redialMax", "backoffMax", "dialPeriod", "sessionsMax", "guestsMax"] as const),
  ...(["sessionsWanted", "dialedWanted", "feelerPeriod", "pingPeriod", "announceDelay"] as const),
  ...(["announcePeriod", "exchangePeriod", "tipPeriod", "cacheDelay", "blocksMax"] as const),
];

interface MasternodeRelation extends Relation {
  readonly of: ConstantName;
  readonly least: Named<number>;
}

const relations: readonly MasternodeRelation[] = [
  { of: "redialMax", least: { redialMin: 1 }, why: "S6: drawn between the two" },
  { of: "backoffMax", least: { backoffStep: 1 }, why: "S6: a cap" },
  { of: "backoffMaxOthers", least: { backoffMax: 1 }, why: "S6: others wait longer" },
  { of: "sessionsWanted", least: {}, plus: 2, why: "X5: with one each, pairs would be enough" },
  { of: "sessionsWanted", least: { dialedWanted: 1 }, why: "X5: of the wanted, some are dialed" },
  // Where everybody is full for ever, a newcomer is everybody's guest, and nobody's peer.
  { of: "sessionsMax", least: { sessionsWanted: 2 }, why: "S7: who has what it wants has room" },
  { of: "violationsLongBan", least: { violationsBan: 1 }, why: "S8: a ladder" },
  { of: "violationsEndlessBan", least: { violationsLongBan: 1 }, why: "S8: a ladder" },
  { of: "longBan", least: { ban: 1 }, why: "S8: a ladder" },
  { of: "feelerPeriod", least: { dialSpacing: 1 }, why: "X5: a feeler may dial" },
  { of: "guestRetry", least: { guestTime: 1 }, why: "S7: a guest has left before it returns" },
  { of: "pingTimeout", least: {}, plus: 5 * SECOND, why: "P3: longer than a lossy round trip" },
  {
    of: "activeWindow",
    least: { heartbeatPeriod: 2.5 },
    plus: 2 * SECOND,
    why: "R3: one heartbeat may be lost, and the next be late",
  },
  {
    of: "witnessWindow",
    least: { heartbeatPeriod: 2.5 },
    plus: 2 * SECOND,
    why: "H4: as long as evidence lasts",
  },
  {
    of: "evidenceWindow",
    least: { clockTolerance: 2, heartbeatPeriod: 1 },
    why: "R2, R5: who may be this wrong is heard, also by list",
  },
  {
    of: "removeAfter",
    least: { activeWindow: 1, sweepPeriod: 2 },
    why: "R3: inactive first, removed later",
  },
  { of: "removedMemory", least: { removeAfter: 1 }, why: "R3: lists repeat it so long" },
  { of: "unseenMax", least: { neverSeenMax: 1, backoffMaxOthers: 2 }, why: "Q2: was seen once" },
  { of: "prunedMemory", least: { neverSeenMax: 1 }, why: "Q2: lists repeat it so long" },
  {
    of: "rankStep",
    least: { productionTime: 1, startStep: 4 },
    plus: SECOND,
    why: "B2: a rank's block is there before the next rank begins",
  },
  { of: "rankStep", least: { tick: 1 }, why: "B1: each rank has a tick of its own" },
  { of: "turnGrace", least: { tick: 1 }, why: "B2: gates are looked at on ticks" },
  { of: "slot", least: { rankStep: 2, productionTime: 1 }, why: "B5: more than one may try" },
  { of: "slot", least: { earlyBlock: 2 }, why: "Y2: early is less than a slot" },
  { of: "lineMax", least: { replySizeMax: 3 }, plus: 16_384, why: "S7: a reply is a line" },
  { of: "pruneDelay", least: { dialPeriod: 2 }, why: "Q3: who was loaded is tried first" },
];

const BLOCKS_APART: Readonly<Record<string, readonly Setting[]>> = { height: [99, 98, 95, 60, 0] };

const worlds: readonly WorldHint[] = [
  { weight: 4, world: chain(100, 100), home: true, node: BLOCKS_APART },
  { weight: 4, world: chain(3_009, 3_011), home: true, node: { height: [3_008, 3_007, 3_003] } },
  { weight: 3, world: chain(100, 103), home: true, node: BLOCKS_APART },
  { weight: 1, world: chain(0, 1), home: true, node: {} },
  { weight: 1, world: chain(100, 120), home: true, node: BLOCKS_APART },
  { weight: 1, world: chain(300, 302), home: true, node: { height: [299, 290, 0] } },
  { weight: 1, world: chain(100, 102, "mainnet"), home: false, node: BLOCKS_APART },
];

function chain(height: number, expected: number, network = "testnet"): WorldHint["world"] {
  return { chain: { height, expected, network } };
}

export const hints: FuzzHints = {
  paces,
  sweeps,
  own,
  relations,
  // A block's timestamp is its slot's beginning in whole seconds.
  grains: { slot: SECOND },
  worlds,
  dials: "dials",
  introduce: { command: "addnode", field: "peer" },
  node: {
    masternode: { percent: 20, values: [false], core: false },
    tier: { percent: 30, values: ["Bronze", "Silver", "Gold"], core: true },
    // It takes two peers of different networks to tell it, which is more than is promised.
    knowsAddress: { percent: 15, values: [false], core: false },
  },
  quorum: "minimumMasternodes",
  room: "sessionsMax",
};
