/** No option is accepted and ignored, and each says which rule it belongs to. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { CONSTANTS } from "../../src/masternode/config.ts";

const FOLDER = join(import.meta.dirname, "../../src/masternode");
const NAMES = Object.keys(CONSTANTS);

/** Every source of the protocol but the table itself and the profiles, which only set values. */
const SOURCES = readdirSync(FOLDER, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts") && name !== "config.ts" && name !== "profiles.ts")
  .map((name) => readFileSync(join(FOLDER, name), "utf8"))
  .join("\n");

test.each(NAMES)("%s is read", (name) => {
  const taken = `\\{[^{}]*\\b${name}\\b[^{}]*\\} = [\\w.]*config\\b`;
  // Reputation names its constants in a table.
  const read = new RegExp(`config\\.${name}\\b|${taken}|by: "${name}"`);
  expect(read.test(SOURCES)).toBe(true);
});

test.each(Object.entries(CONSTANTS))("%s cites its rule", (_name, { about }) => {
  expect(about).toMatch(/\((?:[SPARXCYBHQ]\d|section 8)(?:, [SPARXCYBHQ]\d)*\)$/);
});

test("the reading test is not blind", () => {
  expect(NAMES.length).toBeGreaterThan(40);
  expect(SOURCES).not.toContain("config.noSuchConstant");
});
