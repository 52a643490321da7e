/**
 * What a claim about a masternode does to its entry: pure rules R1, R2 and R4, without clock,
 * sessions or sends. Liveness comes from evidence only; a name without evidence is hearsay.
 */
import type { Address } from "../core/address.ts";
import type { Time } from "../core/units.ts";
import type { Announcement, SignedAnnouncement, SignedHeartbeat } from "./messages.ts";
import { changedEntry } from "./records.ts";
import type { Entry, Witnessing } from "./state.ts";

export interface Claim {
  readonly address: Address;
  readonly announcement: Announcement;
  /** The announcement with a signature that verifies under its own key, else null. */
  readonly signed: SignedAnnouncement | null;
  /** On a session with that masternode itself. */
  readonly firstHand: boolean;
  /** On a session from its ip: enough to bind its key (rule R1), not to be evidence (rule R2). */
  readonly fromItsIp: boolean;
  /** In a list or page: it may be old and yet tell who is there (rule X1). */
  readonly listed: boolean;
  /** When the evidence dates from; null when its timestamp is outside the window. */
  readonly evidenceAt: Time | null;
}

export type Verdict =
  /** Nothing new and no evidence: the same news by another way. */
  | { readonly kind: "stale" }
  | { readonly kind: "refused"; readonly why: string; readonly check: boolean }
  /** `news`: something a third party may not know yet, so it is worth passing on (rule A4). */
  | { readonly kind: "taken"; readonly entry: Entry; readonly news: boolean };

export function weigh(entry: Entry | undefined, claim: Claim, now: Time): Verdict {
  const { announcement, signed, firstHand, fromItsIp } = claim;
  if (signed === null && !firstHand) return hearsay(entry, claim, now);
  const base = entry ?? newEntry(claim.address, announcement, now);
  const otherKey = base.bound !== "not" && base.publicKey !== announcement.publicKey;
  if (otherKey && (base.bound === "firmly" || !fromItsIp)) {
    return { kind: "refused", why: "another key is bound", check: base.bound !== "firmly" };
  }
  // Only what the bound key has signed changes what it said before (rule R4).
  const fresh =
    otherKey || base.bound === "not" || (signed !== null && signed.sequence > base.sequence);
  if (!firstHand) {
    if (!fresh) return { kind: "stale" };
    if (claim.evidenceAt === null && !claim.listed) {
      return { kind: "refused", why: "timestamp out of window", check: false };
    }
  }
  const bound = fromItsIp ? "firmly" : base.bound === "not" ? "provisionally" : base.bound;
  const told = fresh ? announcement : base;
  const next = changedEntry(base, {
    bound,
    namedBy: firstHand ? null : base.namedBy,
    rewardAddress: told.rewardAddress,
    tier: told.tier,
    publicKey: announcement.publicKey,
    evidenceAt: later(base.evidenceAt, claim.evidenceAt),
    sequence: fresh ? (signed?.sequence ?? 0) : base.sequence,
    announcement: fresh ? signed : base.announcement,
    // A heartbeat of another key says nothing about this one.
    heartbeat: otherKey ? null : base.heartbeat,
    heartbeatSequence: otherKey ? 0 : base.heartbeatSequence,
  });
  return { kind: "taken", entry: next, news: entry === undefined || changed(base, next) };
}

/** Known and worth a dial; never active, never fresher (rule R2). */
function hearsay(entry: Entry | undefined, claim: Claim, now: Time): Verdict {
  if (entry !== undefined) return { kind: "stale" };
  return { kind: "taken", entry: newEntry(claim.address, claim.announcement, now), news: true };
}

/** What is said of a masternode, without anything that vouches for it. */
export function newEntry(
  address: Address,
  { rewardAddress, tier, publicKey }: Pick<Entry, "rewardAddress" | "tier" | "publicKey">,
  now: Time,
): Entry {
  return {
    address,
    rewardAddress,
    tier,
    publicKey,
    bound: "not",
    status: "known",
    firstSeen: now,
    namedBy: null,
    evidenceAt: null,
    sequence: 0,
    announcement: null,
    heartbeat: null,
    heartbeatSequence: 0,
    witnessing: null,
    checkedAt: null,
  };
}

function changed(before: Entry, after: Entry): boolean {
  if (before.bound === "not" && after.bound !== "not") return true;
  if (before.announcement === null && after.announcement !== null) return true;
  return (
    before.publicKey !== after.publicKey ||
    before.rewardAddress !== after.rewardAddress ||
    before.tier !== after.tier
  );
}

/** A heartbeat was verified: the entry with it. */
export function withHeartbeat(
  entry: Entry,
  heartbeat: SignedHeartbeat,
  witnessing: Witnessing,
  evidenceAt: Time,
): Entry {
  return changedEntry(entry, {
    evidenceAt: later(entry.evidenceAt, evidenceAt),
    heartbeat,
    heartbeatSequence: heartbeat.sequenceNumber,
    witnessing,
  });
}

export function later(left: Time | null, right: Time | null): Time | null {
  if (left === null || right === null) return left ?? right;
  return left > right ? left : right;
}
