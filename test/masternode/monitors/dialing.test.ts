/** Promises of dials, pauses and closes: each is told of a mutant that breaks it, in a scenario of its rule. */
import { expect, test } from "vitest";
import { judge } from "../../../src/fuzz/judge.ts";
import { mutated } from "../../../src/fuzz/mutant.ts";
import { masternode } from "../../../src/simulate.ts";
import { scenarioNamed } from "../../light.ts";
import { mutants } from "../../zoo/mechanical.ts";

const kit = masternode();

test.each([
  ["backoff-reset", "no timer redial", "redials", ""],
  ["backoff-reset", "dialSpacing doubled", "redials", ""],
  ["backoff-reset", "backoffReset doubled", "pauses", "failures"],
  ["backoff-reset", "backoffReset halved", "pauses", "failures"],
  ["backoff", "backoffMaxOthers halved", "pauses", "after failures"],
  ["backoff", "backoffSpread - 1", "pauses", "not spread"],
  ["guests", "guestRetry halved", "pauses", "as a guest"],
  ["guests", "no timer guest", "hangs-up", "guest"],
  ["self-dial", "not closed: self", "hangs-up", "self"],
  ["wanted", "sessionsWanted + 1", "seeks-no-more", "dial loop"],
  ["wanted", "dialedWanted - 1", "seeks-company", "dial loop"],
  ["dials-under-way", "dialsMax - 1", "seeks-company", "dial loop"],
])("%s with %s: %s (%s)", (name, id, invariant, witness) => {
  const scenario = scenarioNamed(`rules/${name}`);
  const mutant = mutants.find((each) => each.id === id);
  if (mutant === undefined) throw new Error(`no mutant ${id}`);
  const invariants = [invariant];
  expect(judge(kit, scenario, { invariants }).complaints).toEqual([]);
  expect(judge(mutated(kit, mutant), scenario, { invariants }).complaints).toContainEqual(
    expect.objectContaining({ invariant, witness }),
  );
});
