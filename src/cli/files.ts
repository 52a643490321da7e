/**
 * Reading what the user named: scenarios and traces, as values, or BadInput with the file's name.
 */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { constants, gunzipSync, gzipSync } from "node:zlib";
import { BadInput } from "../core/assert.ts";
import { loadScenario } from "../scenario/load.ts";
import type { Scenario } from "../scenario/model.ts";
import { readTrace, traceLines } from "../trace/ndjson.ts";
import type { Trace } from "../trace/trace.ts";
import { type Io, note } from "./output.ts";
import type { Protocol } from "./protocol.ts";

export function readScenario(kit: Protocol, file: string, cwd: string): Scenario {
  return loadScenario(kit, read(file, cwd).toString("utf8"), file);
}

/** All of them, or BadInput with the problems of all. */
export function readScenarios(
  kit: Protocol,
  files: readonly string[],
  cwd: string,
): readonly Scenario[] {
  const problems: string[] = [];
  const scenarios: Scenario[] = [];
  for (const file of files) {
    try {
      scenarios.push(readScenario(kit, file, cwd));
    } catch (error) {
      if (!(error instanceof BadInput)) throw error;
      problems.push(...error.problems);
    }
  }
  if (problems.length > 0) throw new BadInput(problems);
  return scenarios;
}

export function isTrace(file: string): boolean {
  return /\.ndjson(?:\.gz)?$/i.test(file);
}

/** A trace whose end is missing is read as far as it goes, with a note. */
export function readTraceFile(file: string, io: Io): Trace {
  const bytes = read(file, io.cwd);
  const { trace, cut } = readTrace(unpacked(bytes, file).split("\n"), file);
  if (cut !== null) note(io, `${cut}; read ${trace.footer.events} events before it`);
  return trace;
}

/** Compressed if the name ends in .gz. */
export function traceBytes(trace: Trace, file: string): Uint8Array {
  const text = [...traceLines(trace)].join("\n");
  const bytes = Buffer.from(`${text}\n`, "utf8");
  return file.endsWith(".gz") ? gzipSync(bytes) : bytes;
}

/** By content, not by name. A stream that was cut gives what it holds. */
function unpacked(bytes: Buffer, file: string): string {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes.toString("utf8");
  try {
    return gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH }).toString("utf8");
  } catch (error) {
    throw new BadInput([`${file} — cannot be unpacked: ${String(error)}`]);
  }
}

function read(file: string, cwd: string): Buffer {
  try {
    return readFileSync(resolve(cwd, file));
  } catch (error) {
    throw new BadInput([`${file} — cannot be read: ${reasonOf(error)}`]);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EACCES: "permission denied",
  EISDIR: "it is a folder",
  ENOTDIR: "a part of the path is no folder",
  ENOSPC: "the disk is full",
};

/** What the system says, without its call and its number. */
function reasonOf(error: unknown): string {
  const code = (error as { readonly code?: unknown }).code;
  return typeof code === "string" ? (REASONS[code] ?? code) : String(error);
}
