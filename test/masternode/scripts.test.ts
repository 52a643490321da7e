/** Every golden script prints what it printed before. What the commands mean: script.ts. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { playScript } from "./script.ts";

const FOLDER = import.meta.dirname;
const SCRIPTS = readdirSync(FOLDER)
  .filter((name) => name.endsWith(".script"))
  .sort();

describe("golden scripts", () => {
  test.each(SCRIPTS)("%s", async (name) => {
    const file = join(FOLDER, name);
    await expect(playScript(readFileSync(file, "utf8"))).toMatchFileSnapshot(file);
  });
});
