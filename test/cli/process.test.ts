/** The built program as a process: streams, exit codes, a reader that goes away. */
import { spawn, spawnSync, type SpawnSyncReturns } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, inject, it } from "vitest";
import { FAILS, PASSES, Place, ROOT, toy } from "./host.ts";

const MAIN = join(ROOT, "dist/bin/timesim.js");
const place = new Place();
place.write("good.yaml", toy(PASSES));
place.write("bad.yaml", toy(PASSES, FAILS));

const KEPT = ["junit.xml", "run.json", "summary.json"];

function timesim(
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): SpawnSyncReturns<string> {
  const { NO_COLOR: _no, FORCE_COLOR: _force, CI: _ci, ...rest } = process.env;
  const options = { cwd: place.path, encoding: "utf8", env: { ...rest, ...env } } as const;
  return spawnSync(process.execPath, [MAIN, ...words], options);
}

it("was built", () => {
  expect(inject("build")).toBe("");
});

describe("the process", () => {
  it.each<readonly [number, readonly string[]]>([
    [0, ["run", "good.yaml"]],
    [1, ["run", "bad.yaml"]],
    [2, ["run", "none.yaml"]],
    [4, ["run", "none-*.yaml"]],
  ])("exits %i", (code, words) => {
    const { status, stdout, stderr } = timesim(words);
    expect(status, stderr).toBe(code);
    expect(stdout + stderr).not.toContain("\u001b");
  });

  it("begins with a line that lets a shell run it", () => {
    expect(readFileSync(MAIN, "utf8")).toMatch(/^#!\/usr\/bin\/env node\n/);
  });

  it("runs as the README says, after any build", () => {
    const built = statSync(MAIN).mtimeMs;
    // As for the first time: npm then installs the package it stands in, and has it prepared.
    const env = { ...process.env, npm_config_cache: new Place().path };
    const run = spawnSync("npx", ["timesim", "--version"], { cwd: ROOT, env, encoding: "utf8" });
    expect(run.stdout, run.stderr).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(statSync(MAIN).mtimeMs).toBe(built);
  });

  it("colours a pipe only when forced to", () => {
    const words = ["run", "good.yaml", "--no-report"];
    expect(timesim(words, { FORCE_COLOR: "1" }).stdout).toContain("\u001b[32m✓");
    expect(timesim(words, { FORCE_COLOR: "1", NO_COLOR: "1" }).stdout).not.toContain("\u001b");
  });

  it("prints one JSON document and nothing else", () => {
    const { status, stdout } = timesim(["run", "bad.yaml", "--json"]);
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ format: 1, exit: 1 });
  });

  it("plays a folder on all cores, tells it in order, and keeps events of what failed only", () => {
    const folder = new Place();
    const names = ["a", "b", "c", "d", "e", "f"];
    for (const name of names) {
      folder.write(`${name}.yaml`, name === "d" ? toy(PASSES, FAILS) : toy(PASSES));
    }
    const words = [MAIN, "run", ...names.map((name) => `${name}.yaml`), "--reports", "r"];
    const options = { cwd: folder.path, encoding: "utf8", timeout: 200_000 } as const;
    const run = spawnSync(process.execPath, words, options);
    expect(run.status, run.stderr).toBe(1);
    const told = [...run.stdout.matchAll(/^(\w) · seed 1 · /gm)].map(([, name]) => name);
    expect(told).toEqual(names);
    expect(run.stdout).toContain("✗ 6 scenarios: 1 failed, 5 passed");
    const digests = [...run.stdout.matchAll(/digest (\w+)/g)].map(([, digest]) => digest);
    expect(digests).toHaveLength(6);
    expect(new Set(digests).size).toBe(1);
    const kept = readdirSync(join(folder.path, "r", "latest")).toSorted();
    expect(kept).toEqual(["A", "B", "failure.txt", ...KEPT, "trace.ndjson.gz"]);
    const [passed = ""] = readdirSync(join(folder.path, "r")).filter((name) =>
      name.endsWith("-a-1"),
    );
    expect(readdirSync(join(folder.path, "r", passed)).toSorted()).toEqual(KEPT);
  });

  it("says that a search with nodes that promise nothing cannot find much", () => {
    const { status, stdout } = timesim(["fuzz", "--profile", "as-found", "--runs", "1"]);
    expect(status).toBe(0);
    expect(stdout).toContain("promises bind no node of profile as-found, which is of standing old");
  });

  it("is quiet when its reader goes away", async () => {
    const words = [MAIN, "trace", join(ROOT, "scenarios/stuck-at-3009-repaired.yaml")];
    const child = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "pipe"] });
    let err = "";
    child.stderr.on("data", (data: Buffer) => (err += data.toString()));
    child.stdout.once("data", () => child.stdout.destroy());
    const code = await new Promise((resolve) => {
      child.on("close", resolve);
    });
    expect(err).toBe("");
    expect(code).toBe(0);
  });
});
