/** Worlds in which a promise was found broken that was not: the promise was put too strictly. */
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { judge } from "../../src/fuzz/judge.ts";
import { loadScenario } from "../../src/scenario/load.ts";
import { masternode } from "../../src/simulate.ts";

const kit = masternode();
const folder = new URL("alarms/", import.meta.url);

test.each(readdirSync(folder))("%s breaks nothing", (file) => {
  const scenario = loadScenario(kit, readFileSync(new URL(file, folder), "utf8"), file);
  expect(judge(kit, scenario).complaints).toEqual([]);
});
