/** The table against a plain Map: same answers, sorted, and never changing what was handed out. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { deepFreeze } from "../../src/core/freeze.ts";
import {
  at,
  each,
  emptyTable,
  get,
  has,
  put,
  remove,
  type Table,
  tableOf,
  values,
} from "../../src/core/table.ts";

const key = fc.oneof(fc.integer({ min: 0, max: 150 }), fc.integer({ min: 0, max: 2 ** 47 }));
const change = fc.record({ key, value: fc.integer({ min: 0, max: 3 }), puts: fc.boolean() });

function entries(table: Table<number>): [number, number][] {
  const found: [number, number][] = [];
  each(table, (value, of) => found.push([of, value]));
  return found;
}

function sorted(model: ReadonlyMap<number, number>): [number, number][] {
  return [...model].toSorted(([one], [other]) => one - other);
}

it("answers like a sorted map after any changes", () => {
  fc.assert(
    fc.property(
      fc.array(change, { maxLength: 400, size: "max" }),
      fc.array(key),
      (changes, asked) => {
        const model = new Map<number, number>();
        let table = emptyTable<number>();
        for (const { key: of, value, puts } of changes) {
          table = deepFreeze(puts ? put(table, of, value) : remove(table, of));
          if (puts) model.set(of, value);
          else model.delete(of);
        }
        expect(entries(table)).toEqual(sorted(model));
        expect(table.size).toBe(model.size);
        expect(values(table)).toEqual(sorted(model).map(([, value]) => value));
        for (const of of [...asked, ...model.keys()]) {
          expect(get(table, of)).toBe(model.get(of));
          expect(has(table, of)).toBe(model.has(of));
        }
        for (const [rank, [, value]] of sorted(model).entries())
          expect(at(table, rank)).toBe(value);
        expect(at(table, model.size)).toBeUndefined();
      },
    ),
    { numRuns: 60 },
  );
});

it("chunks stay between 1 and 32 entries", () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 300, size: "max" }), (changes) => {
      let table = emptyTable<number>();
      for (const { key: of, value, puts } of changes) {
        table = puts ? put(table, of, value) : remove(table, of);
      }
      for (const chunk of table.chunks) {
        expect(chunk.keys.length).toBeGreaterThan(0);
        expect(chunk.keys.length).toBeLessThanOrEqual(32);
        expect(chunk.values.length).toBe(chunk.keys.length);
      }
    }),
    { numRuns: 60 },
  );
});

it("history decides nothing: the same entries iterate alike in whatever order they came", () => {
  fc.assert(
    fc.property(fc.uniqueArray(key, { maxLength: 100 }), (keys) => {
      const forth = tableOf(keys.map((of) => [of, of] as const));
      const back = tableOf(keys.toReversed().map((of) => [of, of] as const));
      expect(entries(forth)).toEqual(entries(back));
    }),
  );
});

it("unchanged means the same reference", () => {
  const value = { n: 1 };
  const table = tableOf([[5, value] as const]);
  expect(put(table, 5, value)).toBe(table);
  expect(remove(table, 6)).toBe(table);
  expect(put(table, 5, { n: 1 })).not.toBe(table);
});

it("shares the chunks that a change does not touch", () => {
  const table = tableOf(Array.from({ length: 200 }, (_, index) => [index, index] as const));
  const changed = put(table, 0, -1);
  const shared = changed.chunks.filter((chunk) => table.chunks.includes(chunk));
  expect(shared.length).toBe(table.chunks.length - 1);
});
