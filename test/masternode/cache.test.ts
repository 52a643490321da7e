/** Rule Q3: what was written is read back, and no damage of any byte goes unnoticed. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { address } from "../../src/core/address.ts";
import { nodeCrypto } from "../../src/host/crypto.ts";
import { bytesToHex } from "../../src/wire/bytes.ts";
import { type Cache, decodeCache, encodeCache } from "../../src/masternode/cache.ts";

const at = fc
  .tuple(fc.integer({ min: 1, max: 0xdf_ff_ff_ff }), fc.integer({ min: 1, max: 65_535 }))
  .map(([ip, port]) => address(ip, port));

function hex(bytes: number): fc.Arbitrary<string> {
  return fc
    .uint8Array({ minLength: bytes, maxLength: bytes })
    .map((drawn) => bytesToHex([...drawn]));
}

const cache: fc.Arbitrary<Cache> = fc.record({
  peers: fc.array(fc.record({ address: at, proven: fc.boolean() }), { maxLength: 5 }),
  masternodes: fc.array(
    fc.record({
      address: at,
      rewardAddress: fc.string(),
      tier: fc.constantFrom("Free", "Gold"),
      publicKey: hex(32),
      bound: fc.constantFrom("not", "provisionally", "firmly"),
      sequence: fc.nat(),
      heartbeatSequence: fc.nat(),
      announcement: fc.option(
        fc.record({
          address: fc.string(),
          rewardAddress: fc.string(),
          tier: fc.constantFrom("Bronze", "Silver"),
          publicKey: hex(32),
          port: fc.nat({ max: 65_535 }),
          timestamp: fc.integer(),
          sequence: fc.nat(),
          signature: hex(64),
        }),
      ),
    }),
    { maxLength: 3 },
  ),
});

test("round trip", () => {
  fc.assert(
    fc.property(cache, (value) => {
      expect(decodeCache(nodeCrypto, encodeCache(nodeCrypto, value))).toEqual(value);
    }),
  );
});

test("one changed, missing or added character is a reason to start without it", () => {
  fc.assert(
    fc.property(cache, fc.nat(), fc.constantFrom("change", "cut", "add"), (value, where, how) => {
      const text = encodeCache(nodeCrypto, value);
      const index = where % text.length;
      const other = text[index] === "7" ? "8" : "7";
      const damaged = {
        change: `${text.slice(0, index)}${other}${text.slice(index + 1)}`,
        cut: text.slice(0, index),
        add: `${text.slice(0, index)}${other}${text.slice(index)}`,
      }[how];
      expect(typeof decodeCache(nodeCrypto, damaged)).toBe("string");
    }),
    { numRuns: 1_000 },
  );
});
