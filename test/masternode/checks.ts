/**
 * What every mutant is put to: the golden scripts beside this file, the scenarios beside it, and
 * those shipped ones that take no longer than a script does.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { loadScenario } from "../../src/scenario/load.ts";
import type { Scenario } from "../../src/scenario/model.ts";
import { runScenario } from "../../src/scenario/run.ts";
import { bareKit, kitOf, type Machines } from "./bare.ts";
import { holdsScript } from "./script.ts";

export interface Check {
  readonly name: string;
  /** Holds when nothing strikes it. */
  readonly holds: (machines: Machines) => boolean;
}

/** What a scenario may cost: nodes times nodes times seconds of virtual time. */
const LOAD_MAX = 40_000;

export function checks(): readonly Check[] {
  return [...scripts(), ...scenarios()];
}

function scenarios(): Check[] {
  const folders = ["../../scenarios", "../../scenarios/rules", "scenarios"].map((path) =>
    join(import.meta.dirname, path),
  );
  const files = folders.flatMap((folder) => {
    const names = readdirSync(folder).filter((name) => name.endsWith(".yaml"));
    return names.sort().map((name) => join(folder, name));
  });
  return files.flatMap((name): Check[] => {
    const text = readFileSync(name, "utf8");
    // Its own rows: promises are put to mutants by the zoo, and cost time.
    const { invariants: _, ...scenario } = loadScenario(kitOf({}), text, name);
    if (loadOf(scenario) > LOAD_MAX) return [];
    const holds = (machines: Machines): boolean =>
      runScenario(kitOf(machines), scenario, { level: "none" }).summary.passed;
    return [{ name, holds }];
  });
}

function loadOf({ nodes, until }: Scenario): number {
  return (nodes.length ** 2 * until) / 1_000_000;
}

export function scripts(): Check[] {
  const names = readdirSync(import.meta.dirname).filter((name) => name.endsWith(".script"));
  return names.sort().map((name): Check => {
    const text = readFileSync(join(import.meta.dirname, name), "utf8");
    return { name, holds: (machines) => holds(text, machines) };
  });
}

/** A bare peer that is closed on, or a machine that throws, is a difference as well. */
function holds(text: string, machines: Machines): boolean {
  try {
    return holdsScript(text, bareKit(machines));
  } catch {
    return false;
  }
}
