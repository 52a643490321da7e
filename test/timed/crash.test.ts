/** Ends that nobody wished for: a step that throws, a second signal, a parent that goes away. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { constants, existsSync, openSync, readFileSync, writeSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it, vi } from "vitest";
import type { Host } from "../../src/cli/output.ts";
import { call } from "../../src/cli/timed/call.ts";
import { timed as program } from "../../src/cli/timed/program.ts";
import { nodeCrypto } from "../../src/host/crypto.ts";
import type { Kit } from "../../src/kit/kit.ts";
import { masternodeKit } from "../../src/masternode/kit.ts";
import type { Masternode } from "../../src/masternode/state.ts";
import { Daemon, freshFolder, freshIp, MAIN, until } from "./daemon.ts";

// Processes start slowly where many do.
vi.setConfig({ testTimeout: 120_000 });

/** The repaired node, which breaks when an operator names it a peer. */
function breaking(): Kit<Masternode> {
  const kit = masternodeKit(nodeCrypto);
  const [profile] = kit.profiles;
  if (profile === undefined) throw new Error("no profile");
  const { machine } = profile;
  const broken: typeof machine = {
    ...machine,
    step(state, input, ctx) {
      if (input.kind === "command" && input.command.type === "addnode") throw new Error("boom");
      return machine.step(state, input, ctx);
    },
  };
  return { ...kit, profiles: [{ ...profile, machine: broken }] };
}

describe("a step that throws", () => {
  it("ends the program with 3; log, stderr and record say where", async () => {
    const cwd = freshFolder();
    let err = "";
    const host: Host = {
      stdout: { write: () => true, isTTY: false },
      stderr: { write: (text) => (err += text), isTTY: false },
      env: {},
      cwd,
      argv: ["--listen", freshIp(), "--data", "d", "--record", "run.ndjson"],
      now: () => Date.now(),
      elapsed: () => performance.now(),
      kit: breaking(),
    };
    const exit = program(host);
    await until("it starts", () => err.includes("listens on"));
    expect(await call(join(cwd, "d"), "addnode", { peer: "127.12.0.1" })).toMatchObject({
      ok: true,
    });
    expect(await exit).toBe(3);
    expect(err).toMatch(/timed: A step failed at event \d+: boom/);
    expect(err).toContain("npx timesim replay run.ndjson");
    const log = readFileSync(join(cwd, "d/logs/timed.log"), "utf8");
    expect(log).toMatch(/ERROR A step failed at event \d+: boom/);
    const record = readFileSync(join(cwd, "run.ndjson"), "utf8").trimEnd().split("\n");
    expect(record.at(-1)).toContain('"footer"');
    expect(record.some((line) => line.includes('"kind":"crash"'))).toBe(true);
  });
});

describe("a second signal", () => {
  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("%s does not wait for peers that do not hang up: %i", async (signal, code) => {
    const node = await new Daemon([]).started();
    const socket = connect({ host: node.ip, port: 24_100, allowHalfOpen: true });
    await until("a session", async () => ((await node.ask("peers")) as unknown[]).length === 1);
    node.child.kill("SIGTERM");
    await until("it is ending", () => node.log.includes("Stopping"));
    await sleep(600);
    expect((await node.stop(signal)).code).toBe(code);
    socket.destroy();
  });

  it("is the first once more where it comes at once, as npx tells it on", async () => {
    const node = await new Daemon([]).started();
    const socket = connect({ host: node.ip, port: 24_100, allowHalfOpen: true });
    await until("a session", async () => ((await node.ask("peers")) as unknown[]).length === 1);
    node.child.kill("SIGTERM");
    await until("it is ending", () => node.log.includes("Stopping"));
    expect((await node.stop("SIGTERM")).code).toBe(0);
    expect(existsSync(join(node.dir, "lock"))).toBe(false);
    socket.destroy();
  });
});

it("a log that nobody reads does not hold up the end", async () => {
  const folder = freshFolder();
  const writes = fullPipe(join(folder, "log"));
  const words = ["--listen", freshIp(), "--data", join(folder, "d"), "--log", "-"];
  const child = spawn(process.execPath, [MAIN, ...words], { stdio: ["ignore", writes, "pipe"] });
  let err = "";
  child.stderr?.on("data", (piece: Buffer) => (err += piece.toString()));
  const exit = once(child, "close");
  await until("it starts", () => err.includes("listens on"));
  child.kill("SIGTERM");
  expect(await exit).toEqual([0, null]);
});

/** The end to write to of a pipe that takes no more, whose other end is open and silent. */
function fullPipe(path: string): number {
  execFileSync("mkfifo", [path]);
  openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const writes = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
  const page = Buffer.alloc(4_096);
  for (;;) {
    try {
      writeSync(writes, page);
    } catch {
      return writes;
    }
  }
}

describe("a node that awaits its starter's word", () => {
  function awaiting(): { readonly child: ReturnType<typeof start>; readonly dir: string } {
    const dir = join(freshFolder(), "d");
    return { child: start(dir), dir };
  }

  function start(dir: string) {
    const words = ["--await", "--listen", freshIp(), "--data", dir, "--speed", "10"];
    return spawn(process.execPath, [MAIN, ...words]);
  }

  function exitOf(child: ReturnType<typeof start>): Promise<number | null> {
    return new Promise((resolve) => child.once("close", resolve));
  }

  it("says ready, touches nothing before the word, and ends with stdin", async () => {
    const { child, dir } = awaiting();
    let [out, err] = ["", ""];
    child.stdout.on("data", (piece: Buffer) => (out += piece.toString()));
    child.stderr.on("data", (piece: Buffer) => (err += piece.toString()));
    const exit = exitOf(child);
    await until("ready", () => out === "ready\n");
    expect(() => readFileSync(join(dir, "key"))).toThrow("ENOENT");
    const origin = String(process.hrtime.bigint());
    child.stdin.write(`${JSON.stringify({ origin, bootAt: 2_000_000 })}\n`);
    await until("it boots", () => err.includes("listens on"));
    // The boot is the first thing it did, on the dot or a little after.
    const log = readFileSync(join(dir, "logs/timed.log"), "utf8");
    expect(log).toMatch(/2025-12-01 00:00:0[2-9]\.\d{3} .*Node started at height 0/);
    child.stdin.end();
    expect(await exit).toBe(0);
  });

  it("ends without a word when stdin does, and refuses words that are none", async () => {
    const { child: orphan } = awaiting();
    orphan.stdin.end();
    expect(await exitOf(orphan)).toBe(1);
    const { child: fooled } = awaiting();
    let err = "";
    fooled.stderr.on("data", (piece: Buffer) => (err += piece.toString()));
    fooled.stdin.write("go\n");
    expect(await exitOf(fooled)).toBe(1);
    expect(err).toContain('expected {"origin":"<ns>","bootAt":<µs>}; found "go"');
  });
});
