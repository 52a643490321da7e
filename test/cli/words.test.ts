/** The small languages of the command line: seeds, files, colour. */
import { mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { wantsColor } from "../../src/cli/color.ts";
import { parseSeeds } from "../../src/cli/seeds.ts";
import { selectFiles } from "../../src/cli/select.ts";
import { PASSES, Place, toy } from "./host.ts";

describe("seeds", () => {
  it.each<readonly [string, readonly string[]]>([
    ["7", ["7"]],
    ["word", ["word"]],
    ["1..3", ["1", "2", "3"]],
    ["5..5", ["5"]],
    ["1..2,9, x", ["1", "2", "9", "x"]],
  ])("%s", (text, seeds) => {
    const parsed = parseSeeds(text);
    expect([...parsed]).toEqual(seeds);
    expect(parsed.count).toBe(seeds.length);
  });

  it.each(["", "1,", "1..", "..9", "a..b", "3..1", "1..1.5", "0..99999999999999999999"])(
    "%j is none",
    (text) => {
      expect(() => parseSeeds(text)).toThrow("--seed");
    },
  );

  it("of a million are not made at once", () => {
    expect(parseSeeds("1..1000000000").count).toBe(1_000_000_000);
  });
});

describe("files", () => {
  const place = new Place();
  mkdirSync(join(place.path, "a/deep"), { recursive: true });
  mkdirSync(join(place.path, "a/.hidden"));
  for (const name of ["a/two.yml", "a/one.yaml", "a/deep/three.json", "a/note.txt", "b.yaml"]) {
    place.write(name, "");
  }
  place.write("a/.hidden/four.yaml", "");

  it.each<readonly [string, readonly string[], readonly string[]]>([
    ["a file", ["b.yaml"], ["b.yaml"]],
    ["a file of any name", ["a/note.txt"], ["a/note.txt"]],
    ["a folder, all the way down", ["a"], ["a/deep/three.json", "a/one.yaml", "a/two.yml"]],
    ["each once, sorted", ["b.yaml", "./a/one.yaml", "a//one.yaml"], ["a/one.yaml", "b.yaml"]],
    ["a star", ["a/*.yaml"], ["a/one.yaml"]],
    ["two stars", ["**/*.json"], ["a/deep/three.json"]],
    ["a question mark and a choice", ["a/t?o.{yml,yaml}"], ["a/two.yml"]],
    ["a dot is a dot", ["a/one*yaml"], ["a/one.yaml"]],
    ["nothing", ["zzz/*.yaml", "a/*.md"], []],
  ])("%s", (_name, words, files) => {
    expect(selectFiles(words, place.path)).toEqual(files);
  });

  it("are no reports of ours below what is named, which tell so themselves", async () => {
    const other = new Place();
    const text = toy(PASSES);
    for (const folder of ["own/reports", "own/found/failures"]) {
      mkdirSync(join(other.path, folder), { recursive: true });
    }
    other.write("own/good.yaml", text);
    other.write("own/format.json", '{ "nodes": { "A": {} } }');
    await other.timesim(["run", "own/good.yaml", "--reports", "own/reports"]);
    expect(other.read("own/reports/latest/run.json")).toContain('"format": 1');
    other.write("own/found/campaign.json", '{\n  "format": 1\n}');
    other.write("own/found/failures/smallest.yaml", text);
    const files = ["own/format.json", "own/good.yaml"];
    expect(selectFiles(["own"], other.path)).toEqual(files);
    expect(selectFiles(["own/**/*.{yaml,json}"], other.path)).toEqual(files);
    const found = ["own/found/failures/smallest.yaml"];
    expect(selectFiles(["own/found"], other.path)).toEqual(found);
    // What a cluster leaves of its nodes, and what is written for one by hand.
    const told = { name: "A", listen: "203.0.113.1:24100", data: "nodes/A", config: {} };
    other.write("own/config.yaml", `${JSON.stringify(told, null, 2)}\n`);
    other.write("own/timed.yaml", "# mine\nlisten: 203.0.113.1\npeers: [203.0.113.2]\n");
    expect(selectFiles(["own"], other.path)).toEqual(files);
    expect(selectFiles(["own/config.yaml"], other.path)).toEqual(["own/config.yaml"]);
  });

  it("that cannot be looked at are said in words", () => {
    symlinkSync("circle.yaml", join(place.path, "circle.yaml"));
    expect(() => selectFiles(["circle.yaml"], place.path)).toThrow(
      "circle.yaml — cannot be read: its links lead in a circle",
    );
    rmSync(join(place.path, "circle.yaml"));
  });

  it("finds through a link", () => {
    const found = selectFiles(["scenarios", "scenarios/stuck-*.yaml"], place.path);
    expect(found).toContain("scenarios/discovery-timeline.yaml");
    expect(found).toContain("scenarios/stuck-at-3009.yaml");
  });
});

describe("shapes of worlds", () => {
  it.each(["fuzz", "zoo"])("are listed by %s --worlds help", async (command) => {
    const { exit, out } = await new Place().timesim([command, "--worlds", "help"]);
    expect(exit).toBe(0);
    expect(out).toMatch(/^swarm {5}of each some: .*\nquick {5}5 nodes, .*\nstandard {2}/);
  });
});

describe("colour", () => {
  type Question = Parameters<typeof wantsColor>[0];
  const ask = (rest: Partial<Question>): boolean =>
    wantsColor({ flag: undefined, env: {}, isTTY: true, ...rest });

  it.each<readonly [string, Partial<Question>, boolean]>([
    ["a terminal", {}, true],
    ["a pipe", { isTTY: false }, false],
    ["a dumb terminal", { env: { TERM: "dumb" } }, false],
    ["NO_COLOR", { env: { NO_COLOR: "1" } }, false],
    ["an empty NO_COLOR", { env: { NO_COLOR: "" } }, true],
    ["FORCE_COLOR into a pipe", { env: { FORCE_COLOR: "1" }, isTTY: false }, true],
    ["FORCE_COLOR=0", { env: { FORCE_COLOR: "0" } }, false],
    ["NO_COLOR over FORCE_COLOR", { env: { NO_COLOR: "1", FORCE_COLOR: "1" } }, false],
    ["--color over NO_COLOR", { flag: true, env: { NO_COLOR: "1" }, isTTY: false }, true],
    ["--no-color over FORCE_COLOR", { flag: false, env: { FORCE_COLOR: "1" } }, false],
  ])("%s", (_name, question, answer) => {
    expect(ask(question)).toBe(answer);
  });

  const place = new Place();
  place.write("good.yaml", toy(PASSES));
  const ESCAPE = "\u001b[";

  it("is where it is wanted, tables included", async () => {
    for (const words of [
      ["run", "good.yaml"],
      ["timeline", "good.yaml"],
      ["list", "good.yaml"],
    ]) {
      const { out } = await place.timesim(words, { isTTY: true });
      expect(out).toContain(ESCAPE);
      expect(await place.timesim([...words, "--color"])).toMatchObject({ out });
    }
  });

  it("is nowhere else", async () => {
    const settings = [
      {},
      { isTTY: true, env: { NO_COLOR: "1" } },
      { isTTY: true, env: { TERM: "dumb" } },
    ];
    for (const words of [
      ["run", "good.yaml"],
      ["timeline", "good.yaml"],
      ["run", "none.yaml"],
    ]) {
      for (const setting of settings) {
        const { out, err } = await place.timesim(words, setting);
        expect(out + err).not.toContain("\u001b");
      }
      const { out, err } = await place.timesim([...words, "--no-color"], { isTTY: true });
      expect(out + err).not.toContain("\u001b");
    }
  });

  it("and signs give way to a locale without them", async () => {
    const { out } = await place.timesim(["run", "good.yaml"], { env: { LANG: "C" } });
    expect(out).toContain("  +  they meet");
    // oxlint-disable-next-line no-control-regex -- every character there may be
    expect(out).toMatch(/^[\u0000-\u007f]*$/);
    const utf = await place.timesim(["run", "good.yaml"], {
      env: { LANG: "C", LC_ALL: "C.UTF-8" },
    });
    expect(utf.out).toContain("✓");
  });
});
