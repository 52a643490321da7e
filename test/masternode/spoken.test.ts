/**
 * Rule A5: who names no capability is sent nothing that the node of 2025-12-21 could not read, for
 * it would ban its sender for the third such line.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { nodeCrypto } from "../../src/host/crypto.ts";
import { masternodeKit } from "../../src/masternode/kit.ts";
import { loadScenario } from "../../src/scenario/load.ts";
import { runScenario } from "../../src/scenario/run.ts";

const OURS = ["Tip", "GetMasternodePage", "MasternodePage", "GetAnnouncements", "Announcements"];

test("old nodes among repaired ones read only what they know", () => {
  const kit = masternodeKit(nodeCrypto);
  const file = join(import.meta.dirname, "../../scenarios/mixed-versions.yaml");
  const scenario = loadScenario(kit, readFileSync(file, "utf8"), file);
  const run = runScenario(kit, scenario, { level: "full" });
  const read = (profile: "as-found" | null): ReadonlySet<string> => {
    const events = [...run.trace.events()].filter(({ kind, node }) => {
      return kind === "deliver" && scenario.nodes[node]?.profile === profile;
    });
    return new Set(events.map(({ body }) => (body as { readonly type: string }).type));
  };
  const old = read("as-found");
  expect(old.size).toBeGreaterThan(10);
  expect(OURS.filter((type) => old.has(type))).toEqual([]);
  expect(read(null)).toContain("Tip");
  expect(read(null)).toContain("MasternodePage");
});
