/** The log's file: made with its folders, moved away, on a disk that is full and then is not. */
import { existsSync, readFileSync, renameSync, rmSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Log } from "../../src/cli/timed/log.ts";
import type { UnixMicros } from "../../src/core/units.ts";
import { vocabulary } from "../../src/masternode/vocabulary.ts";
import { freshFolder, until } from "./daemon.ts";

/** Noon of some day. */
const wall = (): UnixMicros => 1_766_318_400_000_000 as UnixMicros;

function linesOf(file: string): readonly string[] {
  return existsSync(file) ? readFileSync(file, "utf8").trimEnd().split("\n") : [];
}

describe("the log", () => {
  it("makes its file and folders, and writes the reference's format", async () => {
    const file = join(freshFolder(), "a/b/timed.log");
    const log = new Log(file, "here", vocabulary, wall);
    log.note("INFO", "one");
    log.note("WARN", "two");
    await log.close();
    expect(linesOf(file)).toEqual([
      "2025-12-21 12:00:00.000 [here]  INFO one",
      "2025-12-21 12:00:00.000 [here]  WARN two",
    ]);
    expect((statSync(file).mode & 0o777).toString(8)).toBe("640");
  });

  it("goes on in a new file after the old one was moved away, and loses no line", async () => {
    const file = join(freshFolder(), "timed.log");
    const log = new Log(file, "here", vocabulary, wall);
    for (let n = 0; n < 300; n++) {
      log.note("INFO", `line ${n}`);
      if (n === 100 || n === 200) {
        await until("the first lines", () => linesOf(file).length > 50);
        renameSync(file, `${file}.${n}`);
        log.reopen();
        await until("the new file", () => existsSync(file));
      }
    }
    await log.close();
    const all = [`${file}.100`, `${file}.200`, file].flatMap(linesOf);
    expect(all.map((line) => line.slice(37))).toEqual(
      Array.from({ length: 300 }, (_, n) => `line ${n}`),
    );
  });

  it("loses lines on a full disk, and says how many when it is full no more", async () => {
    const folder = freshFolder();
    const file = join(folder, "timed.log");
    symlinkSync("/dev/full", file);
    const log = new Log(file, "here", vocabulary, wall);
    const long = "x".repeat(10_000);
    // Bounded: 1 MiB of them waits.
    for (let n = 0; n < 150; n++) log.note("INFO", long);
    rmSync(file);
    log.reopen();
    await until("a new file", () => existsSync(file));
    await until("what waited", () => linesOf(file).length > 100);
    log.note("INFO", "again");
    await log.close();
    const lines = linesOf(file);
    expect(lines.at(-1)).toContain(" INFO again");
    const lost = /WARN (\d+) log lines could not be written/.exec(lines.at(-2) ?? "")?.[1];
    expect(Number(lost) + lines.length - 2).toBe(150);
  });

  it("goes on in the old file where no new one can be made, and says why", async () => {
    const folder = join(freshFolder(), "logs");
    const file = join(folder, "timed.log");
    const log = new Log(file, "here", vocabulary, wall);
    log.note("INFO", "one");
    await until("the first line", () => readFileSync(file, "utf8").length > 0);
    renameSync(folder, `${folder}.old`);
    symlinkSync("/proc/none", folder);
    const why = `${file} cannot be opened anew: a file is where a folder should be`;
    expect(log.reopen()).toBe(why);
    rmSync(folder);
    await log.close();
    expect(linesOf(join(`${folder}.old`, "timed.log")).map((line) => line.slice(31))).toEqual([
      " INFO one",
      ` WARN ${why}`,
    ]);
    // What was removed with its folder is made anew.
    const other = new Log(file, "here", vocabulary, wall);
    other.note("INFO", "one");
    await until("the first line", () => readFileSync(file, "utf8").length > 0);
    rmSync(folder, { recursive: true });
    expect(other.reopen()).toBe(null);
    other.note("INFO", "two");
    await other.close();
    expect(linesOf(file).at(-1)).toContain("two");
  });

  it("throws at once what is wrong with its place", () => {
    const file = join(freshFolder(), "timed.log");
    symlinkSync("/proc/none/there", file);
    expect(() => new Log(file, "here", vocabulary, wall)).toThrow("ENOENT");
  });
});
