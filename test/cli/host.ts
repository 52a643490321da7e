/** Runs the program without a process: words in, exit code and both streams out. */
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import type { Host } from "../../src/cli/output.ts";
import { timesim } from "../../src/cli/program.ts";
import type { Protocol } from "../../src/cli/protocol.ts";
import { nodeCrypto } from "../../src/host/crypto.ts";
import { masternodeKit } from "../../src/masternode/kit.ts";

export const ROOT = join(import.meta.dirname, "../..");

export interface Ran {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

export interface Settings {
  readonly env?: Readonly<Record<string, string>>;
  readonly isTTY?: boolean;
  /** How wide the terminal is. */
  readonly columns?: number;
  readonly kit?: Protocol;
  /** Milliseconds that go by between two looks at the clock. */
  readonly tick?: number;
}

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A folder of its own, where `scenarios` is the repository's. Gone after the file's tests. */
export class Place {
  readonly path: string;

  constructor() {
    this.path = mkdtempSync(join(tmpdir(), "timesim-cli-"));
    folders.push(this.path);
    symlinkSync(join(ROOT, "scenarios"), join(this.path, "scenarios"));
  }

  write(name: string, text: string | Uint8Array): void {
    writeFileSync(join(this.path, name), text);
  }

  read(name: string): string {
    return readFileSync(join(this.path, name), "utf8");
  }

  async timesim(words: readonly string[], settings: Settings = {}): Promise<Ran> {
    const out: string[] = [];
    const err: string[] = [];
    const { env = {}, isTTY = false, columns, kit = null, tick = 1 } = settings;
    let elapsed = 0;
    const host: Host = {
      stdout: { write: (text) => out.push(text), isTTY },
      stderr: { write: (text) => err.push(text), isTTY, columns },
      env,
      cwd: this.path,
      argv: words,
      now: () => Date.UTC(2026, 10, 22, 17, 20, 11),
      elapsed: () => (elapsed += tick),
      kit,
    };
    const exit = await timesim(host);
    return { exit, out: out.join(""), err: err.join("") };
  }
}

/** A trace as it was written before lines had sums, which a test's own changes would not fit. */
export function former(trace: string): string {
  return trace.replaceAll(/,"sum":"[0-9a-f]{8}"\}$/gm, "}").replace('"format":2', '"format":1');
}

/** Two nodes for ten seconds; what is expected is up to the test. */
export function toy(...rows: readonly string[]): string {
  const head =
    "until: 10s\nnodes:\n  A: { address: 10.0.0.1 }\n  B: { address: 10.0.0.2, dials: [A] }\n";
  return rows.length === 0 ? head : `${head}expect:\n${rows.map((row) => `  - ${row}\n`).join("")}`;
}

export const PASSES = "{ row: they meet, on: B, that: { ready: A }, by: 2s }";
export const FAILS = "{ row: they never meet, on: B, that: { ready: A }, never: true }";

type Machine = Protocol["profiles"][number]["machine"];

/** The masternode's protocol with its first machine changed. */
export function kitWith(change: (machine: Machine) => Machine): Protocol {
  const kit = masternodeKit(nodeCrypto);
  const [first, ...rest] = kit.profiles;
  if (first === undefined) throw new Error("no profile");
  return { ...kit, profiles: [{ ...first, machine: change(first.machine) }, ...rest] };
}
