/**
 * What a masternode says about itself, as values: the only thing expectations, timelines and log
 * lines are made of. A fact for every change that matters, and none that repeats another.
 */
import type { Address } from "../core/address.ts";
import type { Role, SessionId } from "../core/machine.ts";
import type { Hash } from "./messages.ts";

/** What a peer's score changes by. */
export type Earning = "pong" | "block" | "proved" | "dial-failed" | "pings-lost" | "violation";

export type Fact =
  | { readonly type: "started"; readonly masternode: boolean; readonly height: number }
  | {
      readonly type: "ready";
      readonly peer: Address;
      readonly session: SessionId;
      readonly role: Role;
      readonly remote: Address;
    }
  | {
      readonly type: "lost";
      readonly peer: Address;
      readonly session: SessionId;
      readonly reason: string;
    }
  /** A dial that led to nothing, and when the next may follow (µs). */
  | {
      readonly type: "dial-failed";
      readonly peer: Address;
      readonly reason: string;
      readonly failures: number;
      readonly again: number;
    }
  /** The cache on disk could not be used (rule Q3). */
  | { readonly type: "cache-unusable"; readonly why: string }
  /** What was loaded from it. */
  | { readonly type: "remembered"; readonly peers: number; readonly masternodes: number }
  /** Dial candidates that led nowhere are forgotten. */
  | { readonly type: "pruned"; readonly addresses: readonly Address[] }
  /** An unreadable line, and how many there were lately. */
  | {
      readonly type: "violation";
      readonly peer: Address;
      readonly count: number;
      readonly why: string;
    }
  /** `for` µs; null: until restart. */
  | {
      readonly type: "banned";
      readonly peer: Address;
      readonly count: number;
      readonly for: number | null;
    }
  /** A peer's score is another now, drift apart (rule Q1). */
  | {
      readonly type: "earned";
      readonly peer: Address;
      readonly by: Earning;
      readonly score: number;
    }
  /** A peer's reputation has become so bad that it is dialed last, if at all. */
  | { readonly type: "shunned"; readonly peer: Address; readonly score: number }
  | { readonly type: "broadcast"; readonly recipients: number; readonly sequence: number }
  /** An announcement that was taken in, from whom it came, and whether it told something new. */
  | {
      readonly type: "processed";
      readonly of: Address;
      readonly from: Address;
      readonly remote: Address;
      readonly firstHand: boolean;
      readonly news: boolean;
    }
  /** Our own, to so many (rule H1). */
  | { readonly type: "heartbeat"; readonly recipients: number; readonly sequence: number }
  /** Enough witnesses have attested a heartbeat here; `uptime` µs since that was not so. */
  | {
      readonly type: "attested";
      readonly of: Address;
      readonly sequence: number;
      readonly witnesses: number;
      readonly uptime: number;
    }
  /** No node in reach hears it first hand: no fault (rule H4). Said once. */
  | { readonly type: "unwitnessed"; readonly of: Address }
  /** Something received that was not acted on, and why. */
  | {
      readonly type: "refused";
      readonly what: string;
      readonly of?: Address;
      readonly from: Address;
      readonly why: string;
    }
  /** An entry of the registry; `from` is null when the cache told of it. */
  | { readonly type: "known"; readonly address: Address; readonly from: Address | null }
  /** `silent` µs without evidence. */
  | { readonly type: "removed"; readonly address: Address; readonly silent: number }
  /** A masternode's status changed. `silent` µs without evidence. */
  | {
      readonly type: "status";
      readonly address: Address;
      readonly status: "active" | "inactive";
      readonly total: number;
      readonly silent: number;
    }
  /** The active set, on every change. Sorted. */
  | {
      readonly type: "active";
      readonly count: number;
      readonly set: readonly Address[];
      readonly height: number;
    }
  /** The periodic status line. */
  | { readonly type: "standing"; readonly height: number; readonly active: number }
  | { readonly type: "self"; readonly address: Address }
  /** Peers agreed on our own address (rule S5). */
  | { readonly type: "addressed"; readonly address: Address }
  | { readonly type: "learned"; readonly peers: number; readonly from: Address }
  | {
      readonly type: "tip";
      readonly height: number;
      readonly hash: Hash;
      readonly via: "start" | "production" | "announcement" | "download" | "reorganisation";
    }
  /** Blocks from `ancestor` + 1 on were replaced. `depth` of ours are gone (rule Y3). */
  | {
      readonly type: "reorganised";
      readonly from: number;
      readonly to: number;
      readonly ancestor: number;
      readonly depth: number;
    }
  /** A peer's chain and ours part deeper than may be repaired: an operator chooses (rule Y3). */
  | {
      readonly type: "finality-conflict";
      readonly peer: Address;
      readonly height: number;
      readonly hash: Hash;
      readonly theirHeight: number;
      readonly theirHash: Hash | null;
    }
  /** Our chain is not the peer's: where do they part (rule Y3)? */
  | {
      readonly type: "search";
      readonly peer: Address;
      readonly height: number;
      readonly theirs: number;
    }
  | {
      readonly type: "download";
      readonly from: number;
      readonly to: number;
      readonly peer: Address;
    }
  | { readonly type: "download-failed"; readonly peer: Address; readonly why: string }
  | { readonly type: "attempt"; readonly height: number; readonly rank: number }
  | { readonly type: "cancelled"; readonly height: number; readonly why: string }
  | {
      readonly type: "produced";
      readonly height: number;
      readonly hash: Hash;
      readonly recipients: number;
      readonly rewards: number;
    }
  /** A production tick on which nothing was tried, and the first gate that said no. */
  | {
      readonly type: "skipped";
      readonly height: number;
      readonly gate: string;
      readonly active: number;
      /** Active masternodes required. */
      readonly needed: number;
      readonly expected: number;
    };

export type FactOf<T extends Fact["type"]> = Extract<Fact, { readonly type: T }>;
