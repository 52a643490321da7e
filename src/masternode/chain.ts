/**
 * The chain as a value and the pure rules on blocks: slots and heights (C2), what a valid next
 * block is (Y2), what a produced one holds (C1). Block h carries the timestamp of slot h.
 */
import type { Crypto } from "../core/capabilities.ts";
import { emptyTable, get, put, remove, type Table, tableOf } from "../core/table.ts";
import { type Duration, SECOND, type UnixMicros, wallAfter } from "../core/units.ts";
import { bytesToHex } from "../wire/bytes.ts";
import { encodeUtf8 } from "../wire/utf8.ts";
import {
  blockHash,
  blockSize,
  GENESIS_TIME,
  genesisBlock,
  merkleRoot,
  transactionId,
  ZERO_HASH,
} from "./block.ts";
import type { Config } from "./config.ts";
import type { Block, Hash, Tier, Transaction } from "./messages.ts";
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
  if (header.merkleRoot !== rootOf(config.crypto, block.transactions)) return "merkle root";
  return blockSize(block) > config.blockSizeMax ? "too large" : null;
}

export function append(crypto: Crypto, chain: Chain, block: Block): Chain {
  const { height } = block.header;
  const next = stored(crypto, block);
  return { height, tip: next.hash, blocks: put(chain.blocks, height, next) };
}

/** As many of `blocks` as follow; if none does, what is wrong with the one that should (Y2). */
export function extend(
  config: Config,
  chain: Chain,
  blocks: Table<Block>,
  to: number,
): { readonly chain: Chain; readonly fault: string | null } {
  let longer = chain;
  for (;;) {
    const block = longer.height < to ? get(blocks, longer.height + 1) : undefined;
    const fault = block === undefined ? null : blockFault(config, longer, block);
    if (block === undefined || fault !== null) {
      return { chain: longer, fault: longer === chain ? fault : null };
    }
    longer = append(config.crypto, longer, block);
  }
}

export function blockAt(chain: Chain, height: number): Block | null {
  return get(chain.blocks, height)?.block ?? null;
}

export function hashAt(chain: Chain, height: number): Hash | null {
  return get(chain.blocks, height)?.hash ?? null;
}

/** The chain without its last block. */
export function withoutTip(chain: Chain): Chain {
  const { height } = chain;
  const tip = hashAt(chain, height - 1) ?? ZERO_HASH;
  return { height: height - 1, tip, blocks: remove(chain.blocks, height) };
}

/**
 * Who is paid: the active masternodes, by weight, in the order of their reward addresses (C1). The
 * coinbase says it again, because a block's id covers its transactions and not its reward list.
 */
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
  rewards.sort(([left], [right]) => Number(left > right) - Number(left < right));
  return assemble(config, chain, rewards, [coinbase(rewards, slotStart(config, height) / SECOND)]);
}

type Rewards = Block["masternodeRewards"];

function assemble(
  config: Config,
  chain: Chain,
  masternodeRewards: Rewards,
  transactions: readonly Transaction[],
): Block {
  const height = chain.height + 1;
  const header = {
    version: HEADER_VERSION,
    height,
    previousHash: chain.tip,
    merkleRoot: rootOf(config.crypto, transactions),
    timestamp: slotStart(config, height) / SECOND,
    blockReward: BLOCK_REWARD,
  };
  return { header, transactions, masternodeRewards };
}

function coinbase(rewards: Rewards, timestamp: number): Transaction {
  const outputs = rewards.map(([address, value]) => {
    return { value, scriptPubkey: bytesToHex(encodeUtf8(address)) };
  });
  return { version: 1, inputs: [], outputs, lockTime: 0, timestamp };
}

function rootOf(crypto: Crypto, transactions: readonly Transaction[]): Hash {
  return merkleRoot(
    crypto,
    transactions.map((transaction) => transactionId(crypto, transaction)),
  );
}

/**
 * A chain as it stood before the run: genesis, then blocks that pay one old masternode. The same
 * for all nodes, so it is made once and shared; one that is shorter is the beginning of a longer.
 */
export function chainUpTo(config: Config, height: number): Chain {
  const key = `${config.network}/${config.slot}/${height}`;
  const known = chains.get(key);
  if (known !== undefined) return known;
  const blocks = historyUpTo(config, height).slice(0, height + 1);
  const { hash: tip } = blocks[height] as StoredBlock;
  const chain = { height, tip, blocks: tableOf(blocks.map((block, at) => [at, block] as const)) };
  if (chains.size >= CHAINS_MAX) chains.clear();
  chains.set(key, chain);
  return chain;
}

/** At least so many blocks, by height. */
function historyUpTo(config: Config, height: number): readonly StoredBlock[] {
  const key = `${config.network}/${config.slot}`;
  const known = histories.get(key);
  if (known !== undefined && known.length > height) return known;
  const blocks = known?.slice() ?? [
    stored(config.crypto, genesisBlock(config.crypto, config.network)),
  ];
  const old: Rewards = [["TIME0before", BLOCK_REWARD]];
  while (blocks.length <= height) {
    const below = blocks.length - 1;
    const { hash: tip } = blocks[below] as StoredBlock;
    const next = assemble(config, { height: below, tip, blocks: emptyTable() }, old, []);
    blocks.push(stored(config.crypto, next));
  }
  if (histories.size >= HISTORIES_MAX) histories.clear();
  if (height <= HISTORY_MAX) histories.set(key, blocks);
  return blocks;
}

/** A chain of whole blocks from height 0 on, or why they are none. */
export function chainOf(crypto: Crypto, blocks: readonly Block[]): Chain | string {
  let tip = ZERO_HASH;
  const chain: StoredBlock[] = [];
  for (const [height, block] of blocks.entries()) {
    if (block.header.height !== height) return `block ${height}: height ${block.header.height}`;
    if (block.header.previousHash !== tip) return `block ${height}: does not link`;
    const made = stored(crypto, block);
    tip = made.hash;
    chain.push(made);
  }
  if (chain.length === 0) return "no blocks";
  const table = tableOf(chain.map((made, at) => [at, made] as const));
  return { height: chain.length - 1, tip, blocks: table };
}

function stored(crypto: Crypto, block: Block): StoredBlock {
  return { block, hash: blockHash(crypto, block.header) };
}

// A pure function's memories: losing them costs time, never changes a result. A campaign sweeps
// heights and slots: all chains with one slot are beginnings of one history.
const chains = new Map<string, Chain>();
const CHAINS_MAX = 64;
const histories = new Map<string, readonly StoredBlock[]>();
const HISTORIES_MAX = 16;
const HISTORY_MAX = 16_384;
