/**
 * Drawn numbers and what they mean. Worlds are drawn as plain numbers, *dice*, and read afterwards
 * by pure functions: every number is a valid world, and smaller numbers are simpler ones, so that
 * fast-check can shrink them without knowing what they stand for.
 */
import fc from "fast-check";
import { assert, must } from "../core/assert.ts";
import { type Random, Streams } from "../core/random.ts";

/** 0 ≤ die < FACES. */
export type Die = number;
const FACES = 10_000;

export const die: fc.Arbitrary<Die> = fc.nat(FACES - 1);

/** One of them, the simplest first. */
export function among<T>(items: readonly T[], rolled: Die): T {
  assert(items.length > 0, "nothing to draw from");
  return items[below(items.length, rolled)] as T;
}

/** 0 ≤ n < count. */
export function below(count: number, rolled: Die): number {
  return Math.floor((rolled * count) / FACES);
}

/** low ≤ n ≤ high. */
export function between(low: number, high: number, rolled: Die): number {
  return low + below(high - low + 1, rolled);
}

/** True for so many percent of dice, the highest: a shrunk die is false. */
export function likely(percent: number, rolled: Die): boolean {
  return rolled >= FACES - (FACES * percent) / 100;
}

/** What such a die still says once it is known that it was likely: a die again. */
export function rest(percent: number, rolled: Die): Die {
  return Math.floor(((rolled - FACES) * 100) / percent) + FACES;
}

export interface Weighted {
  readonly weight: number;
}

/** One of them, as likely as it weighs. */
export function weighed<T extends Weighted>(items: readonly T[], rolled: Die): T {
  const total = items.reduce((sum, { weight }) => sum + weight, 0);
  let rest = (rolled * total) / FACES;
  for (const item of items) {
    rest -= item.weight;
    if (rest < 0) return item;
  }
  return must(items.at(-1), "weighed item");
}

/** fast-check's source of luck for one seed: alea, the same on every platform. */
export function luckOf(seed: number): fc.Random {
  return new fc.Random(new Source(new Streams(`world ${seed}`)));
}

class Source {
  readonly #streams: Streams;
  readonly #stream: Random;

  constructor(streams: Streams) {
    this.#streams = streams;
    this.#stream = streams.get("");
  }

  /** 32 bits, signed. */
  next(): number {
    return this.#stream.uint32() | 0;
  }

  clone(): Source {
    return new Source(this.#streams.fork());
  }

  jump(): void {
    for (let skipped = 0; skipped < 42; skipped++) this.next();
  }

  getState(): readonly number[] {
    return [];
  }
}
