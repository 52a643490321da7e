/** The first difference of two traces. */
import { expect, it } from "vitest";
import { firstDifference } from "../../src/trace/diff.ts";
import { counts, type Step, traceOf } from "./story.ts";

const steps: readonly Step[] = [
  [0, 0, "boot", { a: 1 }],
  [1, 0, "fact", counts(1)],
  [2, 0, "fact", counts(2)],
];
const whole = traceOf(steps);

it("equal traces have none", () => {
  expect(firstDifference(whole, traceOf(steps))).toBeNull();
});

it("neither the order of fields nor an undefined one is a difference", () => {
  const body = { is: 1, type: "count", extra: undefined };
  expect(firstDifference(whole, traceOf(steps.with(1, [1, 0, "fact", { body }])))).toBeNull();
});

it.each<readonly [string, Step]>([
  ["time", [1.000_001, 0, "fact", counts(1)]],
  ["node", [1, 1, "fact", counts(1)]],
  ["kind", [1, 0, "command", counts(1)]],
  ["cause", [1, 0, "fact", { ...counts(1), cause: 0 }]],
  ["value", [1, 0, "fact", { ...counts(1), a: 1 }]],
  ["body", [1, 0, "fact", counts(3)]],
  ["shape of a body", [1, 0, "fact", { body: [1] }]],
])("another %s is one", (_name, step) => {
  const found = firstDifference(whole, traceOf(steps.with(1, step)));
  expect(found?.index).toBe(1);
  expect(found?.one?.id).toBe(1);
  expect(found?.other?.id).toBe(1);
});

it("so is an end, either way", () => {
  const short = traceOf(steps.slice(0, 2));
  expect(firstDifference(whole, short)).toMatchObject({ index: 2, one: { id: 2 }, other: null });
  expect(firstDifference(short, whole)).toMatchObject({ index: 2, one: null, other: { id: 2 } });
});
