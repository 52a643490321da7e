/**
 * Whose turn it is (rule B2, section 7.4): a hash of the previous block and the height, modulo the
 * number of candidates. Everyone who agrees on the candidates agrees on the leader.
 */
import { assert } from "../core/assert.ts";
import type { Crypto } from "../core/capabilities.ts";
import { ByteWriter, hexToBytes } from "../wire/bytes.ts";
import type { Hash } from "./messages.ts";

/**
 * The index into `count` candidates: the first 8 bytes of SHA-256(previousHash ‖ height), little
 * endian, mod count. The reference's timer passes its current height, rule B2 the one to produce.
 */
export function leaderIndex(
  crypto: Crypto,
  previousHash: Hash,
  height: number,
  count: number,
): number {
  assert(count > 0, "a leader needs a candidate");
  const seed = new ByteWriter().hex(previousHash).u64(height).finish();
  const digest = hexToBytes(crypto.sha256(seed));
  // Horner's rule from the most significant byte: no intermediate value exceeds 256 × count.
  let index = 0;
  for (let at = 7; at >= 0; at--) index = (index * 256 + (digest[at] as number)) % count;
  return index;
}
