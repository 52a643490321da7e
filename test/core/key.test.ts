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
  expect(() => crypto.sign("22".repeat(32), DIGEST)).toThrow("its own key");
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
