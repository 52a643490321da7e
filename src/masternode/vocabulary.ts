/** How a masternode's messages, facts and gates are said in timelines, traces and failure texts. */
import type { Address } from "../core/address.ts";
import { formatDuration, SECOND } from "../core/units.ts";
import type { Names, Vocabulary } from "../trace/vocabulary.ts";
import { formatU64 } from "../wire/u64.ts";
import type { Fact, FactOf } from "./facts.ts";
import { formatLogLine, logLine } from "./log.ts";
import type { Message, MessageOf } from "./messages.ts";
import type { Command } from "./state.ts";

type Sayings = { readonly [T in Fact["type"]]: (fact: FactOf<T>, names: Names) => string };

const FACTS: Sayings = {
  started: ({ masternode, height }) =>
    `starts as a ${masternode ? "masternode" : "plain node"} at height ${height}`,
  ready: ({ peer, role, session }, names) =>
    `session ${session} with ${names.address(peer)} is ready (${role})`,
  lost: ({ peer, reason, session }, names) =>
    `session ${session} with ${names.address(peer)} ends: ${reason}`,
  "dial-failed": ({ peer, reason, again }, names) =>
    `cannot reach ${names.address(peer)} (${reason}), again in ${rounded(again)}`,
  "cache-unusable": ({ why }) => `sets its cache aside: ${why}`,
  remembered: ({ peers, masternodes }) =>
    `remembers ${peers} addresses and ${masternodes} masternodes`,
  pruned: ({ addresses }, names) => `forgets the candidates ${list(addresses, names)}`,
  violation: ({ peer, count, why }, names) =>
    `cannot read ${names.address(peer)}'s line (violation ${count}): ${why}`,
  banned: ({ peer, for: length }, names) =>
    `bans ${names.address(peer)} ${length === null ? "until restart" : `for ${rounded(length)}`}`,
  earned: ({ peer, by, score }, names) => `thinks ${score} of ${names.address(peer)} (${by})`,
  shunned: ({ peer, score }, names) => `thinks ill of ${names.address(peer)} (${score})`,
  broadcast: ({ recipients }) => `announces itself to ${peersOf(recipients)}`,
  processed: ({ of, from, news }, names) => {
    const by = of === from ? "" : ` from ${names.address(from)}`;
    return `takes in ${names.address(of)}'s announcement${by}${news ? ", new" : ""}`;
  },
  heartbeat: ({ recipients }) => `sends a heartbeat to ${peersOf(recipients)}`,
  attested: ({ of, witnesses, uptime }, names) =>
    `finds ${names.address(of)}'s heartbeat attested by ${witnesses}, up ${rounded(uptime)}`,
  unwitnessed: ({ of }, names) => `meets no witness of ${names.address(of)}`,
  refused: ({ what, of, from, why }, names) => {
    const whose = of === undefined ? "" : ` of ${names.address(of)}`;
    return `refuses ${what}${whose} from ${names.address(from)}: ${why}`;
  },
  known: ({ address, from }, names) =>
    from === null
      ? `remembers masternode ${names.address(address)}`
      : `hears of ${names.address(address)} from ${names.address(from)}`,
  removed: ({ address }, names) => `forgets masternode ${names.address(address)}`,
  status: ({ address, status, silent }, names) =>
    `${names.address(address)} is ${status}` +
    (status === "inactive" ? ` (silent for ${rounded(silent)})` : ""),
  active: ({ count, set }, names) => `counts ${count} active: ${list(set, names)}`,
  standing: ({ height, active }) => `stands at height ${height} with ${active} active`,
  self: ({ address }, names) => `finds that ${names.address(address)} is itself`,
  addressed: ({ address }, names) => `learns that its own address is ${names.address(address)}`,
  learned: ({ peers, from }, names) => `learns ${peers} addresses from ${names.address(from)}`,
  tip: ({ height, hash, via }) => `is at height ${height} (${hash.slice(0, 8)}, by ${via})`,
  reorganised: ({ from, to, ancestor, depth }) =>
    `takes another branch after ${ancestor}: from ${from} to ${to}, ${depth} replaced`,
  "finality-conflict": ({ peer, height, hash, theirHeight, theirHash }, names) =>
    `and ${names.address(peer)} part too deep: ${height} (${hash.slice(0, 8)}) here, ` +
    `${theirHeight} (${theirHash?.slice(0, 8) ?? "-"}) there`,
  search: ({ peer, height, theirs }, names) =>
    `asks ${names.address(peer)} where its ${theirs} parts from our ${height}`,
  download: ({ from, to, peer }, names) => `asks ${names.address(peer)} for blocks ${from}..${to}`,
  "download-failed": ({ peer, why }, names) => `gets no blocks from ${names.address(peer)}: ${why}`,
  attempt: ({ height, rank }) => `begins block ${height}, rank ${rank}`,
  cancelled: ({ height, why }) => `gives up block ${height}: ${why}`,
  produced: ({ height, hash, recipients }) =>
    `produces block ${height} (${hash.slice(0, 8)}) and tells ${peersOf(recipients)}`,
  skipped: ({ height, gate }) => `does not produce ${height}: gate ${gate} is closed`,
};

