/** The file system's answers in words, and targets that are looked at before they are needed. */
import {
  accessSync,
  constants,
  lstatSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  type Stats,
  writeFileSync,
} from "node:fs";
import { dirname, resolve } from "node:path";
import { pid } from "node:process";
import { BadInput } from "../core/assert.ts";
import { type Io, note } from "./output.ts";

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "the disk is read-only",
  EISDIR: "it is a folder",
  ELOOP: "its links lead in a circle",
  ENOTDIR: "a part of the path is no folder",
  EEXIST: "a file is where a folder should be",
  ENOSPC: "the disk is full",
  EBADF: "there is no such open file",
  EADDRINUSE: "another program listens there",
  EADDRNOTAVAIL: "this machine has no such address",
  ECONNREFUSED: "nobody listens there",
};

/** What the system says, without its call and number. `other`: where there is no word for it. */
export function reasonOf(error: unknown, other?: string): string {
  const code = codeOf(error);
  if (typeof code === "string") return REASONS[code] ?? other ?? code;
  return error instanceof Error ? error.message : String(error);
}

/** A file that cannot be written, a full disk. */
export function isSystemError(error: unknown): error is Error & { readonly path?: string } {
  return error instanceof Error && "syscall" in error && "code" in error;
}

/**
 * The folder and those above it. Level by level: Node's own `recursive` never ends where a system
 * answers that a folder's parent is missing though it is there, as in /proc.
 */
export function makeFolders(path: string): void {
  if (statOf(path)?.isDirectory() === true) return;
  const above = dirname(path);
  if (above !== path) makeFolders(above);
  try {
    mkdirSync(path);
  } catch (error) {
    // Another program may have been faster.
    if (codeOf(error) !== "EEXIST" || statOf(path)?.isDirectory() !== true) throw error;
  }
}

/** Throws what writing this file would, as far as that shows before. */
export function checkFile(path: string): void {
  const status = statOf(path);
  if (status?.isDirectory() === true) throw new BadInput(["it is a folder"]);
  if (status !== undefined) {
    accessSync(path, constants.W_OK);
    return;
  }
  const above = statOf(dirname(path));
  if (above === undefined) throw new BadInput(["there is no such folder"]);
  if (!above.isDirectory()) throw new BadInput(["a part of the path is no folder"]);
  accessSync(dirname(path), constants.W_OK);
}

/** All of it or nothing, and then what was there before stays: half a file would pass for one. */
export function writeWhole(path: string, text: string): true {
  // Nothing is put in the place of a pipe, a terminal or a link.
  const isPlain = lstatSync(path, { throwIfNoEntry: false })?.isFile() !== false;
  const partial = isPlain ? `${path}.${pid}.partial` : path;
  try {
    writeFileSync(partial, text);
    if (isPlain) renameSync(partial, path);
    return true;
  } catch (error) {
    if (isPlain) rmSync(partial, { force: true });
    throw error;
  }
}

/** Made if it is not there, and open for writing. */
export function checkFolder(path: string): void {
  makeFolders(path);
  accessSync(path, constants.W_OK);
}

/**
 * What could not be written or read beside a run. Said at once and kept for the document: the
 * result itself is never lost over it.
 */
export class Troubles {
  readonly #io: Io;
  readonly #problems: string[];

  /** `known` were said before. */
  constructor(io: Io, known: readonly string[] = []) {
    this.#io = io;
    this.#problems = [...known];
  }

  get problems(): readonly string[] {
    return this.#problems;
  }

  /** Null when the system would not. */
  attempt<T>(target: string, work: () => T): T | null {
    try {
      return work();
    } catch (error) {
      if (!isSystemError(error)) throw error;
      this.met(target, error);
      return null;
    }
  }

  /** The system would not, and said so to somebody else. */
  met(target: string, error: unknown): void {
    const problem = unwritable(target, error);
    if (this.#problems.includes(problem)) return;
    this.#problems.push(problem);
    note(this.#io, this.#io.paint.bad(problem));
  }
}

/** The problems of targets that will not do, `[as written, how to look]`. */
export function targetProblems(
  cwd: string,
  targets: readonly (readonly [string, (path: string) => void])[],
): readonly string[] {
  return targets.flatMap(([target, check]): readonly string[] => {
    try {
      check(resolve(cwd, target));
      return [];
    } catch (error) {
      if (!isSystemError(error) && !(error instanceof BadInput)) throw error;
      return [unwritable(target, error)];
    }
  });
}

export function unwritable(target: string, error: unknown): string {
  const missing = codeOf(error) === "ENOENT";
  const reason = error instanceof BadInput ? error.problems.join("; ") : reasonOf(error);
  return `${target} — cannot be written: ${missing ? "nothing can be made there" : reason}`;
}

/** Undefined also below a file, where some systems and versions throw. */
function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if (codeOf(error) === "ENOTDIR") return undefined;
    throw error;
  }
}

function codeOf(error: unknown): unknown {
  return (error as { readonly code?: unknown }).code;
}
