/** What was found depends on the seeds alone: not on batches, threads, luck or the end of a worker. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lookCarefully } from "../../src/campaign/careful.ts";
import { Lost } from "../../src/campaign/pool.ts";
import { countOf, type Range, shardOf } from "../../src/campaign/range.ts";
import { EMPTY, plus, type Tally } from "../../src/campaign/tally.ts";
import { searched, signatureAt, tallyOf } from "./worlds.ts";

const range: fc.Arbitrary<Range> = fc
  .record({ from: fc.nat(500), count: fc.integer({ min: 1, max: 200 }) })
  .map(({ from, count }) => ({ from, to: from + count - 1 }));

/** Answers when it likes, in whatever order. */
function slowly(delays: readonly number[]): (range: Range) => Promise<Tally> {
  let turn = 0;
  return async (asked) => {
    const turns = delays[turn++ % delays.length] ?? 0;
    for (let n = 0; n < turns; n++) await Promise.resolve();
    return tallyOf(asked);
  };
}

describe("a tally", () => {
  it("is the same sum in any order and in any groups", () => {
    const parts = fc.array(range, { minLength: 2, maxLength: 6 });
    fc.assert(
      fc.property(parts, fc.gen(), (ranges, random) => {
        const tallies = ranges.map(tallyOf);
        const mixed = random(fc.shuffledSubarray, tallies, { minLength: tallies.length });
        const [first = EMPTY, ...rest] = mixed;
        const other = plus(first, rest.reduce(plus, EMPTY));
        expect(JSON.stringify(other)).toBe(JSON.stringify(tallies.reduce(plus, EMPTY)));
      }),
    );
  });
});

describe("a search", () => {
  it("comes to the same whatever the batches, how many at a time, and who is first", async () => {
    const whole = tallyOf({ from: 1, to: 300 });
    const ways = fc.record({
      ahead: fc.integer({ min: 1, max: 9 }),
      batch: fc.option(fc.integer({ min: 1, max: 80 })),
      delays: fc.array(fc.nat(30), { minLength: 1, maxLength: 9 }),
    });
    await fc.assert(
      fc.asyncProperty(ways, async ({ ahead, batch, delays }) => {
        const ran = await searched({ ahead, batch }, slowly(delays));
        expect(ran.tally).toEqual(whole);
        expect(ran.done).toEqual({ from: 1, to: 300 });
        expect(ran.found.map(({ seed }) => seed)).toEqual([5, 13, 40]);
      }),
      { numRuns: 30 },
    );
  });

  it.each([1, 2, 3, 4])("with --bail %i ends with the very seed", async (bail) => {
    const end = [5, 13, 40, 300][bail - 1] ?? 0;
    for (const batch of [1, 7, 100]) {
      const ran = await searched({ bail, batch });
      expect(ran.done).toEqual({ from: 1, to: end });
      expect(ran.tally).toEqual(tallyOf({ from: 1, to: end }));
      expect(ran.ended).toBe(bail === 4 ? "all" : "bail");
    }
  });

  it("that has found enough begins nothing more", async () => {
    let begun = 0;
    const look = (asked: Range): Promise<Tally> => {
      begun++;
      return Promise.resolve(tallyOf(asked));
    };
    await searched({ bail: 1, batch: 1, ahead: 2 }, look);
    const before = begun;
    for (let n = 0; n < 1_000; n++) await Promise.resolve();
    expect(begun).toBe(before);
  });

  it("that is stopped finishes what it began, and has no holes", async () => {
    const stop = new AbortController();
    let begun = 0;
    const look = slowly([9, 0, 4, 17, 1]);
    const ran = await searched({ to: null, batch: 5, stop: stop.signal }, (asked) => {
      begun += countOf(asked);
      if (asked.from > 100) stop.abort();
      return look(asked);
    });
    expect(ran.ended).toBe("stopped");
    expect(ran.done).toEqual({ from: 1, to: begun });
    expect(ran.tally).toEqual(tallyOf({ from: 1, to: begun }));
  });

  it("says what is no seed's fault", async () => {
    const look = (): Promise<Tally> => Promise.reject(new Error("no worker can begin"));
    await expect(searched({}, look)).rejects.toThrow("no worker can begin");
  });
});

describe("a batch whose worker is lost", () => {
  it("is done again seed by seed, and only the guilty are named", async () => {
    const asked: Range[] = [];
    const ran = await lookCarefully(
      (each) => {
        asked.push(each);
        if (each.from <= 6 && each.to >= 6) return Promise.reject(new Lost("hung", "no sign"));
        if (each.from <= 8 && each.to >= 8) return Promise.reject(new Lost("crashed", "exit 3"));
        return Promise.resolve(tallyOf(each));
      },
      { from: 4, to: 9 },
    );
    expect(asked).toHaveLength(7);
    expect(ran.worlds).toBe(6);
    expect(Object.keys(ran.failures)).toEqual(["common", "hung", "worker crashed"]);
    expect(ran.failures["hung"]?.first.seed).toBe(6);
    expect(ran.failures["worker crashed"]?.first.text).toBe("exit 3");
  });

  it("names nobody where it goes well alone", async () => {
    let first = true;
    const all = { from: 1, to: 9 };
    const ran = await lookCarefully((each) => {
      const lost = first;
      first = false;
      return lost ? Promise.reject(new Lost("hung", "busy")) : Promise.resolve(tallyOf(each));
    }, all);
    expect(ran).toEqual(tallyOf(all));
  });
});

describe("shards", () => {
  it("are the whole without holes and overlaps, as equal as can be", () => {
    fc.assert(
      fc.property(range, fc.integer({ min: 1, max: 12 }), (whole, of) => {
        const parts = Array.from({ length: of }, (_, n) => shardOf(whole, n + 1, of));
        const kept = parts.filter((part) => part !== null);
        let next = whole.from;
        for (const part of kept) {
          expect(part.from).toBe(next);
          next = part.to + 1;
        }
        expect(next).toBe(whole.to + 1);
        const sizes = parts.map((part) => (part === null ? 0 : countOf(part)));
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it("has failing seeds to find", () => {
    expect([5, 13, 40].map(signatureAt)).toEqual(["common", "rare", "between"]);
  });
});
