/** Names that come and go: what is told of numbers that are off, in the scenarios of their rules. */
import { expect, test } from "vitest";
import { judge } from "../../../src/fuzz/judge.ts";
import { mutated } from "../../../src/fuzz/mutant.ts";
import { masternode } from "../../../src/simulate.ts";
import { scenarioNamed } from "../../light.ts";
import { mutants } from "../../zoo/mechanical.ts";

const kit = masternode();

test.each([
  ["hearsay-fills", "candidatesMax + 1", "takes-names", "too many"],
  ["hearsay-fills", "candidatesMax - 1", "takes-names", "passed over"],
  ["candidates-pruned", "dialFailuresMax - 1", "kept-candidates", "not tried enough"],
  ["candidates-pruned", "neverSeenMax halved", "kept-candidates", "not tried enough"],
  ["removed-remembered", "registry entries are kept", "bounded-registry", "removed twice"],
  ["lists-in-full", "exchangeFanout - 1", "asks-around", "exchange"],
  ["lists-in-full", "pageSessions + 1", "asks-around", "pages of too many"],
  ["lists-in-full", "listMax - 1", "full-lists", "MasternodePage"],
  ["peers-answer", "peerFreshness doubled", "full-lists", "stale"],
  ["peers-answer", "peerFreshness halved", "full-lists", "PeersResponse"],
])("%s with %s: %s, %s", (name, id, invariant, witness) => {
  const mutant = mutants.find((each) => each.id === id);
  if (mutant === undefined) throw new Error(`no mutant ${id}`);
  const asked = { invariants: [invariant] };
  const scenario = scenarioNamed(`rules/${name}`);
  expect(judge(kit, scenario, asked).complaints).toEqual([]);
  const told = judge(mutated(kit, mutant), scenario, asked).complaints;
  expect(told.map((each) => each.witness)).toContain(witness);
});
