/** The two monitors of numbers: silent where a scenario holds, and what they say of a wrong one. */
import { describe, expect, test } from "vitest";
import { judge } from "../../../src/fuzz/judge.ts";
import { mutated } from "../../../src/fuzz/mutant.ts";
import { loadScenario } from "../../../src/scenario/load.ts";
import { masternode } from "../../../src/simulate.ts";
import { mutants } from "../../zoo/mechanical.ts";
import { LIGHT, scenarioNamed } from "../../light.ts";

const kit = masternode();
const ASKED = { invariants: ["clockwork", "limits"] };

function told(name: string, id: string): readonly string[] {
  const mutant = mutants.find((each) => each.id === id);
  if (mutant === undefined) throw new Error(`no mutant ${id}`);
  return judge(mutated(kit, mutant), scenarioNamed(name), ASKED).complaints.map(({ text }) => text);
}

test.each(LIGHT.map(({ name }) => name))("%s is exact", (name) => {
  expect(judge(kit, scenarioNamed(name), ASKED).complaints).toEqual([]);
});

test("a clock that is set in the moment of a boot is exact", () => {
  const text = `
    seed: 1
    until: 30s
    nodes: { A: { address: 203.0.113.1 } }
    events: [{ at: 0s, clock: { node: A, jump: 12s } }]`;
  expect(judge(kit, loadScenario(kit, text, "set"), ASKED).complaints).toEqual([]);
});

describe("a wrong number is told", () => {
  test.each([
    ["discovery-timeline", "announcePeriod halved"],
    ["discovery-timeline", "minimumHold doubled"],
    ["discovery-timeline", "minimumMasternodes + 1"],
    ["discovery-timeline", "tipPeriod doubled"],
    ["garbage-peer", "violationsBan - 1"],
    ["garbage-peer", "ban halved"],
    ["half-open", "pingLossesMax - 1"],
    ["pruning", "removeAfter halved"],
    ["pruning", "activeWindow doubled"],
    ["restart-from-cache", "redialMax doubled"],
    ["discovery-timeline", "timer tips armed but once"],
    ["pruning", "no timer sweep"],
    ["pruning", "timer prune armed but once"],
    ["pruning", "timer status armed but once"],
    ["pruning", "no timer exchange"],
  ])("%s with %s", (name, id) => {
    expect({ [id]: told(name, id) }).toMatchSnapshot();
  });
});

test("mechanical mutants have names of their own", () => {
  const ids = mutants.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
});
