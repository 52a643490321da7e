import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nodeCrypto } from "../../src/host/crypto.ts";
import {
  blockHash,
  blockSize,
  genesisBlock,
  headerBytes,
  merkleRoot,
  transactionBytes,
  transactionId,
} from "../../src/masternode/block.ts";
import { messageCodec } from "../../src/masternode/codec.ts";
import { constantsOf } from "../../src/masternode/config.ts";
import {
  announcementDigest,
  attestationDigest,
  heartbeatDigest,
  heartbeatHash,
  isSigned,
} from "../../src/masternode/digests.ts";
import { leaderIndex } from "../../src/masternode/leader.ts";
import type { Transaction } from "../../src/masternode/messages.ts";
import { bytesToHex, hexToBytes } from "../../src/wire/bytes.ts";
import { anyBlock } from "./arbitraries.ts";

const SEED = "07".repeat(32);
const KEY = "ea4a6c63e29c520abef5507b132ec5f9954776aebebe7b92421eea691446d22c";
const WITNESS_SEED = "09".repeat(32);
const WITNESS_KEY = "fd1724385aa0c75b64fb78cd602fa1d991fdebf76b13c58ed702eac835e9f618";
const TESTNET = "062446a00f5dc1aa0c842ce4e1beb400ee89ead29c247c14a44921dd7b5e1dea";
const MAINNET = "acfdf4b99330800f1a158a8f3d97c4d2f30452da4dae2e6de032bfe9bcd7c1e5";

const heartbeat = {
  masternodeAddress: "203.0.113.10",
  sequenceNumber: 1,
  timestamp: 1_766_376_998,
  masternodePubkey: KEY,
};

describe("keys", () => {
  test("of the two seeds", () => {
    expect(nodeCrypto.publicKey(SEED)).toBe(KEY);
    expect(nodeCrypto.publicKey(WITNESS_SEED)).toBe(WITNESS_KEY);
  });

  test("a signature verifies under its key and digest only, and nothing wrong throws", () => {
    const digest = "ab".repeat(32);
    const signature = nodeCrypto.sign(SEED, digest);
    for (let again = 0; again < 2; again++) {
      expect(nodeCrypto.verify(KEY, digest, signature)).toBe(true);
      expect(nodeCrypto.verify(WITNESS_KEY, digest, signature)).toBe(false);
      expect(nodeCrypto.verify(KEY, "ac".repeat(32), signature)).toBe(false);
      expect(nodeCrypto.verify(KEY, digest, "00".repeat(64))).toBe(false);
      expect(nodeCrypto.verify(KEY, digest, signature.slice(2))).toBe(false);
      expect(nodeCrypto.verify("ff".repeat(32), digest, signature)).toBe(false);
      expect(nodeCrypto.verify("02".repeat(32), digest, signature)).toBe(false);
      expect(nodeCrypto.verify("no key", digest, signature)).toBe(false);
      expect(nodeCrypto.verify("", "", "")).toBe(false);
      expect(nodeCrypto.verify(KEY, digest, `${signature} `)).toBe(false);
    }
  });
});

describe("heartbeat and attestation (section 6)", () => {
  test("digest, signature and hash of the heartbeat", () => {
    const digest = heartbeatDigest(nodeCrypto, heartbeat);
    expect(digest).toBe("d54811f9673aff799b155aad8320f74d0dfa3cf5b53b8268d6f2120d309f8be4");
    expect(nodeCrypto.sign(SEED, digest)).toBe(
      "31ea8d504f333f3dab41131788a1d528830328df4f80a21e31af611edb101fc6" +
        "992f6fa1127e6c397e902756bfce5f766e1824be87ed228ff02a16c4a1c42e01",
    );
    expect(heartbeatHash(nodeCrypto, heartbeat)).toBe(
      "b254d6712a843fafcda53c6935ee05abe21ca6af612aeb740208f80991d5b9f3",
    );
  });

  test("digest and signature of the attestation", () => {
    const digest = attestationDigest(nodeCrypto, {
      heartbeatHash: heartbeatHash(nodeCrypto, heartbeat),
      witnessAddress: "203.0.113.11",
      witnessPubkey: WITNESS_KEY,
      witnessTimestamp: 1_766_376_999,
    });
    expect(digest).toBe("bd67dd8b8bd619e4e48bd8faa831c1b9437267384be0b1cd78b3a38f6835b081");
    expect(nodeCrypto.sign(WITNESS_SEED, digest)).toBe(
      "930d538de336422c426f882238b2e70045cc791af8a973e74d2102a6ed6041ca" +
        "f2244533d9d382000977013a85c5f018416f2ff7bac02af9088cbbea8523b703",
    );
  });
});

