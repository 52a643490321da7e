/** The two monitors of numbers: silent where a scenario holds, and what they say of a wrong one. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { judge } from "../../../src/fuzz/judge.ts";
import { mutated } from "../../../src/fuzz/mutant.ts";
import { loadScenario } from "../../../src/scenario/load.ts";
import type { Scenario } from "../../../src/scenario/model.ts";
import { masternode } from "../../../src/simulate.ts";
import { mutants } from "../../zoo/mechanical.ts";

const FOLDER = join(import.meta.dirname, "../../../scenarios");
/** Nodes times nodes times minutes. */
const LOAD_MAX = 200;

const kit = masternode();
const ASKED = { invariants: ["clockwork", "limits"] };

const SCENARIOS = readdirSync(FOLDER)
  .filter((name) => name.endsWith(".yaml"))
  .map((name) => scenario(name.replace(".yaml", "")))
  .filter(({ nodes, until }) => (nodes.length ** 2 * until) / 60_000_000 < LOAD_MAX);

function scenario(name: string): Scenario {
  const file = `${name}.yaml`;
  return loadScenario(kit, readFileSync(join(FOLDER, file), "utf8"), file);
}

function told(name: string, id: string): readonly string[] {
  const mutant = mutants.find((each) => each.id === id);
  if (mutant === undefined) throw new Error(`no mutant ${id}`);
  return judge(mutated(kit, mutant), scenario(name), ASKED).complaints.map(({ text }) => text);
}

test.each(SCENARIOS.map(({ name }) => name))("%s is exact", (name) => {
  expect(judge(kit, scenario(name), ASKED).complaints).toEqual([]);
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
  ])("%s with %s", (name, id) => {
    expect({ [id]: told(name, id) }).toMatchSnapshot();
  });
});

test("mechanical mutants have names of their own", () => {
  const ids = mutants.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
});
