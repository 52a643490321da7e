/** A machine signs with a key that it only knows by name, and a replay without any. */
import { expect, it } from "vitest";
import { holding, recalling } from "../../src/core/key.ts";
import { nodeCrypto } from "../../src/host/crypto.ts";

const SECRET = "11".repeat(32);
const OWN = nodeCrypto.publicKey(SECRET);
const DIGEST = "ab".repeat(32);

it("what is signed by the key's name is signed by the key, and told", () => {
  const told: string[][] = [];
  const crypto = holding(nodeCrypto, SECRET, (...both) => told.push(both));
  expect(crypto.publicKey(OWN)).toBe(OWN);
  const signature = crypto.sign(OWN, DIGEST);
  expect(signature).toBe(nodeCrypto.sign(SECRET, DIGEST));
  expect(crypto.verify(OWN, DIGEST, signature)).toBe(true);
  expect(told).toEqual([[DIGEST, signature]]);
  expect(crypto.publicKey(SECRET)).toBe(OWN);
});

it("a replay tells the same, and of what was never signed something that differs", () => {
  const signature = nodeCrypto.sign(SECRET, DIGEST);
  const crypto = recalling(nodeCrypto, OWN, new Map([[DIGEST, signature]]));
  expect(crypto.publicKey(OWN)).toBe(OWN);
  expect(crypto.sign(OWN, DIGEST)).toBe(signature);
  const other = crypto.sign(OWN, "cd".repeat(32));
  expect(other).toHaveLength(signature.length);
  expect(crypto.verify(OWN, "cd".repeat(32), other)).toBe(false);
});

it("a key that the machine made up is used as it is, in both", () => {
  const made = "22".repeat(32);
  const told: string[] = [];
  const live = holding(nodeCrypto, SECRET, (digest) => told.push(digest));
  const signature = nodeCrypto.sign(made, DIGEST);
  expect(live.sign(made, DIGEST)).toBe(signature);
  expect(told).toEqual([]);
  expect(recalling(nodeCrypto, OWN, new Map()).sign(made, DIGEST)).toBe(signature);
});
