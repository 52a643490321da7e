/**
 * What masternodes say to each other, as values. Names and order of fields follow the reference
 * (section 2.4) in camelCase; keys only our nodes send are optional and come last (rule S3, A4).
 * Hashes, keys and signatures are lowercase hex. Heights, sequences, timestamps and amounts are
 * whole numbers, saturated at ±(2^53 − 1) when a peer sends more, which no honest node does.
 */
import type { U64 } from "../wire/u64.ts";

/** Of addresses that are written without one (rule S1). */
export const DEFAULT_PORT = 24_100;

/** 32 bytes, hex. */
export type Hash = string;
/** Ed25519, 32 bytes, hex. May be no curve point: only a verification tells. */
export type PublicKey = string;
/** Ed25519, 64 bytes, hex. */
export type Signature = string;

export type Tier = "Free" | "Bronze" | "Silver" | "Gold";

/** Section 2.5. `address` is the ip as the sender spelled it; handlers parse it (rule S1). */
export interface Announcement {
  readonly address: string;
  readonly rewardAddress: string;
  readonly tier: Tier;
  readonly publicKey: PublicKey;
  readonly port?: number | undefined;
  /** Unix seconds (rule A4). */
  readonly timestamp?: number | undefined;
  readonly sequence?: number | undefined;
  readonly signature?: Signature | undefined;
}

/** An announcement with all of our keys (rule A4). Whether it verifies is another question. */
export interface SignedAnnouncement extends Announcement {
  readonly port: number;
  readonly timestamp: number;
  readonly sequence: number;
  readonly signature: Signature;
}

/** A heartbeat inside a list: address and key are those of the entry that carries it. */
export interface ListedHeartbeat {
  readonly sequenceNumber: number;
  readonly timestamp: number;
  readonly signature: Signature;
}

/** One line of a list: the latest announcement known, and its latest heartbeat (rule X1). */
export interface MasternodeEntry extends Announcement {
  readonly heartbeat?: ListedHeartbeat | undefined;
}

/** Section 6; times in Unix seconds. */
export interface SignedHeartbeat {
  readonly masternodeAddress: string;
  readonly sequenceNumber: number;
  readonly timestamp: number;
  readonly masternodePubkey: PublicKey;
  readonly signature: Signature;
}

/** Section 6: a first-hand receiver's word that it heard the heartbeat (rule H4). */
export interface WitnessAttestation {
  readonly heartbeatHash: Hash;
  readonly witnessAddress: string;
  readonly witnessPubkey: PublicKey;
  readonly witnessTimestamp: number;
  readonly signature: Signature;
}

export interface OutPoint {
  readonly txid: Hash;
  readonly vout: number;
}

export interface TxInput {
  readonly previousOutput: OutPoint;
  /** Any number of bytes, hex. */
  readonly scriptSig: string;
  readonly sequence: number;
}

export interface TxOutput {
  readonly value: number;
  /** Any number of bytes, hex. */
  readonly scriptPubkey: string;
}

export interface Transaction {
  readonly version: number;
  readonly inputs: readonly TxInput[];
  readonly outputs: readonly TxOutput[];
  readonly lockTime: number;
  readonly timestamp: number;
}

export interface BlockHeader {
  readonly version: number;
  readonly height: number;
  readonly previousHash: Hash;
  readonly merkleRoot: Hash;
  /** Unix seconds: genesis + 600 × height (rule C2). */
  readonly timestamp: number;
  readonly blockReward: number;
}

export interface Block {
  readonly header: BlockHeader;
  readonly transactions: readonly Transaction[];
  /** Reward address and amount. Ours are sorted by address (rule C1). */
  readonly masternodeRewards: readonly (readonly [string, number])[];
}

/**
 * Keys our nodes add to both halves of the handshake (rule S3); `node` marks a peer as ours. In a
 * literal they stand after `network` and before `held` or `guest`.
 */
interface Introduction {
  readonly listenPort?: number | undefined;
  readonly capabilities?: readonly string[] | undefined;
  /** 128 random bits per boot, as 32 hex digits. */
  readonly node?: string | undefined;
  /** The address this end sees of the other. */
  readonly you?: string | undefined;
}

