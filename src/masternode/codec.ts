/**
 * Messages as the reference writes them: one line of compact JSON each (sections 2.2 to 2.5). This
 * table is the wire format; encoder and decoder are both derived from it. It never checks what a
 * value means: whether a key is a curve point or a signature holds is for handlers to find out.
 */
import type { Codec } from "../core/codec.ts";
import { writeJson } from "../wire/json.ts";
import type { Shape } from "../wire/shape.ts";
import {
  bool,
  bytes,
  choice,
  exactU64,
  hexText,
  i64,
  list,
  option,
  pair,
  text,
  u16,
  u32,
  u64,
} from "../wire/shape.ts";
import { extra, struct } from "../wire/record.ts";
import { newtype, record, tagged, tuple, unit } from "../wire/variant.ts";
import { encodeUtf8 } from "../wire/utf8.ts";
import type {
  Announcement,
  Block,
  BlockHeader,
  ListedHeartbeat,
  MasternodeEntry,
  Message,
  MessageType,
  SignedHeartbeat,
  Tier,
  Transaction,
  TxInput,
  TxOutput,
  OutPoint,
  WitnessAttestation,
} from "./messages.ts";

// Parts. A field `previousHash` is the key `previous_hash`; order here is order on the wire.
const hash = bytes(32);
const publicKey = bytes(32);
const signature = bytes(64);
const script = bytes();
const texts = list(text);

const outPoint = struct<OutPoint>({ txid: hash, vout: u32 });
const input = struct<TxInput>({ previousOutput: outPoint, scriptSig: script, sequence: u32 });
const output = struct<TxOutput>({ value: u64, scriptPubkey: script });
const transaction = struct<Transaction>({
  version: u32,
  inputs: list(input),
  outputs: list(output),
  lockTime: u32,
  timestamp: i64,
});
const header = struct<BlockHeader>({
  version: u32,
  height: u64,
  previousHash: hash,
  merkleRoot: hash,
  timestamp: i64,
  blockReward: u64,
});
export const block: Shape<Block> = struct<Block>({
  header,
  transactions: list(transaction),
  masternodeRewards: list(pair(text, u64)),
});
const blocks = list(block);

/** Extras after the reference's four keys: rule A4. */
const announcementFields = {
  address: text,
  rewardAddress: text,
  tier: choice<Tier>("Free", "Bronze", "Silver", "Gold"),
  publicKey,
  port: extra(u16),
  timestamp: extra(i64),
  sequence: extra(u64),
  signature: extra(signature),
};
const announcement = struct<Announcement>(announcementFields);
const listedHeartbeat = struct<ListedHeartbeat>({
  sequenceNumber: u64,
  timestamp: i64,
  signature,
});
const entry: Shape<MasternodeEntry> = struct<MasternodeEntry>({
  ...announcementFields,
  heartbeat: extra(listedHeartbeat),
});
const heartbeat = struct<SignedHeartbeat>({
  masternodeAddress: text,
  sequenceNumber: u64,
  timestamp: i64,
  masternodePubkey: publicKey,
  signature,
});
const attestation = struct<WitnessAttestation>({
  heartbeatHash: hash,
  witnessAddress: text,
  witnessPubkey: publicKey,
  witnessTimestamp: i64,
  signature,
});

/** Extras of rule S3. The Handshake's `network` is a key of the reference, the Ack's is ours. */
const introduction = {
  listenPort: extra(u16),
  capabilities: extra(texts),
  node: extra(hexText(16)),
  you: extra(text),
};

/**
 * The reference's messages in its own order, then ours (rule A5). `unit` is a bare name, `newtype`
 * one value, `tuple` an array, `record` an object. Names that are missing here, such as the
 * reference's transactions and votes, decode as `unknown` and are no fault (rule S8).
 */
const message = tagged<Message>({
  GetGenesisHash: unit(),
  GenesisHashResponse: newtype({ hash }),
  GetBlockHeight: unit(),
  BlockHeightResponse: newtype({ height: u64 }),
  GetBlocks: tuple({ from: u64, to: u64 }),
  BlocksResponse: newtype({ blocks }),
  Handshake: record({
    magic: bytes(4),
    protocolVersion: u32,
    network: text,
    ...introduction,
    held: extra(bool),
    feeler: extra(bool),
  }),
  Ack: record({
    messageType: text,
    network: extra(text),
    ...introduction,
    guest: extra(bool),
  }),
  BlockAnnouncement: newtype({ block }),
  BlockRequest: newtype({ height: u64 }),
  BlockResponse: newtype({ block }),
  MasternodeAnnouncement: newtype({ announcement }),
  GetMasternodes: unit(),
  MasternodesResponse: newtype({ entries: list(entry) }),
  Version: record({
    version: text,
    commitDate: text,
    commitCount: text,
    protocolVersion: u32,
    network: text,
    listenAddr: text,
    timestamp: i64,
    capabilities: texts,
    walletAddress: option(text),
    genesisHash: option(text),
  }),
  Ping: record({ nonce: exactU64, timestamp: i64 }),
  Pong: record({ nonce: exactU64, timestamp: i64 }),
  GetPeers: unit(),
  PeersResponse: newtype({ addresses: texts }),
  HeartbeatBroadcast: newtype({ heartbeat }),
  HeartbeatAttestation: newtype({ attestation }),
  GetBlockHash: newtype({ height: u64 }),
  BlockHashResponse: record({ height: u64, hash: option(hash) }),
  ConsensusQuery: record({ height: u64, blockHash: hash }),
  ConsensusQueryResponse: record({ agrees: bool, height: u64, theirHash: hash }),
  GetBlockRange: record({ startHeight: u64, endHeight: u64 }),
  BlockRangeResponse: newtype({ blocks }),
  GetTip: unit(),
  Tip: record({ height: u64, hash }),
  GetMasternodePage: record({ after: option(text) }),
  MasternodePage: record({ after: option(text), entries: list(entry) }),
  GetAnnouncements: record({ addresses: texts }),
  Announcements: record({ entries: list(entry) }),
});

/** Every type of message in the table's order. New ones go to the end: indexes are remembered. */
export const messageTypes: readonly MessageType[] = message.names as readonly MessageType[];

/**
 * Bytes of memory that the values of one line may take. All that bincode holds in 1 MiB, the most a
 * block of ours or a reply may be (rule Y2), fits: its items take at least 16 bytes there.
 */
const ROOM = 8_388_608;

/** `encode` expects a well-typed message, else it is a Bug; `decode` takes anything. */
export const messageCodec: Codec<Message> = {
  encode: (value) => encodeUtf8(writeJson(message.encode(value))),
  size: (value) => message.size(value),
  decode: (line) => message.decode(line, ROOM),
};
