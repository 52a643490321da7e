/** Scenarios of one rule, each with mutants that its worlds alone come near: what is said of them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { judge } from "../../../src/fuzz/judge.ts";
import { mutated } from "../../../src/fuzz/mutant.ts";
import { loadScenario } from "../../../src/scenario/load.ts";
import type { Scenario } from "../../../src/scenario/model.ts";
import { masternode } from "../../../src/simulate.ts";
import { mutants } from "../../zoo/mechanical.ts";

const kit = masternode();
const FOLDER = join(import.meta.dirname, "../../../scenarios/rules");

function scenarioOf(name: string): Scenario {
  const file = `${name}.yaml`;
  return loadScenario(kit, readFileSync(join(FOLDER, file), "utf8"), file);
}

const BREACHES: readonly (readonly [scenario: string, invariant: string, mutant: string])[] = [
  ["reputation", "reputation", "scorePong - 1"],
  ["reputation", "reputation", "scorePongSpacing halved"],
  ["reputation", "reputation", "scoreMax + 1"],
  ["reputation", "reputation", "scoreFloor + 1"],
  ["reputation", "reputation", "scoreDrift doubled"],
  ["reputation", "reputation", "scoreShunned + 1"],
  ["reputation", "shuns", "shunnedFor halved"],
  ["bans", "counts-violations", "violationMemory doubled"],
  ["early-words", "hears-early", "everything admitted"],
  ["early-words", "hears-early", "earlyMax + 1"],
  ["early-words", "hears-early", "earlyWindow doubled"],
  ["early-words", "hears-early", "earlyWindow halved"],
  ["early-words", "tells-unhandled", "gate handled always open"],
  ["early-words", "obeys", "no command addnode"],
  ["violators-full", "counts-violations", "violatorsMax - 1"],
  ["violators-full", "counts-violations", "violations are kept"],
  ["violators-full", "counts-violations", "garbled lines ignored"],
];

describe("is kept by the repaired node, and broken by a mutant", () => {
  test.each(BREACHES)("%s: %s, %s", (name, invariant, id) => {
    const mutant = mutants.find((each) => each.id === id);
    if (mutant === undefined) throw new Error(`no mutant ${id}`);
    const [scenario, asked] = [scenarioOf(name), { invariants: [invariant] }];
    expect(judge(kit, scenario, asked).complaints).toEqual([]);
    const { complaints } = judge(mutated(kit, mutant), scenario, asked);
    expect(complaints.map(({ witness, text }) => `${witness}: ${text}`)).toMatchSnapshot();
  });
});
