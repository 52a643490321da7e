/**
 * Peers and registry as one text file (rule Q3): a line with version and checksum, then JSON. What
 * is not worth keeping over a restart (liveness, back-off, scores) is not in it. A text that is
 * damaged, or of another version, is a fault with its reason, never half a cache.
 */
import type { Address } from "../core/address.ts";
import type { Crypto } from "../core/capabilities.ts";
import { writeJson } from "../wire/json.ts";
import { once, struct } from "../wire/record.ts";
import type { Shape } from "../wire/shape.ts";
import {
  bool,
  choice,
  hexText,
  i64,
  list,
  option,
  readJson,
  text,
  u16,
  u64,
} from "../wire/shape.ts";
import { encodeUtf8 } from "../wire/utf8.ts";
import type { PublicKey, SignedAnnouncement, Tier } from "./messages.ts";
import type { Entry } from "./state.ts";

export interface Cache {
  readonly peers: readonly CachedPeer[];
  readonly masternodes: readonly CachedMasternode[];
}

export interface CachedPeer {
  readonly address: Address;
  readonly proven: boolean;
}

/** Keys and sequences are kept, so that nobody can bind or replay anew what was settled. */
export interface CachedMasternode {
  readonly address: Address;
  readonly rewardAddress: string;
  readonly tier: Tier;
  readonly publicKey: PublicKey;
  readonly bound: Entry["bound"];
  readonly sequence: number;
  readonly heartbeatSequence: number;
  readonly announcement: SignedAnnouncement | null;
}

const NAME = "timesim-cache";
const VERSION = "1";

/** A number on disk as in memory. */
const address: Shape<Address> = u64 as Shape<never>;
const tier = choice<Tier>("Free", "Bronze", "Silver", "Gold");

// From one save to the next most of thousands are the same.
const announcement = once(
  struct<SignedAnnouncement>({
    address: text,
    rewardAddress: text,
    tier,
    publicKey: hexText(32),
    port: u16,
    timestamp: i64,
    sequence: u64,
    signature: hexText(64),
  }),
);

const masternode = once(
  struct<CachedMasternode>({
    address,
    rewardAddress: text,
    tier,
    publicKey: hexText(32),
    bound: choice<Entry["bound"]>("not", "provisionally", "firmly"),
    sequence: u64,
    heartbeatSequence: u64,
    announcement: option(announcement),
  }),
);

const shape = struct<Cache>({
  peers: list(once(struct<CachedPeer>({ address, proven: bool }))),
  masternodes: list(masternode),
});

/** Its parts are immutable: how each reads is remembered. */
export function encodeCache(crypto: Crypto, cache: Cache): string {
  const body = writeJson(shape.encode(cache));
  return `${NAME} ${VERSION} ${crypto.sha256(body)}\n${body}\n`;
}

/** The cache, or why there is none in that text. */
export function decodeCache(crypto: Crypto, file: string): Cache | string {
  const [head = "", body = ""] = file.split("\n");
  const [name, version, checksum] = head.split(" ");
  if (name !== NAME) return "not a cache";
  if (version !== VERSION) return `version ${version}, not ${VERSION}`;
  if (file !== `${head}\n${body}\n`) return "not whole";
  if (checksum !== crypto.sha256(body)) return "checksum";
  const read = readJson(shape, encodeUtf8(body));
  return read.ok ? read.value : read.error;
}
