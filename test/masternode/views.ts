/** Parts of a node's state as a script shows them: names for addresses, ages for moments. */
import { formatDuration, type Time } from "../../src/core/units.ts";
import { values } from "../../src/core/table.ts";
import { expectedHeight } from "../../src/masternode/chain.ts";
import { doubtOf } from "../../src/masternode/doubt.ts";
import { scoreOf } from "../../src/masternode/handlers/reputation.ts";
import type { Stage, Tip } from "../../src/masternode/stage.ts";
import type { Entry, Held, Peer, Session, State } from "../../src/masternode/state.ts";
import { type GateBody, type TraceEvent } from "../../src/trace/event.ts";
import type { Words } from "../../src/trace/text.ts";

export interface Sight {
  readonly state: State;
  /** Of the node looked at. */
  readonly uptime: number;
  readonly wall: number;
  readonly words: Words;
  /** Gate events of this node, oldest first. */
  readonly gates: readonly TraceEvent[];
}

export const VIEWS: Readonly<Record<string, (sight: Sight) => readonly string[]>> = {
  sessions: (sight) => values(sight.state.sessions).map((session) => sessionText(session, sight)),
  registry: (sight) => values(sight.state.registry.entries).map((entry) => entryText(entry, sight)),
  held: (sight) => values(sight.state.registry.held).map((held) => heldText(held, sight)),
  peers: (sight) => values(sight.state.peers).map((peer) => peerText(peer, sight)),
  chain: chainText,
  gates: gateTexts,
};

function sessionText(session: Session, sight: Sight): string {
  const { id, role, peer, phase, tip, pings, capabilities, asking } = session;
  const parts = [`${id} ${role} ${sight.words.names.address(peer)} ${phase}`];
  if (session.feeler) parts.push("feeler");
  if (capabilities.length > 0) parts.push(`can ${capabilities.join(" ")}`);
  if (tip !== null) {
    const { failures } = doubtOf(sight.state, peer, sight.uptime as Time);
    const doubt = failures === 0 ? "" : ` failed ${failures}`;
    const conflict = tip.conflict === null ? "" : ` parted from ${tipText(tip.conflict)}`;
    parts.push(`tip ${tipText(tip)}${conflict}${doubt}`);
  }
  if (pings.pending.length + pings.lost > 0) {
    parts.push(`pings ${pings.pending.length} waiting ${pings.lost} lost`);
  }
  if (asking !== null) {
    parts.push(`${asking.waiting ? "asked" : "answered"}, ${asking.wanted.length} wanted`);
  }
  return parts.join(", ");
}

function entryText(entry: Entry, sight: Sight): string {
  const { address, status, bound, tier, rewardAddress, publicKey, evidenceAt } = entry;
  return [
    `${sight.words.names.address(address)} ${status}, ${bound} bound`,
    `${tier} ${rewardAddress.slice(0, 12)} key ${publicKey.slice(0, 4)}`,
    entry.announcement === null ? "unsigned" : "signed",
    evidenceAt === null ? "no evidence" : `evidence ${ago(evidenceAt, sight)}`,
    ...heartTexts(entry, sight),
  ].join(", ");
}

function heartTexts(entry: Entry, { words }: Sight): readonly string[] {
  const { heartbeat, heartbeatSequence, witnessing } = entry;
  if (heartbeatSequence === 0 && heartbeat === null) return [];
  const beat = `heartbeat ${heartbeat === null ? "none" : heartbeat.sequenceNumber}`;
  if (witnessing === null) return [beat];
  const { witnesses, attested, sequence, unwitnessed } = witnessing;
  const names = witnesses.map((each) => {
    return `${words.names.address(each.address)}${each.sequence === sequence ? "" : " before"}`;
  });
  const standing = attested ? "attested" : unwitnessed ? "unwitnessed" : "not attested yet";
  return [beat, names.length === 0 ? standing : `${standing} by ${names.join(" ")}`];
}

function heldText(held: Held, { words }: Sight): string {
  const { masternodeAddress, sequenceNumber } = held.message.heartbeat;
  return `${masternodeAddress} seq ${sequenceNumber} from ${words.names.address(held.from)}`;
}

function peerText(peer: Peer, sight: Sight): string {
  const score = scoreOf(sight.state.config, peer, sight.uptime as Time);
  const { address, configured, self, readyAt, failures, nextAt } = peer;
  const parts = [sight.words.names.address(address)];
  if (configured) parts.push("configured");
  if (self) parts.push("ourselves");
  parts.push(readyAt === null ? "never ready" : `ready ${ago(readyAt, sight)}`);
  if (failures > 0) parts.push(`failures ${failures}`);
  if (score !== 0) parts.push(`score ${score}`);
  if (nextAt > sight.uptime) parts.push(`not before ${formatDuration(nextAt - sight.uptime)}`);
  return parts.join(", ");
}

function chainText({ state, wall }: Sight): readonly string[] {
  const { chain, sync, config } = state;
  const early = values(sync.early).map((block) => block.header.height);
  return [
    `height ${chain.height} ${chain.tip.slice(0, 8)}, expected ${expectedHeight(config, wall as never)}`,
    early.length === 0
      ? stageText(sync.stage)
      : `${stageText(sync.stage)}, early ${early.join(" ")}`,
  ];
}

function stageText(stage: Stage): string {
  if (stage.kind === "idle") return "no download";
  if (stage.kind === "search") return `search ${Math.max(stage.low, stage.floor)}..${stage.high}`;
  const from = stage.branch ? "branch" : "download";
  return `${from} ${stage.from}..${stage.to}`;
}

function tipText({ height, hash }: Tip): string {
  return `${height} ${hash?.slice(0, 8) ?? "-"}`;
}

/** Each gate as it stands, in the order in which they were first asked. */
function gateTexts({ gates, words }: Sight): readonly string[] {
  const last = new Map<string, string>();
  for (const { a, body } of gates) {
    const { gate, values: why } = body as GateBody;
    const of = why["for"] ?? "";
    last.set(`${gate} ${of}`, words.vocabulary.gate(gate, a === 1, why));
  }
  return [...last.values()];
}

function ago(moment: Time, { uptime }: Sight): string {
  return `${formatDuration(uptime - moment)} ago`;
}
