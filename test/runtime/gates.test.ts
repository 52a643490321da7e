/** What a gate said last is remembered, so that only changes are told; of ever new things, lately. */
import { expect, test } from "vitest";
import { Gates } from "../../src/runtime/gates.ts";

test("a gate speaks when it changes, or is closed for another reason", () => {
  const gates = new Gates();
  const changes = (open: boolean, why: string): boolean => gates.changes("door", open, { why });
  expect(changes(true, "a")).toBe(true);
  expect(changes(true, "b")).toBe(false);
  expect(changes(false, "b")).toBe(true);
  expect(changes(false, "b")).toBe(false);
  expect(changes(false, "c")).toBe(true);
});

test("thousands of things do not make it forget what stands for itself, nor remember all", () => {
  const gates = new Gates();
  gates.changes("clock", true, {});
  for (let n = 0; n <= 10_000; n++) gates.changes("dial", false, { for: `${n}` });
  expect(gates.changes("clock", true, {})).toBe(false);
  expect(gates.changes("dial", false, { for: "10000" })).toBe(false);
  expect(gates.changes("dial", false, { for: "0" })).toBe(true);
});
