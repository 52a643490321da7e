/** `timed` as a process: started, read, asked and ended. What a test leaves running is killed. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll } from "vitest";
import type { Host } from "../../src/cli/output.ts";
import { timed as program } from "../../src/cli/timed/program.ts";
import { ROOT } from "../cli/host.ts";

export const MAIN = join(ROOT, "dist/bin/timed.js");

/** This process's own block of loopback: 127.12.x.y, so that files that run beside each other do. */
const BLOCK = `127.12.${1 + (process.pid % 254)}`;
let hosts = 1;

/** An ip nobody has used yet. */
export function freshIp(): string {
  hosts++;
  return `${BLOCK}.${hosts}`;
}

const running = new Set<ChildProcessWithoutNullStreams>();
const folders: string[] = [];
afterAll(() => {
  for (const child of running) child.kill("SIGKILL");
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

export function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "timed-"));
  folders.push(folder);
  return folder;
}

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function environment(): NodeJS.ProcessEnv {
  const { NO_COLOR: _no, FORCE_COLOR: _force, ...rest } = process.env;
  return rest;
}

/** Without a process, to its end: for what asks, fails or only prints. */
export async function timed(
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
  cwd: string = ROOT,
): Promise<Ended> {
  let [out, err] = ["", ""];
  const host: Host = {
    stdout: { write: (text) => (out += text), isTTY: false },
    stderr: { write: (text) => (err += text), isTTY: false },
    env,
    cwd,
    argv: words,
    now: () => Date.now(),
    elapsed: () => performance.now(),
    kit: null,
  };
  const code = await program(host);
  return { code, out, err };
}

interface Watched {
  readonly ended: Promise<Ended>;
  readonly said: { out: string; err: string };
}

function endOf(child: ChildProcessWithoutNullStreams): Watched {
  const said = { out: "", err: "" };
  running.add(child);
  child.stdout.on("data", (piece: Buffer) => (said.out += piece.toString()));
  child.stderr.on("data", (piece: Buffer) => (said.err += piece.toString()));
  const ended = new Promise<Ended>((resolve) => {
    child.once("close", (code) => {
      running.delete(child);
      resolve({ code, ...said });
    });
  });
  return { ended, said };
}

/** A node that runs. */
export class Daemon {
  readonly ip: string;
  readonly dir: string;
  readonly child: ChildProcessWithoutNullStreams;
  readonly ended: Promise<Ended>;
  readonly #said: Watched["said"];

  constructor(words: readonly string[], at: { readonly ip?: string; readonly dir?: string } = {}) {
    this.ip = at.ip ?? freshIp();
    this.dir = at.dir ?? join(freshFolder(), "data");
    const all = [MAIN, "--listen", this.ip, "--data", this.dir, ...words];
    this.child = spawn(process.execPath, all, { env: environment() });
    const { ended, said } = endOf(this.child);
    this.ended = ended;
    this.#said = said;
  }

  get err(): string {
    return this.#said.err;
  }

  get log(): string {
    const file = join(this.dir, "logs/timed.log");
    return existsSync(file) ? readFileSync(file, "utf8") : "";
  }

  /** It has said where everything is. */
  async started(): Promise<this> {
    await until(`${this.ip} starts`, () => this.err.includes("listens on") || this.#hasEnded());
    if (!this.err.includes("listens on")) throw new Error(`it does not start: ${this.err}`);
    return this;
  }

  /** What it answers on its control socket, as a program reads it. */
  async ask(...words: readonly string[]): Promise<unknown> {
    const { code, out, err } = await timed([...words, "--data", this.dir, "--json"]);
    if (code !== 0) throw new Error(err);
    return JSON.parse(out);
  }

  stop(signal: NodeJS.Signals = "SIGTERM"): Promise<Ended> {
    this.child.kill(signal);
    return this.ended;
  }

  #hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }
}

const LOOK_MS = 20;
const PATIENCE_MS = 120_000;

/** Waits for what must come; how long is nobody's promise. */
export async function until(what: string, look: () => boolean | Promise<boolean>): Promise<void> {
  for (let left = PATIENCE_MS; left > 0; left -= LOOK_MS) {
    if (await look()) return;
    await sleep(LOOK_MS);
  }
  throw new Error(`waited in vain: ${what}`);
}
