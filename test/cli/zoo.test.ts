/** `timesim zoo` as a process: two mutants that a user brings, one of which nobody can notice. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, inject, it } from "vitest";
import type { ZooDocument } from "../../src/cli/zoodocument.ts";
import { zooLine } from "../../src/cli/zootable.ts";
import { Place, ROOT } from "./host.ts";

const MAIN = join(ROOT, "dist/bin/timesim.js");
const place = new Place();
const MUTANTS = `
import { veiled } from "timesim";

/** Never answers a ping. */
export const mute = {
  id: "mute",
  about: "No ping is answered.",
  tags: ["ping"],
  apply: (profile) => ({
    ...profile,
    machine: veiled(profile.machine, (ctx) => ({
      send(session, message) {
        if (message.type !== "Pong") ctx.send(session, message);
      },
    })),
  }),
};

export const others = [{ id: "same", about: "Nothing is wrong.", apply: (profile) => profile }];
`;

function timesim(...words: readonly string[]): { exit: number | null; out: string; err: string } {
  const { NO_COLOR: _no, FORCE_COLOR: _force, CI: _ci, ...env } = process.env;
  const ran = spawnSync(process.execPath, [MAIN, ...words], {
    ...{ cwd: place.path, env, encoding: "utf8" as const },
  });
  return { exit: ran.status, out: ran.stdout, err: ran.stderr };
}

place.write("mine.mjs", MUTANTS);

const NODES =
  "until: 40s\nnodes: { A: { address: 10.0.0.1 }, B: { address: 10.0.0.2, dials: [A] } }";
const MEET = "{ row: they meet, on: all, that: { active: { count: 2 } }, by: 9s }";
mkdirSync(join(place.path, "asked"));
place.write("asked/promised.yaml", `${NODES}\ninvariants: all\n`);
place.write("asked/short.yaml", `${NODES.replace("40s", "20s")}\nexpect: [${MEET}]\n`);
place.write("never.yaml", `${NODES}\nexpect: [${MEET.replace("2 }", "3 }")}]\n`);

const SMALL = ["--budget", "3", "--worlds", "quick", "--max-shrink-time", "1s"];

it("was built", () => {
  expect(inject("build")).toBe("");
});

describe("a zoo of the user's own", () => {
  it("counts mutants while it goes on, and not the protocol itself", () => {
    const one = { id: "one", broken: null, found: null };
    expect(zooLine([one, { ...one, id: null }], 2)).toBe("zoo · 1 of 2 mutants · 0 caught");
  });

  it("says who was caught by which promise, and who was not", () => {
    const ran = timesim("zoo", "--mutants", "mine.mjs", ...SMALL, "--json", "--workers", "2");
    const document = JSON.parse(ran.out) as ZooDocument;
    const [mute, same] = document.mutants;
    expect(mute).toMatchObject({ id: "mute", worlds: 1, found: { seed: 1, invariant: "pong" } });
    expect(same).toMatchObject({ id: "same", worlds: 3, found: null });
    expect(document.sums).toMatchObject({ mutants: 2, caught: 1 });
    expect(document.sums.tags).toEqual({ ping: { mutants: 1, caught: 1 } });
    expect(document.passed).toBe(false);
    expect(ran.exit, ran.err).toBe(1);
    const written = JSON.parse(place.read("reports/zoo/zoo.json")) as ZooDocument;
    expect(written).toEqual(document);
  });

  it("passes when enough are caught", () => {
    const words = ["--mutants", "mine.mjs", "--only", "mute", ...SMALL, "--out", "mute"];
    const ran = timesim("zoo", ...words);
    expect(ran.out).toContain("✓  mute");
    expect(ran.out).toContain("1 of 1 caught (100 %, asked for 95 %) · ping: 1 of 1");
    expect(ran.exit, ran.out + ran.err).toBe(0);
  });

  it("leaves worlds as they were found, if so asked", () => {
    const words = ["--mutants", "mine.mjs", "--only", "mute", ...SMALL, "--out", "whole", "--json"];
    const ran = timesim("zoo", ...words, "--max-shrink-time", "0s");
    const [mute] = (JSON.parse(ran.out) as ZooDocument).mutants;
    expect(mute?.shrunk, ran.err).toBe("as found");
    expect(mute?.smallest).toEqual(mute?.drawn);
    expect(ran.exit).toBe(0);
  });

  it("plays scenarios before any world", () => {
    const words = ["--mutants", "mine.mjs", ...SMALL, "--json", "--scenarios", "asked", "--out"];
    const [one, two] = ["1", "2"].map((workers) => {
      const ran = timesim("zoo", ...words, `asked-${workers}`, "--workers", workers);
      expect(ran.exit, ran.err).toBe(1);
      return JSON.parse(ran.out) as ZooDocument;
    });
    expect(one?.scenarios.map(({ file }) => file)).toEqual([
      "asked/short.yaml",
      "asked/promised.yaml",
    ]);
    const [mute, same] = one?.mutants ?? [];
    const broken = { file: "asked/promised.yaml", row: "pong (P2)" };
    expect(mute).toMatchObject({ broken, worlds: 0, found: null, smallest: null });
    expect(same).toMatchObject({ broken: null, worlds: 3, found: null });
    expect(one?.protocol).toMatchObject({ broken: null, worlds: 3, found: null });
    expect(one?.sums).toMatchObject({ mutants: 2, caught: 1, byScenario: 1, medianNodes: null });
    const timeless = (all: ZooDocument | undefined): unknown => {
      return all?.mutants.map((row) => ({ ...row, seconds: 0 }));
    };
    expect(timeless(two)).toEqual(timeless(one));
  });

  it("plays scenarios alone, if no world is to be drawn", () => {
    const words = ["--mutants", "mine.mjs", "--budget", "0", "--scenarios", "asked/*.yaml"];
    const ran = timesim("zoo", ...words, "scenarios/stuck-at-3009.yaml", "--least", "50");
    expect(ran.exit, ran.err).toBe(0);
    expect(ran.out).toMatch(
      /✓ {2}mute +asked\/promised.yaml: pong \(P2\) +0 .* the scenario +ping/,
    );
    expect(ran.out).toMatch(/✗ {2}same +not caught +0 /);
    expect(ran.out).toContain(" · 1 of them by scenarios · ");
    expect(ran.out).toContain(" · the protocol itself passes 2 scenarios · ");
    expect(ran.err).toBe("scenarios/stuck-at-3009.yaml: not played, nobody in it is repaired\n");
  });

  it("judges nobody by a scenario that the protocol itself fails", () => {
    const words = ["zoo", "--mutants", "mine.mjs", "--scenarios", "asked", "never.yaml"];
    const ran = timesim(...words, "--out", "unasked");
    expect(ran.exit).toBe(2);
    expect(ran.out).toBe("");
    const problem =
      "never.yaml — it fails without any defect: they meet — A counts 2 active (A, B)";
    expect(ran.err).toContain(problem);
    expect(existsSync(join(place.path, "unasked"))).toBe(false);
  });

  it("writes what was judged before Ctrl-C", async () => {
    const words = ["zoo", "--mutants", "mine.mjs", "--budget", "100000", "--worlds", "quick"];
    const more = ["--max-shrink-time", "0s", "--out", "part"];
    const child = spawn(process.execPath, [MAIN, ...words, ...more], { cwd: place.path });
    let out = "";
    child.stdout.on("data", (data: Buffer) => (out += data.toString()));
    const mute = join(place.path, `part.${child.pid}.partial`, "mute");
    const beginning = setInterval(() => {
      if (!existsSync(mute)) return;
      clearInterval(beginning);
      child.kill("SIGINT");
    }, 50);
    const [code] = (await once(child, "close")) as [number | null];
    clearInterval(beginning);
    expect(code).toBe(130);
    expect(out).toMatch(/✓ {2}mute [^]*1 of 1 caught [^\n]*was not judged[^\n]*interrupted/);
    const { mutants, protocol, ended, passed } = JSON.parse(
      place.read("part/zoo.json"),
    ) as ZooDocument;
    expect(mutants.map(({ id }) => id)).toEqual(["mute"]);
    expect([protocol, ended, passed]).toEqual([null, "interrupted", false]);
  });

  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("leaves nothing behind when it is ended by %s", async (by, exit) => {
    const words = ["zoo", "--mutants", "mine.mjs", "--worlds", "quick", "--out", "cut/short"];
    const child = spawn(process.execPath, [MAIN, ...words], { cwd: place.path });
    let err = "";
    child.stderr.on("data", (data: Buffer) => (err += data.toString()));
    const out = join(place.path, "cut");
    const beginning = setInterval(() => {
      if (!existsSync(out) || readdirSync(out).length === 0) return;
      clearInterval(beginning);
      child.kill(by);
    }, 50);
    const [code] = (await once(child, "close")) as [number | null];
    expect(code, err).toBe(exit);
    expect(err).not.toContain("bug");
    expect(readdirSync(out)).toEqual([]);
  });

  it("says what is wrong with its words", () => {
    expect(timesim("zoo")).toMatchObject({
      exit: 2,
      err: "no mutants: there is no test/zoo/index.ts here; name a module, --mutants ./mine.ts\n",
    });
    const only = timesim("zoo", "--mutants", "mine.mjs", "--only", "mut");
    expect(only).toMatchObject({
      exit: 2,
      err: '--only mut — no mutant of that id (did you mean "mute"?)\n',
    });
    place.write("commas.mjs", "export const mine = { id: 'full, or not', apply: (it) => it };");
    const commas = ["--mutants", "commas.mjs", "--only", "full, or not,none"];
    expect(timesim("zoo", ...commas)).toMatchObject({
      exit: 2,
      err: "--only none — no mutant of that id; there are full, or not\n",
    });
    const none = "export const none = { id: 'none', apply: () => {} };";
    place.write("none.mjs", none);
    expect(timesim("zoo", "--mutants", "none.mjs", ...SMALL)).toMatchObject({
      exit: 2,
      err: "mutant none — apply gives no profile with a machine\n",
    });
    place.write("lost.mjs", none.replace("{}", "{ throw new Error('no'); }"));
    expect(timesim("run", "never.yaml", "--mutant", "lost.mjs#none")).toMatchObject({
      exit: 2,
      err: "mutant none — apply throws: Error: no\n",
    });
    const words = ["zoo", "--mutants", "mine.mjs", "--budget", "0"];
    expect(timesim(...words)).toMatchObject({
      exit: 2,
      err: "--budget 0 — that leaves --scenarios, and there are none\n",
    });
    expect(timesim(...words, "--scenarios", "none-*.yaml")).toMatchObject({
      exit: 2,
      err: "--scenarios none-*.yaml — none is meant by it\n",
    });
    expect(timesim(...words, "--scenarios", "asked", "--worlds", "quick")).toMatchObject({
      exit: 2,
      err: "--budget 0 draws no worlds, for which --worlds would be\n",
    });
  });
});
