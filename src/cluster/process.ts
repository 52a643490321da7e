/**
 * One process of one node: started early, so that it has loaded when its moment comes, and told
 * then. What it records comes in on a pipe, line by line.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, createWriteStream, openSync, readFileSync } from "node:fs";
import type { Readable } from "node:stream";
import { crc32 } from "node:zlib";
import type { TraceEvent } from "../trace/event.ts";
import { TraceReader } from "../trace/ndjson.ts";
import type { Guard } from "./guard.ts";

export interface ProcessPlan {
  readonly name: string;
  /** Program and words before those that say which node it is. */
  readonly command: readonly string[];
  readonly config: string;
  /** Where its words of despair go. */
  readonly errors: string;
  /** Where what it records is left as it came; null: nowhere. */
  readonly record: string | null;
  /** Hears once if that cannot be written, or not to its end; the process goes on. */
  readonly unkept: (file: string, error: Error) => void;
  readonly guard: Guard;
  readonly event: (event: TraceEvent) => void;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The pipe it records to. */
const RECORD_FD = 3;
const NEWLINE = 10;

export class NodeProcess {
  readonly name: string;
  /** It has loaded and waits to be told when to boot. Rejects if it ends before. */
  readonly ready: Promise<void>;
  readonly exited: Promise<Exit>;
  /** Resolves when all that it recorded has been read; rejects if that is no record. */
  readonly read: Promise<void>;
  #exit: Exit | null = null;
  readonly #child: ChildProcess;

  constructor(plan: ProcessPlan) {
    this.name = plan.name;
    const [program = "", ...words] = plan.command;
    const own = ["--config", plan.config, "--record", `fd:${RECORD_FD}`, "--debug", "--await"];
    const errors = openSync(plan.errors, "a", 0o600);
    // A group of its own: Ctrl-C is for whoever started it, who then stops it.
    const child = spawn(program, [...words, ...own], {
      stdio: ["pipe", "pipe", errors, "pipe"],
      detached: true,
    });
    closeSync(errors);
    this.#child = child;
    if (child.pid !== undefined) plan.guard.watch(child.pid);
    this.exited = new Promise((resolve) => {
      const end = (code: number | null, signal: NodeJS.Signals | null): void => {
        if (child.pid !== undefined) plan.guard.forget(child.pid);
        this.#exit = { code, signal };
        resolve(this.#exit);
      };
      child.once("exit", end);
      child.once("error", () => end(null, null));
    });
    child.stdin?.on("error", () => undefined);
    this.ready = readiness(child, plan);
    this.read = reading(child.stdio[RECORD_FD] as Readable, plan);
  }

  /** Null while it runs. */
  get exit(): Exit | null {
    return this.#exit;
  }

  /** `origin`: the monotonic clock at time 0, in ns. */
  boot(origin: bigint, at: number): void {
    this.#child.stdin?.write(`${JSON.stringify({ origin: String(origin), bootAt: at })}\n`);
  }

  signal(name: NodeJS.Signals): void {
    if (this.#exit === null) this.#child.kill(name);
  }
}

/** Its first word is that it has loaded. */
async function readiness(child: ChildProcess, { name, errors }: ProcessPlan): Promise<void> {
  const said = await new Promise<boolean>((resolve) => {
    child.stdout?.once("data", () => resolve(true));
    child.once("exit", () => resolve(false));
    child.once("error", () => resolve(false));
  });
  child.stdout?.resume();
  if (!said) throw new NodeFailed(`${name} could not be started`, errors);
}

/** A process that did not do what it was started for, with its own last words. */
export class NodeFailed extends Error {
  constructor(what: string, errors: string) {
    const words = lastWords(errors);
    super(words === "" ? what : `${what}; it said: ${words}`);
  }
}

const WORDS_MAX = 2_000;

/** Whole lines. */
function lastWords(file: string): string {
  try {
    const text = readFileSync(file, "utf8").trim();
    return text.length <= WORDS_MAX ? text : text.slice(-WORDS_MAX).replace(/^.*\n/, "");
  } catch {
    return "";
  }
}

/** What comes is left in a file as long as that can be written, and read in any case. */
function leave(pipe: Readable, record: string, unkept: ProcessPlan["unkept"]): void {
  const file = createWriteStream(record, { mode: 0o600 });
  file.once("error", (error) => {
    pipe.unpipe(file);
    // A pipe that has lost its last reader pauses, though somebody else hears its data.
    pipe.resume();
    unkept(record, error);
  });
  pipe.pipe(file);
}

function reading(pipe: Readable, { name, event, record, unkept }: ProcessPlan): Promise<void> {
  if (record !== null) leave(pipe, record, unkept);
  const reader = new TraceReader(`the record of ${name}`, crc32);
  let rest: Buffer = Buffer.alloc(0);
  return new Promise((resolve, reject) => {
    pipe.on("data", (chunk: Buffer) => {
      let bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      try {
        for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE)) {
          const found = reader.take(bytes.toString("utf8", 0, end));
          if (found !== null) event(found);
          bytes = bytes.subarray(end + 1);
        }
      } catch (error) {
        pipe.destroy();
        reject(error instanceof Error ? error : new Error(String(error)));
      }
      rest = bytes;
    });
    pipe.on("error", () => pipe.destroy());
    pipe.once("close", resolve);
  });
}
