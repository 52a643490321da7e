/**
 * What gets signed: 32-byte digests, hex. Heartbeats and attestations are the reference's
 * (section 6), byte for byte; the announcement's is ours (rule A4). A domain tag in front keeps a
 * signature made for one purpose from serving another.
 */
import type { Crypto } from "../core/capabilities.ts";
import { ByteWriter } from "../wire/bytes.ts";
import { encodeUtf8 } from "../wire/utf8.ts";
import type {
  Announcement,
  Hash,
  SignedAnnouncement,
  SignedHeartbeat,
  Tier,
  WitnessAttestation,
} from "./messages.ts";

export type UnsignedAnnouncement = Omit<SignedAnnouncement, "signature">;
export type UnsignedHeartbeat = Omit<SignedHeartbeat, "signature">;
export type UnsignedAttestation = Omit<WitnessAttestation, "signature">;

/** Bincode's index of each tier. */
const TIERS: Readonly<Record<Tier, number>> = { Free: 0, Bronze: 1, Silver: 2, Gold: 3 };

/** Carries everything a signature covers. Says nothing about whether the signature holds. */
export function isSigned(announcement: Announcement): announcement is SignedAnnouncement {
  const { port, timestamp, sequence, signature } = announcement;
  return [port, timestamp, sequence, signature].every((field) => field !== undefined);
}

/** All fields in their order; texts are counted, so no two announcements share their bytes. */
export function announcementDigest(crypto: Crypto, announcement: UnsignedAnnouncement): Hash {
  const writer = new ByteWriter()
    .text("TIMESIM_ANNOUNCEMENT:")
    .counted(encodeUtf8(announcement.address))
    .counted(encodeUtf8(announcement.rewardAddress))
    .u32(TIERS[announcement.tier])
    .hex(announcement.publicKey)
    .u16(announcement.port)
    .i64(announcement.timestamp)
    .u64(announcement.sequence);
  return crypto.sha256(writer.finish());
}

/** Rule H1. The address is not counted: what follows it has a fixed length. */
export function heartbeatDigest(crypto: Crypto, heartbeat: UnsignedHeartbeat): Hash {
  const writer = new ByteWriter()
    .text("TIMECOIN_HEARTBEAT:")
    .text(heartbeat.masternodeAddress)
    .u64(heartbeat.sequenceNumber)
    .i64(heartbeat.timestamp)
    .hex(heartbeat.masternodePubkey);
  return crypto.sha256(writer.finish());
}

/** What an attestation names its heartbeat by. No tag and no key: nobody signs it. */
export function heartbeatHash(crypto: Crypto, heartbeat: UnsignedHeartbeat): Hash {
  const writer = new ByteWriter()
    .text(heartbeat.masternodeAddress)
    .u64(heartbeat.sequenceNumber)
    .i64(heartbeat.timestamp);
  return crypto.sha256(writer.finish());
}

/** Rule H4. */
export function attestationDigest(crypto: Crypto, attestation: UnsignedAttestation): Hash {
  const writer = new ByteWriter()
    .text("TIMECOIN_WITNESS:")
    .hex(attestation.heartbeatHash)
    .text(attestation.witnessAddress)
    .i64(attestation.witnessTimestamp)
    .hex(attestation.witnessPubkey);
  return crypto.sha256(writer.finish());
}
