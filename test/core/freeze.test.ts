import { expect, it } from "vitest";
import { deepFreeze } from "../../src/core/freeze.ts";

it("freezes plain data all the way down and returns it", () => {
  const value = { a: [{ b: 1 }], c: "text" };
  expect(deepFreeze(value)).toBe(value);
  expect(() => value.a.push({ b: 2 })).toThrow(TypeError);
  expect(() => {
    (value.a[0] as { b: number }).b = 2;
  }).toThrow(TypeError);
});

it("leaves primitives and what is frozen already alone", () => {
  const frozen = Object.freeze({ inner: { n: 1 } });
  expect(deepFreeze(frozen)).toBe(frozen);
  expect(deepFreeze(7)).toBe(7);
  expect(deepFreeze(null)).toBeNull();
});

it("keeps maps and sets from being changed, and freezes what they hold", () => {
  const map = deepFreeze(new Map([["a", { n: 1 }]]));
  expect(() => map.set("b", { n: 2 })).toThrow(TypeError);
  expect(() => map.delete("a")).toThrow(TypeError);
  expect(Object.isFrozen(map.get("a"))).toBe(true);
  expect(() => deepFreeze(new Set([1])).add(2)).toThrow(TypeError);
  expect([...new Map(map).set("b", { n: 2 }).keys()]).toEqual(["a", "b"]);
});

it("leaves bytes as they are, which nothing can freeze", () => {
  const value = deepFreeze({ hash: new Uint8Array([1, 2]) });
  expect(Object.isFrozen(value)).toBe(true);
  expect([...value.hash]).toEqual([1, 2]);
});
