/** What is left undone is told: each promise is kept by the repaired node, and broken by a mutant. */
import { describe, expect, test } from "vitest";
import { judge } from "../../../src/fuzz/judge.ts";
import { mutated } from "../../../src/fuzz/mutant.ts";
import { loadScenario } from "../../../src/scenario/load.ts";
import type { Scenario } from "../../../src/scenario/model.ts";
import { masternode } from "../../../src/simulate.ts";
import { scenarioNamed } from "../../light.ts";
import { mutants } from "../../zoo/mechanical.ts";

const kit = masternode();

const TWO = `
  seed: 1
  until: 1m
  nodes:
    A: { address: 203.0.113.10 }
    B: { address: 203.0.113.20, dials: A }`;
const STOPPED = `${TWO}
  events: [{ at: 30s, stop: A }]`;
const FULL = `${TWO}
  config: { heartbeatPeriod: 10s }
  events: [{ at: 15s, disk: { node: A, full: true } }]`;
const NOBODY = `
  seed: 1
  until: 1m
  nodes:
    A: { address: 203.0.113.10, start: never }
    B: { address: 203.0.113.20, dials: A }
  events: [{ at: 0s, cut: { from: all, to: all } }]`;
const OLD = `
  seed: 1
  until: 1m
  nodes:
    A: { address: 203.0.113.10, profile: as-found }
    B: { address: 203.0.113.20, dials: A }`;
const FEELER = `
  seed: 1
  until: 2m
  config: { sessionsWanted: 1, dialedWanted: 1, feelerPeriod: 10s, feelerTime: 5s }
  nodes:
    A: { address: 203.0.113.10 }
    B: { address: 203.0.113.20, dials: A }
    C: { address: 203.0.113.30, dials: A }`;

const BROKEN: readonly (readonly [string, witness: string, mutant: string, world: string])[] = [
  ["saves-cache", "change", "no timer cache", TWO],
  ["saves-cache", "stop", "no command stop", STOPPED],
  ["says-disk", "open", "saves ignored", FULL],
  ["says-disk", "open", "gate disk always open", FULL],
  ["gives-up", "", "no timer handshake", NOBODY],
  ["closes", "feeler", "not closed: feeler", FEELER],
  ["announces-again", "", "no timer announce-again", OLD],
];

/** In scenarios, which say what it is about. */
const IN_SCENARIOS: readonly (readonly [string, witness: string, mutant: string, name: string])[] =
  [
    ["stops-waiting", "late", "no timer sync", "rules/silent-source"],
    ["stops-waiting", "early", "downloadTimeout halved", "rules/silent-source"],
    ["doubts", "", "tipFailuresMax + 1", "rules/silent-source"],
    ["doubts", "", "tipIgnored halved", "rules/silent-source"],
    ["asks-ahead", "", "tipIgnored doubled", "rules/silent-source"],
    ["asks-on", "late", "no timer ask", "rules/strangers-untold"],
    ["asks-on", "early", "askTimeout halved", "rules/strangers-untold"],
    ["asks-on", "held", "heldMax - 1", "rules/strangers-untold"],
    ["asks-on", "gone", "heldMax + 1", "rules/strangers-untold"],
    ["asks-on", "late", "askSpacing doubled", "rules/strangers"],
  ];

describe("is kept by the repaired node, and broken by a mutant", () => {
  test.each(BROKEN)("%s (%s): %s", (invariant, witness, id, world) => {
    isBroken(invariant, witness, id, loadScenario(kit, world, "world"));
  });

  test.each(IN_SCENARIOS)("%s (%s): %s in %s", (invariant, witness, id, name) => {
    isBroken(invariant, witness, id, scenarioNamed(name));
  });
});

function isBroken(invariant: string, witness: string, id: string, scenario: Scenario): void {
  const mutant = mutants.find((each) => each.id === id);
  if (mutant === undefined) throw new Error(`no mutant ${id}`);
  const asked = { invariants: [invariant] };
  expect(judge(kit, scenario, asked).complaints).toEqual([]);
  expect(judge(mutated(kit, mutant), scenario, asked).complaints).toContainEqual(
    expect.objectContaining({ invariant, witness }),
  );
}
