/** `timesim fuzz` and `timesim merge` as processes, on a toy whose defects are known. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, inject, it } from "vitest";
import type { CampaignDocument } from "../../src/campaign/document.ts";
import { wordsOf } from "../docs/page.ts";
import { Place, ROOT } from "./host.ts";

const MAIN = join(ROOT, "dist/bin/timesim.js");
const TOY = join(ROOT, "test/campaign/toy.js");
const place = new Place();

interface Ran {
  readonly exit: number | null;
  readonly out: string;
  readonly err: string;
}

type Env = Readonly<Record<string, string>>;

function start(words: readonly string[], env: Env = {}): ChildProcess {
  return spawned([...words, "--machine", TOY], env);
}

function spawned(words: readonly string[], env: Env = {}): ChildProcess {
  const { NO_COLOR: _no, FORCE_COLOR: _force, CI: _ci, ...rest } = process.env;
  return spawn(process.execPath, [MAIN, ...words], {
    cwd: place.path,
    env: { ...rest, ...env },
  });
}

/** The commands that see it again, of the screen or of a file. */
function repeats(text: string): readonly string[] {
  return [...text.matchAll(/^(?: +repeat)? +(npx timesim (?:run|fuzz) .*)$/gm)].map(
    ([, command = ""]) => command,
  );
}

function ended(child: ChildProcess): Promise<Ran> {
  let [out, err] = ["", ""];
  child.stdout?.on("data", (data: Buffer) => (out += data.toString()));
  child.stderr?.on("data", (data: Buffer) => (err += data.toString()));
  return new Promise((resolve) => {
    child.on("close", (exit) => resolve({ exit, out, err }));
  });
}

function timesim(words: readonly string[], env: Env = {}): Promise<Ran> {
  return ended(start(words, env));
}

function report(folder: string): Omit<CampaignDocument, "timings"> {
  const { timings: _, ...document } = JSON.parse(place.read(`${folder}/campaign.json`)) as {
    timings: unknown;
  } & CampaignDocument;
  return document;
}

/** Every file of a report and what it holds, but for the timings. */
function contents(folder: string): Readonly<Record<string, string>> {
  const path = join(place.path, folder);
  const names = readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== "campaign.json")
    .map((entry) => join(entry.parentPath, entry.name).slice(path.length + 1));
  return Object.fromEntries(
    names.toSorted().map((name) => [name, readFileSync(join(path, name), "latin1")]),
  );
}

/** What there is beside one another in the place. */
function names(prefix: string): readonly string[] {
  return readdirSync(place.path).filter((name) => name.startsWith(prefix));
}

it("was built", () => {
  expect(inject("build")).toBe("");
});

describe("a campaign", () => {
  const BREAK = { TOY: "break" };
  const words = ["fuzz", "--runs", "16", "--worlds", "quick"];

  it("comes to the same with one worker, with two, and from shards", async () => {
    const one = await timesim([...words, "--workers", "1", "--out", "one"], BREAK);
    expect(one.exit, one.err).toBe(1);
    const two = await timesim([...words, "--workers", "2", "--out", "two"], BREAK);
    // The folder of the report, and what was measured.
    const plain = (text: string) =>
      text.replaceAll(/\b(?:one|two)\b|[\d.]+ s |[\d.]+ worlds\/s/g, "");
    expect(plain(two.out)).toBe(plain(one.out));
    expect(report("two")).toEqual(report("one"));
    expect(contents("two")).toEqual(contents("one"));
    await Promise.all(
      ["1/2", "2/2"].map((shard, n) =>
        timesim([...words, "--workers", "1", "--shard", shard, "--out", `shard-${n}`], BREAK),
      ),
    );
    // In any order.
    const merged = await place.timesim(["merge", "shard-1", "shard-0"]);
    expect(merged.exit, merged.err).toBe(1);
    expect(merged.out).toContain("no-seven");
    expect(report("reports/fuzz")).toEqual(report("one"));
    expect(contents("reports/fuzz")).toEqual(contents("one"));
    const hole = await place.timesim(["merge", "shard-1", "--out", "m"]);
    expect([hole.exit, hole.err]).toEqual([2, "seeds 1..8 are missing: a part is not named\n"]);
    const twice = await place.timesim(["merge", "shard-0", "one", "--out", "m"]);
    expect(twice.exit).toBe(2);
    expect(twice.err).toMatch(/seeds 1\.\.8 were done by another part already/);
  });
});

