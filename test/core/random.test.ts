/** Streams are seedrandom's alea, bit for bit, and stand apart by name. */
import fc from "fast-check";
import seedrandom from "seedrandom";
import { expect, it } from "vitest";
import { Bug } from "../../src/core/assert.ts";
import { aleaState, randomFrom, Streams } from "../../src/core/random.ts";

function draws(random: { uint32(): number }, count: number): number[] {
  return Array.from({ length: count }, () => random.uint32());
}

it("draws what seedrandom.alea draws, for any seed", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (seed, label) => {
      const theirs = seedrandom.alea(`${seed}/${label}`);
      const expected = Array.from({ length: 50 }, () => theirs.int32() >>> 0);
      expect(draws(new Streams(seed).get(label), 50)).toEqual(expected);
    }),
  );
});

it("draws these numbers, in every version of the code", () => {
  const fortyTwo = [2941466319, 2346445722, 3631795649, 855065811];
  expect(draws(fromState(aleaState("42")), 4)).toEqual(fortyTwo);
  const theirs = seedrandom.alea("42");
  expect(fortyTwo.map(() => theirs.int32() >>> 0)).toEqual(fortyTwo);
  // One stream of its own: seed `42`, label ``.
  expect(draws(randomFrom("42"), 4)).toEqual([2880019601, 1055906613, 1234530373, 3399055298]);
});

/** Alea as its author wrote it down, from the four numbers. */
function fromState([s0, s1, s2, c]: readonly [number, number, number, number]): {
  uint32(): number;
} {
  const state = [s0, s1, s2];
  let carry = c;
  return {
    uint32() {
      const t = 2_091_639 * (state.shift() ?? 0) + carry * 2 ** -32;
      carry = Math.floor(t);
      state.push(t - carry);
      return Math.floor((t - carry) * 2 ** 32);
    },
  };
}

it("seeds that differ in one character give streams that differ", () => {
  const seeds = ["", "1", "11", "111", "1111", "2", "12"];
  const first = seeds.map((seed) => randomFrom(seed).uint32());
  expect(new Set(first).size).toBe(seeds.length);
});

it("a stream goes on where its last draw left it, whoever asks for it", () => {
  const streams = new Streams("s");
  const once = [...draws(streams.get("a"), 2), ...draws(streams.get("a"), 2)];
  expect(once).toEqual(draws(new Streams("s").get("a"), 4));
});

it("a draw from one label moves no other", () => {
  const streams = new Streams("s");
  draws(streams.get("b"), 7);
  expect(draws(streams.get("a"), 3)).toEqual(draws(new Streams("s").get("a"), 3));
});

it("a stream that is held while others appear is still the same stream", () => {
  const streams = new Streams("s");
  const held = streams.get("held");
  const expected = draws(new Streams("s").get("held"), 40);
  const drawn = Array.from({ length: 40 }, (_, index) => {
    streams.get(`other ${index}`);
    return index % 2 === 0 ? held.uint32() : streams.get("held").uint32();
  });
  expect(drawn).toEqual(expected);
});

it("forks go on alike and apart", () => {
  const streams = new Streams("s");
  draws(streams.get("a"), 3);
  const twin = streams.fork();
  expect(draws(twin.get("a"), 3)).toEqual(draws(streams.get("a"), 3));
  draws(twin.get("a"), 5);
  twin.get("only here");
  streams.get("only there").uint32();
  const expected = draws(new Streams("s").get("a"), 9).slice(6);
  expect(draws(streams.get("a"), 3)).toEqual(expected);
  expect(draws(twin.get("only there"), 2)).toEqual(draws(new Streams("s").get("only there"), 2));
});

it("below and between stay in their bounds and reach all of them", () => {
  const random = randomFrom("bounds");
  const seen = new Set(Array.from({ length: 500 }, () => random.between(-2, 3)));
  expect([...seen].toSorted((one, other) => one - other)).toEqual([-2, -1, 0, 1, 2, 3]);
  expect(random.below(1)).toBe(0);
  expect(random.below(2 ** 32)).toBeLessThan(2 ** 32);
});

it("spans of more than 2^32 are drawn with 53 bits, evenly", () => {
  const random = randomFrom("wide");
  const drawn = Array.from({ length: 4_000 }, () => random.between(-(2 ** 40), 2 ** 41));
  expect(drawn.every((n) => Number.isInteger(n) && n >= -(2 ** 40) && n <= 2 ** 41)).toBe(true);
  expect(drawn.filter((n) => n < 0).length / 4_000).toBeCloseTo(1 / 3, 1);
  expect(new Set(drawn.map((n) => n & 0xffff)).size).toBeGreaterThan(3_500);
  expect(random.below(2 ** 53)).toBeLessThan(2 ** 53);
});

it("bounds that no number is below are a Bug, not an endless loop", () => {
  const random = randomFrom("bounds");
  expect(() => random.below(0)).toThrow(Bug);
  expect(() => random.below(2 ** 53 + 2)).toThrow(Bug);
  expect(() => random.pick([])).toThrow(Bug);
});

it("chance 0 never comes, chance 1 always", () => {
  const random = randomFrom("chance");
  for (let n = 0; n < 200; n++) {
    expect(random.chance(0)).toBe(false);
    expect(random.chance(1)).toBe(true);
  }
});

it("a shuffle keeps what it was given, and every order comes", () => {
  const random = randomFrom("shuffle");
  const items = [1, 2, 3] as const;
  const orders = Array.from({ length: 200 }, () => random.shuffle(items).join(""));
  expect(items).toEqual([1, 2, 3]);
  expect(new Set(orders).size).toBe(6);
});
