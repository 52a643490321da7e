/**
 * Any two runs of a shipped scenario give one digest: in a process at any trace level, as objects
 * and as bytes, frozen, in a fresh process, and on every Node we support. So do worlds drawn by
 * seed.
 */
import { spawnSync } from "node:child_process";
import { describe, expect, inject, it } from "vitest";
import { drawWorld, judge, masternode, simulate, writeScenario } from "../src/index.ts";
import { shipped, type Shipped, unwatched } from "./shipped.ts";

/** Other majors come from the registry's `node` package; CI must have them. */
const NODES = ["22", "24"];
/** Hundreds of nodes, several times over. */

const SEEDS = Array.from({ length: 20 }, (_, index) => index + 1);

/** What was drawn, and what became of it. */
const worlds = SEEDS.map((seed) => {
  const { scenario } = drawWorld(masternode(), "quick", seed);
  return [writeScenario(masternode(), scenario), judge(masternode(), scenario)];
});

const expected = Object.fromEntries(shipped.map((one) => [one.file, digestOf(one, {})]));

describe("one digest", () => {
  it("knows the shipped scenarios", () => {
    expect(shipped.length).toBeGreaterThanOrEqual(3);
  });

  it.each(shipped)("$file: again in this process, with a full trace", (one) => {
    expect(digestOf(one, { level: "full" })).toBe(expected[one.file]);
  });

  it.each(shipped)("$file: as bytes, with every state frozen and a ring", (one) => {
    const options = { level: "ring", wire: "bytes", guard: true } as const;
    expect(digestOf(one, options)).toBe(expected[one.file]);
  });

  it("in a fresh process", () => {
    expect(digestsOf(process.execPath, [])).toEqual({ digests: expected, worlds });
  });

  it.for(NODES)("on Node %s", (major, { skip }) => {
    const probe = spawnSync("npx", ["-y", `node@${major}`, "--version"], { encoding: "utf8" });
    const found = probe.stdout.trim().startsWith(`v${major}.`);
    skip(!found && process.env["CI"] === undefined, `npx -y node@${major} does not start here`);
    expect(found, probe.stderr).toBe(true);
    expect(digestsOf("npx", ["-y", `node@${major}`])).toEqual({ digests: expected, worlds });
  });
});

function digestOf({ file, cut }: Shipped, options: Parameters<typeof simulate>[1]): string {
  return simulate(unwatched(file), { level: "digest", ...cut, ...options }).summary.digest;
}

function digestsOf(command: string, args: readonly string[]): unknown {
  expect(inject("build"), "the package is built").toBe("");
  const run = spawnSync(
    command,
    [...args, "test/digests.js", JSON.stringify({ shipped, seeds: SEEDS })],
    {
      encoding: "utf8",
    },
  );
  expect(run.status, run.stderr).toBe(0);
  const { digests, worlds: drawn } = JSON.parse(run.stdout) as Record<string, unknown>;
  return { digests, worlds: drawn };
}
