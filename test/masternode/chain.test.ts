/** The chain as a value: what may follow what (Y2), when (C2), and who is paid what (C1). */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { values } from "../../src/core/table.ts";
import { type Duration, SECOND, type UnixMicros } from "../../src/core/units.ts";
import { nodeCrypto } from "../../src/host/crypto.ts";
import { blockHash, blockSize, GENESIS_TIME } from "../../src/masternode/block.ts";
import {
  append,
  BLOCK_REWARD,
  blockAt,
  blockFault,
  chainUpTo,
  expectedHeight,
  hashAt,
  lastAcceptable,
  makeBlock,
  slotStart,
  untilNextSlot,
} from "../../src/masternode/chain.ts";
import { type Config, constantsOf } from "../../src/masternode/config.ts";
import type { Block, Tier } from "../../src/masternode/messages.ts";

const config = { ...constantsOf({}), crypto: nodeCrypto, network: "testnet" } as Config;
const SLOT = config.slot;
const GENESIS = GENESIS_TIME.testnet * SECOND;
const TIERS: readonly Tier[] = ["Free", "Bronze", "Silver", "Gold"];
const chain = chainUpTo(config, 5);
const next = makeBlock(config, chain, [{ rewardAddress: "TIME0a", tier: "Free" }]);

function wall(micros: number): UnixMicros {
  return micros as UnixMicros;
}

describe("slots (C2)", () => {
  test("the seed's 3011 is 2025-12-21 21:50 UTC", () => {
    const tenToTen = Date.UTC(2025, 11, 21, 21, 50) * 1_000;
    expect(expectedHeight(config, wall(tenToTen))).toBe(3011);
    expect(slotStart(config, 3011)).toBe(tenToTen);
  });

  test("a slot begins at its first microsecond", () => {
    expect(expectedHeight(config, wall(GENESIS + 7 * SLOT - 1))).toBe(6);
    expect(expectedHeight(config, wall(GENESIS + 7 * SLOT))).toBe(7);
    expect(untilNextSlot(config, wall(GENESIS + 7 * SLOT - 1))).toBe(1);
    expect(untilNextSlot(config, wall(GENESIS + 7 * SLOT))).toBe(SLOT);
  });

  test("nothing is expected before genesis", () => {
    expect(expectedHeight(config, wall(GENESIS - 1))).toBeLessThan(0);
  });

  test("a block is early until 300 s before its slot", () => {
    const early = GENESIS + 8 * SLOT - 300 * SECOND;
    expect(lastAcceptable(config, wall(early - 1))).toBe(7);
    expect(lastAcceptable(config, wall(early))).toBe(8);
  });
});

describe("what may follow (Y2)", () => {
  test("what was made for it may", () => {
    expect(blockFault(config, chain, next)).toBe(null);
    const longer = append(nodeCrypto, chain, next);
    expect([longer.height, longer.tip]).toEqual([6, blockHash(nodeCrypto, next.header)]);
    expect(hashAt(longer, 6)).toBe(longer.tip);
    expect(blockAt(longer, 6)).toBe(next);
    expect(blockAt(longer, 7)).toBe(null);
    expect(blockAt(chain, 6), "the shorter chain is as it was").toBe(null);
  });

  const faults: readonly (readonly [string, Partial<Block["header"]>, string])[] = [
    ["its own height", { height: 5 }, "height 5"],
    ["a gap", { height: 7 }, "height 7"],
    ["another past", { previousHash: "11".repeat(32) }, "does not link"],
    ["another time", { timestamp: next.header.timestamp - 600 }, "timestamp"],
  ];
  test.each(faults)("%s may not", (_name, header, fault) => {
    const block = { ...next, header: { ...next.header, ...header } };
    expect(blockFault(config, chain, block)).toContain(fault);
  });

  test("rewards are right to 0.01 %", () => {
    const paying = (amount: number) => ({
      ...next,
      masternodeRewards: [["TIME0a", amount]] as const,
    });
    const slack = BLOCK_REWARD / 10_000;
    for (const amount of [BLOCK_REWARD - slack, BLOCK_REWARD, BLOCK_REWARD + slack]) {
      expect(blockFault(config, chain, paying(amount))).toBe(null);
    }
    for (const amount of [0, BLOCK_REWARD - slack - 1, BLOCK_REWARD + slack + 1]) {
      expect(blockFault(config, chain, paying(amount))).toBe(`rewards of ${amount}`);
    }
  });

  test("more bytes than anybody accepts may not", () => {
    const size = blockSize(next);
    expect(blockFault({ ...config, blockSizeMax: size as Duration }, chain, next)).toBe(null);
    expect(blockFault({ ...config, blockSizeMax: (size - 1) as Duration }, chain, next)).toBe(
      "too large",
    );
  });
});

describe("who is paid (C1)", () => {
  const active = fc.array(
    fc.record({ rewardAddress: fc.string({ minLength: 1 }), tier: fc.constantFrom(...TIERS) }),
    { minLength: 1, maxLength: 40 },
  );

  test("a block's shares are by weight, rounded down, in the order of addresses", () => {
    const paid = makeBlock(config, chain, [
      { rewardAddress: "TIME0c", tier: "Gold" },
      { rewardAddress: "TIME0a", tier: "Free" },
      { rewardAddress: "TIME0b", tier: "Bronze" },
      { rewardAddress: "TIME0d", tier: "Silver" },
    ]);
    expect(paid.masternodeRewards).toEqual([
      ["TIME0a", 9_000_900],
      ["TIME0b", 90_009_000],
      ["TIME0c", 9_000_900_090],
      ["TIME0d", 900_090_009],
    ]);
  });

  test("whoever is active, everybody accepts the block, and all make the same", () => {
    fc.assert(
      fc.property(active, fc.nat(), (paid, seed) => {
        const block = makeBlock(config, chain, paid);
        expect(blockFault(config, chain, block)).toBe(null);
        const sum = block.masternodeRewards.reduce((total, [, amount]) => total + amount, 0);
        expect(sum).toBeLessThanOrEqual(BLOCK_REWARD);
        expect(BLOCK_REWARD - sum).toBeLessThan(paid.length);
        const sorted = block.masternodeRewards.map(([address]) => address);
        expect(sorted).toEqual([...sorted].sort((a, b) => Number(a > b) - Number(a < b)));
        const distinct = new Set(sorted).size === sorted.length;
        const turned = [...paid.slice(seed % paid.length), ...paid.slice(0, seed % paid.length)];
        if (distinct) expect(makeBlock(config, chain, turned)).toEqual(block);
      }),
    );
  });
});

describe("the chain before the run", () => {
  test("is a valid one from genesis on, and the longer begins with the shorter", () => {
    const blocks = values(chain.blocks);
    expect(blocks.map(({ block }) => block.header.height)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(chain.tip).toBe(blocks[5]?.hash);
    for (let height = 0; height < 5; height++) {
      const below = chainUpTo(config, height);
      expect(below.tip).toBe(blocks[height]?.hash);
      const above = blockAt(chain, height + 1) as Block;
      expect(blockFault(config, below, above)).toBe(null);
      expect(append(nodeCrypto, below, above).tip).toBe(blocks[height + 1]?.hash);
    }
  });

  test("is another on another network, and the same whoever asks", () => {
    const other = chainUpTo({ ...config, network: "mainnet" }, 5);
    expect(other.tip).not.toBe(chain.tip);
    expect(chainUpTo({ ...config }, 5)).toEqual(chain);
  });
});
