/** How exactly real nodes can be held to times: a late timer costs more, the faster time goes. */
import { expect, it } from "vitest";
import { SECOND, type Time } from "../../src/core/units.ts";
import { masternode } from "../../src/index.ts";
import { loadScenario } from "../../src/scenario/load.ts";
import { planOf, realPlanOf } from "../../src/scenario/plan.ts";

const kit = masternode();
const text = "name: one\nuntil: 1m\nnodes: { A: { address: 10.0.0.1 } }\n";
const until = (60 * SECOND) as Time;
const plan = planOf(kit, loadScenario(kit, text, "x"), { seed: "1", profile: "repaired", until });

it("is by rounding alone in a simulated run", () => {
  expect(plan).toMatchObject({ exact: true, slack: 10 });
});

it.each([
  [1, 1],
  [5, 1],
  [10, 2],
  [100, 5],
])("at speed %d is %d s", (speed, seconds) => {
  expect(realPlanOf(plan, speed)).toMatchObject({ exact: false, slack: seconds * SECOND });
});
