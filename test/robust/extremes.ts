/** Every message there is, and each of its numbers at its extremes. */
import type { Block, Message } from "../../src/masternode/messages.ts";
import { announcementOf, heartbeatOf, lineOf } from "./honest.ts";

/** Around every width that a number could be read into. */
const EXTREMES: readonly string[] = [
  ...["0", "1", "2147483647", "2147483648", "4294967295", "4294967296"],
  ...["9007199254740991", "9007199254740992", "9223372036854775807", "9223372036854775808"],
  ...["18446744073709551615", "-1", "-9007199254740991", "-9223372036854775808"],
];

/** Lines of all types; `tip` is the node's last block, `own` the ip that sends them. */
export function everyMessage(own: string, tip: Block, hash: string): readonly string[] {
  const { height, blockReward, timestamp } = tip.header;
  const header = { ...tip.header, height: height + 1, previousHash: hash };
  const block = { ...tip, header: { ...header, timestamp: timestamp + 600, blockReward } };
  const announcement = announcementOf(own, 5, "x");
  const heartbeat = heartbeatOf(own, 5);
  const { sequenceNumber, signature } = heartbeat;
  const listed = { sequenceNumber, timestamp: heartbeat.timestamp, signature };
  const entries = [{ ...announcement, heartbeat: listed }];
  const nonce = { hi: 1, lo: 1 };
  const messages: readonly Message[] = [
    { type: "GenesisHashResponse", hash },
    { type: "BlockHeightResponse", height },
    { type: "GetBlocks", from: height, to: height + 1 },
    { type: "BlocksResponse", blocks: [block] },
    { type: "BlockAnnouncement", block },
    { type: "BlockRequest", height },
    { type: "BlockResponse", block },
    { type: "MasternodeAnnouncement", announcement },
    { type: "MasternodesResponse", entries },
    { type: "Ping", nonce, timestamp: 1 },
    { type: "Pong", nonce, timestamp: 1 },
    { type: "PeersResponse", addresses: ["9.9.9.9:1"] },
    { type: "HeartbeatBroadcast", heartbeat },
    {
      type: "HeartbeatAttestation",
      attestation: {
        heartbeatHash: hash,
        witnessAddress: own,
        witnessPubkey: announcement.publicKey,
        witnessTimestamp: 1,
        signature,
      },
    },
    { type: "GetBlockHash", height },
    { type: "BlockHashResponse", height, hash },
    { type: "ConsensusQuery", height, blockHash: hash },
    { type: "ConsensusQueryResponse", agrees: true, height, theirHash: hash },
    { type: "GetBlockRange", startHeight: height, endHeight: height },
    { type: "BlockRangeResponse", blocks: [block] },
    { type: "Tip", height: height + 1, hash },
    { type: "GetMasternodePage", after: "9.9.9.9:1" },
    { type: "MasternodePage", after: null, entries },
    { type: "GetAnnouncements", addresses: ["9.9.9.9:1"] },
    { type: "Announcements", entries },
  ];
  return messages.map(lineOf);
}

/** Announcements and heartbeats that verify, with every extreme that can be signed. */
export function signedExtremes(own: string): readonly string[] {
  const numbers = EXTREMES.map(Number).filter(Number.isSafeInteger);
  const lines: string[] = [];
  for (const sequence of numbers.filter((number) => number >= 0)) {
    for (const timestamp of [undefined, ...numbers]) {
      const announcement = announcementOf(own, sequence, `${lines.length}`, undefined, timestamp);
      lines.push(lineOf({ type: "MasternodeAnnouncement", announcement }));
      const heartbeat = heartbeatOf(own, sequence, timestamp);
      lines.push(lineOf({ type: "HeartbeatBroadcast", heartbeat }));
    }
  }
  return lines;
}

/**
 * The line with each of its numbers, one at a time, at each extreme. Of a list of bytes one number
 * stands for all.
 */
export function withExtremes(line: string): readonly string[] {
  const lines: string[] = [];
  for (const { 0: text, index } of line.matchAll(/(?<=[:[,])-?\d+(?=[,\]}])/g)) {
    const isByte = /[[,]$/.test(line.slice(0, index)) && /^\d+,\d+,\d+,/.test(line.slice(index));
    if (isByte && !line.slice(0, index).endsWith("[")) continue;
    for (const extreme of EXTREMES) {
      lines.push(line.slice(0, index) + extreme + line.slice(index + text.length));
    }
  }
  return lines;
}
