/** Shipped scenarios that cost little, for tests that play each of them once more. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { loadScenario } from "../src/scenario/load.ts";
import type { Scenario } from "../src/scenario/model.ts";
import { masternode } from "../src/simulate.ts";

const FOLDER = join(import.meta.dirname, "../scenarios");
/** Nodes times nodes times minutes. */
const LOAD_MAX = 200;

/** `pruning`, however much it costs. */
export function scenarioNamed(name: string): Scenario {
  const file = `${name}.yaml`;
  return loadScenario(masternode(), readFileSync(join(FOLDER, file), "utf8"), file);
}

export const LIGHT: readonly Scenario[] = readdirSync(FOLDER)
  .filter((name) => name.endsWith(".yaml"))
  .map((name) => scenarioNamed(name.replace(".yaml", "")))
  .filter(({ nodes, until }) => (nodes.length ** 2 * until) / 60_000_000 < LOAD_MAX);
