/**
 * Lines that are no message (rule S8): counted by ip, answered by bans that grow, forgotten after
 * an hour. What a peer says in well-formed messages is never a violation, however wrong it is.
 */
import { type Address, isPrivate, withPort } from "../../core/address.ts";
import { each, get, put, remove, type Table, values } from "../../core/table.ts";
import type { Duration, Time } from "../../core/units.ts";
import type { Config } from "../config.ts";
import {
  type MasternodeCtx,
  type Session,
  type State,
  type Violations,
  withState,
} from "../state.ts";
import { scored } from "./reputation.ts";
import { closeSession } from "./session.ts";

/** An unreadable line. One that is only too long is closed for, and no violation (rule S7). */
export function sessionGarbled(
  state: State,
  session: Session,
  error: string,
  what: "shape" | "too long",
  ctx: MasternodeCtx,
): State {
  if (what === "too long") return endOverlong(state, session, ctx);
  const key = keyOf(session.peer);
  const count = (remembered(state, key, ctx.uptime)?.count ?? 0) + 1;
  ctx.emit({ type: "violation", peer: session.peer, count, why: error });
  const ban = banFor(state.config, count);
  const bannedUntil = ban === null ? null : ((ctx.uptime + ban) as Time);
  const noted = note(state, key, { count, bannedUntil }, ctx.uptime);
  const known = scored(noted, session.peer, "violation", ctx);
  if (ban === 0) return known;
  ctx.emit({ type: "banned", peer: session.peer, count, for: ban });
  return values(known.sessions)
    .filter(({ peer }) => keyOf(peer) === key)
    .reduce((next, its) => closeSession(next, its, "banned", "failure", ctx), known);
}

function endOverlong(state: State, session: Session, ctx: MasternodeCtx): State {
  ctx.emit({ type: "refused", what: "line", from: session.peer, why: "too long" });
  return closeSession(state, session, "line too long", "failure", ctx);
}

export function isBanned(state: State, address: Address, now: Time): boolean {
  const found = remembered(state, keyOf(address), now);
  return found !== undefined && (found.bannedUntil === null || now < found.bannedUntil);
}

/** 0: none; null: until restart. Bans begin at certain counts, and at each from the last on. */
function banFor(config: Config, count: number): Duration | null {
  if (count >= config.violationsEndlessBan) return null;
  if (count === config.violationsLongBan) return config.longBan;
  return (count === config.violationsBan ? config.ban : 0) as Duration;
}

/** Forgotten after an hour without one. Who is banned can commit none: the hour follows the ban. */
function remembered(state: State, key: Address, now: Time): Violations | undefined {
  const found = get(state.memory.violations, key);
  return found === undefined || isOver(state.config, found, now) ? undefined : found;
}

function isOver(config: Config, { bannedUntil }: Violations, now: Time): boolean {
  return bannedUntil !== null && now - bannedUntil >= config.violationMemory;
}

function note(state: State, key: Address, found: Violations, now: Time): State {
  let { violations } = state.memory;
  each(violations, (old, at) => {
    if (isOver(state.config, old, now)) violations = remove(violations, at);
  });
  violations = put(violations, key, found);
  if (violations.size > state.config.violatorsMax) violations = withoutOne(violations);
  return withState(state, { memory: { ...state.memory, violations } });
}

/**
 * The one that is free again, or will be, before all others: who came last, where they are banned.
 * Nobody's ban ends because others misbehave.
 */
function withoutOne(violations: Table<Violations>): Table<Violations> {
  let first: number | null = null;
  let soonest = Number.POSITIVE_INFINITY;
  each(violations, ({ bannedUntil }, key) => {
    const free = bannedUntil ?? Number.POSITIVE_INFINITY;
    if (first === null || free < soonest) [first, soonest] = [key, free];
  });
  return first === null ? violations : remove(violations, first);
}

/** By ip; on loopback and private networks many nodes share one, so by address there. */
function keyOf(address: Address): Address {
  return isPrivate(address) ? address : withPort(address, 0);
}
