/** A record flows on while the node runs, and the node never waits for it. */
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  closeSync,
  constants,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  symlinkSync,
} from "node:fs";
import { join } from "node:path";
import { gunzipSync, constants as zlib } from "node:zlib";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Outlet } from "../../src/host/outlet.ts";
import { startRecord } from "../../src/host/record.ts";
import type { Time } from "../../src/core/units.ts";
import { KIND, NO_CAUSE } from "../../src/trace/event.ts";
import { readTrace } from "../../src/trace/stored.ts";
import { Recorder } from "../../src/trace/recorder.ts";
import { Place } from "../cli/host.ts";
import { HEADER } from "../trace/story.ts";

const place = new Place();
const at = (name: string): string => join(place.path, name);
const MANY = 1_000_000;
/** So long may a thing take that this machine does when it gets to it. */
const soon = { timeout: 200_000, interval: 20 };

afterEach(() => {
  vi.useRealTimers();
});

/** Both ends of a pipe; the reading one does not wait. */
function pipe(name: string): readonly [reads: number, writes: number] {
  execFileSync("mkfifo", [at(name)]);
  const reads = openSync(at(name), constants.O_RDONLY | constants.O_NONBLOCK);
  return [reads, openSync(at(name), constants.O_WRONLY)];
}

/** What waits in the pipe. */
function taken(fd: number): Buffer {
  const bytes = Buffer.alloc(100_000);
  try {
    return bytes.subarray(0, readSync(fd, bytes));
  } catch (error) {
    if ((error as { readonly code?: unknown }).code === "EAGAIN") return Buffer.alloc(0);
    throw error;
  }
}

const drained = (fd: number): string => taken(fd).toString();

function outlet(target: string, pendingMax = MANY): { out: Outlet; why: string[] } {
  const why: string[] = [];
  return { out: new Outlet({ target, pendingMax, shut: (reason) => why.push(reason) }), why };
}