/** Seed 3 is the first that draws a seven. */
const FEW = ["fuzz", "--runs", "4", "--worlds", "quick", "--workers", "1"];

describe("a world that takes its worker with it", () => {
  it.each<readonly [string, string, RegExp, string]>([
    ["hang", "hung", /no sign of life for 1000 ms/, "found.yaml"],
    ["exit", "worker crashed", /exit code 3/, "found.yaml"],
    ["throw", "no-crash: no N here", /no 7 here/, "minimal.yaml"],
  ])("is named: %s", async (toy, signature, found, file) => {
    const words = [...FEW, "--hung-after", "1s", "--out", toy];
    const { exit, out, err } = await timesim(words, { TOY: toy });
    expect(exit, err).toBe(1);
    const { failures, counts } = report(toy);
    expect(counts.worlds).toBe(4);
    expect(failures.map((failure) => [failure.signature, failure.seed])).toEqual([[signature, 3]]);
    expect(out).toMatch(found);
    expect(out).toContain(`npx timesim run ${toy}/${failures[0]?.folder}/${file}`);
    expect(contents(toy)[`${failures[0]?.folder}/failure.txt`]).toMatch(found);
    const drawn = contents(toy)[`${failures[0]?.folder}/found.yaml`];
    expect(drawn).toMatch(/^# .*\n# Switched on: \w.*\.\nname: /);
  });

  it("is found by hand with the command that was printed", async () => {
    const words = ["fuzz", "--seed-start", "3", "--runs", "1", "--worlds", "quick"];
    const again = await timesim([...words, "--out", "again", "--json"], { TOY: "throw" });
    expect(again.exit, again.err).toBe(1);
    const document = JSON.parse(again.out) as CampaignDocument;
    expect(document).toMatchObject({ exit: 1, report: "again", done: { from: 3, to: 3 } });
    expect(document.failures).toEqual(report("throw").failures);
  });
});

describe("a defect that is put in", () => {
  it("is found, and what is kept fails with it alone", async () => {
    const words = [...FEW, "--mutant", `${TOY}#broken`, "--bail", "1", "--out", "mutant"];
    const { exit, out, err } = await timesim(words);
    expect(exit, err).toBe(1);
    const { failures, done } = report("mutant");
    expect(done).toEqual({ from: 1, to: 1 });
    expect(failures).toMatchObject([
      { signature: "no-crash: it is broken", shrunk: "minimal", smallest: { nodes: 1, faults: 0 } },
    ]);
    const folder = failures[0]?.folder ?? "";
    const minimal = contents("mutant")[`${folder}/minimal.yaml`]?.replaceAll(/\n# ?/g, " ");
    expect(minimal).toContain(`Found by timesim fuzz, seed 1, mutant ${TOY}#broken`);
    expect(repeats(out)[0]).toContain(`npx timesim run mutant/${folder}/minimal.yaml `);
  });

  it("is there again with each command that was printed", async () => {
    const words = [...FEW, "--mutant", `${TOY}#broken`, "--max-shrink-time", "0s"];
    const { out } = await timesim(words);
    const before = [report("reports/fuzz"), contents("reports/fuzz")];
    const commands = repeats(out);
    expect(commands).toHaveLength(2);
    for (const command of commands) {
      const { exit, err } = await ended(spawned(wordsOf(command).slice(2)));
      expect(exit, `${command}\n${err}`).toBe(1);
    }
    expect([report("reports/fuzz"), contents("reports/fuzz")]).toEqual(before);
    // As it was found, without a smaller one: it can be kept, too.
    const [keep = ""] = /npx timesim promote .*/.exec(out) ?? [];
    const kept = await ended(spawned([...wordsOf(keep).slice(2), "--to", "kept"]));
    expect(kept.exit, kept.err).toBe(0);
  });

  it("has a story of one world, and of a file that is there", async () => {
    const words = [...FEW, "--mutant", `${TOY}#broken`, "--bail", "1", "--out", "story"];
    await timesim(words);
    const folder = report("story").failures[0]?.folder ?? "";
    const text = place.read(`story/${folder}/failure.txt`);
    expect(text).toContain(`\n  mutant        ${TOY}#broken\n`);
    expect(text).toContain("\nFAIL  minimal.yaml › ");
    expect(repeats(text)[0]).toContain("npx timesim run minimal.yaml ");
    const named = [...text.matchAll(/[\w-]+\.yaml/g)].map(([name]) => `${folder}/${name}`);
    expect(named.filter((name) => !(name in contents("story")))).toEqual([]);
  });
});

describe("the end of a campaign", () => {
  it("is Ctrl-C, which writes the report", async () => {
    const child = start(["fuzz", "--forever", "--worlds", "quick", "--out", "c"], { TOY: "break" });
    const run = ended(child);
    // The first failure is kept before the report is.
    const draft = join(place.path, `c.${child.pid}.partial`);
    const begun = (): boolean => existsSync(draft) && readdirSync(draft).length > 0;
    while (!begun() && child.exitCode === null) await new Promise((go) => setTimeout(go, 20));
    child.kill("SIGINT");
    const { exit, out, err } = await run;
    expect(exit, err).toBe(1);
    expect(out).toMatch(/· interrupted\n$/);
    const { ended: how, done, counts, options } = report("c");
    expect([how, options.runs, done]).toEqual([
      "interrupted",
      null,
      { from: 1, to: counts.worlds },
    ]);
    expect(existsSync(draft)).toBe(false);
  });

  it("is a second Ctrl-C at once", async () => {
    const words = ["fuzz", "--seed-start", "3", "--forever", "--worlds", "quick", "--out", "d"];
    const child = start(words, { TOY: "hang" });
    const run = ended(child);
    while (!existsSync(join(place.path, `d.${child.pid}.partial`))) {
      await new Promise((go) => setTimeout(go, 20));
    }
    const again = setInterval(() => child.kill("SIGINT"), 500);
    const { exit } = await run;
    clearInterval(again);
    expect(exit).toBe(130);
    expect(existsSync(join(place.path, "d"))).toBe(false);
  });

  it("is --bail, with the very seed", async () => {
    const words = ["fuzz", "--worlds", "quick", "--bail", "1", "--workers", "2", "--out", "b"];
    const { exit, out } = await timesim(words, { TOY: "break", FORCE_COLOR: "1" });
    expect(exit).toBe(1);
    expect(out).toContain("\u001b[");
    const { ended: how, done, failures } = report("b");
    expect([how, done, failures.length]).toEqual(["bail", { from: 1, to: 3 }, 1]);
  });

  it("is --max-time, after a range without holes", async () => {
    const words = ["fuzz", "--max-time", "300ms", "--worlds", "quick", "--out", "t"];
    const { exit, out, err } = await timesim(words);
    expect(exit, err).toBe(0);
    expect(out).not.toContain("\u001b");
    expect(out).toMatch(/nothing found .* time was up\n$/);
    expect(out).toContain("what should happen sometimes and never did: a-hundred\n");
    expect(out).toContain("gates that were never shut: odd\n");
    const { ended: how, done, counts } = report("t");
    expect([how, done]).toEqual(["time", { from: 1, to: counts.worlds }]);
  });
});

describe("what was found", () => {
  const words = ["fuzz", "--worlds", "quick", "--workers", "1"];

  it("is kept when its process is killed, also by the next run", async () => {
    const child = start([...words, "--forever", "--out", "k"], { TOY: "break" });
    const run = ended(child);
    const draft = `k.${child.pid}.partial`;
    const found = (): boolean =>
      existsSync(join(place.path, draft)) && Object.keys(contents(draft)).length > 0;
    while (!found() && child.exitCode === null) await new Promise((go) => setTimeout(go, 20));
    child.kill("SIGKILL");
    await run;
    const before = contents(draft);
    for (const out of ["k", "k"]) {
      const { exit, err } = await timesim([...words, "--runs", "1", "--out", out]);
      expect(exit, err).toBe(0);
    }
    expect(contents("k.kept-1")).toEqual(before);
    expect(names("k.")).toEqual(["k.kept-1"]);
    const { err } = await timesim([...words, "--runs", "1", "--out", "kk"]);
    expect(err).not.toContain("kept");
  });

  it("is reported when nobody reads stderr", async () => {
    const child = start([...words, "--runs", "2", "--out", "deaf"]);
    child.stderr?.destroy();
    const { exit, out } = await ended(child);
    expect(out).toContain("2 worlds");
    expect(exit).toBe(0);
    expect(names("deaf")).toEqual(["deaf"]);
  });

  it("is kept as far as the disk holds it, and said at once", async () => {
    // Files of up to a KiB: of the failure one, and not the document, which is the last.
    const large = ["fuzz", "--worlds", "large", "--runs", "4", "--max-shrink-time", "0s"];
    const all = [MAIN, ...large, "--out", "full", "--machine", TOY];
    const limited = ["-c", 'ulimit -f 1; exec "$0" "$@"', process.execPath, ...all];
    const env = { ...process.env, TOY: "break" };
    const child = spawn("bash", limited, { cwd: place.path, env });
    const { exit, err } = await ended(child);
    expect(exit, err).toBe(2);
    const draft = `full.${child.pid}.partial`;
    const refused = ["found.yaml", "trace.ndjson.gz"].map(
      (file) => `full/no-seven-2/${file} — cannot be written: EFBIG`,
    );
    const last = [
      `${draft} — what was found is kept here`,
      "timesim — EFBIG: file too large, write",
    ];
    expect(err.trim().split("\n")).toEqual([...refused, ...last]);
    expect(names("full")).toEqual([draft]);
    expect(Object.keys(contents(draft))).toEqual(["no-seven-2/failure.txt"]);
    expect(contents(draft)["no-seven-2/failure.txt"]).toContain("drew 7");
  });
});

describe("the words", () => {
  it.each<readonly [string, string]>([
    ["--runs 0", '--runs "0" — expected a whole number, at least 1'],
    ["--runs 5 --forever", "--forever — it ends with Ctrl-C: leave out --runs and --max-time"],
    ["--shard 1/2", "--shard — a part of a number of worlds: say how many with --runs"],
    ["--runs 5 --shard 3/2", "--shard 3/2 — expected a part and how many there are: 1/4"],
    ["--runs 2 --shard 1/3", "--shard 1/3 — 2 worlds do not make 3 parts"],
    ["--max-time soon", '--max-time "soon" — expected a time such as 30s or 5m'],
    ["--worlds stadard", '--worlds "stadard" — no such name (did you mean "standard"?)'],
    ["--faults partitoin", '--faults "partitoin" — no such name (did you mean "partition"?)'],
    ["--faults kill --swarm", "--swarm — it draws which faults there are: leave out --faults"],
    ["--profile nobody", '--profile "nobody" — no profile of that name'],
    [
      "--seed-start 9999999999999",
      '--seed-start "9999999999999" — expected a whole number, at most 1000000000000',
    ],
    ["--mutant mine.ts", "--mutant mine.ts — expected a module and an id: ./mine.ts#no-redial"],
    ["--out scenarios", "scenarios — it holds no former report: choose another folder with --out"],
  ])("%s", async (words, problem) => {
    const { exit, err } = await place.timesim(["fuzz", ...words.split(" ")]);
    expect(err).toContain(problem);
    expect(exit).toBe(2);
  });

  it("say which parts are of another campaign", async () => {
    place.write("x.json", "");
    const none = await place.timesim(["merge", "scenarios"]);
    expect(none.err).toContain("scenarios — no report of a campaign: there is no campaign.json");
    const other = await place.timesim(["merge", "b", "t", "--out", "m"]);
    expect(other.exit).toBe(2);
    expect(other.err).toContain("t — another campaign: bail is null; b has 1");
  });

  it("of merge write nowhere but in the report", async () => {
    const document = report("again");
    const [failure] = document.failures;
    mkdirSync(join(place.path, "evil"));
    place.write("evil/x", "");
    mkdirSync(join(place.path, "crafted"));
    const failures = [{ ...failure, folder: "../evil" }];
    const timings = { started: "", seconds: 1, worldsPerSecond: 1, workers: 1 };
    place.write("crafted/campaign.json", JSON.stringify({ ...document, failures, timings }));
    const { exit, err } = await place.timesim(["merge", "crafted", "--out", "x/y"]);
    expect(err).toMatch(/^crafted\/campaign\.json:1:\d+ failures\[0\]\.folder — expected a name/);
    expect(exit).toBe(2);
    expect(names("x")).toEqual(["x.json"]);
  });
});
