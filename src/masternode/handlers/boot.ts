/** The first step: what is on disk, what is configured, and which timers run. */
import { each, emptyTable } from "../../core/table.ts";
import type { Duration } from "../../core/units.ts";
import { bytesToHex } from "../../wire/bytes.ts";
import { chainUpTo } from "../chain.ts";
import type { Config } from "../config.ts";
import { IDLE } from "../stage.ts";
import { changedPeer } from "../records.ts";
import type { Files, Identity, MasternodeCtx, Peer, State } from "../state.ts";
import { byAddress, cachedEntries, cachedPeers, loadCache } from "./cache.ts";
import { untilTurn } from "./dial.ts";
import { isHostile } from "./identity.ts";
import { emitActive } from "./registry.ts";
import { newPeer } from "./session.ts";

export function init(config: Config, files: Partial<Files>, ctx: MasternodeCtx): State {
  const cache = loadCache(config, files, ctx);
  const chain = files.chain ?? chainUpTo(config, config.startHeight);
  const { masternode } = config;
  ctx.emit({ type: "started", masternode, height: chain.height });
  ctx.emit({ type: "tip", height: chain.height, hash: chain.tip, via: "start" });
  const state: State = {
    config,
    identity: identify(config, files, ctx),
    sessions: emptyTable(),
    peers: byAddress([...cachedPeers(config, cache, ctx), ...bootstrapPeers(config, ctx)]),
    registry: {
      entries: byAddress(cachedEntries(config, cache, ctx)),
      removed: emptyTable(),
      active: 0,
      held: emptyTable(),
      hashes: emptyTable(),
    },
    chain,
    sync: { stage: IDLE, doubts: emptyTable(), early: emptyTable() },
    production: { minimumSince: null, open: null, attempt: null, said: "" },
    memory: { pruned: emptyTable(), violations: emptyTable(), unsaved: false },
  };
  const [peers, masternodes] = [cache?.peers.length ?? 0, state.registry.entries.size];
  if (cache !== null) ctx.emit({ type: "remembered", peers, masternodes });
  each(state.registry.entries, ({ address }) => ctx.emit({ type: "known", address, from: null }));
  emitActive(state, ctx);
  if (masternode) {
    ctx.setTimer("announce", config.announceDelay);
    ctx.setTimer("produce", (config.tick - (ctx.wall % config.tick)) as Duration);
  }
  ctx.setTimer("dial", 0 as Duration);
  ctx.setTimer("exchange", config.exchangePeriod);
  ctx.setTimer("feeler", untilTurn(state, 8, config.feelerPeriod, ctx.uptime));
  ctx.setTimer("prune", config.sweepPeriod);
  ctx.setTimer("status", config.statusPeriod);
  ctx.setTimer("sweep", config.sweepPeriod);
  ctx.setTimer("tips", config.tipPeriod);
  return state;
}

function identify(config: Config, files: Partial<Files>, ctx: MasternodeCtx): Identity {
  const random = ctx.random("node");
  const node = Array.from({ length: 16 }, () => random.below(256));
  return {
    address: config.knowsAddress ? ctx.self : null,
    node: bytesToHex(node),
    publicKey: config.crypto.publicKey(config.keySeed),
    sequences: {
      announcement: files.sequences?.announcement ?? 0,
      heartbeat: files.sequences?.heartbeat ?? 0,
    },
    announcement: null,
    heartbeat: null,
    witnessing: null,
    diskFails: false,
    pagesAsked: 0,
    seen: [],
  };
}

/** What the operator wrote wins over what is remembered, but for addresses of no node (rule S5). */
function bootstrapPeers(config: Config, ctx: MasternodeCtx): readonly Peer[] {
  return config.bootstrap
    .filter((address) => address !== ctx.self && !isHostile(config.network, address))
    .map((address) => changedPeer(newPeer(address, ctx.uptime), { configured: true }));
}