export interface Handshake extends Introduction {
  readonly type: "Handshake";
  /** 4 bytes, hex. */
  readonly magic: string;
  readonly protocolVersion: number;
  /** True only of peers with `node`: the reference always claims `mainnet` (section 2.7). */
  readonly network: string;
  readonly held?: boolean | undefined;
  /** A look whether somebody is there: its end is no loss (rule X5). */
  readonly feeler?: boolean | undefined;
}

export interface Ack extends Introduction {
  readonly type: "Ack";
  readonly messageType: string;
  readonly network?: string | undefined;
  /** Accepted beyond the session limit, for one exchange (rule S7). */
  readonly guest?: boolean | undefined;
}

/** Nobody sends it (section 2.6), but it parses. */
export interface Version {
  readonly type: "Version";
  readonly version: string;
  readonly commitDate: string;
  readonly commitCount: string;
  readonly protocolVersion: number;
  readonly network: string;
  readonly listenAddr: string;
  readonly timestamp: number;
  readonly capabilities: readonly string[];
  readonly walletAddress: string | null;
  readonly genesisHash: string | null;
}

/** What a reference node sends or understands and we use, in the order of section 2.4. */
export type ReferenceMessage =
  | { readonly type: "GetGenesisHash" }
  | { readonly type: "GenesisHashResponse"; readonly hash: Hash }
  | { readonly type: "GetBlockHeight" }
  | { readonly type: "BlockHeightResponse"; readonly height: number }
  | { readonly type: "GetBlocks"; readonly from: number; readonly to: number }
  | { readonly type: "BlocksResponse"; readonly blocks: readonly Block[] }
  | Handshake
  | Ack
  | { readonly type: "BlockAnnouncement"; readonly block: Block }
  | { readonly type: "BlockRequest"; readonly height: number }
  | { readonly type: "BlockResponse"; readonly block: Block }
  | { readonly type: "MasternodeAnnouncement"; readonly announcement: Announcement }
  | { readonly type: "GetMasternodes" }
  | { readonly type: "MasternodesResponse"; readonly entries: readonly MasternodeEntry[] }
  | Version
  | { readonly type: "Ping"; readonly nonce: U64; readonly timestamp: number }
  | { readonly type: "Pong"; readonly nonce: U64; readonly timestamp: number }
  | { readonly type: "GetPeers" }
  | { readonly type: "PeersResponse"; readonly addresses: readonly string[] }
  | { readonly type: "HeartbeatBroadcast"; readonly heartbeat: SignedHeartbeat }
  | { readonly type: "HeartbeatAttestation"; readonly attestation: WitnessAttestation }
  | { readonly type: "GetBlockHash"; readonly height: number }
  | { readonly type: "BlockHashResponse"; readonly height: number; readonly hash: Hash | null }
  | { readonly type: "ConsensusQuery"; readonly height: number; readonly blockHash: Hash }
  | {
      readonly type: "ConsensusQueryResponse";
      readonly agrees: boolean;
      readonly height: number;
      readonly theirHash: Hash;
    }
  | { readonly type: "GetBlockRange"; readonly startHeight: number; readonly endHeight: number }
  | { readonly type: "BlockRangeResponse"; readonly blocks: readonly Block[] };

/** Ours. Sent only to peers that named the capability: the reference bans for them (rule A5). */
export type ExtensionMessage =
  | { readonly type: "GetTip" }
  | { readonly type: "Tip"; readonly height: number; readonly hash: Hash }
  /** `after`: an address `ip:port`, or null for the first page (rule X1). */
  | { readonly type: "GetMasternodePage"; readonly after: string | null }
  /** `after` echoes the request, so that an answer finds its question. */
  | {
      readonly type: "MasternodePage";
      readonly after: string | null;
      readonly entries: readonly MasternodeEntry[];
    }
  | { readonly type: "GetAnnouncements"; readonly addresses: readonly string[] }
  | { readonly type: "Announcements"; readonly entries: readonly MasternodeEntry[] };

export type Message = ReferenceMessage | ExtensionMessage;
export type MessageType = Message["type"];
export type MessageOf<T extends MessageType> = Extract<Message, { readonly type: T }>;
