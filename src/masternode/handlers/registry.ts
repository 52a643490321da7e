/**
 * The registry's life: entries come, turn active or inactive by their evidence, and go (rule R3).
 */
import type { Address } from "../../core/address.ts";
import type { TimerKey } from "../../core/machine.ts";
import { each, get, has, put, remove } from "../../core/table.ts";
import type { Duration, Time } from "../../core/units.ts";
import { hashKey } from "../witness.ts";
import { crowdedOut } from "./crowd.ts";
import { changedEntry, changedPeer } from "../records.ts";
import type { Entry, MasternodeCtx, State } from "../state.ts";
import { withPeer, withRegistry } from "../state.ts";
import { noteChange } from "../memory.ts";
import { remembered } from "./prune.ts";

/**
 * Puts an entry in place with the status its evidence gives it; says what changed. A new one for
 * which there is no room is not there afterwards.
 */
export function place(before: State, entry: Entry, from: Address, ctx: MasternodeCtx): State {
  const known = get(before.registry.entries, entry.address);
  const state = known === undefined ? withRoomFor(before, entry, from, ctx) : before;
  if (state === null) return before;
  const status = statusOf(state, entry, ctx.uptime);
  const namedBy = known === undefined && from !== entry.address ? from : entry.namedBy;
  const isSame = status === entry.status && namedBy === entry.namedBy;
  const placed = isSame ? entry : changedEntry(entry, { status, namedBy });
  if (known === placed) return state;
  if (known === undefined) ctx.emit({ type: "known", address: entry.address, from });
  const removed = remove(state.registry.removed, entry.address);
  const entries = put(state.registry.entries, entry.address, placed);
  const next = turned(
    withRegistry(state, { entries, removed }),
    known?.status ?? "known",
    placed,
    ctx,
  );
  const isBound = known?.bound === placed.bound && known.publicKey === placed.publicKey;
  return isBound ? next : noteChange(next, ctx);
}

/** Hearsay displaces nobody; who names most makes room for evidence of others. */
function withRoomFor(state: State, entry: Entry, from: Address, ctx: MasternodeCtx): State | null {
  if (entry.evidenceAt === null && !isWelcome(state, entry.address)) return null;
  const crowded = crowdedOut(state, from);
  if (crowded === null) return state;
  if (crowded === "nobody" || entry.evidenceAt === null) return null;
  return takeOut(state, crowded, ctx.uptime - (crowded.evidenceAt ?? crowded.firstSeen), ctx);
}

/** Hearsay brings back nobody who was removed lately, and does not grow without end. */
function isWelcome(state: State, address: Address): boolean {
  const { entries, removed } = state.registry;
  return !has(removed, address) && entries.size < state.config.candidatesMax;
}

/** Every sweep period: silence makes inactive, long silence removes (rule R3). */
export function sweep(state: State, _key: TimerKey, ctx: MasternodeCtx): State {
  const { sweepPeriod, removeAfter } = state.config;
  ctx.setTimer("sweep", (sweepPeriod - (ctx.uptime % sweepPeriod)) as Duration);
  const judged: Entry[] = [];
  each(state.registry.entries, (entry) => judged.push(entry));
  let next = forgetRemoved(state, ctx.uptime);
  for (const entry of judged) {
    const silent = ctx.uptime - (entry.evidenceAt ?? entry.firstSeen);
    const status = statusOf(state, entry, ctx.uptime);
    if (silent >= removeAfter) next = forget(next, entry, ctx);
    else if (status !== entry.status) {
      const judgedSo = changedEntry(entry, { status });
      next = withRegistry(next, { entries: put(next.registry.entries, entry.address, judgedSo) });
      next = turned(next, entry.status, judgedSo, ctx);
    }
  }
  return next;
}

/** Active masternodes in address order, ourselves included if we are one (rule R3). */
export function activeSet(state: State, ctx: MasternodeCtx): readonly Address[] {
  const set: Address[] = [];
  each(state.registry.entries, (entry) => {
    if (entry.status === "active") set.push(entry.address);
  });
  if (!state.config.masternode) return set;
  const own = state.identity.address ?? ctx.self;
  const at = set.findIndex((address) => address > own);
  return at < 0 ? [...set, own] : set.toSpliced(at, 0, own);
}

export function activeCount(state: State): number {
  return state.registry.active + (state.config.masternode ? 1 : 0);
}

export function emitActive(state: State, ctx: MasternodeCtx): void {
  const set = activeSet(state, ctx);
  ctx.emit({ type: "active", count: set.length, set, height: state.chain.height });
}

function statusOf(state: State, entry: Entry, now: Time): Entry["status"] {
  if (entry.evidenceAt === null) return "known";
  return now - entry.evidenceAt < state.config.activeWindow ? "active" : "inactive";
}

/** Counts and says a change of status. */
function turned(state: State, before: Entry["status"], entry: Entry, ctx: MasternodeCtx): State {
  const { status, address } = entry;
  if (before === status || status === "known") return state;
  const gained = (status === "active" ? 1 : 0) - (before === "active" ? 1 : 0);
  const active = state.registry.active + gained;
  const next = proven(withRegistry(state, { active }), entry, ctx);
  const silent = ctx.uptime - (entry.evidenceAt ?? entry.firstSeen);
  ctx.emit({ type: "status", address, status, total: state.registry.entries.size, silent });
  if (gained !== 0) emitActive(next, ctx);
  return next;
}

/** Its masternode was there: failures alone never prune it (rule Q2). */
function proven(state: State, { address, evidenceAt }: Entry, ctx: MasternodeCtx): State {
  const peer = get(state.peers, address);
  if (peer === undefined) return state;
  // A session may have ended since.
  const seenAt = Math.max(peer.seenAt, evidenceAt ?? ctx.uptime) as Time;
  return withPeer(state, changedPeer(peer, { proven: true, seenAt }));
}

/** The entry goes, the dial candidate stays if there is one (rules R3 and Q2). */
function forget(state: State, entry: Entry, ctx: MasternodeCtx): State {
  const { address } = entry;
  const silent = ctx.uptime - (entry.evidenceAt ?? entry.firstSeen);
  const gone = takeOut(state, entry, silent, ctx);
  const { prunedMax } = state.config;
  const removed = remembered(gone.registry.removed, address, ctx.uptime, prunedMax);
  return withRegistry(gone, { removed });
}

/** An entry leaves the registry; says so, and what it does to the active set. */
function takeOut(state: State, entry: Entry, silent: number, ctx: MasternodeCtx): State {
  const { entries, hashes, active } = state.registry;
  const { address, witnessing } = entry;
  ctx.emit({ type: "removed", address, silent });
  const lost = entry.status === "active" ? 1 : 0;
  const next = withRegistry(state, {
    entries: remove(entries, address),
    active: active - lost,
    hashes: witnessing === null ? hashes : remove(hashes, hashKey(witnessing.hash)),
  });
  if (lost > 0) emitActive(next, ctx);
  return noteChange(next, ctx);
}

/** What was removed long ago may be hearsay again (rule Q2's bound). */
function forgetRemoved(state: State, now: Time): State {
  let { removed } = state.registry;
  each(state.registry.removed, (at, address) => {
    if (now - at >= state.config.removedMemory) removed = remove(removed, address);
  });
  return removed === state.registry.removed ? state : withRegistry(state, { removed });
}

/** The entry of an address that turned out to be our own (rule S5). */
export function disown(state: State, address: Address, ctx: MasternodeCtx): State {
  const entry = get(state.registry.entries, address);
  return entry === undefined ? state : takeOut(state, entry, 0, ctx);
}
