/** `timesim zoo` as a process: two mutants that a user brings, one of which nobody can notice. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, inject, it } from "vitest";
import type { ZooDocument } from "../../src/cli/zoodocument.ts";
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

const SMALL = ["--budget", "3", "--worlds", "quick", "--max-shrink-time", "1s"];

it("was built", () => {
  expect(inject("build")).toBe("");
});

describe("a zoo of the user's own", () => {
  it("says who was caught by which promise, and who was not", { timeout: 60_000 }, () => {
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

  it("passes when enough are caught", { timeout: 60_000 }, () => {
    const words = ["--mutants", "mine.mjs", "--only", "mute", ...SMALL, "--out", "mute"];
    const ran = timesim("zoo", ...words);
    expect(ran.out).toContain("✓  mute");
    expect(ran.out).toContain("1 of 1 caught (100 %, asked for 95 %) · ping: 1 of 1");
    expect(ran.exit, ran.out + ran.err).toBe(0);
  });

  it("leaves worlds as they were found, if so asked", { timeout: 60_000 }, () => {
    const words = ["--mutants", "mine.mjs", "--only", "mute", ...SMALL, "--out", "whole", "--json"];
    const ran = timesim("zoo", ...words, "--max-shrink-time", "0s");
    const [mute] = (JSON.parse(ran.out) as ZooDocument).mutants;
    expect(mute?.shrunk, ran.err).toBe("as found");
    expect(mute?.smallest).toEqual(mute?.drawn);
    expect(ran.exit).toBe(0);
  });

  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)(
    "leaves nothing behind when it is ended by %s",
    { timeout: 60_000 },
    async (by, exit) => {
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
    },
  );

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
  });
});
