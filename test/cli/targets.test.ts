/** Targets that cannot be written: before a run they stop it, after it they lose nothing. */
import { readlinkSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Document } from "../../src/report/json.ts";
import { FAILS, kitWith, PASSES, Place, toy } from "./host.ts";
import type { Protocol } from "../../src/cli/protocol.ts";

const place = new Place();
place.write("a-bad.yaml", toy(PASSES, FAILS));
place.write("good.yaml", toy(PASSES));

describe("a target that cannot be written", () => {
  it.each<readonly [readonly string[], string]>([
    [["--trace", "none/x"], "none/x — cannot be written: there is no such folder"],
    [["--trace", "good.yaml/x"], "good.yaml/x — cannot be written: a part of the path is no"],
    [["--trace", "scenarios"], "scenarios — cannot be written: it is a folder"],
    [["--reports", "good.yaml/x"], "good.yaml/x — cannot be written: a file is where"],
    [["--reports", "/dev/null/x"], "/dev/null/x — cannot be written: "],
    [["--reporter", "junit=good.yaml/x"], "good.yaml/x — cannot be written: a file is"],
  ])("%j is told before anything is played", async (words, problem) => {
    const { exit, out, err } = await place.timesim(["run", "good.yaml", ...words]);
    expect(exit).toBe(2);
    expect(out).toBe("");
    expect(err).toContain(problem);
    expect(err.split("\n")).toHaveLength(2);
    const json = await place.timesim(["run", "good.yaml", "--json", ...words]);
    expect(json.exit).toBe(2);
    const document = JSON.parse(json.out) as Document;
    expect(document).toMatchObject({ exit: 2, passed: false, results: [] });
    expect(document.problems).toEqual([expect.stringContaining(problem)]);
  });

  it.runIf(process.platform === "linux")("does not hang in /proc", async () => {
    const words = ["run", "good.yaml", "--reports", "/proc/x/y"];
    expect(await place.timesim(words)).toMatchObject({ exit: 2, out: "" });
  });
});

describe("a campaign's report that cannot be written", () => {
  it.runIf(process.platform === "linux").each(["/dev/null/x", "/proc/x", "/proc/x/y"])(
    "%s is told in words before anything is played",
    async (out) => {
      const { exit, err } = await place.timesim(["fuzz", "--runs", "1", "--out", out]);
      expect([exit, err.startsWith(`${out} — cannot be written: `)]).toEqual([2, true]);
      expect(err).not.toMatch(/E[A-Z]{4,}|at /);
    },
  );
});

describe("a folder that is lost while runs go on", () => {
  /** A file takes the place of the folder that was looked at before. */
  const thief = (): Protocol =>
    kitWith((machine) => ({
      ...machine,
      init: (config, files, ctx) => {
        rmSync(join(place.path, "lost"), { recursive: true, force: true });
        writeFileSync(join(place.path, "lost"), "");
        return machine.init(config, files, ctx);
      },
    }));
  const problem = "lost — cannot be written: a file is where a folder should be";

  it.each<readonly [number, readonly string[]]>([
    [1, ["a-bad.yaml", "good.yaml"]],
    [2, ["good.yaml"]],
  ])("loses no result: exit %i", async (code, files) => {
    rmSync(join(place.path, "lost"), { recursive: true, force: true });
    const words = ["run", ...files, "--reports", "lost"];
    const json = await place.timesim([...words, "--json"], { kit: thief() });
    expect(json.exit).toBe(code);
    expect(json.err).toBe(`${problem}\n`);
    const document = JSON.parse(json.out) as Document;
    expect(document).toMatchObject({ exit: code, passed: false, problems: [problem] });
    expect(document.results).toHaveLength(files.length);
    rmSync(join(place.path, "lost"), { recursive: true, force: true });
    const people = await place.timesim(words, { kit: thief() });
    expect(people).toMatchObject({ exit: code, err: `${problem}\n` });
    expect(people.out).toContain("they meet");
  });
});

it("latest is the last run that failed, if one did", async () => {
  await place.timesim(["run", "a-bad.yaml", "good.yaml", "--reports", "r"]);
  expect(readlinkSync(join(place.path, "r/latest"))).toMatch(/-a-bad-1$/);
  await place.timesim(["run", "good.yaml", "--reports", "r"]);
  expect(readlinkSync(join(place.path, "r/latest"))).toMatch(/-good-1-2$/);
});
