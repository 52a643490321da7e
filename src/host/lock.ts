/**
 * One process per folder: `DIR/lock` names the process that uses it. Its one rule: the file is
 * taken away only by its own process, or, when that one is dead, by who holds the lock beside it
 * (`lock.take`, made the same way). So two that find a dead one's lock never both win, and a
 * process killed at any moment leaves nothing that a person has to clear away.
 *
 * Processes of other machines, and of other containers, are not seen (docs/decisions/0017).
 */
import { randomBytes } from "node:crypto";
import { linkSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { kill, pid as ownPid } from "node:process";
import { BadInput } from "../core/assert.ts";

export interface FolderLock {
  /** The folder is free again. A process that dies without it frees it too. */
  release(): void;
}

const LOCK_FILE = "lock";
/** Each level is needed only if a process died within the few system calls of the one above. */
const LEVELS_MAX = 4;
/** Others that are just taking it over need a moment, in ms. */
const MOMENT = 5;
const TRIES_MAX = 400;

/** By a process that has not let go of it; perhaps a dead one. */
export function isLocked(dir: string): boolean {
  return textOf(join(dir, LOCK_FILE)) !== null;
}

/** Throws BadInput if a living process holds it, and what the system says of a bad folder. */
export function lockFolder(dir: string): FolderLock {
  const path = join(dir, LOCK_FILE);
  const id = hold(path, 0);
  if (typeof id === "string") {
    removeDrafts(dir);
    return { release: () => letGo(path, id) };
  }
  throw new BadInput([
    `${path}: process ${id.pid} uses this data directory — stop it first, or choose another one`,
  ]);
}

interface Holder {
  readonly pid: number;
  /** All that the file says; no two of them are equal. */
  readonly id: string;
}

/** The text that stands there now, or who holds it. */
function hold(path: string, level: number): string | Holder {
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const id = `${ownPid} ${birthOf(ownPid)} ${randomBytes(8).toString("hex")}\n`;
    if (place(path, id)) return id;
    const holder = holderOf(path);
    if (holder === null) continue; // gone meanwhile
    if (isAlive(holder)) return holder;
    if (level >= LEVELS_MAX || !bury(path, holder, level)) sleep(MOMENT);
  }
  throw new BadInput([`${path}: cannot be taken over — remove it if no process uses the folder`]);
}

/** Complete or not at all, and only where there is none. */
function place(path: string, id: string): boolean {
  const draft = `${path}.${ownPid}-${randomBytes(4).toString("hex")}`;
  try {
    writeFileSync(draft, id, { mode: 0o600, flag: "wx" });
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    // Of a write, the system does not say whose.
    throw Object.assign(error as Error, { path });
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Takes a dead one's lock away, unless somebody has done so; false if somebody is at it. */
function bury(path: string, dead: Holder, level: number): boolean {
  const take = `${path}.take`;
  const id = hold(take, level + 1);
  if (typeof id !== "string") return false;
  try {
    if (holderOf(path)?.id === dead.id) rmSync(path);
  } finally {
    letGo(take, id);
  }
  return true;
}

/** What processes left that died while they tried. */
function removeDrafts(dir: string): void {
  for (const name of readdirSync(dir)) {
    const pid = /^lock\.(?:take\.)*(\d+)-[0-9a-f]+$/.exec(name)?.[1];
    if (pid === undefined) continue;
    const id = textOf(join(dir, name)) ?? "";
    if (!isAlive({ pid: Number(pid), id })) rmSync(join(dir, name), { force: true });
  }
}

function letGo(path: string, id: string): void {
  if (holderOf(path)?.id === id) rmSync(path, { force: true });
}

/** Null where there is none. */
function holderOf(path: string): Holder | null {
  const id = textOf(path);
  return id === null ? null : { id, pid: Number(/^(\d+) /.exec(id)?.[1] ?? 0) };
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, "latin1");
  } catch (error) {
    if (codeOf(error) === "ENOENT") return null;
    throw Object.assign(error as Error, { path });
  }
}

function sleep(millis: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, millis);
}

/** A text that is no lock (a disk lost power while it was written) is nobody's. */
function isAlive({ pid, id }: Holder): boolean {
  if (pid === 0) return false;
  try {
    kill(pid, 0);
  } catch (error) {
    if (codeOf(error) === "ESRCH") return false; // EPERM: another user's
  }
  const [, birth = UNKNOWN] = id.split(" ");
  const now = birthOf(pid);
  return now !== DEAD && (now === birth || now === UNKNOWN || birth === UNKNOWN);
}

const UNKNOWN = "-";
const DEAD = "dead";

/**
 * When that process began, as text: the number of a dead one is given to another some day, and in a
 * container every first process is number 1. Unknown where there is no /proc.
 */
function birthOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const [state, ...rest] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (state === "Z" || state === "X") return DEAD;
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
    return `${boot}/${rest[18]}`;
  } catch {
    return UNKNOWN;
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? "";
}
