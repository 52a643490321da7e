/**
 * How the mutants of this folder are made: the repaired node's tables with a cell replaced, a veil
 * over its wishes, a change of its state after a step. None of it is known to the node itself.
 */
import type { Machine, Role, SessionId } from "../../src/core/machine.ts";
import { get, has, put, remove, type Table, values } from "../../src/core/table.ts";
import { type Veil, veiled } from "../../src/core/veil.ts";
import type { Mutant } from "../../src/fuzz/mutant.ts";
import type { Behaviour, MessageTable } from "../../src/masternode/behaviour.ts";
import type { Config } from "../../src/masternode/config.ts";
import { createMachine, repaired } from "../../src/masternode/machine.ts";
import type { MessageType } from "../../src/masternode/messages.ts";
import {
  type Masternode,
  type MasternodeCtx,
  type Memory,
  type Peer,
  type Session,
  type State,
  withPeer,
  withState,
} from "../../src/masternode/state.ts";

export type Node = Machine<Masternode>;
type Judge = Behaviour["judge"];

export function mutant(id: string, about: string, machine: Node): Mutant<Masternode> {
  return { id, about, apply: (profile) => ({ ...profile, machine }) };
}

export function tables(change: Partial<Behaviour>, veil?: Veil<Masternode>): Node {
  const machine = createMachine({ ...repaired, ...change });
  return veil === undefined ? machine : veiled(machine, veil);
}

export function veil(over: Veil<Masternode>): Node {
  return tables({}, over);
}

const BOTH: readonly Role[] = ["dialed", "accepted"];

/** Rows replaced on both ends of links, or on one. */
export function rows(cells: MessageTable, roles: readonly Role[] = BOTH): Partial<Behaviour> {
  const { dialed, accepted } = repaired.messages;
  const messages = {
    dialed: roles.includes("dialed") ? { ...dialed, ...cells } : dialed,
    accepted: roles.includes("accepted") ? { ...accepted, ...cells } : accepted,
  };
  return { messages };
}

/** No rows for these types on that end of a link. */
export function deaf(role: Role, types: readonly MessageType[]): Partial<Behaviour> {
  const heard = Object.entries(repaired.messages[role]).filter(([type]) => {
    return !types.includes(type as MessageType);
  });
  return { messages: { ...repaired.messages, [role]: Object.fromEntries(heard) } };
}

export function timers(cells: Behaviour["timers"]): Partial<Behaviour> {
  return { timers: { ...repaired.timers, ...cells } };
}

/** After every step that changed something, and before gates are judged. */
export function afterwards(change: Judge): Partial<Behaviour> {
  return { judge: (before, after, ctx) => repaired.judge(before, change(before, after, ctx), ctx) };
}

/** A row of the repaired node. */
export function row<T extends MessageType>(type: T): NonNullable<MessageTable[T]> {
  const cell = repaired.messages.dialed[type];
  if (cell === undefined) throw new Error(`no row for ${type}`);
  return cell;
}

type Timer = keyof Behaviour["timers"];

export function timer(name: Timer): NonNullable<Behaviour["timers"][Timer]> {
  const cell = repaired.timers[name];
  if (cell === undefined) throw new Error(`no row for timer ${name}`);
  return cell;
}

/** As if some constants were others, for as long as `go` takes. */
export function under(state: State, patch: Partial<Config>, go: (state: State) => State): State {
  const other = { ...state, config: { ...state.config, ...patch } };
  const next = go(other);
  return next === other ? state : { ...next, config: state.config };
}

/** As if some peers were not candidates, for as long as `go` takes. */
export function hiding(
  state: State,
  isHidden: (peer: Peer) => boolean,
  go: (state: State) => State,
): State {
  const hidden = values(state.peers).filter(isHidden);
  if (hidden.length === 0) return go(state);
  let { peers } = state;
  for (const { address } of hidden) peers = remove(peers, address);
  const next = go(withState(state, { peers }));
  let whole = next.peers;
  for (const peer of hidden) whole = put(whole, peer.address, peer);
  return withState(next, { peers: whole });
}

/** Nobody dials this peer any more. */
export function shut(state: State, peer: Peer): State {
  return withPeer(state, { ...peer, triedAt: Number.POSITIVE_INFINITY as never });
}

export function newPeers(before: State, after: State): readonly Peer[] {
  if (before.peers === after.peers) return [];
  return values(after.peers).filter(({ address }) => !has(before.peers, address));
}

/** Sessions that were ready before and are not there any more. */
export function endedIn(before: State, after: State): readonly Session[] {
  if (before.sessions === after.sessions) return [];
  return values(before.sessions).filter(({ phase, id }) => {
    return phase === "ready" && !has(after.sessions, id);
  });
}

export function readyWith(state: State, { peer, id }: Pick<Session, "peer" | "id">): Session[] {
  return values(state.sessions).filter((other) => {
    return other.id !== id && other.phase === "ready" && other.peer === peer;
  });
}

/** Of the session before the step; undefined before the first. */
export function roleOf(state: State | null, id: SessionId): Role | undefined {
  return state === null ? undefined : get(state.sessions, id)?.role;
}

interface Noting extends Memory {
  readonly noted?: unknown;
}

/** A mutant's own slice of the state. */
export function recall<T>(state: State | null, first: T): T {
  const memory: Noting | undefined = state?.memory;
  const noted = memory?.noted;
  return noted === undefined ? first : (noted as T);
}

export function note(state: State, noted: unknown): State {
  const memory: Noting = { ...state.memory, noted };
  return withState(state, { memory });
}

/** Rows of one time-stamped counter for each key: how many there were within `window`. */
export function counted(
  table: Table<readonly number[]>,
  key: number,
  window: number,
  ctx: MasternodeCtx,
): readonly [Table<readonly number[]>, number] {
  const recent = (get(table, key) ?? []).filter((at) => ctx.uptime - at < window);
  const times = [...recent, ctx.uptime];
  return [put(table, key, times), times.length];
}
