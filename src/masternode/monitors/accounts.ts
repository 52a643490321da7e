/** What peers have earned at one node since its boot, as rule Q1 counts it. */
import type { Address } from "../../core/address.ts";
import type { U64 } from "../../wire/u64.ts";
import type { ConstantName } from "../config.ts";
import type { Earning } from "../facts.ts";

type Numbers = Readonly<Record<ConstantName, number>>;

export interface Account {
  readonly score: number;
  /** When it was so, in whole drifts since it left 0. */
  readonly at: number;
  readonly pongAt: number | null;
  readonly shunnedUntil: number;
}

export const NEW: Account = { score: 0, at: 0, pongAt: null, shunnedUntil: 0 };

/** What a step still has to tell, or may tell. */
export interface Owed {
  readonly cause: number;
  readonly peer: Address;
  readonly by: Earning | "shunned";
  /** False: perhaps nothing is kept of that peer. */
  readonly due: boolean;
}

export interface Accounts {
  readonly c: Numbers;
  readonly accounts: Map<Address, Account>;
  /** Who had a ready session and was not forgotten since: of them a record is kept. */
  readonly met: Set<Address>;
  /** Masternodes, and who named one before it was heard itself. */
  readonly known: Map<Address, Address | null>;
  /** Unanswered, by session. */
  readonly pings: Map<number, readonly { readonly nonce: U64; readonly at: number }[]>;
  /** Since when sessions are ready, guests' as well. */
  readonly ready: Map<number, number>;
  readonly guests: Set<number>;
  owed: readonly Owed[];
  drift: number;
  /** Its time is everybody's. */
  steady: boolean;
}

export function opened(c: Numbers, drift: number): Accounts {
  return {
    c,
    accounts: new Map(),
    met: new Set(),
    known: new Map(),
    pings: new Map(),
    ready: new Map(),
    guests: new Set(),
    owed: [],
    drift,
    steady: drift === 0,
  };
}

/** By 1 towards 0 in each `scoreDrift`. */
export function scoreAt(c: Numbers, { score, at }: Account, now: number): number {
  const steps = Math.floor((now - at) / c.scoreDrift);
  return Math.sign(score) * Math.max(0, Math.abs(score) - steps);
}

/** Afterwards. Dials, pings and drift take nobody below minus `scoreFloor`. */
export function afterwards(c: Numbers, account: Account, by: Earning, now: number): Account {
  const before = scoreAt(c, account, now);
  const least = by === "violation" ? -c.scoreMax : Math.min(before, -c.scoreFloor);
  const wanted = before + changeOf(c, by);
  const score = Math.min(Math.max(wanted, least, -c.scoreMax), c.scoreMax);
  const begun = before === 0 ? 0 : (now - account.at) % c.scoreDrift;
  const falls = score < before && score <= -c.scoreShunned;
  return {
    score,
    at: now - begun,
    pongAt: by === "pong" ? now : account.pongAt,
    shunnedUntil: falls ? now + c.shunnedFor : account.shunnedUntil,
  };
}

function changeOf(c: Numbers, by: Earning): number {
  switch (by) {
    case "pong":
      return c.scorePong;
    case "block":
      return c.scoreBlock;
    case "proved":
      return c.scoreProved;
    case "dial-failed":
      return -c.scoreDialFailed;
    case "pings-lost":
      return -c.scorePingsLost;
    case "violation":
      return -c.scoreViolation;
  }
}
