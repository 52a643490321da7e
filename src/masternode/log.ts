/**
 * Trace events as the lines the real node would have logged (section 8 of the protocol page,
 * section 9 of the reference). Simulator and daemon render the same facts, so an operator's greps
 * work on both: `Active Masternodes=`, `Registering.*PeerConnectionRegistry`, `Broadcast masternode
 * announcement`, `Received masternode announcement`.
 */
import { type Address, formatAddress, formatIp } from "../core/address.ts";
import { HOUR, MINUTE, SECOND, type UnixMicros } from "../core/units.ts";
import { formatUtc } from "../core/utc.ts";
import type { GateBody, TraceEvent } from "../trace/event.ts";
import { oneLine } from "../trace/text.ts";
import type { LogLine } from "../trace/vocabulary.ts";
import type { Fact, FactOf } from "./facts.ts";

type Lines = { readonly [T in Fact["type"]]?: (fact: FactOf<T>) => LogLine };

const LINES: Lines = {
  started: ({ height }) => info(`🚀 Node started at height ${height}`),
  ready: ({ peer, remote }) =>
    info(`📝 Registering ${ip(peer)} in PeerConnectionRegistry (peer.addr: ${full(remote)})`),
  lost: ({ peer, reason }) => info(`🔌 Peer ${full(peer)} disconnected (${reason})`),
  "dial-failed": ({ peer, reason, failures, again }) =>
    warn(
      `Connection to ${ip(peer)} failed (attempt ${failures}): ${reason}, ` +
        `again in ${Math.round(again / SECOND)}s`,
    ),
  "cache-unusable": ({ why }) => warn(`🗂️  cache was unreadable: set aside (${why})`),
  remembered: ({ peers, masternodes }) =>
    info(`📂 Loaded ${peers} peer(s) and ${masternodes} masternode(s) from disk`),
  pruned: ({ addresses }) => info(`🧹 Cleaned up ${addresses.length} stale peer(s)`),
  violation: ({ peer, count, why }) => warn(`⚠️  Violation #${count} from ${ip(peer)}: ${why}`),
  banned: ({ peer, count, for: length }) =>
    length === null
      ? warn(`🚫 PERMANENTLY BANNED ${ip(peer)} (${count} violations)`)
      : warn(`🚫 Auto-banned ${ip(peer)} for ${spelledOut(length)} (${count} violations)`),
  earned: ({ peer, by, score }) => ({
    level: "DEBUG",
    text: `⚖️  Reputation of ${full(peer)}: ${score} (${by})`,
  }),
  shunned: ({ peer, score }) => warn(`👎 Bad reputation of ${full(peer)}: ${score}`),
  broadcast: ({ recipients }) =>
    info(`📢 Broadcast masternode announcement to ${recipients} network peers`),
  processed: ({ of, remote }) =>
    info(`📨 Received masternode announcement from ${full(remote)} (IP: ${ip(of)})`),
  heartbeat: ({ sequence }) => ({
    level: "DEBUG",
    text: `💓 Created signed heartbeat seq ${sequence}`,
  }),
  attested: ({ of, sequence, witnesses }) =>
    info(`✅ Heartbeat VERIFIED: ${ip(of)} seq ${sequence} (${witnesses} witnesses)`),
  unwitnessed: ({ of }) => ({ level: "DEBUG", text: `Heartbeats of ${ip(of)}: unwitnessed` }),
  refused: ({ what, of, from, why }) => {
    const whose = of === undefined ? "" : ` of ${ip(of)}`;
    return warn(`🚫 Refused ${what}${whose} from ${full(from)}: ${why}`);
  },
  known: ({ address }) => info(`✓ New masternode candidate ${ip(address)}`),
  removed: ({ address, silent }) =>
    info(`🗑️  Removed stale masternode ${ip(address)} (offline for ${seconds(silent)}s)`),
  status: ({ address, status, total, silent }) =>
    status === "active"
      ? info(`✅ Registered masternode ${ip(address)} (total: ${total})`)
      : warn(
          `⚠️  Masternode ${ip(address)} marked offline ` +
            `(no heartbeat for ${Math.floor(silent / SECOND)}s)`,
        ),
  active: ({ count, height }) => status(height, count),
  standing: ({ height, active }) => status(height, active),
  self: ({ address }) => info(`🪞 ${full(address)} is this node: not dialing it again`),
  addressed: ({ address }) => info(`📍 Peers agree that this node is ${full(address)}`),
  learned: ({ peers, from }) => info(`✓ Added ${peers} new peer candidate(s) from ${full(from)}`),
  tip: ({ height, hash, via }) =>
    via === "start"
      ? info(`⛓️  Chain at height ${height} (hash: ${hash.slice(0, 16)})`)
      : info(`✅ Added block ${height} to chain (hash: ${hash.slice(0, 16)})`),
  reorganised: ({ from, to, ancestor, depth }) =>
    warn(`🔄 Reorganised ${from} → ${to}: ${depth} block(s) above ${ancestor} replaced`),
  "finality-conflict": ({ peer, height, hash, theirHeight, theirHash }) => {
    const ours = `${height} (hash: ${hash.slice(0, 16)})`;
    const theirs = `${theirHeight} (hash: ${theirHash?.slice(0, 16) ?? "unknown"})`;
    const text = `FINALITY CONFLICT with ${full(peer)}: ours ${ours}, theirs ${theirs}`;
    return { level: "ERROR", text: `❌ ${text}: an operator must choose` };
  },
  search: ({ peer, height, theirs }) =>
    info(
      `🔍 Fork: searching common ancestor with ${full(peer)} (ours ${height}, theirs ${theirs})`,
    ),
  download: ({ from, to, peer }) => info(`📥 Requesting blocks ${from}..${to} from ${full(peer)}`),
  "download-failed": ({ peer, why }) => warn(`❌ No blocks from ${full(peer)}: ${why}`),
  attempt: ({ height, rank }) =>
    info(`🎯 Selected as block producer for height ${height} (rank ${rank})`),
  cancelled: ({ height, why }) => info(`⏹️  Block ${height} given up: ${why}`),
  produced: ({ height, rewards }) =>
    info(`✅ Block ${height} produced: 0 transactions, ${rewards} masternode rewards`),
  skipped: (fact) => skipped(fact),
};

