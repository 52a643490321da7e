/** What is promised of gates and turns: kept in the scenarios of these rules, and broken by mutants. */
import { describe, expect, test } from "vitest";
import { judge } from "../../../src/fuzz/judge.ts";
import { mutated } from "../../../src/fuzz/mutant.ts";
import { loadScenario } from "../../../src/scenario/load.ts";
import type { Scenario } from "../../../src/scenario/model.ts";
import { masternode } from "../../../src/simulate.ts";
import { mutants } from "../../zoo/mechanical.ts";
import { scenarioNamed } from "../../light.ts";

const kit = masternode();

/** E's clock is wrong, N makes no blocks, O does not know where it is, and X is old. */
const ODD = `
  seed: 1
  until: 2m
  chain: { height: 3009, expected: 3011 }
  nodes:
    A: { address: 203.0.113.10 }
    B: { address: 203.0.113.20, dials: [A, X] }
    C: { address: 203.0.113.30, dials: [A, B] }
    E: { address: 203.0.113.40, dials: [A, B], clock: { offset: -150s } }
    N: { address: 203.0.113.50, dials: [A, B], masternode: false }
    O: { address: 203.0.113.60, dials: A, knowsAddress: false }
    X: { address: 203.0.113.70, profile: as-found }`;

function named(name: string): Scenario {
  return name === "odd" ? loadScenario(kit, ODD, name) : scenarioNamed(name);
}

describe("is kept, and broken by a mutant", () => {
  test.each([
    ["in-turn", "rules/fifth-in-line", "no timer start"],
    ["in-turn", "rules/fifth-in-line", "startStepsMax + 1"],
    ["in-turn", "rules/fifth-in-line", "startStepsMax - 1"],
    ["in-turn", "rules/fifth-in-line", "rankStep doubled"],
    ["in-turn", "rules/grace", "turnGrace doubled"],
    ["in-turn", "rules/grace", "turnGrace halved"],
    ["assembles", "odd", "no timer assemble"],
    ["doubted-clock", "odd", "gate clock always open"],
    ["doubted-clock", "odd", "clockTolerance doubled"],
    ["doubted-clock", "odd", "clockPeersMin + 1"],
    ["prompt-gates", "odd", "no timer minimum"],
    ["prompt-gates", "rules/due-by-itself", "no timer due"],
    ["own-part", "odd", "gate masternode always open"],
    ["own-part", "odd", "gate announce always open"],
    ["tries-again", "rules/early-block", "no timer early-block"],
    ["tries-again", "rules/early-block", "timer early-block armed but once"],
  ])("%s in %s: %s", (invariant, name, id) => {
    const mutant = mutants.find((each) => each.id === id);
    if (mutant === undefined) throw new Error(`no mutant ${id}`);
    const invariants = [invariant];
    const scenario = named(name);
    expect(judge(kit, scenario, { invariants }).complaints).toEqual([]);
    const { complaints } = judge(mutated(kit, mutant), scenario, { invariants });
    expect(complaints.map(({ text }) => text)).toMatchSnapshot();
    expect(complaints).not.toEqual([]);
  });
});
