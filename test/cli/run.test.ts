/** `run`: sweeps, documents, run folders, goldens. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { Document, ResultDocument } from "../../src/report/json.ts";
import { FAILS, kitWith, PASSES, Place, toy } from "./host.ts";

const place = new Place();
place.write("good.yaml", toy(PASSES));
place.write("bad.yaml", toy(PASSES, FAILS));
/** Links so uneven that some seeds are late. */
const UNEVEN = `link: { latency: 1ms..400ms, drawn: per-link }\n${toy("{ row: soon, on: B, that: { ready: A }, by: 700ms }")}`;
place.write("uneven.yaml", UNEVEN);

describe("the discovery timeline", () => {
  it("passes, with the time at which each row came true", async () => {
    const words = ["run", "scenarios/discovery-timeline.yaml", "--no-report"];
    const { exit, out, err } = await place.timesim(words);
    expect(exit).toBe(0);
    expect(err).toBe("");
    for (const second of [0, 5, 10, 15, 20, 30, 35, 40, 45]) {
      expect(out).toMatch(new RegExp(`  ✓  t=${second}\\+? .*  (?:[ABC] \\d+\\.\\d{6}|held)\n`));
    }
    expect(out).toMatch(/ {2}✓ {2}\d\d promises about every run +held\n/);
    expect(out).not.toMatch(/✗|in-order/);
  });
});

describe("the incident, repaired", () => {
  it("does not stay stuck, and the output says where the chain got to", async () => {
    const words = ["run", "scenarios/stuck-at-3009.yaml", "--profile", "repaired", "--no-report"];
    const { exit, out } = await place.timesim(words);
    expect(exit).toBe(1);
    expect(out).toContain("✗  the chain stays at 3009");
    expect(out).toContain("A  is at height 3011");
    expect(out).toContain(
      "npx timesim run scenarios/stuck-at-3009.yaml --seed 3009 --profile repaired\n",
    );
  });
});

describe("a sweep", () => {
  it("is one line when all pass", async () => {
    const { exit, out } = await place.timesim(["run", "good.yaml", "--seed", "1..20"]);
    expect(exit).toBe(0);
    expect(out).toMatch(
      /^good · seeds 1\.\.20 · .*\n\n✓ 20 runs: 20 passed · 1 row judged · \d+ events, \d+\/s · 3m20s virtual in .*s, \d+:1\n$/,
    );
  });

  it("says how long it was asked to be", async () => {
    const words = ["run", "good.yaml", "--seed", "1..2", "--no-report", "--until", "9s"];
    expect((await place.timesim(words)).out).toMatch(/^good · seeds 1\.\.2 · .* · until 9s\n/);
  });

  it("groups failing seeds and explains the smallest", async () => {
    const words = ["run", "uneven.yaml", "--seed", "1..40", "--reports", "sweeps"];
    const { exit, out } = await place.timesim(words);
    expect(exit).toBe(1);
    const [, count, seed] =
      /(\d+) failed {2}first fails: soon {2}smallest seed (\d+)/.exec(out) ?? [];
    expect(Number(count)).toBeGreaterThan(1);
    expect(out).toContain(`FAIL  uneven.yaml › soon   seed ${seed}\n`);
    expect(out).toContain(`repeat        npx timesim run uneven.yaml --seed ${seed}\n`);
    expect(out).toContain(`✗ 40 runs: ${40 - Number(count)} passed, ${count} failed · `);
    const below = join(place.path, "sweeps/latest/failures", seed ?? "");
    expect(readdirSync(below).toSorted()).toEqual(["A", "B", "trace.ndjson.gz"]);
    expect(await place.timesim(["run", "uneven.yaml", "--seed", seed ?? ""])).toMatchObject({
      exit: 1,
    });
  });

  it("shows how far it is: rewritten on a terminal, else a line every ten seconds", async () => {
    const words = ["run", "good.yaml", "--seed", "1..30", "--no-report"];
    const plain = await place.timesim(words, { tick: 1_000 });
    expect(plain.err.trimEnd().split("\n")).toHaveLength(3);
    expect(plain.err).toMatch(/^good · \d+ of 30 \(\d+%\) · 0 failed · 1 runs\/s · \d+s left\n/);
    const live = await place.timesim(words, { tick: 60, isTTY: true, env: { NO_COLOR: "1" } });
    const drawn = live.err.split("\r\u001b[2K");
    expect(drawn.length).toBeGreaterThan(5);
    expect([drawn.at(0), drawn.at(-1)]).toEqual(["", ""]);
    expect(live.err).not.toContain("\n");
    expect((await place.timesim(words)).err).toBe("");
  });

  it("shows no more than the terminal is wide, and nothing of a rest that is not known", async () => {
    const words = ["run", "good.yaml", "--seed", "1..30", "--no-report"];
    const terminal = { isTTY: true, env: { NO_COLOR: "1" } };
    const { err } = await place.timesim(words, { ...terminal, tick: 60, columns: 30 });
    const drawn = err.split("\r\u001b[2K").filter((line) => line !== "");
    expect(new Set(drawn.map((line) => line.length))).toEqual(new Set([29]));
    expect(drawn[0]).toMatch(/^good · \d+ of 30 .*…$/);
    const first = await place.timesim(["run", "good.yaml", "--no-report"], {
      ...terminal,
      tick: 900,
    });
    expect(first.err).toContain("good · 0 of 10 s (0%) · 0 s/s\r");
    expect(first.err).not.toContain("Infinity");
  });
});

