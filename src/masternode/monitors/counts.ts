/** What `limits` counts of one node since its boot, from what its trace tells. */
import { type Address, isPrivate, withPort } from "../../core/address.ts";
import type { NodeFacts } from "../../check/invariant.ts";
import { sameU64, type U64 } from "../../wire/u64.ts";
import type { ConstantName } from "../config.ts";
import type { Message } from "../messages.ts";

type Numbers = Readonly<Record<ConstantName, number>>;

/** What is counted of one node since its boot. */
export interface Counts {
  readonly node: NodeFacts;
  readonly c: Numbers;
  bootAt: number;
  /** Sessions that are being dialed. */
  readonly dialing: Set<number>;
  /** Open sessions: the ip of the far end of those accepted, 0 for those dialed. */
  readonly open: Map<number, number>;
  /** Those of them in which it is somebody's guest: shown out soon, and no limit of its own. */
  readonly visits: Set<number>;
  readonly known: Set<Address>;
  /** Whom it counts as active, itself apart; and whom it ever did. */
  readonly active: Set<Address>;
  readonly seen: Set<Address>;
  /** When bans end, by ip, or by address on private networks. */
  readonly banned: Map<Address, number>;
  /** A violation that has to be answered by a ban in the same step: its cause. */
  owed: number | null;
  /** Last dial by address. */
  readonly dialed: Map<Address, number>;
  readonly pings: Map<number, Pings>;
  /** Last `GetAnnouncements` or its stand-in by session. */
  readonly asked: Map<number, number>;
}

/** Of one session, as rule P3 has it. */
interface Pings {
  pending: readonly { readonly nonce: U64; readonly at: number }[];
  /** In a row. */
  lost: number;
}

export function fresh(node: NodeFacts): Counts {
  return {
    node,
    c: node.config as Numbers,
    bootAt: 0,
    dialing: new Set(),
    open: new Map(),
    visits: new Set(),
    known: new Set(),
    active: new Set(),
    seen: new Set(),
    banned: new Map(),
    owed: null,
    dialed: new Map(),
    pings: new Map(),
    asked: new Map(),
  };
}

/** A new process knows nothing of what the last one did. */
export function restart(counts: Counts, at: number): void {
  counts.bootAt = at;
  counts.owed = null;
  counts.dialing.clear();
  counts.visits.clear();
  for (const each of [counts.open, counts.banned]) each.clear();
  for (const each of [counts.dialed, counts.pings, counts.asked]) each.clear();
  counts.known.clear();
  counts.active.clear();
  counts.seen.clear();
}

/** A session is over. */
export function forget(counts: Counts, session: number): void {
  counts.dialing.delete(session);
  counts.open.delete(session);
  counts.visits.delete(session);
  counts.asked.delete(session);
}

/** Pings lost in a row by now; a further one is sent, unless `nonce` is null. */
export function lostBy(counts: Counts, session: number, now: number, nonce: U64 | null): number {
  const pings = counts.pings.get(session) ?? { pending: [], lost: 0 };
  const waiting = pings.pending.filter(({ at }) => now - at < counts.c.pingTimeout);
  pings.lost += pings.pending.length - waiting.length;
  pings.pending = nonce === null ? waiting : [...waiting, { nonce, at: now }];
  counts.pings.set(session, pings);
  return pings.lost;
}

/** A Pong that answers one of them; or an Ack that says what the session is. */
export function answered(counts: Counts, session: number, message: Message): void {
  if (message.type === "Ack" && message.guest === true) counts.visits.add(session);
  const pings = counts.pings.get(session);
  if (message.type !== "Pong" || pings === undefined) return;
  const pending = pings.pending.filter(({ nonce }) => !sameU64(nonce, message.nonce));
  if (pending.length === pings.pending.length) return;
  pings.pending = pending;
  pings.lost = 0;
}

/** 0: none; null: until restart (rule S8). */
export function banOf(c: Numbers, count: number): number | null {
  if (count >= c.violationsEndlessBan) return null;
  if (count === c.violationsLongBan) return c.longBan;
  return count === c.violationsBan ? c.ban : 0;
}

/** By ip; on private networks by address, as one ip stands for many there (rule S8). */
export function keyOf(peer: Address): Address {
  return isPrivate(peer) ? peer : withPort(peer, 0);
}
