/**
 * Who a node is, across its starts: its key, made at the first one and never again, and which start
 * this is. A key that cannot be read is an error: a new one would be another node.
 */
import { randomBytes } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { BadInput } from "../../core/assert.ts";
import type { Crypto } from "../../core/capabilities.ts";
import { reasonOf } from "../system.ts";
import { createPrivate, removeDraft, writePrivate } from "./folder.ts";

const KEY_FILE = "key";
const COUNT_FILE = "incarnation";

export interface Key {
  /** 32 bytes as hex: the secret. */
  readonly seed: string;
  readonly isNew: boolean;
  /** What an operator should know about the file; null: nothing. */
  readonly warning: string | null;
}

/** The secret in hex and, so that damage is seen, its public key below it. */
const FORM = /^([0-9a-f]{64})\n?(?:public ([0-9a-f]{64})\n?)?$/;

export function readKey(dir: string, crypto: Crypto): Key {
  const path = join(dir, KEY_FILE);
  const text = textOf(path);
  removeDraft(path);
  if (text === null) {
    const seed = randomBytes(32).toString("hex");
    createPrivate(path, `${seed}\npublic ${crypto.publicKey(seed)}\n`);
    return { seed, isNew: true, warning: null };
  }
  const [, seed, publicKey] = FORM.exec(text) ?? [];
  const isWhole =
    seed !== undefined && (publicKey ?? crypto.publicKey(seed)) === crypto.publicKey(seed);
  if (!isWhole) {
    const way = "restore it from a backup; if there is none, move it away: a new node is made";
    throw new BadInput([`${path} — the key is damaged (${text.length} bytes): ${way}`]);
  }
  const mode = statSync(path).mode & 0o777;
  const isOpen = (mode & 0o077) !== 0;
  const warning = isOpen ? `${path} can be read by others: chmod 600 ${path}` : null;
  return { seed, isNew: false, warning };
}

/** 1 at the first start. Durable before the node says anything. */
export function nextIncarnation(dir: string): number {
  const path = join(dir, COUNT_FILE);
  const before = Number(textOf(path) ?? 0);
  // A damaged count begins anew: it only names this start in traces.
  const count = Number.isSafeInteger(before) && before > 0 ? before + 1 : 1;
  writePrivate(path, `${count}\n`);
  return count;
}

/** Null where there is none. */
function textOf(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as { readonly code?: unknown }).code === "ENOENT") return null;
    throw new BadInput([`${path} — cannot be read: ${reasonOf(error)}`]);
  }
}
