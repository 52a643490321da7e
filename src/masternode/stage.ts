/**
 * Where a node stands in getting a better chain (rules Y1 to Y3), and what it thinks of its peers'
 * tips (rule B1). Part of the state; the steps from stage to stage are in handlers/sync.ts.
 */
import type { Address } from "../core/address.ts";
import type { SessionId } from "../core/machine.ts";
import type { Table } from "../core/table.ts";
import type { Time } from "../core/units.ts";
import type { Block, Hash } from "./messages.ts";
import type { Chain } from "./state.ts";

/** The end of a chain: ours, or what a peer claims. */
export interface Tip {
  readonly height: number;
  /** Null while only the height is known. */
  readonly hash: Hash | null;
}

export interface Claim extends Tip {
  /** Our tip when this one was found to part from ours too deep: an operator chooses (rule Y3). */
  readonly conflict: Tip | null;
}

export interface Sync {
  readonly stage: Stage;
  /** Whose tips failed lately, by address: a new session does not wash it off (rule B1). */
  readonly doubts: Table<Doubt>;
  /** Blocks ahead of the clock, by height, to be tried again (rule Y2). */
  readonly early: Table<Block>;
}

/** One question to one peer at a time. All but `idle` end by the timer `sync` or their session. */
export type Stage = { readonly kind: "idle" } | Search | Download;

/** Looking for the last block that our chain and a peer's have in common (rule Y3). */
export interface Search {
  readonly kind: "search";
  readonly session: SessionId;
  /** What its peer claimed when it was asked first; it may take that back. */
  readonly claimed: Tip;
  /** Given up then, however well it goes. */
  readonly until: Time;
  /** Our chain when it began. */
  readonly base: Chain;
  /** The range that is looked at: no deeper than this. */
  readonly floor: number;
  /** The highest height known to agree; below `floor` while there is none. */
  readonly low: number;
  /** The lowest height known to differ. */
  readonly high: number;
  /** How far below `high` the next question goes while nothing agrees; doubles. */
  readonly step: number;
}

/** Blocks asked for and not all here yet (rule Y2). */
export interface Download {
  readonly kind: "download";
  readonly session: SessionId;
  readonly claimed: Tip;
  readonly until: Time;
  /** What the blocks are to follow: our chain, or our chain cut where the peer's parts from it. */
  readonly candidate: Chain;
  /** After a search; else the candidate is our chain as it was. */
  readonly branch: boolean;
  readonly from: number;
  readonly to: number;
  /** Blocks that came out of order. */
  readonly waiting: Table<Block>;
}

/** Failures of a peer's tips (rule B1). */
export interface Doubt {
  readonly peer: Address;
  readonly failures: number;
  /** Forgotten then. */
  readonly until: Time;
  /** What it claimed at the last failure. */
  readonly tip: Tip;
  /** It served a valid block since. */
  readonly served: boolean;
}

export const IDLE: Stage = { kind: "idle" };
