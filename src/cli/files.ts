/**
 * Reading what the user named: scenarios and traces, as values, or BadInput with the file's name.
 */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { constants, crc32, gunzipSync, gzipSync } from "node:zlib";
import { BadInput } from "../core/assert.ts";
import { loadScenario } from "../scenario/load.ts";
import type { Scenario } from "../scenario/model.ts";
import { type Lines, type ReadTrace, readTrace, traceLines } from "../trace/stored.ts";
import type { Trace } from "../trace/trace.ts";
import { type Io, note } from "./output.ts";
import type { Protocol } from "./protocol.ts";
import { reasonOf } from "./system.ts";

export function readScenario(kit: Protocol, file: string, cwd: string): Scenario {
  const bytes = readBytes(file, cwd);
  if (isTrace(bytes)) throw new BadInput([`${file} — this is a trace: use timeline, trace or log`]);
  return scenarioOf(kit, bytes, file);
}

export function scenarioOf(kit: Protocol, bytes: Buffer, file: string): Scenario {
  return loadScenario(kit, bytes.toString("utf8"), file);
}

/** All of them, or BadInput with the problems of all. */
export function readScenarios(
  kit: Protocol,
  files: readonly string[],
  cwd: string,
): readonly Scenario[] {
  const scenarios: Scenario[] = [];
  const problems = problemsIn(files, (file) => scenarios.push(readScenario(kit, file, cwd)));
  if (problems.length > 0) throw new BadInput(problems);
  return scenarios;
}

/** By content: packed, or with a trace's header at its very beginning. */
export function isTrace(bytes: Buffer): boolean {
  return isPacked(bytes) || /^\s*\{\s*"header"\s*:/.test(bytes.toString("utf8", 0, HEAD));
}

const HEAD = 256;

/** Whoever names a file so wants to hear what is wrong with it as a trace. */
export function isNamedTrace(file: string): boolean {
  return /\.ndjson(?:\.gz)?$/i.test(file);
}

/** A trace whose end is missing is read as far as it goes, with a note. */
export function traceOf(bytes: Buffer, file: string, io: Io): ReadTrace {
  const { plain, damage } = unpacked(bytes);
  const read = readTrace(linesOf(plain), file, { crc: crc32, damage });
  const { trace, cut } = read;
  const { mutant } = trace.header;
  if (typeof mutant === "string")
    note(io, `${file} — it was played with a defect put in: ${mutant}`);
  if (cut !== null) note(io, `${cut}; read ${trace.footer.events} events before it`);
  return read;
}

/** Compressed if the name ends in .gz. */
export function traceBytes(trace: Trace, file: string): Buffer {
  const packs = file.endsWith(".gz");
  const pieces: Buffer[] = [];
  let piece = "";
  // A long trace is longer than a string can be; packed pieces, one after another, are one file.
  const flush = (): void => {
    if (piece !== "") pieces.push(packs ? gzipSync(piece) : Buffer.from(piece, "utf8"));
    piece = "";
  };
  for (const line of traceLines(trace, crc32)) {
    piece += `${line}\n`;
    if (piece.length > PIECE) flush();
  }
  flush();
  return Buffer.concat(pieces);
}

const PIECE = 8_388_608;

/** Likewise when it is read: line by line, from its bytes. */
function linesOf(bytes: Buffer): Lines {
  /** Where each line begins, as far as they were looked for. */
  const starts = [0];
  const endOf = (from: number): number => {
    const end = bytes.indexOf(NEWLINE, from);
    return end < 0 ? bytes.length : end;
  };
  return {
    *all() {
      for (let n = 0; ; n++) {
        const from = starts[n] ?? 0;
        const end = endOf(from);
        if (n + 1 === starts.length && end < bytes.length) starts.push(end + 1);
        yield bytes.toString("utf8", from, end);
        if (end === bytes.length) return;
      }
    },
    at(n) {
      const from = starts[n] ?? bytes.length;
      return bytes.toString("utf8", from, endOf(from));
    },
  };
}

const NEWLINE = 10;

function isPacked(bytes: Buffer): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

interface Unpacked {
  readonly plain: Buffer;
  /** Why there is no more of it. */
  readonly damage: string | null;
}

/** By content, not by name. A stream that was cut or damaged gives what it holds. */
function unpacked(bytes: Buffer): Unpacked {
  if (!isPacked(bytes)) return { plain: bytes, damage: null };
  const whole = inflated(bytes);
  if (whole.damage === null) return whole;
  // Node's gunzip gives all or nothing: the longest beginning that it takes is searched for.
  let plain: Buffer = Buffer.alloc(0);
  let [good, bad] = [0, bytes.length];
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    const part = inflated(bytes.subarray(0, middle));
    if (part.damage === null) [good, plain] = [middle, part.plain];
    else bad = middle;
  }
  return { plain, damage: whole.damage };
}

function inflated(bytes: Buffer): Unpacked {
  try {
    const plain = gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH });
    return { plain, damage: null };
  } catch (error) {
    return { plain: Buffer.alloc(0), damage: (error as Error).message };
  }
}

/** Once and whole: it may be a pipe. */
export function readBytes(file: string, cwd: string): Buffer {
  try {
    return readFileSync(resolve(cwd, file));
  } catch (error) {
    throw new BadInput([`${file} — cannot be read: ${reasonOf(error)}`]);
  }
}

/** Looks at every file, however many are broken, and returns what is wrong with them. */
export function problemsIn(files: readonly string[], look: (file: string) => void): string[] {
  const problems: string[] = [];
  for (const file of files) {
    try {
      look(file);
    } catch (error) {
      if (!(error instanceof BadInput)) throw error;
      problems.push(...error.problems);
    }
  }
  return problems;
}
