/**
 * A node's files on a real disk. Its one rule: a file is the whole old one or the whole new one. A
 * write goes to a temporary file, is synced, renamed, and its folder synced, before anybody is told
 * that it is durable. Each file begins with a line that says what it is and the check sum of the
 * rest; one that does not agree with it is set aside, and the node starts without.
 */
import { createHash } from "node:crypto";
import {
  closeSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { FileCodec, FileCodecs, ReadFile } from "../core/codec.ts";
import type { Protocol } from "../core/machine.ts";

/** What was there at boot. */
export interface Found {
  readonly values: Readonly<Record<string, unknown>>;
  /** Files that could not be used, and why. Each is kept beside, as `NAME.damaged-TIME`. */
  readonly aside: readonly { readonly file: string; readonly why: string }[];
}

/** What somebody waits for. */
interface Asked {
  ok: boolean | null;
  readonly done: (ok: boolean) => void;
}

interface Write {
  readonly file: string;
  value: unknown;
  readonly asked: Asked[];
}

/** Files that were decoded before their node boots, by their first lines. */
export type ReadAhead = ReadonlyMap<string, ReadFile<unknown>>;

const MAGIC = "timesim-file 1";
const TEMPORARY = ".tmp";
const NEWLINE = 10;

export class Store<P extends Protocol> {
  /** For experiments: every write fails, as on a full disk. */
  full = false;
  readonly #dir: string;
  readonly #codecs: Readonly<Record<string, FileCodec<unknown>>>;
  readonly #notice: (text: string) => void;
  /** Not begun, oldest first; one per file, for a later value makes an earlier one needless. */
  #queue: Write[] = [];
  /** Not told yet, oldest first: what was asked first is told first. */
  #asked: Asked[] = [];
  #running: Promise<void> | null = null;

  /** `dir` is there, and locked by this process. */
  constructor(dir: string, codecs: FileCodecs<P["files"]>, notice: (text: string) => void) {
    this.#dir = dir;
    this.#codecs = codecs;
    this.#notice = notice;
  }

  /**
   * Throws what the system says of a file that is there and cannot be opened. What is `ahead`, and
   * still the same, is not decoded again.
   */
  read(ahead: ReadAhead = new Map()): Found {
    const values: Record<string, unknown> = {};
    const aside: { readonly file: string; readonly why: string }[] = [];
    const names = new Set(readdirSync(this.#dir));
    for (const [file, codec] of Object.entries(this.#codecs)) {
      // Never renamed, so never promised to anybody.
      if (names.has(file + TEMPORARY)) rmSync(join(this.#dir, file + TEMPORARY));
      if (!names.has(file)) continue;
      const read = unwrap(file, codec, bytesOf(join(this.#dir, file)), ahead);
      if (read.ok) values[file] = read.value;
      else aside.push({ file, why: read.error });
    }
    for (const { file, why } of aside) this.#setAside(file, why);
    return { values, aside };
  }

  /** `done` hears of it once it is durable, or has failed; never within this call. */
  write(file: string, value: unknown, done: (ok: boolean) => void): void {
    const asked: Asked = { ok: null, done };
    this.#asked.push(asked);
    const queued = this.#queue.find((write) => write.file === file);
    if (queued === undefined) {
      this.#queue.push({ file, value, asked: [asked] });
    } else {
      queued.value = value;
      queued.asked.push(asked);
    }
    this.#running ??= this.#run();
  }

  /** Everything asked for so far has been told of. */
  async settled(): Promise<void> {
    while (this.#running !== null) await this.#running;
  }

  /** What has not begun will never be; nobody is told of anything any more. */
  abandon(): void {
    this.#queue = [];
    this.#asked = [];
  }

  async #run(): Promise<void> {
    await Promise.resolve();
    for (let write = this.#queue.shift(); write !== undefined; write = this.#queue.shift()) {
      const ok = await this.#attempt(write);
      for (const asked of write.asked) asked.ok = ok;
      this.#tell();
    }
    this.#running = null;
  }

  #tell(): void {
    for (let first = this.#asked[0]; first !== undefined; first = this.#asked[0]) {
      if (first.ok === null) return;
      this.#asked.shift();
      first.done(first.ok);
    }
  }

  async #attempt({ file, value }: Write): Promise<boolean> {
    const path = join(this.#dir, file);
    try {
      if (this.full) throw new Error("the disk is full (by command)");
      await replace(path, this.#wrapped(file, value), this.#dir);
      return true;
    } catch (error) {
      this.#notice(`Saving ${path} failed: ${error instanceof Error ? error.message : "?"}`);
      await rm(path + TEMPORARY, { force: true }).catch(() => {});
      return false;
    }
  }

  #wrapped(file: string, value: unknown): Uint8Array {
    const codec = this.#codecs[file];
    if (codec === undefined) throw new Error(`the protocol has no file ${file}`);
    const body = codec.encode(value);
    return Buffer.concat([Buffer.from(`${headOf(file, body)}\n`), body]);
  }

  #setAside(file: string, why: string): void {
    const path = join(this.#dir, file);
    const to = `${path}.damaged-${Date.now()}`;
    renameSync(path, to);
    syncFolder(this.#dir);
    this.#notice(`${path} cannot be used (${why}); it is kept as ${to}`);
  }
}

/**
 * Decodes what is there, for who has time before a moment that counts. Nothing is changed, and what
 * cannot be read now is for the boot to say.
 */
export function readAhead(
  dir: string,
  codecs: Readonly<Record<string, FileCodec<unknown>>>,
): ReadAhead {
  const known = new Map<string, ReadFile<unknown>>();
  for (const [file, codec] of Object.entries(codecs)) {
    try {
      const bytes = readFileSync(join(dir, file));
      known.set(firstLine(bytes), unwrap(file, codec, bytes, known));
    } catch {
      continue;
    }
  }
  return known;
}

function bytesOf(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    // Of a folder, the system does not say which.
    throw Object.assign(error as Error, { path });
  }
}

/** Durable when it resolves. */
async function replace(path: string, bytes: Uint8Array, dir: string): Promise<void> {
  const temporary = path + TEMPORARY;
  const handle = await open(temporary, "w", 0o600);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, path);
  const folder = await open(dir, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** After a rename or a link in it: from here on that stands, whatever happens. */
export function syncFolder(dir: string): void {
  const folder = openSync(dir, "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function headOf(file: string, body: Uint8Array): string {
  const sum = createHash("sha256").update(body).digest("hex");
  return `${MAGIC} ${file} ${body.length} ${sum}`;
}

function unwrap(
  file: string,
  codec: FileCodec<unknown>,
  bytes: Buffer,
  ahead: ReadAhead,
): ReadFile<unknown> {
  const head = firstLine(bytes);
  if (!head.startsWith("timesim-file ")) return { ok: false, error: "no file of a node" };
  if (!head.startsWith(`${MAGIC} `)) return { ok: false, error: `of another version: ${head}` };
  const body = bytes.subarray(head.length + 1);
  if (head !== headOf(file, body)) return { ok: false, error: "its check sum is wrong" };
  return ahead.get(head) ?? codec.decode(body);
}

/** Without its end; empty if there is none. */
function firstLine(bytes: Buffer): string {
  const newline = bytes.indexOf(NEWLINE);
  return newline < 0 ? "" : bytes.subarray(0, newline).toString("latin1");
}
