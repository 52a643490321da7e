/**
 * The program with real nodes. Budget: 34 s. What is asserted is what came to be and what is left
 * behind, never how fast: on a busy machine rows come true too late, and blocks after the end.
 */
import { type ChildProcess, spawn, spawnSync, type SpawnSyncReturns } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32, gunzipSync } from "node:zlib";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, inject, test } from "vitest";
import { address, formatIp } from "../../src/core/address.ts";
import { readTrace } from "../../src/trace/stored.ts";
import type { Trace } from "../../src/trace/trace.ts";
import { former } from "../cli/host.ts";
import { ownBlock } from "./ground.ts";

const PROGRAM = join(import.meta.dirname, "..", "..", "dist", "bin", "timesim.js");
const PATIENCE = 200_000;

let folder = "";
let children: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cluster-test-"));
});
afterEach(() => {
  for (const child of children) child.kill("SIGKILL");
  children = [];
  rmSync(folder, { recursive: true, force: true });
});

interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<{ readonly code: number | null; readonly out: string; err: string }>;
}

/** Its nodes' folders are in `folder`, unless it is told otherwise. */
function start(...words: readonly string[]): Started {
  const net = formatIp(address(ownBlock(), 0)).replace(/\.0$/, "");
  const reports = join(folder, "reports");
  const all = [PROGRAM, "cluster", ...words, "--net", net, "--reports", reports];
  const child = spawn(process.execPath, all, { env: { ...process.env, TMPDIR: folder } });
  children.push(child);
  let [out, err] = ["", ""];
  child.stdout.on("data", (piece: Buffer) => (out += piece.toString()));
  child.stderr.on("data", (piece: Buffer) => (err += piece.toString()));
  const ended = new Promise<{ code: number | null; out: string; err: string }>((resolve) => {
    child.once("close", (code) => resolve({ code, out, err }));
  });
  return { child, ended };
}

/** B stands still from its first second on: no signal but one reaches it. */
const SLOW = `
until: 10m
seed: 1
nodes:
  A: { address: 203.0.113.1 }
  B: { address: 203.0.113.2, dials: A }
events:
  - { at: 1s, hang: B }
expect:
  - { on: A, that: { ready: { with: B } }, by: 10m }
`;

function slowScenario(): string {
  const file = join(folder, "slow.yaml");
  writeFileSync(file, SLOW);
  return file;
}

async function until<T>(look: () => T | null): Promise<T> {
  const end = performance.now() + PATIENCE;
  for (;;) {
    const found = look();
    if (found !== null) return found;
    if (performance.now() > end) throw new Error("it did not come to be");
    await sleep(20);
  }
}

