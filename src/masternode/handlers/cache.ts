/**
 * The cache of peers and registry on disk (rules Q3 and Q4): written a moment after something
 * changed that it holds, and when the node stops; read at boot. Liveness is not in it: what comes
 * from it is known, and worth a dial, and no more.
 */
import type { TimerKey } from "../../core/machine.ts";
import { tableOf, values } from "../../core/table.ts";
import { type Cache, decodeCache, encodeCache } from "../cache.ts";
import type { Config } from "../config.ts";
import { changedPeer } from "../records.ts";
import {
  type CommandOf,
  type Entry,
  type Files,
  type MasternodeCtx,
  type Peer,
  type State,
  withState,
} from "../state.ts";
import { isHostile } from "./identity.ts";
import { newPeer } from "./session.ts";
import { newEntry } from "../registry.ts";

export function saveCache(state: State, _key: TimerKey, ctx: MasternodeCtx): State {
  ctx.save("cache", () => encodeCache(state.config.crypto, cacheOf(state)), "whenever");
  return withState(state, { memory: { ...state.memory, unsaved: false } });
}

/** The process is about to end: what it knows is saved first. */
export function stop(state: State, _command: CommandOf<"stop">, ctx: MasternodeCtx): State {
  return saveCache(state, "", ctx);
}

/** Null without a file. One that cannot be used is set aside, and said. */
export function loadCache(config: Config, files: Partial<Files>, ctx: MasternodeCtx): Cache | null {
  const { cache: file } = files;
  if (file === undefined) return null;
  const cache = decodeCache(config.crypto, file);
  if (typeof cache !== "string") return cache;
  ctx.save("cache-aside", file, "whenever");
  ctx.emit({ type: "cache-unusable", why: cache });
  return null;
}

/** Candidates for a dial, all of them: nobody is active yet, so activity must not be asked for. */
export function cachedPeers(config: Config, cache: Cache | null, ctx: MasternodeCtx): Peer[] {
  const peers = cache?.peers ?? [];
  return peers
    .filter(({ address }) => address !== ctx.self && !isHostile(config.network, address))
    .map(({ address, proven }) => changedPeer(newPeer(address, ctx.uptime), { proven }));
}

/** Known, with the keys and sequences they had; but for ourselves, wherever we were. */
export function cachedEntries(config: Config, cache: Cache | null, ctx: MasternodeCtx): Entry[] {
  const masternodes = cache?.masternodes ?? [];
  const ourKey = config.crypto.publicKey(config.keySeed);
  return masternodes
    .filter(({ address, publicKey }) => address !== ctx.self && publicKey !== ourKey)
    .filter(({ address }) => !isHostile(config.network, address))
    .map((cached) => ({ ...newEntry(cached.address, cached, ctx.uptime), ...cached }));
}

/** A table of things that have an address. */
export function byAddress<T extends { readonly address: number }>(
  things: readonly T[],
): ReturnType<typeof tableOf<T>> {
  return tableOf(things.map((thing): [number, T] => [thing.address, thing]));
}

/** The records themselves: only what a cache holds is written of them. */
function cacheOf(state: State): Cache {
  const peers = values(state.peers).filter((peer) => !peer.self);
  return { peers, masternodes: values(state.registry.entries) };
}
