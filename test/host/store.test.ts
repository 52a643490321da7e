/** Files on a real disk: the whole old one or the whole new one, and nobody is told too early. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { must } from "../../src/core/assert.ts";
import { readAhead, Store } from "../../src/host/store.ts";
import { actorFiles } from "../conformance/actor.ts";
import type { Toy } from "../engine/toy.ts";
import { solo } from "./solo.ts";

let dir = "";
let notices: string[] = [];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "timesim-store-"));
  notices = [];
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

function store(): Store<Toy> {
  return new Store<Toy>(dir, actorFiles, (text) => notices.push(text));
}

async function save(file: string, value: string): Promise<boolean> {
  const [made, told] = [store(), [] as boolean[]];
  made.write(file, value, (ok) => told.push(ok));
  expect(told).toEqual([]);
  await made.settled();
  expect(told.length).toBe(1);
  return told[0] ?? false;
}

it("gives back what was saved, each file with a head that says what it is", async () => {
  expect(await save("f", "one\ntwo")).toBe(true);
  expect(store().read()).toEqual({ values: { f: "one\ntwo" }, aside: [] });
  const text = readFileSync(join(dir, "f"), "latin1");
  expect(text).toMatch(/^timesim-file 1 f 7 [0-9a-f]{64}\none\ntwo$/);
  expect(readdirSync(dir)).toEqual(["f"]);
});

it("tells in the order of asking, and writes only the last of what waits", async () => {
  const made = store();
  const told: string[] = [];
  const seen: unknown[] = [];
  for (let n = 0; n < 500; n++) {
    made.write(n % 2 === 0 ? "f" : "g", String(n), (ok) => {
      told.push(`${n} ${ok}`);
      seen.push(store().read().values["f"]);
    });
  }
  await made.settled();
  expect(told).toEqual(Array.from({ length: 500 }, (_, n) => `${n} true`));
  // Who is told of n finds n or a later one.
  expect(seen.every((value, n) => Number(value) >= (n % 2 === 0 ? n : n - 1))).toBe(true);
  expect(new Set(seen).size).toBeLessThan(5);
  expect(store().read().values).toEqual({ f: "498", g: "499" });
});

it("decodes once what was read ahead, and anew what has changed since", async () => {
  await save("f", "one");
  await save("g", "two");
  let decoded = 0;
  const codec = must(actorFiles["f"], "codec");
  const decode: typeof codec.decode = (bytes) => {
    decoded++;
    return codec.decode(bytes);
  };
  const counted = { ...codec, decode };
  const counting = new Store<Toy>(dir, { ...actorFiles, f: counted, g: counted }, () => {});
  const ahead = readAhead(dir, { f: counted, g: counted, missing: counted });
  expect([counting.read(ahead).values, decoded]).toEqual([{ f: "one", g: "two" }, 2]);
  await save("f", "three");
  expect([counting.read(ahead).values, decoded]).toEqual([{ f: "three", g: "two" }, 3]);
  writeFileSync(join(dir, "g"), "torn");
  expect(counting.read(ahead).aside.map(({ file }) => file)).toEqual(["g"]);
});

it("sets aside a file that is torn anywhere, and any with one byte changed", async () => {
  await save("f", "0123456789");
  const path = join(dir, "f");
  const whole = readFileSync(path);
  const torn = Array.from(whole, (_, length) => whole.subarray(0, length));
  const changed = Array.from(whole, (byte, at) => {
    const copy = Buffer.from(whole);
    copy[at] = byte ^ 1;
    return copy;
  });
  for (const bytes of [...torn, ...changed, Buffer.concat([whole, Buffer.from("!")])]) {
    writeFileSync(path, bytes);
    const { values, aside } = store().read();
    expect([values, aside.map(({ file }) => file)]).toEqual([{}, ["f"]]);
    expect(existsSync(path)).toBe(false);
    const [kept = ""] = readdirSync(dir);
    expect(kept).toMatch(/^f\.damaged-\d+$/);
    expect(readFileSync(join(dir, kept)).equals(bytes)).toBe(true);
    rmSync(join(dir, kept));
  }
});

it("sets aside a file of another name, and one of a version to come, and says so", async () => {
  await save("f", "1");
  renameSync(join(dir, "f"), join(dir, "g"));
  writeFileSync(join(dir, "f"), "timesim-file 2 f 0\n");
  expect(store().read()).toMatchObject({
    values: {},
    aside: [
      { file: "f", why: "of another version: timesim-file 2 f 0" },
      { file: "g", why: "its check sum is wrong" },
    ],
  });
  expect(notices.length).toBe(2);
  expect(notices[0]).toContain("it is kept as");
});

it("removes what a process left that died while it wrote, and keeps what was there", async () => {
  await save("f", "old");
  writeFileSync(join(dir, "f.tmp"), "timesim-file 1 f 3 half");
  expect(store().read()).toEqual({ values: { f: "old" }, aside: [] });
  expect(readdirSync(dir)).toEqual(["f"]);
});

it("fails a write that the disk does not take, and goes on when it does again", async () => {
  await save("f", "old");
  const moved = `${dir}.away`;
  renameSync(dir, moved);
  expect(await save("f", "lost")).toBe(false);
  expect(notices[0]).toContain("ENOENT");
  renameSync(moved, dir);
  expect(store().read().values).toEqual({ f: "old" });
  // What stands in the way of one file leaves the others alone.
  mkdirSync(join(dir, "g"));
  expect([await save("g", "1"), await save("f", "new")]).toEqual([false, true]);
  expect(readdirSync(dir).toSorted()).toEqual(["f", "g"]);
});

it("a node starts without a damaged file, and its trace says which", async () => {
  await save("g", "kept");
  await save("f", "lost");
  writeFileSync(join(dir, "f"), readFileSync(join(dir, "f")).subarray(0, -1));
  const { events, facts } = await solo({ dir });
  expect(facts()).toEqual(["booted g=kept"]);
  expect(events("aside").map(({ body }) => body)).toEqual(["f"]);
});