describe("our announcement (rule A4)", () => {
  const announcement = {
    address: "203.0.113.10",
    rewardAddress: "TIME0QChNmKtoXcSRHthZQUfQvwJfYdCJqFEhP",
    tier: "Free",
    publicKey: KEY,
    port: 24_100,
    timestamp: 1_766_376_998,
    sequence: 1_766_376_998_000,
  } as const;

  test("every field is under the signature", () => {
    const digests = [
      announcement,
      { ...announcement, address: "203.0.113.11" },
      { ...announcement, rewardAddress: "" },
      { ...announcement, tier: "Gold" } as const,
      { ...announcement, publicKey: WITNESS_KEY },
      { ...announcement, port: 24_101 },
      { ...announcement, timestamp: -1 },
      { ...announcement, sequence: 0 },
    ].map((one) => announcementDigest(nodeCrypto, one));
    expect(new Set(digests).size).toBe(digests.length);
  });

  test("characters cannot move between two texts unnoticed", () => {
    const split = (address: string, rewardAddress: string): string =>
      announcementDigest(nodeCrypto, { ...announcement, address, rewardAddress });
    expect(split("ab", "c")).not.toBe(split("a", "bc"));
  });

  test("is signed when it has all of our keys", () => {
    expect(isSigned(announcement)).toBe(false);
    expect(isSigned({ ...announcement, signature: "00".repeat(64) })).toBe(true);
  });

  test("its digest never changes: old signatures must keep verifying", () => {
    expect(announcementDigest(nodeCrypto, announcement)).toMatchInlineSnapshot(
      `"98f4450d38c4d4ec13d57a46c2e82fe276d423a44daf8f35a8339875faca5595"`,
    );
  });
});

describe("blocks (sections 7.2, 7.3)", () => {
  const genesis = genesisBlock(nodeCrypto, "testnet");
  const coinbase = genesis.transactions[0] as Transaction;

  test("genesis of both networks", () => {
    expect(blockHash(nodeCrypto, genesis.header)).toBe(TESTNET);
    expect(transactionId(nodeCrypto, coinbase)).toBe(
      "9ef81c480a00a5289a67f18b7c8beb070ef8fb6cbcbca45ce6ee4c0b4a4ebd67",
    );
    const mainnet = genesisBlock(nodeCrypto, "mainnet");
    expect(blockHash(nodeCrypto, mainnet.header)).toBe(MAINNET);
    expect(mainnet.header.merkleRoot).toBe(
      "d44d56e116aa513f4af26f3f42b4eb7614c720735f187205eb5b48033ad6b26a",
    );
  });

  test("the bytes of header and coinbase", () => {
    expect(bytesToHex(headerBytes(genesis.header))).toBe(
      `02000000${"00".repeat(40)}` +
        "9ef81c480a00a5289a67f18b7c8beb070ef8fb6cbcbca45ce6ee4c0b4a4ebd67" +
        "80da2c6900000000" +
        "00e40b5402000000",
    );
    expect(bytesToHex(transactionBytes(coinbase))).toBe(
      "01000000" +
        "0000000000000000" +
        "0100000000000000" +
        "00e40b5402000000" +
        "0700000000000000" +
        "67656e65736973" +
        "00000000" +
        "80da2c6900000000",
    );
  });

  test("merkle: nothing is zeros, one is itself, an odd last one is doubled", () => {
    const [a, b, c] = ["aa", "bb", "cc"].map((byte) => byte.repeat(32)) as [string, string, string];
    const over = (left: string, right: string): string =>
      nodeCrypto.sha256(hexToBytes(left + right));
    expect(merkleRoot(nodeCrypto, [])).toBe("00".repeat(32));
    expect(merkleRoot(nodeCrypto, [a])).toBe(a);
    expect(merkleRoot(nodeCrypto, [a, b, c])).toBe(over(over(a, b), over(c, c)));
  });

  test("size counts what bincode would write", () => {
    expect(blockSize(genesis)).toBe(92 + 8 + 55 + 8);
    const lengths = (texts: readonly string[]): number =>
      texts.reduce((sum, text) => sum + new TextEncoder().encode(text).length + 16, 0);
    fc.assert(
      fc.property(anyBlock, (block) => {
        const transactions = block.transactions.reduce(
          (sum, transaction) => sum + transactionBytes(transaction).length,
          0,
        );
        const rewards = lengths(block.masternodeRewards.map(([address]) => address));
        expect(blockSize(block)).toBe(108 + transactions + rewards);
      }),
    );
  });

  test("a reply that fits its limit fits a line, whatever its blocks hold", () => {
    const { replySizeMax, lineMax } = constantsOf({});
    // A byte of a text may be six on the line; keys and digits of a block's fixed part are some 700.
    const worst = 6;
    expect(replySizeMax * worst + 100 * 1_000).toBeLessThan(lineMax);
    fc.assert(
      fc.property(anyBlock, (block) => {
        const line = messageCodec.encode({ type: "BlocksResponse", blocks: [block] });
        expect(line.length).toBeLessThan(blockSize(block) * worst + 1_000);
      }),
    );
  });
});

describe("the timer's leader (section 7.4)", () => {
  test("of three, after the testnet genesis", () => {
    expect(leaderIndex(nodeCrypto, TESTNET, 0, 3)).toBe(1);
    expect(leaderIndex(nodeCrypto, TESTNET, 1, 3)).toBe(2);
    expect(leaderIndex(nodeCrypto, TESTNET, 3009, 3)).toBe(2);
  });

  test("is the little-endian u64 modulo the count, whatever the count", () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.integer({ min: 1, max: 100_000 }), (height, count) => {
        const tail = Buffer.alloc(8);
        tail.writeBigUInt64LE(BigInt(height));
        const digest = nodeCrypto.sha256(Buffer.concat([hexToBytes(MAINNET), tail]));
        const first = Buffer.from(digest, "hex").readBigUInt64LE();
        const index = leaderIndex(nodeCrypto, MAINNET, height, count);
        expect(index).toBe(Number(first % BigInt(count)));
      }),
    );
  });
});
