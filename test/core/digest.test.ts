/** The digest tells runs apart and nothing else: equal data digests equally however it was built. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { Digest, digestOf as digestOfAny, hashOf } from "../../src/core/digest.ts";

const plain = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.integer(),
    fc.double({ noNaN: true }),
    fc.string(),
    fc.boolean(),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(fc.string(), tie("value"), { maxKeys: 4, noNullPrototype: true }),
  ),
})).value;

function digestOf(value: unknown): string {
  const digest = new Digest();
  digest.value(value);
  return digest.hex();
}

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.entries(value).map(([name, field]) => [name, reversed(field)] as const);
  return Object.fromEntries(fields.toReversed());
}

it("digests these values so, in every version of the code", () => {
  const digest = new Digest();
  digest.number(7);
  digest.number(0.5);
  digest.string("seven");
  digest.value({ type: "Ping", n: 3, list: [1, "2", true, null], deep: { a: -1 } });
  expect(digest.hex()).toBe("a5828f424d90d736");
});

it("does not see the order of fields", () => {
  fc.assert(
    fc.property(plain, (value) => {
      expect(digestOf(reversed(value))).toBe(digestOf(value));
    }),
  );
});

it("tells different data apart", () => {
  const text = (value: unknown): string => JSON.stringify(sorted(value));
  fc.assert(
    fc.property(plain, plain, (one, other) => {
      fc.pre(text(one) !== text(other));
      expect(digestOf(one)).not.toBe(digestOf(other));
    }),
    { numRuns: 500 },
  );
});

it("takes an absent field for an undefined one", () => {
  expect(digestOf({ a: 1, b: undefined })).toBe(digestOf({ a: 1 }));
  expect(digestOf({ a: 1, b: null })).not.toBe(digestOf({ a: 1 }));
});

it.each([
  [0, 1],
  [1, -1],
  [0.1, 0.1 + Number.EPSILON],
  [2 ** 31, -(2 ** 31)],
  [2 ** 31, 2 ** 31 + 1],
  [2 ** 52, 2 ** 52 + 1],
  [1, 1.5],
  ["1", 1],
  ["", "\u0000"],
  ["ab", "ba"],
  [
    [1, 2],
    [2, 1],
  ],
  [[], {}],
  [[[]], []],
  [
    { a: 1, b: 2 },
    { a: 2, b: 1 },
  ],
  [{ a: { b: 1 } }, { b: { a: 1 } }],
  [true, false],
])("tells %j from %j", (one, other) => {
  expect(digestOf(one)).not.toBe(digestOf(other));
});

it("sees the order of what it is fed", () => {
  const [one, other] = [new Digest(), new Digest()];
  one.number(1);
  one.string("a");
  other.string("a");
  other.number(1);
  expect(one.hex()).not.toBe(other.hex());
});

it("takes -0 for 0, since they are equal", () => {
  expect(digestOf(-0)).toBe(digestOf(0));
  const [one, other] = [new Digest(), new Digest()];
  one.number(-0);
  other.number(0);
  expect(one.hex()).toBe(other.hex());
});

it("has no collision among small numbers, close times and short records", () => {
  const seen = new Set<string>();
  for (let n = -20_000; n < 20_000; n++) seen.add(digestOf({ at: 3e9 + n, n }));
  expect(seen.size).toBe(40_000);
});

it("a fork goes on alike and apart", () => {
  const digest = new Digest();
  digest.number(1);
  const twin = digest.fork();
  twin.number(2);
  const before = digest.hex();
  expect(twin.hex()).not.toBe(before);
  digest.number(2);
  expect(twin.hex()).toBe(digest.hex());
});

it("the remembered hash of a value is two int32", () => {
  fc.assert(
    fc.property(plain, (value) => {
      for (const half of hashOf(value)) expect(half).toBe(half | 0);
    }),
  );
});

it("forgets strings without changing results", () => {
  const before = digestOf(["x", { y: "z" }]);
  for (let n = 0; n < 70_000; n++) digestOf(`string ${n}`);
  expect(digestOf(["x", { y: "z" }])).toBe(before);
});

/** Keys in order and −0 as 0, so that equal data has equal text. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value === "number") return Number.isInteger(value) ? value + 0 : `n${value}`;
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.entries(value).map(([name, field]) => [name, sorted(field)] as const);
  return Object.fromEntries(fields.toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

it("refuses what it could not tell apart", () => {
  const strangers = [5n, () => 1, Symbol("s"), new Map([[1, 2]]), new Set([1]), new Date(0)];
  for (const value of strangers) {
    expect(() => digestOf({ deep: [value] })).toThrow(/plain data.*, no /);
    // A state may hold anything.
    expect(digestOfAny({ deep: [value], n: 1 })).not.toBe(digestOfAny({ deep: [value], n: 2 }));
  }
  expect(digestOf({ none: {}, bytes: new Uint8Array() })).toBe(digestOf({ none: {}, bytes: {} }));
});
