/** What led to an event, and what it led to. */
import { expect, it } from "vitest";
import { cone, past } from "../../src/trace/slice.ts";
import { traceOf } from "./story.ts";

/** 0 → 1 → 3 → 4, 1 → 5, and 2, 6 beside them. */
const trace = traceOf([
  [0, 0, "boot"],
  [1, 0, "timer", { cause: 0 }],
  [1, 1, "boot"],
  [2, 0, "send", { cause: 1 }],
  [3, 1, "deliver", { cause: 3 }],
  [4, 0, "timer", { cause: 1 }],
  [5, 1, "timer", { cause: 2 }],
]);
const ids = (events: readonly { readonly id: number }[]): number[] => events.map(({ id }) => id);

it("the past is a path from the outside", () => {
  expect(ids(past(trace, 4))).toEqual([0, 1, 3, 4]);
  expect(ids(past(trace, 0))).toEqual([0]);
  expect(ids(past(trace, 99))).toEqual([]);
});

it("the cone adds all that followed, and nothing beside it", () => {
  expect(ids(cone(trace, 3))).toEqual([0, 1, 3, 4]);
  expect(ids(cone(trace, 1))).toEqual([0, 1, 3, 4, 5]);
  expect(ids(cone(trace, 5))).toEqual([0, 1, 5]);
  expect(ids(cone(trace, 2))).toEqual([2, 6]);
});
