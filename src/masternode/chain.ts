/**
 * The chain as a value and the pure rules on blocks: slots and heights (C2), what a valid next
 * block is (Y2), what a produced one holds (C1). Block h carries the timestamp of slot h.
 */
import type { Crypto } from "../core/capabilities.ts";
import { emptyTable, get, put, tableOf } from "../core/table.ts";
import { type Duration, SECOND, type UnixMicros, wallAfter } from "../core/units.ts";
import { blockHash, blockSize, GENESIS_TIME, genesisBlock, ZERO_HASH } from "./block.ts";
import type { Config } from "./config.ts";
import type { Block, Hash, Tier } from "./messages.ts";
import type { Chain, StoredBlock } from "./state.ts";

/** 100 TIME in the smallest unit (section 5.4). */
export const BLOCK_REWARD = 10_000_000_000;
/** Section 5.2. */
const REWARD_WEIGHT: Readonly<Record<Tier, number>> = {
  Free: 100,
  Bronze: 1_000,
  Silver: 10_000,
  Gold: 100_000,
};
const HEADER_VERSION = 1;

/** The wall clock at which slot `height` starts. */
export function slotStart(config: Config, height: number): UnixMicros {
  return (GENESIS_TIME[config.network] * SECOND + height * config.slot) as UnixMicros;
}

/** Rule C2: the height whose slot has begun. */
export function expectedHeight(config: Config, wall: UnixMicros): number {
  return Math.floor((wall - GENESIS_TIME[config.network] * SECOND) / config.slot);
}

/** The highest block that is not early yet (rule Y2). */
export function lastAcceptable(config: Config, wall: UnixMicros): number {
  return expectedHeight(config, wallAfter(wall, config.earlyBlock));
}

/** Until the next slot begins, at least 1 µs. */
export function untilNextSlot(config: Config, wall: UnixMicros): Duration {
  return (slotStart(config, expectedHeight(config, wall) + 1) - wall) as Duration;
}

/** Null when the block may follow the tip; else what is wrong with it (rule Y2). */
export function blockFault(config: Config, chain: Chain, block: Block): string | null {
  const { header } = block;
  if (header.height !== chain.height + 1) return `height ${header.height}`;
  if (header.previousHash !== chain.tip) return "does not link";
  const slot = slotStart(config, header.height) / SECOND;
  if (header.timestamp !== slot) return `timestamp ${header.timestamp}, its slot is ${slot}`;
  const paid = block.masternodeRewards.reduce((sum, [, amount]) => sum + amount, 0);
  // Shares are rounded down, one unit each at most (section 7.7 allows 0.01 %).
  if (Math.abs(BLOCK_REWARD - paid) > BLOCK_REWARD / 10_000) return `rewards of ${paid}`;
  return blockSize(block) > config.blockSizeMax ? "too large" : null;
}

export function append(crypto: Crypto, chain: Chain, block: Block): Chain {
  const { height } = block.header;
  const next = stored(crypto, block);
  return { height, tip: next.hash, blocks: put(chain.blocks, height, next) };
}

export function blockAt(chain: Chain, height: number): Block | null {
  return get(chain.blocks, height)?.block ?? null;
}

export function hashAt(chain: Chain, height: number): Hash | null {
  return get(chain.blocks, height)?.hash ?? null;
}

/** Who is paid: the active masternodes, by weight, in the order of their reward addresses (C1). */
export function makeBlock(
  config: Config,
  chain: Chain,
  paid: readonly { readonly rewardAddress: string; readonly tier: Tier }[],
): Block {
  const height = chain.height + 1;
  const total = paid.reduce((sum, { tier }) => sum + REWARD_WEIGHT[tier], 0);
  const rewards = paid.map(({ rewardAddress, tier }): readonly [string, number] => {
    return [rewardAddress, Math.floor((BLOCK_REWARD * REWARD_WEIGHT[tier]) / total)];
  });
  return {
    header: {
      version: HEADER_VERSION,
      height,
      previousHash: chain.tip,
      merkleRoot: ZERO_HASH,
      timestamp: slotStart(config, height) / SECOND,
      blockReward: BLOCK_REWARD,
    },
    transactions: [],
    masternodeRewards: rewards.sort(
      ([left], [right]) => Number(left > right) - Number(left < right),
    ),
  };
}

/**
 * A chain as it stood before the run: genesis, then blocks that pay one old masternode. The same
 * for all nodes, so it is made once and shared.
 */
export function chainUpTo(config: Config, height: number): Chain {
  const key = `${config.network}/${config.slot}/${height}`;
  const known = chains.get(key);
  if (known !== undefined) return known;
  const old = [{ rewardAddress: "TIME0before", tier: "Free" as const }];
  const blocks = [stored(config.crypto, genesisBlock(config.crypto, config.network))];
  let tip = blocks[0]?.hash ?? ZERO_HASH;
  for (let below = 0; below < height; below++) {
    const next = makeBlock(config, { height: below, tip, blocks: emptyTable() }, old);
    const made = stored(config.crypto, next);
    blocks.push(made);
    tip = made.hash;
  }
  const chain = { height, tip, blocks: tableOf(blocks.map((block, at) => [at, block] as const)) };
  if (chains.size >= CHAINS_MAX) chains.clear();
  chains.set(key, chain);
  return chain;
}

function stored(crypto: Crypto, block: Block): StoredBlock {
  return { block, hash: blockHash(crypto, block.header) };
}

/** A pure function's memory: losing it costs time, never changes a result. */
const chains = new Map<string, Chain>();
const CHAINS_MAX = 8;
