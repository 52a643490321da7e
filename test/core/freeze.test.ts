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
