/**
 * kill −9 in the middle of a save: the saver (saver.js) is killed at random moments and started
 * again on the same folder. What it had said is durable is there, every file is one of the whole
 * values, and no key is ever lost or replaced. `npm run test:kills` does it 500 times.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, inject, it } from "vitest";
import { readKey } from "../../src/cli/timed/identity.ts";
import { type Random, randomFrom } from "../../src/core/random.ts";
import { nodeCrypto } from "../../src/host/crypto.ts";

const SAVER = join(import.meta.dirname, "saver.js");
const KILLS = Number(process.env["TIMESIM_KILLS"] ?? 40);
const FOLDERS = 4;
const SEED = process.env["TIMESIM_SEED"] ?? String(Date.now());

it(`${KILLS} kills lose nothing (seed ${SEED})`, { timeout: 600_000 }, async () => {
  expect(inject("build")).toBe("");
  const folders = Array.from({ length: FOLDERS }, (_, at) => torture(at, KILLS / FOLDERS));
  const saved = await Promise.all(folders);
  const sum = saved.reduce((all, count) => all + count, 0);
  if (process.env["TIMESIM_KILLS"] !== undefined) console.log(`${KILLS} kills, ${sum} saves`);
  // That it was killed at work, and not before.
  expect(sum).toBeGreaterThan(KILLS / 4);
});

/** Returns how many saves it saw. */
async function torture(nth: number, kills: number): Promise<number> {
  const random = randomFrom(`${SEED}/${nth}`);
  const dir = mkdtempSync(join(tmpdir(), "timesim-kill-"));
  /** What was durable when it was last said. */
  const last = new Map<string, number>();
  const keys = new Map<string, string>();
  let saves = 0;
  for (let kill = 0; kill < kills; kill++) {
    const lines = await killed(dir, random);
    for (const line of lines) {
      const [word, name = "", value = ""] = line.split(" ");
      const what = `kill ${kill} of folder ${nth}, seed ${SEED}: ${line}`;
      if (word === "found") expect(Number(value), what).toBeGreaterThanOrEqual(last.get(name) ?? 0);
      else if (word === "start") expect(Number(name), what).toBeGreaterThan(last.get("start") ?? 0);
      else if (word === "key") expect(keys.get(name) ?? value, what).toBe(value);
      else expect(word, what).toBe("saved");
      if (word === "key") keys.set(name, value);
      if (word === "start") last.set("start", Number(name));
      if (word === "saved") last.set(name, Number(value));
      if (word === "saved") saves++;
    }
  }
  for (const [name, publicKey] of keys) {
    expect(nodeCrypto.publicKey(readKey(join(dir, name), nodeCrypto).seed), name).toBe(publicKey);
  }
  for (const name of readdirSync(dir).filter((each) => each.startsWith("first-"))) {
    // Not told of yet: there is none, or a whole one.
    const text = keys.has(name) ? null : keyIn(join(dir, name));
    if (text !== null) expect(text, name).toMatch(/^[0-9a-f]{64}\npublic [0-9a-f]{64}\n$/);
  }
  rmSync(dir, { recursive: true });
  return saves;
}

function keyIn(dir: string): string | null {
  return readdirSync(dir).includes("key") ? readFileSync(join(dir, "key"), "utf8") : null;
}

/** Its lines until it was killed, 1..60 ms after it began, one time of five at its first words. */
function killed(dir: string, random: Random): Promise<readonly string[]> {
  const work = random.below(4) === 0 ? "keys" : "saves";
  const child = spawn(process.execPath, [SAVER, dir, work], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let text = "";
  let armed = false;
  const delay = random.between(1, 60);
  const sign = random.below(5) === 0 ? "" : "start ";
  child.stdout.setEncoding("utf8").on("data", (more: string) => {
    text += more;
    if (armed || !text.includes(sign)) return;
    armed = true;
    setTimeout(() => child.kill("SIGKILL"), delay);
  });
  return new Promise((resolve, reject) => {
    child.on("close", (code, signal) => {
      // Not whole: not said.
      if (signal === "SIGKILL") resolve(text.split("\n").slice(0, -1));
      else reject(new Error(`seed ${SEED}: the saver ended with ${code}: ${text.slice(0, 1_000)}`));
    });
  });
}
