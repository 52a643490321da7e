/**
 * The shipped scenarios for tests that play each of them many times, regressions first. The heavy ones are cut: to the
 * moment until which they may be played, in µs of virtual time.
 */
import { readdirSync, readFileSync } from "node:fs";
import { parseDuration, type Time } from "../src/core/units.ts";
import { masternode } from "../src/index.ts";
import { loadScenario } from "../src/scenario/load.ts";
import type { Scenario } from "../src/scenario/model.ts";

const CUT: Readonly<Record<string, string>> = {
  "announcement-forger": "90s",
  "full-bootstrap": "3s",
  "late-joiner": "60s",
  "lossy-wan": "60s",
  "partition-and-heal": "26m",
  "partition-and-heal-20": "60s",
  pruning: "20m",
};

export interface Shipped {
  readonly file: string;
  /** As options of a run. */
  readonly cut: { readonly until?: Time };
}

function order(name: string): string {
  return name.startsWith("regressions/") ? `0 ${name}` : `1 ${name}`;
}

export const shipped: readonly Shipped[] = readdirSync("scenarios", { recursive: true })
  .map((name) => String(name))
  .filter((name) => name.endsWith(".yaml"))
  .toSorted((one, other) => (order(one) < order(other) ? -1 : 1))
  .map((name): Shipped => {
    const until = parseDuration(CUT[name.replace(/\.yaml$/, "")] ?? "");
    const cut = until === null ? {} : { until: until as number as Time };
    return { file: `scenarios/${name}`, cut };
  });

/** Without its promises: who watches a run changes nothing of it, and watching costs time. */
export function unwatched(file: string): Scenario {
  const scenario = loadScenario(masternode(), readFileSync(file, "utf8"), file);
  const { invariants: _invariants, ...rest } = scenario;
  return rest;
}
