/** A `timed` in a process of its own, so that its memory is seen from outside and its death is real. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inject } from "vitest";
import { call } from "../../src/cli/timed/call.ts";
import { until } from "../host/block.ts";

const TIMED: string = join(import.meta.dirname, "../../dist/bin/timed.js");

export interface TargetOptions {
  /** Its ip; port 24100. */
  readonly ip: string;
  /** Its folder, where one is given: then it is not removed. */
  readonly dir?: string;
  /** More lines of its config file. */
  readonly config?: string;
  readonly flags?: readonly string[];
  /** Of node itself. */
  readonly node?: readonly string[];
}

export interface Memory {
  /** MiB: now, and at most since `forget`. */
  readonly now: number;
  readonly most: number;
}

export class Target {
  readonly ip: string;
  readonly dir: string;
  /** Of the process: null while it runs. */
  exit: number | string | null = null;
  said = "";
  readonly #process: ChildProcess;
  readonly #removed: boolean;

  private constructor(options: TargetOptions) {
    const { ip, flags = [], node = [], config = "" } = options;
    this.ip = ip;
    this.dir = options.dir ?? mkdtempSync(join(tmpdir(), "timed-robust-"));
    this.#removed = options.dir === undefined;
    const file = join(this.dir, "node.yaml");
    writeFileSync(file, `listen: ${ip}\ndata: ${this.dir}\n${config}`);
    const args = [...node, TIMED, "--config", file, ...flags];
    this.#process = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"] });
    this.#process.stderr?.setEncoding("utf8").on("data", (text: string) => (this.said += text));
    this.#process.on("exit", (code, signal) => (this.exit = code ?? signal));
  }

  /** Runs when it resolves. */
  static async start(options: TargetOptions): Promise<Target> {
    if (inject("build") !== "") throw new Error(inject("build"));
    const target = new Target(options);
    const isUp = (): boolean => target.said.includes(" listens on ") || target.exit !== null;
    await until("timed is up", isUp, 60);
    if (target.exit !== null) throw new Error(`timed ended with ${target.exit}: ${target.said}`);
    return target;
  }

  /** The same, where it is expected not to run: what it said and how it ended. */
  static async fail(options: TargetOptions): Promise<Target> {
    if (inject("build") !== "") throw new Error(inject("build"));
    const target = new Target(options);
    await until("timed has ended", () => target.exit !== null, 60);
    return target;
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  get log(): string {
    const file = join(this.dir, "logs", "timed.log");
    return existsSync(file) ? readFileSync(file, "utf8") : "";
  }

  async ask(method: string, params: Record<string, string> = {}): Promise<unknown> {
    const answer = await call(this.dir, method, params);
    if (!answer.ok) throw new Error(`${method}: ${answer.reason} ${this.said}`);
    return answer.result;
  }

  async status(): Promise<Readonly<Record<string, unknown>>> {
    return (await this.ask("status")) as Readonly<Record<string, unknown>>;
  }

  get memory(): Memory {
    const text = readFileSync(`/proc/${this.pid}/status`, "utf8");
    const of = (key: string): number => {
      return Math.round(Number(new RegExp(`${key}:\\s+(\\d+)`).exec(text)?.[1]) / 1_024);
    };
    return { now: of("VmRSS"), most: of("VmHWM") };
  }

  /** The high-water mark begins anew. */
  forget(): void {
    writeFileSync(`/proc/${this.pid}/clear_refs`, "5");
  }

  get descriptors(): number {
    return readdirSync(`/proc/${this.pid}/fd`).length;
  }

  signal(name: NodeJS.Signals): void {
    if (this.exit === null) this.#process.kill(name);
  }

  /** Cleanly, unless it is dead already; its folder goes with it. */
  async stop(): Promise<void> {
    this.signal("SIGTERM");
    const patience = setTimeout(() => this.signal("SIGKILL"), 10_000);
    await until("timed has gone", () => this.exit !== null, 30);
    clearTimeout(patience);
    if (this.#removed) rmSync(this.dir, { recursive: true, force: true });
  }
}