describe("a sweep that is interrupted", () => {
  /** As if somebody pressed Ctrl-C while the n-th node boots. */
  const pressing = (boot: number) => {
    let boots = 0;
    return kitWith((machine) => ({
      ...machine,
      init: (config, files, ctx) => {
        if (++boots === boot) process.emit("SIGINT");
        return machine.init(config, files, ctx);
      },
    }));
  };

  it("says what was judged so far, and which seeds failed", async () => {
    place.write("yonder.yaml", toy(PASSES));
    const words = ["run", "uneven.yaml", "yonder.yaml", "--seed", "1..100000", "--reports", "cut"];
    const { exit, out, err } = await place.timesim(words, { kit: pressing(79) });
    expect(exit).toBe(130);
    expect(out).toMatch(/\d+ failed {2}first fails: soon {2}smallest seed \d+/);
    expect(out).toMatch(/✗ 40 runs: \d+ passed, \d+ failed · [^\n]*\n$/);
    expect(err).toContain("interrupted by SIGINT: 40 of 200000 runs were judged\n");
    const summary = JSON.parse(place.read("cut/latest/summary.json")) as ResultDocument;
    expect(summary.runs.total).toBe(40);
    expect(summary.groups[0]?.all).toHaveLength(summary.runs.failed);
  });

  it("is no pass, though nothing failed, also for programs", async () => {
    const words = ["run", "good.yaml", "--seed", "1..9", "--no-report", "--json"];
    const { exit, out } = await place.timesim(words, { kit: pressing(3) });
    expect(exit).toBe(130);
    const problems = ["interrupted by SIGINT: 2 of 9 runs were judged"];
    expect(JSON.parse(out)).toMatchObject({ exit: 130, passed: false, problems });
  });
});

describe("promises that bind nobody", () => {
  it("are said to, of one run and of many, and are no rows", async () => {
    place.write("promised.yaml", `invariants: [pong]\n${toy()}`);
    for (const seeds of ["1", "1..3"]) {
      const words = ["run", "promised.yaml", "--no-report", "--seed", seeds];
      const { exit, out } = await place.timesim([...words, "--profile", "as-found"]);
      expect(exit).toBe(4);
      expect(out).toContain("\n— 1 promise binds nobody here: 2 nodes of standing old\n");
      expect((await place.timesim(words)).exit).toBe(0);
    }
  });
});

