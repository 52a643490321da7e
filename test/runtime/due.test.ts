/** Timers by when they are due, whatever was disarmed before; and what was is let go. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { expect, it } from "vitest";
import { type Armed, Dues } from "../../src/runtime/due.ts";

function armed(node: number, due: number): Armed {
  return { node, timer: "t", key: "", cause: 0, due };
}

function taken(dues: Dues): readonly number[] {
  const order: number[] = [];
  for (let first = dues.first(); first !== null; first = dues.first()) {
    order.push(first.node);
    dues.remove(first);
  }
  return order;
}

it("gives them by due time, ties by who was armed first, whoever was disarmed", () => {
  const plans = fc.array(fc.record({ due: fc.nat(50), stays: fc.boolean() }), {
    minLength: 4_000,
    maxLength: 6_000,
    size: "max",
  });
  fc.assert(
    fc.property(plans, (plan) => {
      const dues = new Dues();
      const all = plan.map(({ due, stays }, node) => ({ timer: armed(node, due), stays }));
      for (const { timer } of all) dues.add(timer);
      // So few that most of the heap is disarmed.
      const stay = ({ timer, stays }: (typeof all)[number]): boolean =>
        stays && timer.node % 3 === 0;
      for (const each of all) if (!stay(each)) dues.remove(each.timer);
      const left = all.filter(stay);
      const order = left.map(({ timer }) => timer).toSorted((a, b) => a.due - b.due);
      expect(taken(dues)).toEqual(order.map(({ node }) => node));
    }),
    { numRuns: 10 },
  );
});

it("lets go of those that were disarmed long before they would have been due", async () => {
  const dues = new Dues();
  const gone: WeakRef<Armed>[] = [];
  let last = armed(0, 0);
  dues.add(last);
  for (let n = 1; n < 20_000; n++) {
    dues.remove(last);
    gone.push(new WeakRef(last));
    last = armed(n, n);
    dues.add(last);
  }
  // A WeakRef holds its target until the job that made it ends.
  await new Promise(setImmediate);
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  expect(gone.filter((ref) => ref.deref() !== undefined).length).toBeLessThan(2_000);
  expect(taken(dues)).toEqual([19_999]);
});
