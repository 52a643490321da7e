/* oxlint-disable typescript/no-unsafe-member-access, typescript/no-unsafe-argument, typescript/no-unsafe-assignment, typescript/no-unsafe-call -- the command line has no types */
/**
 * Prints `{ "node": version, "digests": { file: digest }, "worlds": [[text, judgement]] }` for the
 * scenarios and the seeds on the command line, `{ shipped: [{ file, cut }], seeds: [1] }` as JSON, from
 * the built package: run by determinism.test.ts in fresh processes on several Nodes.
 */
import { readFileSync } from "node:fs";
import {
  drawWorld,
  judge,
  loadScenario,
  masternode,
  simulate,
  writeScenario,
} from "../dist/index.js";

const { shipped, seeds } = JSON.parse(process.argv[2]);
const kit = masternode();

const digests = {};
for (const { file, cut } of shipped) {
  // Who watches a run changes nothing of it, and promises cost time.
  const { invariants, ...scenario } = loadScenario(kit, readFileSync(file, "utf8"), file);
  digests[file] = simulate(scenario, { level: "digest", ...cut }).summary.digest;
}
const worlds = seeds.map((seed) => {
  const { scenario } = drawWorld(kit, "quick", seed);
  return [writeScenario(kit, scenario), judge(kit, scenario)];
});
process.stdout.write(JSON.stringify({ node: process.version, digests, worlds }));