describe("several scenarios", () => {
  it("are a block each and a total", async () => {
    const { exit, out } = await place.timesim(["run", "bad.yaml", "good.yaml", "--no-report"]);
    expect(exit).toBe(1);
    expect(out).toMatch(/^bad · /);
    expect(out).toContain("\n\ngood · ");
    expect(out).toMatch(/\n✗ 2 scenarios: 1 failed, 1 passed · 3 rows judged · \d\.\d\ds\n$/);
  });
});

describe("documents", () => {
  it.each([
    [["run", "good.yaml", "bad.yaml", "--json"], 1],
    [["run", "good.yaml", "--reporter", "json", "--seed", "1..3"], 0],
    [["run", "none-*.yaml", "--json"], 4],
    [["run", "none.yaml", "--json"], 2],
  ] as const)("%j is one on stdout", async (words, code) => {
    const { exit, out } = await place.timesim(words, { isTTY: true });
    expect(exit).toBe(code);
    const document = JSON.parse(out) as Document;
    expect(document.format).toBe(1);
    expect(document.exit).toBe(code);
    expect(document.passed).toBe(code === 0);
    expect(document.problems.length).toBe(code === 2 ? 1 : 0);
    expect(out.endsWith("}\n")).toBe(true);
  });

  it("JUnit goes to stdout or to a file, people keep stdout then", async () => {
    const xml = await place.timesim(["run", "bad.yaml", "--no-report", "--reporter", "junit"]);
    expect(xml.out).toMatch(/^<\?xml [^]*<\/testsuites>\n$/);
    const words = ["--reporter", "junit=out/junit.xml", "--reporter", "json=out/run.json"];
    const people = await place.timesim(["run", "bad.yaml", "--no-report", ...words]);
    expect(people.out).toMatch(/^bad · /);
    expect(place.read("out/junit.xml")).toContain('name="bad › they never meet"');
    expect((JSON.parse(place.read("out/run.json")) as Document).exit).toBe(1);
  });

  it("in files and annotations are also what cannot be run", async () => {
    const words = ["--reporter", "junit=refused/j.xml", "--reporter", "json=refused/j.json"];
    const asked = ["run", "good.yaml", "none.yaml", "--reporter", "github", ...words];
    const problem = "none.yaml — there is no such file or folder";
    expect(await place.timesim(asked)).toEqual({
      exit: 2,
      out: `::error title=timesim::${problem}\n`,
      err: `${problem}\n`,
    });
    expect(place.read("refused/j.xml")).toContain(`<error message="${problem}"/>`);
    expect(JSON.parse(place.read("refused/j.json"))).toMatchObject({ problems: [problem] });
  });

  it("GitHub's commands come after the results", async () => {
    const { out } = await place.timesim(["run", "bad.yaml", "--no-report", "--reporter", "github"]);
    expect(out).toMatch(
      /\n::error file=bad\.yaml,line=7,col=5,title=they never meet \(seed 1\)::FAIL.*\n$/,
    );
  });
});

