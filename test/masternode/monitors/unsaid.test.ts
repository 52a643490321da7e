/** What is not said is missed as well: a node without its timers tells nothing of what it leaves out. */
import { expect, test } from "vitest";
import { judge } from "../../../src/fuzz/judge.ts";
import { mutated } from "../../../src/fuzz/mutant.ts";
import { loadScenario } from "../../../src/scenario/load.ts";
import { masternode } from "../../../src/simulate.ts";
import { mutants } from "../../zoo/mechanical.ts";

const kit = masternode();
const BEHIND = `
  seed: 1
  until: 6m
  chain: { height: 3009, expected: 3011 }
  nodes:
    A: { address: 203.0.113.10 }
    B: { address: 203.0.113.20, dials: A }
    C: { address: 203.0.113.30, dials: [A, B] }`;
const scenario = loadScenario(kit, BEHIND, "behind");
const ASKED = { invariants: ["grows"] };

test("the repaired chain grows", () => {
  expect(judge(kit, scenario, ASKED).complaints).toEqual([]);
});

test.each(["produce", "assemble"])("no timer %s: the chain stands", (timer) => {
  const mutant = mutants.find(({ id }) => id === `no timer ${timer}`);
  if (mutant === undefined) throw new Error(`no mutant without ${timer}`);
  const found = judge(mutated(kit, mutant), scenario, ASKED).complaints;
  expect(found.map(({ invariant }) => invariant)).toEqual(["grows"]);
});
