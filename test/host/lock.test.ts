/** One process per data directory, whoever died when. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, expect, inject, it } from "vitest";
import { BadInput } from "../../src/core/assert.ts";
import { lockFolder } from "../../src/host/lock.ts";

let dir = "";
const children: ChildProcess[] = [];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "timesim-lock-"));
});

afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  rmSync(dir, { recursive: true });
});

/** Another process that tries, says `held` or `refused`, and keeps what it has. */
async function other(): Promise<string> {
  expect(inject("build")).toBe("");
  const built = join(import.meta.dirname, "../../dist/host/lock.js");
  const code = `
    import { lockFolder } from ${JSON.stringify(built)};
    setInterval(() => {}, 1000);
    try { lockFolder(${JSON.stringify(dir)}); console.log("held"); }
    catch (error) { console.log(error.name === "BadInput" ? "refused" : error.stack); }`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", code], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  const [line] = (await once(createInterface(child.stdout), "line")) as [string];
  return line;
}

async function killLast(): Promise<number> {
  const child = children.at(-1);
  child?.kill("SIGKILL");
  if (child?.exitCode === null && child.signalCode === null) await once(child, "exit");
  return child?.pid ?? 0;
}

it("is held by one, and free again when that one lets go", () => {
  const lock = lockFolder(dir);
  const refusal = `lock: process ${process.pid} uses this data directory`;
  expect(() => lockFolder(dir)).toThrow(refusal);
  expect(() => lockFolder(dir)).toThrow(BadInput);
  lock.release();
  expect(readdirSync(dir)).toEqual([]);
  lockFolder(dir).release();
});

it("is refused while another process lives, and taken over when it was killed", async () => {
  expect(await other()).toBe("held");
  const pid = children.at(-1)?.pid;
  expect(() => lockFolder(dir)).toThrow(`process ${pid} uses this data directory`);
  await killLast();
  lockFolder(dir);
  expect(readdirSync(dir)).toEqual(["lock"]);
});

it("is not held by a process that has a dead one's number", () => {
  writeFileSync(join(dir, "lock"), `${process.pid} of-another-boot/12 00\n`);
  lockFolder(dir).release();
});

it("is not held by a text that a power loss has torn", () => {
  writeFileSync(join(dir, "lock"), "");
  lockFolder(dir).release();
});

it("is not let go by who has lost it", () => {
  const lock = lockFolder(dir);
  writeFileSync(join(dir, "lock"), "1 - 00\n");
  lock.release();
  expect(readFileSync(join(dir, "lock"), "utf8")).toBe("1 - 00\n");
});

it("survives death at any step of a take-over", async () => {
  expect(await other()).toBe("held");
  const dead = await killLast();
  // As one leaves it that dies while it holds the lock beside it, and one that dies before that.
  writeFileSync(join(dir, "lock.take"), `${dead} - 00\n`);
  writeFileSync(join(dir, "lock.take.take"), `${dead} - 00\n`);
  writeFileSync(join(dir, `lock.${dead}-12ab`), "");
  lockFolder(dir);
  expect(readdirSync(dir)).toEqual(["lock"]);
});

it("is won by exactly one of many that find a dead one's lock at once", async () => {
  expect(await other()).toBe("held");
  await killLast();
  const said = await Promise.all(Array.from({ length: 4 }, other));
  expect(said.toSorted()).toEqual(["held", ...Array<string>(3).fill("refused")]);
});