describe("a file", () => {
  it("has everything when it is closed", async () => {
    for (const name of ["plain", "packed.gz"]) {
      const { out, why } = outlet(at(name));
      for (let n = 0; n < 10_000; n++) out.write(`line ${n}\n`);
      await out.close();
      out.write("later\n");
      const bytes = readFileSync(at(name));
      const text = (name.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString();
      expect(text.split("\n")).toHaveLength(10_001);
      expect(text.endsWith("line 9999\n")).toBe(true);
      expect(why).toEqual([]);
    }
  });

  it("is readable each second, and what a dying process leaves is read as far as it goes", async () => {
    const { out } = outlet(at("torn.gz"));
    out.write("one\n");
    const read = (): string =>
      gunzipSync(readFileSync(at("torn.gz")), { finishFlush: zlib.Z_SYNC_FLUSH }).toString();
    await vi.waitFor(() => expect(read()).toBe("one\n"), soon);
    out.write("two\n");
    await vi.waitFor(() => expect(read()).toBe("one\ntwo\n"), soon);
    await out.close();
  });

  it("that cannot be made stops the start", () => {
    expect(() => outlet(at("no/such/folder"))).toThrow("ENOENT");
    expect(() => outlet("fd:987")).toThrow("EBADF");
  });

  it("on a full disk ends, once", async () => {
    const { out, why } = outlet("/dev/full");
    await vi.waitFor(() => {
      out.write("x".repeat(70_000));
      expect(why).toHaveLength(1);
    }, soon);
    expect(why[0]).toContain("ENOSPC");
    expect(out.open).toBe(false);
    await out.close();
  });
});

it("a full disk is told also if only the last bytes find no room", async () => {
  for (const name of ["full", "full.gz"]) {
    symlinkSync("/dev/full", at(name));
    const { out, why } = outlet(at(name));
    out.write("a record\n");
    await out.close();
    expect(why).toEqual([expect.stringContaining("ENOSPC")]);
  }
});

describe("a pipe", () => {
  it("tells at once", async () => {
    const [reads, writes] = pipe("live");
    const { out } = outlet(`fd:${writes}`);
    out.write("one\n");
    out.write("two\n");
    await vi.waitFor(() => expect(drained(reads)).toBe("one\ntwo\n"), soon);
    await out.close();
    closeSync(reads);
  });

  it("that nobody reads any more ends the record, not the node", async () => {
    const [reads, writes] = pipe("gone");
    const { out, why } = outlet(`fd:${writes}`);
    closeSync(reads);
    await vi.waitFor(() => {
      out.write("x\n");
      expect(why).toEqual(["nobody reads it any more"]);
    }, soon);
    await out.close();
  });

  it("that is read too slowly ends it as well, and what waits is bounded", async () => {
    const [reads, writes] = pipe("slow");
    const { out, why } = outlet(`fd:${writes}`, 200_000);
    for (let n = 0; n < 10 && out.open; n++) out.write("y".repeat(70_000));
    expect(why).toEqual([expect.stringMatching(/^it is read too slowly: \d+ bytes wait$/)]);
    await out.close();
    closeSync(reads);
  });

  it("that nobody reads does not hold up the end for ever", async () => {
    const [reads, writes] = pipe("deaf");
    const { out, why } = outlet(`fd:${writes}`);
    out.write("z".repeat(500_000));
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const closing = out.close();
    vi.advanceTimersByTime(5_000);
    await closing;
    expect(why).toEqual([expect.stringMatching(/^it is read too slowly: \d+ bytes wait$/)]);
    closeSync(reads);
  });
});

it("what is taken slowly is waited for as long as it gets on", async () => {
  execFileSync("mkfifo", [at("late.gz")]);
  const reads = openSync(at("late.gz"), constants.O_RDONLY | constants.O_NONBLOCK);
  const { out } = outlet(at("late.gz"), 64 * MANY);
  const text = randomBytes(3 * MANY).toString("hex");
  for (let from = 0; from < text.length; from += 70_000) out.write(text.slice(from, from + 70_000));
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  let closed = false;
  const closing = out.close().then(() => (closed = true));
  const parts: Buffer[] = [];
  for (let since = 0; !closed;) {
    const part = taken(reads);
    parts.push(part);
    since += part.length;
    // More than all that lies between the packer and us: it got on. Five seconds go by.
    if (since > 500_000) {
      vi.advanceTimersByTime(5_000);
      since = 0;
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  await closing;
  parts.push(taken(reads));
  closeSync(reads);
  expect(gunzipSync(Buffer.concat(parts)).toString() === text).toBe(true);
});

function recording(target: string): { recorder: Recorder; close: () => Promise<void> } {
  const recorder = new Recorder({ level: "none" });
  const { close } = startRecord({
    ...{ recorder, header: HEADER, target, state: () => ({ a: 1 }) },
    encode: () => new Uint8Array(),
    ended: () => {},
  });
  return { recorder, close };
}

it("an older record at that place is kept under its time", async () => {
  for (let run = 1; run <= 3; run++) {
    const { recorder, close } = recording(at("run.ndjson.gz"));
    for (let n = 0; n < run; n++) {
      recorder.record(n as Time, 0, KIND.fact, NO_CAUSE, 0, 0, { type: "x" });
    }
    await close();
  }
  const names = readdirSync(place.path).filter((name) => name.startsWith("run."));
  const events = names.map((name) => {
    const lines = gunzipSync(readFileSync(at(name)))
      .toString()
      .split("\n");
    return readTrace(lines, name).trace.footer.events;
  });
  expect(events.toSorted((x, y) => x - y)).toEqual([1, 2, 3]);
  expect(names).toContain("run.ndjson.gz");
});

it("a file that was found at boot stands in it as its codec writes it", async () => {
  const recorder = new Recorder({ level: "none" });
  const { close, signed } = startRecord({
    ...{ recorder, header: HEADER, target: at("found.ndjson"), state: () => null },
    encode: (file, value) => Uint8Array.from(file === "text" ? [104, 105] : (value as number[])),
    ended: () => {},
  });
  for (const file of ["text", "bytes"]) {
    recorder.record(0 as Time, 0, KIND.read, NO_CAUSE, -1, 0, { file, value: [1, 255] });
  }
  for (const digest of ["aa", "aa", "bb"]) signed(digest, "cc");
  await close();
  const { trace, signed: all } = readTrace(place.read("found.ndjson").split("\n"), "x");
  const bodies = [...trace.events()].map(({ body }) => body);
  expect(bodies).toEqual([
    { file: "text", text: "hi" },
    { file: "bytes", hex: "01ff" },
  ]);
  expect([...all.keys()]).toEqual(["aa", "bb"]);
  expect(place.read("found.ndjson").match(/"signed"/g)).toHaveLength(2);
});
