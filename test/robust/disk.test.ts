/**
 * What a disk can do to a node: be full, and give back other bytes than were written. And what a
 * clock can: be set back. The node runs on, says so, and the honest stay served.
 */
import { spawnSync } from "node:child_process";
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { must } from "../../src/core/assert.ts";
import { until } from "../host/block.ts";
import { block } from "./block.ts";
import { areServed, Honest } from "./honest.ts";
import { Target } from "./target.ts";

const ip = block();
/** A tenth of the usual periods, ten times as fast. */
const CONFIG = `
masternode: true
chain: { height: 50 }
clock: { speed: 10 }
config: { announcePeriod: 6s, heartbeatPeriod: 6s }
`;
const ends: (() => void | Promise<void>)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

async function start(dir: string, log: string, flags: readonly string[] = []): Promise<Target> {
  const node = await Target.start({ ip: ip(2), dir, config: `${CONFIG}log: ${log}\n`, flags });
  ends.push(() => node.stop());
  return node;
}

async function honest(): Promise<readonly [Honest, Honest]> {
  const pair = [await Honest.join(ip(3), ip(2)), await Honest.join(ip(4), ip(2))] as const;
  ends.push(() => pair.forEach(({ socket }) => socket.end()));
  return pair;
}

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), "timed-disk-"));
  ends.push(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

describe("a full disk", () => {
  const trial = mkdtempSync(join(tmpdir(), "timed-tmpfs-"));
  const mayMount = mount(trial);
  if (mayMount) unmount(trial);
  rmSync(trial, { recursive: true, force: true });
  const why = mayMount ? "" : " (skipped: this machine lets nobody mount a tmpfs)";

  it.skipIf(!mayMount)(`stops no node, and is told${why}`, async () => {
    const [dir, elsewhere] = [folder(), folder()];
    expect(mount(dir)).toBe(true);
    ends.push(() => unmount(dir));
    const node = await start(dir, join(elsewhere, "timed.log"));
    const before = await honest();
    await areServed(before);
    fill(dir);
    await until("a save fails", async () => (await node.status())["savesFail"] === true, 40);
    // Whoever was to be sent what could not be saved is let go, once (contract 5).
    await until("they are let go", () => before.every(({ socket }) => socket.closed));
    const pair = await honest();
    await areServed(pair);
    const text = (): string => readFileSync(join(elsewhere, "timed.log"), "utf8");
    await until("it is told", () => /Saving .*\/cache failed: ENOSPC/.test(text()));
    const number = (): number => text().split("Broadcast masternode announcement").length;
    const told = number();
    await until("it announces itself from memory", () => number() > told, 40);
    await areServed(pair);
    rmSync(join(dir, "filler"));
    await until("it saves again", async () => (await node.status())["savesFail"] === false, 40);
    expect(readFileSync(join(dir, "sequences"), "utf8")).toMatch(/^timesim-file 1 sequences /);
  });

  it.skipIf(!mayMount)(`lets no node begin, and leaves nothing half made${why}`, async () => {
    const [dir, elsewhere] = [folder(), folder()];
    mount(dir);
    ends.push(() => unmount(dir));
    writeFileSync(join(dir, "node.yaml"), " ".repeat(4_096));
    fill(dir);
    const node = await Target.fail({ ip: ip(2), dir, config: `log: ${elsewhere}/timed.log\n` });
    expect(node.exit).toBe(1);
    expect(node.said).toMatch(/^timed cannot run: .*\/lock — /);
    expect(readdirSync(dir).toSorted()).toEqual(["filler", "node.yaml"]);
  });
});

/** One way to damage a file, and the word for it in the log. */
const DAMAGES: readonly (readonly [name: string, damage: (bytes: Buffer) => Buffer])[] = [
  ["empty", () => Buffer.alloc(0)],
  ["torn", (bytes) => bytes.subarray(0, Math.floor(bytes.length * 0.6))],
  [
    "of one bit less",
    (bytes) => Buffer.from(bytes.map((b, at) => (at === bytes.length - 9 ? b ^ 1 : b))),
  ],
  ["garbage", (bytes) => Buffer.from(bytes.map((_, at) => (at * 7_919) % 251))],
];
const FILES = ["cache", "chain", "sequences"] as const;

describe("files that are", () => {
  it("set aside, and done without; the key is not among them", async () => {
    const dir = folder();
    const log = join(dir, "timed.log");
    const first = await start(dir, log);
    const pair = await honest();
    await areServed(pair);
    const publicKey = (await first.status())["publicKey"];
    await until("they are there", () => FILES.every((file) => readdirSync(dir).includes(file)), 40);
    await first.stop();
    for (const [nth, [name, damage]] of DAMAGES.entries()) {
      const good = new Map(FILES.map((file) => [file, readFileSync(join(dir, file))]));
      for (const [file, bytes] of good) writeFileSync(join(dir, file), damage(bytes));
      // What a process that died leaves beside them, and files that need not be whole.
      for (const file of FILES) writeFileSync(join(dir, `${file}.tmp`), "torn");
      for (const file of ["incarnation", "control.json", ".cookie"]) {
        writeFileSync(join(dir, file), damage(Buffer.from("{ not what it was }")));
      }
      const node = await start(dir, log);
      const aside = readdirSync(dir).filter((file) => file.includes(".damaged-"));
      for (const file of FILES) {
        const kept = aside.filter((each) => each.startsWith(`${file}.damaged-`));
        expect(kept.length, `${file}, ${name}`).toBe(1);
        const was = damage(must(good.get(file), file));
        expect(readFileSync(join(dir, kept[0] ?? "")).equals(was), `${file}, ${name}`).toBe(true);
        await until("it is said", () => {
          return readFileSync(log, "utf8").split(`${file} cannot be used`).length === nth + 2;
        });
      }
      for (const file of aside) rmSync(join(dir, file));
      expect((await node.status())["publicKey"], name).toBe(publicKey);
      await node.stop();
      for (const [file, bytes] of good) writeFileSync(join(dir, file), bytes);
    }
    await isRefused(dir);
    const again = await start(dir, log);
    expect((await again.status())["publicKey"]).toBe(publicKey);
    expect(Number((await again.status())["known"])).toBe(2);
  });
});

/** A key is never replaced, whatever is in it. */
async function isRefused(dir: string): Promise<void> {
  const path = join(dir, "key");
  const key = readFileSync(path);
  for (const [name, damage] of DAMAGES) {
    writeFileSync(path, damage(key));
    const node = await Target.fail({ ip: ip(2), dir, config: CONFIG });
    expect(node.exit, name).toBe(1);
    expect(node.said, name).toContain(`${path} — the key is damaged`);
    expect(readFileSync(path).equals(damage(key)), name).toBe(true);
  }
  writeFileSync(path, key);
}

describe("a clock that is set", () => {
  it.each([
    ["back", -7_200_000_000],
    ["forth", 7_200_000_000],
  ])("two hours %s changes the time in its log, and nothing that is due", async (_, jump) => {
    const dir = folder();
    const node = await start(dir, join(dir, "timed.log"), ["--debug"]);
    const pair = await honest();
    await areServed(pair);
    const before = Date.parse(`${String((await node.status())["wall"])}Z`);
    await node.ask("clock", { jump: jump as unknown as string });
    const text = (): string => readFileSync(join(dir, "timed.log"), "utf8");
    const beats = (): number => text().split("Created signed heartbeat").length;
    const told = beats();
    await until("its heart goes on", () => beats() > told + 1, 40);
    await areServed(pair);
    const { wall, active } = await node.status();
    const shift = Date.parse(`${String(wall)}Z`) - before;
    expect(Math.abs(shift - jump / 1_000)).toBeLessThan(3_600_000);
    expect(active).toBe(3);
  });
});

function mount(dir: string): boolean {
  return spawnSync("mount", ["-t", "tmpfs", "-o", "size=256k", "tmpfs", dir]).status === 0;
}

function unmount(dir: string): void {
  spawnSync("umount", ["-l", dir]);
}

/** To the last byte. */
function fill(dir: string): void {
  const { bavail, bsize } = statfsSync(dir);
  writeFileSync(join(dir, "filler"), Buffer.alloc(bavail * bsize));
  expect(statSync(join(dir, "filler")).size).toBeGreaterThan(0);
  expect(statfsSync(dir).bavail).toBe(0);
}
