/**
 * One node's disk: named files whose values are immutable, so that a fork shares them. A write
 * becomes durable after a delay; power loss before that keeps the old file, or tears the new one.
 */
import { type Late, made } from "../core/machine.ts";
import type { Random } from "../core/random.ts";
import type { Duration } from "../core/units.ts";
import { type EventId, NO_CAUSE } from "../trace/event.ts";

export interface DiskPlan {
  /** From `save` to durable. */
  readonly delay: Duration;
  readonly full: boolean;
}

export interface Disk extends DiskPlan {
  readonly files: ReadonlyMap<string, Written>;
  /** Unreadable files (a torn write, damage): found at the next boot. */
  readonly torn: readonly string[];
}

export interface Written {
  readonly value: Late<unknown>;
  /** The event that wrote it; NO_CAUSE for what no process wrote so. */
  readonly save: EventId;
}

export function newDisk(plan: DiskPlan): Disk {
  return { delay: plan.delay, full: plan.full, files: new Map(), torn: [] };
}

export function written(disk: Disk, file: string, value: Late<unknown>, save: EventId): Disk {
  const files = new Map(disk.files);
  files.set(file, { value, save });
  return { ...disk, files, torn: disk.torn.filter((name) => name !== file) };
}

/** Power loss: `pending` names the files with a write under way. */
export function afterPowerLoss(
  disk: Disk,
  pending: readonly string[],
  how: "kept" | "torn" | "lost",
): Disk {
  if (how === "lost") return { ...disk, files: new Map(), torn: [] };
  if (how === "kept") return disk;
  return { ...disk, torn: [...new Set([...disk.torn, ...pending])] };
}

/** A bit flips where a text stands still: only its reader's own checks will notice. */
export function damaged(disk: Disk, file: string, random: Random): Disk {
  const found = disk.files.get(file);
  if (found === undefined) return disk;
  const value = made(found.value);
  if (typeof value !== "string" || value === "") {
    return { ...disk, torn: [...new Set([...disk.torn, file])] };
  }
  const at = random.below(value.length);
  const flipped = String.fromCharCode(value.charCodeAt(at) ^ 1);
  const text = value.slice(0, at) + flipped + value.slice(at + 1);
  return { ...disk, files: new Map(disk.files).set(file, { value: text, save: NO_CAUSE }) };
}

/** What a booting process can read; torn files are set aside and named. */
export function readable(disk: Disk): {
  readonly files: ReadonlyMap<string, Written>;
  readonly aside: readonly string[];
} {
  const files = [...disk.files].filter(([file]) => !disk.torn.includes(file));
  const read = files.map(
    ([file, { value, save }]) => [file, { value: made(value), save }] as const,
  );
  return { files: new Map(read), aside: disk.torn };
}

export function withoutTorn(disk: Disk): Disk {
  if (disk.torn.length === 0) return disk;
  const files = new Map(disk.files);
  for (const file of disk.torn) files.delete(file);
  return { ...disk, files, torn: [] };
}
