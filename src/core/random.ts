import seedrandom from "seedrandom";
import { Bug } from "./assert.ts";

/**
 * Randomness by name. A stream belongs to a label, never to a moment, so that a draw added in one
 * place shifts no other. The generator is alea (its four numbers from `seedrandom.alea`;
 * seedrandom's default algorithm maps "1" and "11" to one stream). All streams of a world live in
 * one Float64Array, so a fork copies an array.
 */
export interface Random {
  /** 0 ≤ n < 2^32. */
  uint32(): number;
  /** 0 ≤ n < bound, without bias; bound ≤ 2^53. Takes one draw, or two above 2^32. */
  below(bound: number): number;
  /** low ≤ n ≤ high, whole numbers, high − low < 2^53. */
  between(low: number, high: number): number;
  chance(probability: number): boolean;
  pick<T>(items: readonly T[]): T;
  /** A new array in random order (Fisher-Yates). */
  shuffle<T>(items: readonly T[]): T[];
}

const WORDS = 4;
const TWO_32 = 4_294_967_296;
const TWO_53 = 2 ** 53;

/** Where all streams stand. Growing replaces the array, and every stream must see the new one. */
interface Box {
  numbers: Float64Array;
}

export class Streams {
  readonly #seed: string;
  #slots: Map<string, number>;
  readonly #box: Box;
  /** Forks share the label map until one of them names a new label. */
  #shared = false;

  constructor(seed: string) {
    this.#seed = seed;
    this.#slots = new Map();
    this.#box = { numbers: new Float64Array(WORDS * 16) };
  }

  /** The stream of a label, where its last draw left it. */
  get(label: string): Random {
    const known = this.#slots.get(label);
    return new Stream(this.#box, known ?? this.#add(label));
  }

  fork(): Streams {
    const twin = new Streams(this.#seed);
    twin.#slots = this.#slots;
    twin.#box.numbers = this.#box.numbers.slice();
    twin.#shared = true;
    this.#shared = true;
    return twin;
  }

  #add(label: string): number {
    if (this.#shared) {
      this.#slots = new Map(this.#slots);
      this.#shared = false;
    }
    const slot = this.#slots.size * WORDS;
    this.#slots.set(label, slot);
    if (slot === this.#box.numbers.length) {
      const grown = new Float64Array(slot * 2);
      grown.set(this.#box.numbers);
      this.#box.numbers = grown;
    }
    const start = aleaState(`${this.#seed}/${label}`);
    this.#box.numbers.set(start, slot);
    return slot;
  }
}

/** One independent stream, for callers without a world (generators, tests). */
export function randomFrom(seed: string): Random {
  return new Streams(seed).get("");
}

/** The four numbers (s0, s1, s2, c) with which seedrandom's alea starts for a seed. */
export function aleaState(seed: string): readonly [number, number, number, number] {
  const start = seedrandom.alea(seed, { state: true }).state();
  return [start.s0, start.s1, start.s2, start.c];
}

class Stream implements Random {
  readonly #box: Box;
  readonly #slot: number;

  constructor(box: Box, slot: number) {
    this.#box = box;
    this.#slot = slot;
  }

  uint32(): number {
    const state = this.#box.numbers;
    const slot = this.#slot;
    const t = 2_091_639 * (state[slot] as number) + (state[slot + 3] as number) / TWO_32;
    const carry = t | 0;
    const drawn = t - carry;
    state[slot] = state[slot + 1] as number;
    state[slot + 1] = state[slot + 2] as number;
    state[slot + 2] = drawn;
    state[slot + 3] = carry;
    return Math.floor(drawn * TWO_32);
  }

  below(bound: number): number {
    if (!(bound >= 1 && bound <= TWO_53)) throw new Bug(`no number of 53 bits is below ${bound}`);
    const wide = bound > TWO_32;
    const range = wide ? TWO_53 : TWO_32;
    const limit = range - (range % bound);
    let drawn = wide ? this.#uint53() : this.uint32();
    while (drawn >= limit) drawn = wide ? this.#uint53() : this.uint32();
    return drawn % bound;
  }

  #uint53(): number {
    return (this.uint32() >>> 11) * TWO_32 + this.uint32();
  }

  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  chance(probability: number): boolean {
    return this.uint32() < probability * TWO_32;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }

  shuffle<T>(items: readonly T[]): T[] {
    const result = items.slice();
    for (let last = result.length - 1; last > 0; last--) {
      const other = this.below(last + 1);
      const moved = result[last] as T;
      result[last] = result[other] as T;
      result[other] = moved;
    }
    return result;
  }
}
