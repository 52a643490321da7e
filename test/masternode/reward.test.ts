import { expect, test } from "vitest";
import { nodeCrypto } from "../../src/host/crypto.ts";
import { rewardAddressOf } from "../../src/masternode/reward.ts";

/** Section 13: the public key of the seed of 32 sevens. */
const KEY = "ea4a6c63e29c520abef5507b132ec5f9954776aebebe7b92421eea691446d22c";

test("reward addresses of the test vector (section 13)", () => {
  const testnet = rewardAddressOf(nodeCrypto, "testnet", KEY);
  expect(testnet).toBe("TIME0QChNmKtoXcSRHthZQUfQvwJfYdCJqFEhP");
  const mainnet = rewardAddressOf(nodeCrypto, "mainnet", KEY);
  expect(mainnet).toBe("TIME1QChNmKtoXcSRHthZQUfQvwJfYdCJqFEhP");
});

test("leading zero bytes of the payload are leading ones of the text", () => {
  const crypto = { ...nodeCrypto, sha256: () => `0000${"ab".repeat(30)}` };
  expect(rewardAddressOf(crypto, "testnet", KEY)).toMatch(/^TIME011[2-9A-Za-z]/);
  const nothing = { ...nodeCrypto, sha256: () => "00".repeat(32) };
  expect(rewardAddressOf(nothing, "testnet", KEY)).toBe(`TIME0${"1".repeat(24)}`);
});
