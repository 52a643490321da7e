import seedrandom from "seedrandom";

/**
 * Luck of links: a counter-based keyed hash. The n-th Ping on link A>B meets the same latency, loss
 * and corruption in any version of the code, whatever else is sent, and a fork copies counters
 * instead of streams. Links and message kinds enter by the hash of their names, so that adding a
 * node or a kind moves nobody's luck. The key comes from `seedrandom.alea(seed)`.
 */
export type Purpose = number & { readonly purpose: unique symbol };

// These numbers are part of what a seed means: never renumbered.
export const LATENCY: Purpose = 1 as Purpose;
export const LOSS: Purpose = 2 as Purpose;
export const RULE: Purpose = 3 as Purpose;
export const BASE_LATENCY: Purpose = 5 as Purpose;

const TWO_32 = 4_294_967_296;

export class Luck {
  readonly #k0: number;
  readonly #k1: number;
  readonly #k2: number;
  readonly #k3: number;

  constructor(seed: string) {
    const random = seedrandom.alea(`${seed}/luck`);
    this.#k0 = random.int32();
    this.#k1 = random.int32();
    this.#k2 = random.int32();
    this.#k3 = random.int32();
  }

  /** 0 ≤ n < 2^32, a pure function of seed, purpose, link, kind and n. */
  draw(purpose: Purpose, link: number, kind: number, n: number): number {
    let hash = this.#k0 ^ purpose;
    hash = round(hash, link ^ this.#k1);
    hash = round(hash, kind ^ this.#k2);
    hash = round(hash, n ^ this.#k3);
    return finish(hash) >>> 0;
  }

  /** 0 ≤ x < 1 with 32 bits. */
  unit(purpose: Purpose, link: number, kind: number, n: number): number {
    return this.draw(purpose, link, kind, n) / TWO_32;
  }
}

/** A 32-bit hash of a name, for links (`A>B`) and message kinds. FNV-1a with a final mix. */
export function nameHash(name: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < name.length; at++) {
    hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193);
  }
  return finish(hash);
}

/** One murmur3 round. */
function round(hash: number, word: number): number {
  let k = Math.imul(word, 0xcc9e2d51);
  k = Math.imul((k << 15) | (k >>> 17), 0x1b873593);
  const mixed = hash ^ k;
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0;
}

/** murmur3's avalanche. */
function finish(hash: number): number {
  let h = hash ^ (hash >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}