describe("a run folder", () => {
  it("holds what a run was and what became of it", async () => {
    const { err } = await place.timesim(["run", "good.yaml", "--reports", "r"]);
    const name = "2026-11-22T17-20-11Z-good-1";
    expect(err).toBe(`report r/${name}\n`);
    expect(readdirSync(join(place.path, "r")).toSorted()).toEqual([name, "latest"]);
    const files = readdirSync(join(place.path, "r", name), { recursive: true, encoding: "utf8" });
    expect(files.toSorted()).toEqual([
      "A",
      "A/timed.log",
      "B",
      "B/timed.log",
      "junit.xml",
      "run.json",
      "summary.json",
    ]);
    const run = JSON.parse(place.read(`r/${name}/run.json`)) as Record<string, unknown>;
    expect(run).toMatchObject({
      format: 1,
      argv: ["run", "good.yaml", "--reports", "r"],
      seeds: "1",
      started: "2026-11-22T17:20:11.000Z",
      passed: true,
    });
    expect(place.read(`r/${name}/A/timed.log`)).toContain("[A]  INFO ");
    expect(place.read(`r/${name}/A/timed.log`)).not.toContain("[B]");
  });

  it("of a failure holds the trace and the text, and latest moves", async () => {
    await place.timesim(["run", "bad.yaml", "--reports", "r"]);
    await place.timesim(["run", "bad.yaml", "--reports", "r"]);
    const base = join(place.path, "r");
    expect(readlinkSync(join(base, "latest"))).toBe("2026-11-22T17-20-11Z-bad-1-2");
    expect(readdirSync(base).filter((name) => name.includes("partial"))).toEqual([]);
    expect(place.read("r/latest/failure.txt")).toMatch(/^FAIL {2}bad\.yaml › they never meet/);
    const packed = readFileSync(join(base, "latest/trace.ndjson.gz"));
    expect(gunzipSync(packed).toString()).toMatch(/^\{"header":/);
    const again = await place.timesim(["timeline", "r/latest/trace.ndjson.gz"]);
    expect(again.out).toBe((await place.timesim(["timeline", "bad.yaml"])).out);
  });

  it("is not written when it is not wanted, nor for what cannot be run", async () => {
    const other = new Place();
    other.write("good.yaml", toy(PASSES));
    await other.timesim(["run", "good.yaml", "--no-report"]);
    await other.timesim(["run", "none.yaml"]);
    expect(existsSync(join(other.path, "reports"))).toBe(false);
  });

  it("has a name whatever the seed", async () => {
    const { err } = await place.timesim(["run", "good.yaml", "--reports", "r", "--seed", "a/b c"]);
    expect(err).toBe("report r/2026-11-22T17-20-11Z-good-a_b_c\n");
  });
});

describe("a golden timeline", () => {
  const own = new Place();
  own.write("good.yaml", toy(PASSES));
  const run = (...words: readonly string[]) =>
    own.timesim(["run", "good.yaml", "--no-report", ...words]);

  it("is made on request, and compared from then on", async () => {
    expect((await run()).out).not.toContain("golden");
    const made = await run("-u");
    expect(made.err).toBe("golden/good.timeline.txt: written\n");
    expect(own.read("golden/good.timeline.txt")).toMatch(/^ {3}0\.000000 {2}A {2}boots\n/);
    expect(made.out).toMatch(/✓ {2}golden timeline +\d+ lines, unchanged\n/);
  });

  it("that differs fails, and shows where", async () => {
    const file = join(own.path, "golden/good.timeline.txt");
    const text = readFileSync(file, "utf8");
    writeFileSync(file, text.replace("boots", "is born"));
    const { exit, out } = await run();
    expect(exit).toBe(1);
    expect(out).toContain("✗  golden timeline  line 1: 0.000000  A  boots");
    expect(out).toContain("  expected      1:    0.000000  A  is born\n");
    expect(out).toContain("  found         1:    0.000000  A  boots\n");
    expect(out).toContain("  accept        npx timesim run good.yaml --seed 1 --update\n");
    writeFileSync(file, text.split("\n").slice(0, 3).join("\n"));
    expect((await run()).out).toContain("(the timeline has ended)");
    await run("--update");
    expect(own.read("golden/good.timeline.txt")).toBe(text);
  });

  it("is of the pinned run alone", async () => {
    mkdirSync(join(own.path, "golden"), { recursive: true });
    for (const words of [
      ["--seed", "2"],
      ["--profile", "as-found"],
      ["--until", "3s"],
    ]) {
      expect((await run(...words)).out).not.toContain("golden");
      const { exit, err } = await run("-u", ...words);
      expect(exit).toBe(2);
      expect(err).toContain(`good.yaml is its own run: leave out ${words[0]}\n`);
    }
    expect((await run("--wire", "bytes", "--guard")).out).toContain("unchanged");
  });

  it("is not made of a run that failed", async () => {
    own.write("bad.yaml", toy(PASSES, FAILS));
    const { exit, err } = await own.timesim(["run", "bad.yaml", "--no-report", "-u"]);
    expect(exit).toBe(1);
    expect(err).toContain("golden/bad.timeline.txt: not written, the run failed");
    expect(existsSync(join(own.path, "golden/bad.timeline.txt"))).toBe(false);
  });

  it("is made of a file that is named alone; a folder renews what it has", async () => {
    const other = new Place();
    mkdirSync(join(other.path, "s"));
    other.write("s/one.yaml", toy(PASSES));
    other.write("s/two.yaml", toy(PASSES));
    const update = (path: string) => other.timesim(["run", path, "--no-report", "-u"]);
    expect((await update("s/one.yaml")).err).toBe("s/golden/one.timeline.txt: written\n");
    const { exit, err } = await update("s");
    expect(exit).toBe(0);
    expect(err).toContain("s/golden/one.timeline.txt: written\n");
    expect(err).toContain("s/golden/two.timeline.txt: not written, there is none yet");
    expect(existsSync(join(other.path, "s/golden/two.timeline.txt"))).toBe(false);
  });

  it("is never rewritten by CI", async () => {
    const before = own.read("golden/good.timeline.txt");
    const words = ["run", "good.yaml", "--no-report", "-u"];
    const { exit, err } = await own.timesim(words, { env: { CI: "true" } });
    expect(exit).toBe(2);
    expect(err).toContain("--update — CI is set");
    expect(own.read("golden/good.timeline.txt")).toBe(before);
    expect(await own.timesim(["run", "good.yaml", "--seed", "1..9", "-u"])).toMatchObject({
      exit: 2,
    });
  });
});

describe("what a run is given", () => {
  it("goes into the command that repeats it", async () => {
    const words = ["--seed", "a b", "--profile", "as-found", "--until", "8s", "--wire", "bytes"];
    const { out } = await place.timesim(["run", "bad.yaml", "--no-report", "--guard", ...words]);
    expect(out).toContain(
      "npx timesim run bad.yaml --seed 'a b' --profile as-found --until 8s --wire bytes --guard\n",
    );
  });

  it("may be a defect, which goes into that command and makes no golden", async () => {
    const defect = [
      "const apply = (it) => ({ ...it, machine: { ...it.machine, step: (state) => state } });",
      'export const still = { id: "still", apply };',
    ];
    place.write("defect.mjs", defect.join("\n"));
    const words = ["--no-report", "--mutant", "defect.mjs#still"];
    const { exit, out } = await place.timesim(["run", "good.yaml", ...words]);
    expect(exit).toBe(1);
    expect(out).toContain("npx timesim run good.yaml --seed 1 --mutant 'defect.mjs#still'\n");
    // Whoever looks at its trace, or replays it without the defect, is told.
    await place.timesim(["run", "good.yaml", ...words, "--trace", "still.ndjson"]);
    const again = await place.timesim(["replay", "still.ndjson"]);
    expect(again.exit).toBe(1);
    const told = "still.ndjson — it was played with a defect put in: defect.mjs#still\n";
    expect(again.err).toContain(told);
    expect((await place.timesim(["timeline", "still.ndjson"])).err).toBe(told);
    const golden = await place.timesim(["run", "good.yaml", ...words, "--update"]);
    expect(golden).toMatchObject({ exit: 2 });
    expect(golden.err).toContain("leave out --mutant\n");
    const none = await place.timesim(["run", "good.yaml", "--mutant", "defect.mjs#stil"]);
    expect(none).toMatchObject({ exit: 2 });
    expect(none.err).toContain('no mutant of that id (did you mean "still"?)\n');
  });

  it("as bytes and frozen is the same run", async () => {
    const digest = async (...words: readonly string[]): Promise<string | undefined> => {
      const { out } = await place.timesim(["run", "good.yaml", "--no-report", ...words]);
      return /digest (\w+)/.exec(out)?.[1];
    };
    expect(await digest("--wire", "bytes", "--guard")).toBe(await digest());
    expect(await digest("--seed", "2")).not.toBe(await digest());
  });
});
