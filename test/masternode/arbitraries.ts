/** Any message of each type, for round trips. The table is complete or does not compile. */
import fc from "fast-check";
import type {
  Block,
  Message,
  MessageOf,
  MessageType,
  Tier,
} from "../../src/masternode/messages.ts";

const hex = (size: number): fc.Arbitrary<string> =>
  fc
    .uint8Array({ minLength: size, maxLength: size })
    .map((bytes) => Buffer.from(bytes).toString("hex"));
const script = fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes).toString("hex"));
const hash = hex(32);
const key = hex(32);
const signature = hex(64);
const text = fc.oneof(fc.string(), fc.string({ unit: "binary" }), fc.ipV4());
const u16 = fc.nat({ max: 0xffff });
const u32 = fc.nat({ max: 0xffff_ffff });
const u64 = fc.maxSafeNat();
const i64 = fc.maxSafeInteger();
const exact = fc.record({ hi: u32, lo: u32 });
const maybe = <T>(some: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(some, { nil: undefined });

const block: fc.Arbitrary<Block> = fc.record({
  header: fc.record({
    version: u32,
    height: u64,
    previousHash: hash,
    merkleRoot: hash,
    timestamp: i64,
    blockReward: u64,
  }),
  transactions: fc.array(
    fc.record({
      version: u32,
      inputs: fc.array(
        fc.record({
          previousOutput: fc.record({ txid: hash, vout: u32 }),
          scriptSig: script,
          sequence: u32,
        }),
        { maxLength: 2 },
      ),
      outputs: fc.array(fc.record({ value: u64, scriptPubkey: script }), { maxLength: 2 }),
      lockTime: u32,
      timestamp: i64,
    }),
    { maxLength: 3 },
  ),
  masternodeRewards: fc.array(fc.tuple(text, u64), { maxLength: 3 }),
});
const blocks = fc.array(block, { maxLength: 2 });

const announcementFields = {
  address: text,
  rewardAddress: text,
  tier: fc.constantFrom<Tier>("Free", "Bronze", "Silver", "Gold"),
  publicKey: key,
  port: maybe(u16),
  timestamp: maybe(i64),
  sequence: maybe(u64),
  signature: maybe(signature),
};
const listedHeartbeat = fc.record({ sequenceNumber: u64, timestamp: i64, signature });
const entries = fc.array(fc.record({ ...announcementFields, heartbeat: maybe(listedHeartbeat) }), {
  maxLength: 4,
});
const introduction = {
  listenPort: maybe(u16),
  capabilities: maybe(fc.array(text, { maxLength: 4 })),
  node: maybe(hex(16)),
  you: maybe(text),
};

type Content<T extends MessageType> = Omit<MessageOf<T>, "type">;

const contents: { readonly [T in MessageType]: fc.Arbitrary<Content<T>> } = {
  GetGenesisHash: fc.record({}),
  GenesisHashResponse: fc.record({ hash }),
  GetBlockHeight: fc.record({}),
  BlockHeightResponse: fc.record({ height: u64 }),
  GetBlocks: fc.record({ from: u64, to: u64 }),
  BlocksResponse: fc.record({ blocks }),
  Handshake: fc.record({
    magic: hex(4),
    protocolVersion: u32,
    network: text,
    ...introduction,
    held: maybe(fc.boolean()),
  }),
  Ack: fc.record({
    messageType: text,
    network: maybe(text),
    ...introduction,
    guest: maybe(fc.boolean()),
  }),
  BlockAnnouncement: fc.record({ block }),
  BlockRequest: fc.record({ height: u64 }),
  BlockResponse: fc.record({ block }),
  MasternodeAnnouncement: fc.record({ announcement: fc.record(announcementFields) }),
  GetMasternodes: fc.record({}),
  MasternodesResponse: fc.record({ entries }),
  Version: fc.record({
    version: text,
    commitDate: text,
    commitCount: text,
    protocolVersion: u32,
    network: text,
    listenAddr: text,
    timestamp: i64,
    capabilities: fc.array(text),
    walletAddress: fc.option(text),
    genesisHash: fc.option(text),
  }),
  Ping: fc.record({ nonce: exact, timestamp: i64 }),
  Pong: fc.record({ nonce: exact, timestamp: i64 }),
  GetPeers: fc.record({}),
  PeersResponse: fc.record({ addresses: fc.array(text) }),
  HeartbeatBroadcast: fc.record({
    heartbeat: fc.record({
      masternodeAddress: text,
      sequenceNumber: u64,
      timestamp: i64,
      masternodePubkey: key,
      signature,
    }),
  }),
  HeartbeatAttestation: fc.record({
    attestation: fc.record({
      heartbeatHash: hash,
      witnessAddress: text,
      witnessPubkey: key,
      witnessTimestamp: i64,
      signature,
    }),
  }),
  GetBlockHash: fc.record({ height: u64 }),
  BlockHashResponse: fc.record({ height: u64, hash: fc.option(hash) }),
  ConsensusQuery: fc.record({ height: u64, blockHash: hash }),
  ConsensusQueryResponse: fc.record({ agrees: fc.boolean(), height: u64, theirHash: hash }),
  GetBlockRange: fc.record({ startHeight: u64, endHeight: u64 }),
  BlockRangeResponse: fc.record({ blocks }),
  GetTip: fc.record({}),
  Tip: fc.record({ height: u64, hash }),
  GetMasternodePage: fc.record({ after: fc.option(text) }),
  MasternodePage: fc.record({ after: fc.option(text), entries }),
  GetAnnouncements: fc.record({ addresses: fc.array(text) }),
  Announcements: fc.record({ entries }),
};

export const everyType: readonly MessageType[] = Object.keys(contents) as MessageType[];

export { block as anyBlock };

export function messageOf(type: MessageType): fc.Arbitrary<Message> {
  const content: fc.Arbitrary<object> = contents[type];
  return content.map((fields) => ({ type, ...fields }) as Message);
}

export const anyMessage: fc.Arbitrary<Message> = fc.oneof(...everyType.map(messageOf));
