/** Every mutant is one: there is a world in which it behaves unlike the repaired node. */
import { describe, expect, test } from "vitest";
import { mutated } from "../../src/fuzz/mutant.ts";
import { nodeCrypto } from "../../src/host/crypto.ts";
import type { Kit } from "../../src/kit/kit.ts";
import { masternodeKit } from "../../src/masternode/kit.ts";
import type { Masternode } from "../../src/masternode/state.ts";
import { loadScenario } from "../../src/scenario/load.ts";
import { runScenario } from "../../src/scenario/run.ts";
import { mutants } from "./index.ts";
import { provoked, USUAL } from "./provoked.ts";

const repaired = masternodeKit(nodeCrypto);

test("each of the 63 has a name of its own, a sentence and a world", () => {
  const ids = mutants.map(({ id }) => id);
  expect(ids).toHaveLength(63);
  expect(ids.toSorted()).toEqual(Object.keys(provoked).toSorted());
  for (const { about } of mutants) expect(about).toMatch(/^[A-Z].*\.$/u);
  expect(mutants.filter(({ tags }) => tags?.includes("3009"))).toHaveLength(15);
});

describe("the world of its own tells it from the repaired node", () => {
  test.each(mutants)("$id", (mutant) => {
    const world = provoked[mutant.id];
    const text = Object.entries({ ...USUAL, ...world }).map(([key, value]) => `${key}: ${value}`);
    const other = played(mutated(repaired, mutant), text.join("\n"));
    expect(other).not.toBe(played(repaired, text.join("\n")));
  });
});

function played(kit: Kit<Masternode>, text: string): string {
  const { summary } = runScenario(kit, loadScenario(kit, text, "provoked"), { level: "digest" });
  if (summary.crash !== null) throw new Error(summary.crash.stack);
  return summary.digest;
}
