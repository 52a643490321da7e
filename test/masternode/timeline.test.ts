/**
 * The seed's timeline (section 9) and its two neighbours. The pinned seed's microseconds are held by
 * test/api, a thousand seeds are swept in CI; here are a hundred.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { nodeCrypto } from "../../src/host/crypto.ts";
import { masternodeKit } from "../../src/masternode/kit.ts";
import type { Masternode } from "../../src/masternode/state.ts";
import { loadScenario } from "../../src/scenario/load.ts";
import type { Scenario } from "../../src/scenario/model.ts";
import { type Run, runScenario, type RunOptions } from "../../src/scenario/run.ts";

const kit = masternodeKit(nodeCrypto);
const SHIPPED = ["discovery-timeline", "stuck-at-3009", "stuck-at-3009-repaired"];

function shipped(name: string): Scenario {
  const file = join(import.meta.dirname, `../../scenarios/${name}.yaml`);
  return loadScenario(kit, readFileSync(file, "utf8"), `${name}.yaml`);
}

function run(scenario: Scenario, options: RunOptions = {}): Run<Masternode> {
  return runScenario(kit, scenario, { level: "digest", ...options });
}

/** Failed rows, in words. */
function failures({ summary }: Run<Masternode>): readonly string[] {
  const failed = summary.outcomes.filter((outcome) => !outcome.passed);
  return failed.map(({ row, parts }) => `${summary.seed} ${row}: ${parts[0]?.found}`);
}

describe("the discovery timeline", () => {
  const scenario = shipped("discovery-timeline");

  test("of the pinned seed", () => {
    const pinned = run(scenario);
    expect(failures(pinned)).toEqual([]);
    const rows = scenario.expect.filter((row) => row.runs !== "sweep");
    const promised = scenario.invariants ?? [];
    expect(promised.length).toBeGreaterThan(40);
    expect(pinned.summary.outcomes).toHaveLength(rows.length + promised.length);
  });

  test("of a hundred seeds", () => {
    const seeds = Array.from({ length: 100 }, (_, index) => String(index));
    const found = seeds.flatMap((seed) => failures(run(scenario, { seed })));
    expect(found).toEqual([]);
  });
});

describe.each(SHIPPED)("%s", (name) => {
  const scenario = shipped(name);

  test("holds", () => {
    expect(failures(run(scenario))).toEqual([]);
  });

  test("has one digest: as objects, as bytes, frozen", () => {
    const { digest } = run(scenario).summary;
    expect(run(scenario, { wire: "bytes" }).summary.digest).toBe(digest);
    expect(run(scenario, { guard: true }).summary.digest).toBe(digest);
    expect(run(scenario, { wire: "bytes", guard: true }).summary.digest).toBe(digest);
  });
});