const SKIPPED: Readonly<Record<string, (fact: FactOf<"skipped">) => LogLine | null>> = {
  minimum: ({ active, needed }) =>
    active < needed
      ? warn(
          `⚠️ Skipping block production: only ${active} masternodes active ` +
            `(minimum ${needed} required)`,
        )
      : info(`⏳ Skipping block production: ${active} masternodes active, not for long enough yet`),
  synced: ({ height }) => info(`⏳ Skipping block ${height}: a peer is ahead, syncing first`),
  clock: () => warn("⏰ Skipping block production: this clock disagrees with the peers'"),
  votes: ({ height }) => warn(`🗳️  Block ${height} proposed, waiting for votes`),
  due: () => null,
  turn: () => null,
};

export function logLine(event: TraceEvent): LogLine | null {
  if (event.kind === "fact") {
    const fact = event.body as Fact;
    const line = LINES[fact.type] as ((fact: Fact) => LogLine | null) | undefined;
    return line?.(fact) ?? null;
  }
  if (event.kind === "gate") return gateLine(event);
  if (event.kind === "aside") return warn(`🗂️  ${String(event.body)} was unreadable: set aside`);
  return null;
}

/** `2025-12-21 21:50:05.240 [host]  INFO text`, UTC (reference, section 9.1). Always one line. */
export function formatLogLine(wall: UnixMicros, host: string, line: LogLine): string {
  return `${formatUtc(wall)} [${host}] ${line.level.padStart(5)} ${oneLine(line.text)}`;
}

/** Gates that have no fact of their own and that an operator asks about. */
function gateLine(event: TraceEvent): LogLine | null {
  const { gate, values } = event.body as GateBody;
  if (event.a === 1) return null;
  const of = values["for"] ?? "";
  if (gate === "stable") {
    const text = `Ignoring masternode announcement from short-lived connection ${of}`;
    return { level: "DEBUG", text: `⏭️  ${text} (age: ${values["age"]})` };
  }
  if (gate === "direction") {
    return { level: "DEBUG", text: `⏸️  Skipping outbound to ${of} (they should connect to us)` };
  }
  if (gate === "handled") return { level: "DEBUG", text: `Ignoring ${of}` };
  if (gate === "catch-up") {
    const text = `Catchup stopped: ${values["gap"]} blocks behind (${values["needed"]} needed)`;
    return { level: "ERROR", text: `❌ ${text}` };
  }
  if (gate === "disk") return warn("💾 Sequences cannot be saved: going on from memory");
  return null;
}

function skipped(fact: FactOf<"skipped">): LogLine {
  return SKIPPED[fact.gate]?.(fact) ?? { level: "DEBUG", text: `Not producing: ${fact.gate}` };
}

function status(height: number, active: number): LogLine {
  return info(`📊 Status: Height=${height}, Active Masternodes=${active}`);
}

function info(text: string): LogLine {
  return { level: "INFO", text };
}

function warn(text: string): LogLine {
  return { level: "WARN", text };
}

function ip(address: Address): string {
  return formatIp(address);
}

function full(address: Address): string {
  return formatAddress(address);
}

/** `5 minutes`, `1 hour`, as the reference says it. */
function spelledOut(length: number): string {
  const [unit, name] = length % HOUR === 0 ? [HOUR, "hour"] : [MINUTE, "minute"];
  const amount = length / unit;
  return `${amount} ${name}${amount === 1 ? "" : "s"}`;
}

function seconds(length: number): number {
  return Math.floor(length / SECOND);
}