/** The processes of A and B, once both run. */
function nodes(): Promise<readonly number[]> {
  return until(() => {
    const run = readdirSync(folder).find((name) => name.startsWith("timesim-cluster-"));
    const files = ["A", "B"].map((name) => join(folder, run ?? "", name, "control.json"));
    if (run === undefined || !files.every((file) => existsSync(file))) return null;
    return files.map((file) => (JSON.parse(readFileSync(file, "utf8")) as { pid: number }).pid);
  });
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function standsStill(pid: number): boolean {
  return / T /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
}

async function nothingIsLeft(pids: readonly number[]): Promise<void> {
  await until(() => (pids.some(isThere) ? null : true));
  await until(() =>
    readdirSync(folder).some((name) => name.startsWith("timesim-")) ? null : true,
  );
}

interface Row {
  readonly row: string;
  readonly passed: boolean;
  readonly expected: string;
  readonly parts: readonly { readonly at: number | null; readonly found: string }[];
}

test("was built", () => {
  expect(inject("build")).toBe("");
});

test("the timeline, by three real nodes", async () => {
  const scenario = "scenarios/discovery-timeline.yaml";
  const { code, out, err } = await start(scenario, "--speed", "10", "--json").ended;
  const document = JSON.parse(out) as {
    results: readonly { rows: readonly Row[] }[];
  };
  const all = document.results[0]?.rows ?? [];
  const rows = all.filter(({ expected }) => !expected.startsWith("in every run:"));
  expect(rows).toHaveLength(18);
  expect(all.length).toBeGreaterThan(50);
  const met = rows.filter(({ row }) => /^t=(5|15|20|30) /.test(row)).flatMap((row) => row.parts);
  expect(met.length).toBeGreaterThan(10);
  expect(met.filter((part) => part.at === null)).toEqual([]);
  const forbidden = rows.filter(({ expected }) => expected.startsWith("never"));
  expect(forbidden.filter((row) => !row.passed)).toEqual([]);
  expect(code, err).toBe(all.every((row) => row.passed) ? 0 : 1);
  expect(readdirSync(folder)).toEqual(["reports"]);
});

const FAULTS = `
until: 45s
seed: 7
chain: { height: 3, expected: 3 }
link: { latency: 20ms }
nodes:
  A: { address: 203.0.113.1 }
  B: { address: 203.0.113.2, dials: A }
  C: { address: 203.0.113.3, dials: A }
  D: { address: 203.0.113.4, dials: A, start: never }
events:
  - { at: 6s, restart: D }
  - { at: 10s, stop: B }
  - { at: 12s, clock: { node: C, jump: 3s } }
  - { at: 15s, restart: B }
  - { at: 18s, pause: { node: C, for: 3s } }
  - { at: 20s, kill: A }
  - { at: 21s, disk: { node: A, damage: cache } }
  - { at: 22s, node: A, addnode: D }
  - { at: 24s, power-loss: { node: D, disk: lost } }
  - { at: 30s, restart: A }
  - { at: 32s, restart: D }
expect:
  - { that: conflict, never: true }
invariants: [in-order, true-tip]
`;

/** What lateness cannot break. */
const TIMELESS = [
  ...["accounted", "no-loop", "no-flood", "pong", "answers", "true-tip", "no-ban", "attestation"],
  ...["sees-itself", "better-chain", "linked", "gates", "greeting", "handled", "gone-is-gone"],
].join(",");

test("what a scenario does to hosts happens to processes", async () => {
  const file = join(folder, "faults.yaml");
  writeFileSync(file, FAULTS);
  const { code, err } = await start(file, "--speed", "5").ended;
  expect(code, err).toBe(0);
  const unasked = "(what they read is known from what was sent only by counting)";
  expect(err).toContain(`not asked of real nodes: in-order ${unasked}`);
  const packed = readFileSync(join(folder, "reports", "latest", "trace.ndjson.gz"));
  const text = gunzipSync(packed).toString("utf8");
  const kept = checked("trace.ndjson", text);
  expect(kept.status, kept.stdout).toBe(0);
  expect(kept.stdout).toMatch(/✓ {2}pong \(P2\) +held/);
  expect(kept.stdout).not.toContain("accounted");
  expect(kept.stderr).toContain(`not asked of real nodes: accounted ${unasked}`);
  // Format 1 has no sums, so a line can be changed by hand.
  const broken = checked("broken.ndjson", former(text).replace(TIP, "$17"));
  expect(broken.status).toBe(1);
  expect(broken.stdout).toMatch(/✗ {2}true-tip/);
  const lines = text.split("\n");
  const { trace } = readTrace(lines, "trace", { crc: crc32 });
  expect(trace.header.nodes.map((node) => node.name)).toEqual(["A", "B", "C", "D"]);
  const [a, b, c, d] = [0, 1, 2, 3].map((node) => livesOf(trace, node));
  expect(a).toEqual([
    ...["boot 1", "fault kill", "down kill ← kill", "fault disk", "command addnode"],
    ...["fault restart", "boot 2 ← restart", "aside cache"],
  ]);
  const stopped = ["boot 1", "fault stop", "command stop", "down stop ← stop"];
  expect(b).toEqual([...stopped, "fault restart", "boot 2 ← restart"]);
  expect(c).toEqual([
    ...["boot 1", "fault clock", "clock 3s ← clock", "fault pause"],
    ...["stall 1 ← pause", "stall 0"],
  ]);
  expect(d).toEqual([
    ...["fault restart", "boot 1 ← restart", "fault power-loss", "down power loss ← power-loss"],
    ...["fault restart", "boot 2 ← restart"],
  ]);
  // A new disk has nothing to be read.
  const read = [...trace.events()].filter(({ kind, node }) => kind === "read" && node === 3);
  expect(read).toEqual([]);
});

/** A message in which a node tells its height. */
const TIP = /("kind":"send",.*"type":"Tip","height":)\d+/;

/** `timesim check` of a trace, for what lateness cannot break. */
function checked(name: string, trace: string): SpawnSyncReturns<string> {
  const file = join(folder, name);
  writeFileSync(file, trace);
  const words = [PROGRAM, "check", file, "--invariants", TIMELESS];
  return spawnSync(process.execPath, words, { encoding: "utf8" });
}

/** What befell a node, in its order; causes where they are faults. */
function livesOf(trace: Trace, node: number): readonly string[] {
  let exact = 0;
  const kinds = ["boot", "down", "fault", "command", "stall", "clock", "aside"];
  const own = [...trace.events()].filter((event) => {
    return event.node === node && kinds.includes(event.kind);
  });
  return own.flatMap((event) => {
    const { kind, at, a, body, cause } = event;
    const by = trace.event(cause);
    const told = by?.kind === "fault" ? ` ← ${doing(by.body)}` : "";
    if (kind === "clock") {
      const ahead = a - trace.header.epoch - at;
      const jump = Math.round((ahead - exact) / 1e6);
      exact = ahead;
      return jump === 0 ? [] : [`clock ${jump}s${told}`];
    }
    const what = kind === "boot" || kind === "stall" ? String(a) : doing(body);
    return [`${kind} ${what}${told}`];
  });
}

function doing(body: unknown): string {
  if (typeof body === "string") return body;
  const { do: fault, type } = body as { readonly do?: string; readonly type?: string };
  return fault ?? type ?? "";
}

/** Of a run that was cut short. */
function keptUntil(err: string): void {
  expect(err).toMatch(/^it went as far as \S+ of 10m$/m);
  const latest = join(folder, "reports", "latest");
  expect(existsSync(join(latest, "A", "timed.log"))).toBe(true);
  expect(existsSync(join(latest, "failure.txt"))).toBe(false);
  const text = gunzipSync(readFileSync(join(latest, "trace.ndjson.gz"))).toString("utf8");
  const { trace } = readTrace(text.split("\n"), "trace", { crc: crc32 });
  expect(trace.footer.virtual).toBeGreaterThan(0);
}

test("Ctrl-C ends every process, takes the folders away and keeps the trace", async () => {
  const { child, ended } = start(slowScenario(), "--json");
  const pids = await nodes();
  await until(() => (pids.some(standsStill) ? true : null));
  child.kill("SIGINT");
  const { code, out, err } = await ended;
  expect(code, err).toBe(130);
  expect(JSON.parse(out)).toMatchObject({
    ...{ exit: 130, passed: false, problems: ["interrupted by SIGINT"], results: [] },
  });
  keptUntil(err);
  await nothingIsLeft(pids);
});

test("so does the death of the program itself", async () => {
  const { child } = start(slowScenario());
  const pids = await nodes();
  await until(() => (pids.some(standsStill) ? true : null));
  child.kill("SIGKILL");
  await nothingIsLeft(pids);
});

test("a node that ends though nobody asked it to ends the run", async () => {
  const { ended } = start(slowScenario());
  const pids = await nodes();
  process.kill(pids[0] ?? 0, "SIGKILL");
  const { code, err } = await ended;
  expect(code, err).toBe(1);
  expect(err).toContain("A ended by itself (SIGKILL)");
  keptUntil(err);
  await nothingIsLeft(pids);
});

test("what cannot be used is said before anything is started", async () => {
  const file = slowScenario();
  const said = async (...words: readonly string[]): Promise<string> => {
    const { code, err } = await start(...words).ended;
    expect(code, err).toBe(2);
    return err;
  };
  expect(await said(file, "--keep", folder)).toContain("the folder is not empty");
  expect(await said(file, "--speed", "fast")).toContain("--speed");
  expect(await said("scenarios/torn-cache.yaml")).toContain("real nodes cannot play it");
});

/** At speed 20 the hour alone would be three real minutes, and the test at an end before. */
const NIGHT = `
until: 1h20s
seed: 1
nodes:
  A: { address: 203.0.113.1 }
events:
  - { at: 5s, stop: A }
  - { at: 1h, restart: A }
expect:
  - { on: A, that: { height: { min: 0 } }, by: 1h20s, after: 1h }
`;

test("an hour in which no node runs is over at once", async () => {
  const file = join(folder, "night.yaml");
  writeFileSync(file, NIGHT);
  const { code, out } = await start(file, "--speed", "20", "--json").ended;
  expect({ code, out: JSON.parse(out) as unknown }).toMatchObject({ code: 0 });
});