/** What a reader of the timeline does not need: repetition, and what another line says already. */
const DETAIL: readonly string[] = [
  "standing",
  "earned",
  "known",
  "learned",
  "status",
  "heartbeat",
  "attested",
  "unwitnessed",
];

type Gists = { readonly [T in Message["type"]]?: (message: MessageOf<T>) => string };

const GISTS: Gists = {
  Handshake: ({ network, listenPort, held }) =>
    `${network} port ${listenPort ?? "-"}${held === true ? " held" : ""}`,
  Ack: ({ network, listenPort }) => `${network ?? "-"} port ${listenPort ?? "-"}`,
  Ping: ({ nonce }) => `nonce ${formatU64(nonce)}`,
  Pong: ({ nonce }) => `nonce ${formatU64(nonce)}`,
  MasternodeAnnouncement: ({ announcement }) =>
    `${announcement.address} seq ${announcement.sequence ?? "-"}`,
  MasternodesResponse: ({ entries }) => `${entries.length} entries`,
  Announcements: ({ entries }) => `${entries.length} entries`,
  GetAnnouncements: ({ addresses }) => addresses.join(" "),
  HeartbeatBroadcast: ({ heartbeat }) =>
    `${heartbeat.masternodeAddress} seq ${heartbeat.sequenceNumber}`,
  HeartbeatAttestation: ({ attestation }) =>
    `of ${attestation.heartbeatHash.slice(0, 8)} by ${attestation.witnessAddress}`,
  MasternodePage: ({ entries, after }) => `${entries.length} entries after ${after ?? "-"}`,
  GetMasternodePage: ({ after }) => `after ${after ?? "-"}`,
  PeersResponse: ({ addresses }) => addresses.join(" "),
  BlockHeightResponse: ({ height }) => `height ${height}`,
  Tip: ({ height, hash }) => `height ${height} ${hash.slice(0, 8)}`,
  GetBlocks: ({ from, to }) => `${from}..${to}`,
  BlocksResponse: ({ blocks }) => `${blocks.length} blocks`,
  BlockAnnouncement: ({ block }) => `height ${block.header.height}`,
  GetBlockRange: ({ startHeight, endHeight }) => `${startHeight}..${endHeight}`,
  BlockRangeResponse: ({ blocks }) => `${blocks.length} blocks`,
  BlockRequest: ({ height }) => `height ${height}`,
  BlockResponse: ({ block }) => `height ${block.header.height}`,
  ConsensusQuery: ({ height, blockHash }) => `height ${height} ${blockHash.slice(0, 8)}`,
  ConsensusQueryResponse: ({ agrees, height }) =>
    `height ${height} ${agrees ? "agrees" : "differs"}`,
  GetBlockHash: ({ height }) => `height ${height}`,
  BlockHashResponse: ({ height, hash }) => `height ${height} ${hash?.slice(0, 8) ?? "none"}`,
};

export const vocabulary: Vocabulary = {
  gist: (body, names) => {
    const command = body as Command;
    if (command.type === "addnode") return names.address(command.address);
    if (command.type === "stop") return "";
    const message = body as Message;
    const say = GISTS[message.type] as ((message: Message) => string) | undefined;
    return say?.(message) ?? "";
  },
  fact: (body, names) => {
    const fact = body as Fact;
    return (FACTS[fact.type] as (fact: Fact, names: Names) => string)(fact, names);
  },
  gate: (name, open, values) => {
    const said = Object.entries(values).map(([key, value]) => `${key} ${value}`);
    const { active, needed } = values;
    // Enough have to stand for a while, so that a flapping link makes no block.
    const isEnough = name === "minimum" && !open && Number(active) >= Number(needed);
    if (isEnough) said.push("not long enough yet");
    const detail = said.length === 0 ? "" : ` (${said.join(", ")})`;
    return `gate ${name} ${open ? "opens" : "is closed"}${detail}`;
  },
  notable: (body) => {
    const fact = body as Fact;
    return !DETAIL.includes(fact.type) && !(fact.type === "processed" && !fact.news);
  },
  log: (event) => logLine(event),
  logFormat: formatLogLine,
};

function peersOf(count: number): string {
  return count === 1 ? "1 peer" : `${count} peers`;
}

function list(set: readonly Address[], names: Names): string {
  return set.length === 0 ? "none" : set.map((address) => names.address(address)).join(", ");
}

function rounded(length: number): string {
  return formatDuration(Math.round(length / SECOND) * SECOND);
}
