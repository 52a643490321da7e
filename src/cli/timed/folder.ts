/**
 * Small files of the data folder: written whole or not at all, durable, and for nobody else to
 * read (0600 in a folder of 0700).
 */
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { syncFolder } from "../../host/store.ts";
import { makeFolders } from "../system.ts";

const PRIVATE_FILE = 0o600;
const PRIVATE_FOLDER = 0o700;

/** Made with those above it if it is missing; what is there is left as it is. */
export function makePrivate(dir: string): void {
  if (existsSync(dir)) return;
  makeFolders(dirname(dir));
  mkdirSync(dir, PRIVATE_FOLDER);
  chmodSync(dir, PRIVATE_FOLDER);
}

/** Replaces what was there. */
export function writePrivate(path: string, text: string): void {
  const temporary = written(path, text);
  renameSync(temporary, path);
  syncFolder(dirname(path));
}

/** Throws EEXIST rather than replace anything. */
export function createPrivate(path: string, text: string): void {
  const temporary = written(path, text);
  try {
    linkSync(temporary, path);
  } finally {
    rmSync(temporary);
  }
  syncFolder(dirname(path));
}

export function removeFile(path: string): void {
  rmSync(path, { force: true });
}

/** What a process left there that died while it wrote this file. */
export function removeDraft(path: string): void {
  rmSync(`${path}.new`, { force: true });
}

function written(path: string, text: string): string {
  const temporary = `${path}.new`;
  rmSync(temporary, { force: true });
  const file = openSync(temporary, "wx", PRIVATE_FILE);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } catch (error) {
    rmSync(temporary);
    // The system does not say whose write it was.
    throw Object.assign(error as Error, { path });
  } finally {
    closeSync(file);
  }
  return temporary;
}
