/** The luck of links: a pure function of names and numbers, uniform enough to simulate with. */
import { expect, it } from "vitest";
import { BASE_LATENCY, LATENCY, LOSS, Luck, nameHash } from "../../src/core/luck.ts";

const LINK = nameHash("A>B");
const PING = nameHash("Ping");

function units(luck: Luck, purpose: typeof LATENCY, link: number, count: number): number[] {
  return Array.from({ length: count }, (_, n) => luck.unit(purpose, link, PING, n));
}

it("draws these numbers, in every version of the code", () => {
  const luck = new Luck("42");
  expect([0, 1, 2].map((n) => luck.draw(LATENCY, LINK, PING, n))).toEqual([
    42498585, 2739378453, 3182446991,
  ]);
  expect([nameHash(""), LINK, PING]).toEqual([-1421968373, 10162492, -1239071240]);
});

it("depends on seed, purpose, link, kind and number, each", () => {
  const luck = new Luck("42");
  const all = [
    luck.draw(LATENCY, LINK, PING, 0),
    new Luck("43").draw(LATENCY, LINK, PING, 0),
    luck.draw(LOSS, LINK, PING, 0),
    luck.draw(BASE_LATENCY, LINK, PING, 0),
    luck.draw(LATENCY, nameHash("B>A"), PING, 0),
    luck.draw(LATENCY, LINK, nameHash("Pong"), 0),
    luck.draw(LATENCY, LINK, PING, 1),
  ];
  expect(new Set(all).size).toBe(all.length);
  expect(luck.draw(LATENCY, LINK, PING, 0)).toBe(all[0]);
});

it("is uniform over numbers, over links and over seeds", () => {
  const luck = new Luck("uniform");
  const samples = [
    units(luck, LATENCY, LINK, 16_000),
    Array.from({ length: 16_000 }, (_, n) => luck.unit(LATENCY, nameHash(`A>N${n}`), PING, 0)),
    Array.from({ length: 2_000 }, (_, n) => new Luck(`${n}`).unit(LATENCY, LINK, PING, 0)),
  ];
  for (const sample of samples) {
    const bins = new Array<number>(16).fill(0);
    for (const each of sample) bins[Math.floor(each * 16)] = (bins[Math.floor(each * 16)] ?? 0) + 1;
    const expected = sample.length / 16;
    const chiSquare = bins.reduce((sum, bin) => sum + (bin - expected) ** 2 / expected, 0);
    // 15 degrees of freedom: 37.7 is passed once in a thousand; these are fixed numbers.
    expect(chiSquare).toBeLessThan(37.7);
  }
});

it("one draw says nothing about the next, nor about the other direction", () => {
  const luck = new Luck("apart");
  const forth = units(luck, LATENCY, LINK, 8_000);
  const back = units(luck, LATENCY, nameHash("B>A"), 8_000);
  expect(Math.abs(correlation(forth, back))).toBeLessThan(0.04);
  expect(Math.abs(correlation(forth.slice(1), forth.slice(0, -1)))).toBeLessThan(0.04);
  expect(Math.abs(correlation(forth, units(luck, LOSS, LINK, 8_000)))).toBeLessThan(0.04);
});

it("names hash apart, all pairs of a thousand nodes", () => {
  const hashes = new Set<number>();
  for (let from = 0; from < 1_000; from++) {
    for (let to = 0; to < 100; to++) hashes.add(nameHash(`N${from}>N${to}`));
  }
  // 100,000 names in 2^32 values: about one collision is expected.
  expect(hashes.size).toBeGreaterThan(99_990);
});

function correlation(one: readonly number[], other: readonly number[]): number {
  const mean = (of: readonly number[]): number => of.reduce((sum, x) => sum + x, 0) / of.length;
  const [a, b] = [mean(one), mean(other)];
  let [both, first, second] = [0, 0, 0];
  for (const [index, x] of one.entries()) {
    const y = other[index] ?? 0;
    both += (x - a) * (y - b);
    first += (x - a) ** 2;
    second += (y - b) ** 2;
  }
  return both / Math.sqrt(first * second);
}
