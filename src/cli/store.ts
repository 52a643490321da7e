/**
 * Run folders: `reports/<UTC time>-<name>-<seed>/`, with `latest` pointing at the last finished
 * one, or at the last of a command that failed. A folder is written as `….partial` and renamed at
 * the end, so what has its name is whole.
 */
import { existsSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { failureText } from "../report/failure.ts";
import { resultDocument } from "../report/json.ts";
import { junit } from "../report/junit.ts";
import { logLines } from "../report/log.ts";
import { passed, type Result } from "../report/result.ts";
import type { Trace } from "../trace/trace.ts";
import { traceBytes } from "./files.ts";
import type { Host } from "./output.ts";
import type { Protocol } from "./protocol.ts";
import { makeFolders } from "./system.ts";
import { version } from "./version.ts";

export interface Stored {
  readonly result: Result;
  /** The run's own, or a sweep's failing ones by seed. */
  readonly traces: readonly Trace[];
  /** When the command began this one, in milliseconds since 1970. */
  readonly started: number;
  /** Whether `latest` is to be this one. */
  readonly latest: boolean;
  /** What the nodes themselves logged, by name: of real ones. Their trace is kept in any case. */
  readonly logs?: ReadonlyMap<string, string>;
}

/** The folder's path below `reports`, as it was written. */
export function storeRun(host: Host, kit: Protocol, reports: string, stored: Stored): string {
  const { result, traces, started, latest, logs: own } = stored;
  const base = resolve(host.cwd, reports);
  makeFolders(base);
  const name = `${stamp(started)}-${slug(result.scenario)}-${slug(result.seeds)}`;
  const folder = newFolder(base, name);
  const partial = `${folder.path}.partial`;
  const put = (path: string, data: string | Uint8Array): void => {
    makeFolders(dirname(join(partial, path)));
    writeFileSync(join(partial, path), data);
  };
  put("run.json", json(runFacts(host, result, started)));
  put("summary.json", json(resultDocument(result)));
  put("junit.xml", junit([result]));
  if (result.failures.length > 0) {
    put("failure.txt", `${result.failures.map(failureText).join("\n\n")}\n`);
  }
  for (const trace of traces) {
    const below = result.runs === 1 ? "" : `failures/${slug(trace.header.seed)}/`;
    for (const [node, text] of own ?? logs(kit, trace)) put(`${below}${node}/timed.log`, text);
    if (!passed(result) || own !== undefined) {
      const file = `${below}trace.ndjson.gz`;
      put(file, traceBytes(trace, file));
    }
  }
  renameSync(partial, folder.path);
  if (latest) pointAt(base, folder.name);
  return join(reports, folder.name);
}

/** Where, when and by what words: all that the result itself does not depend on. */
function runFacts(host: Host, result: Result, started: number): unknown {
  const { scenario, file, profile, seeds, repeat } = result;
  return {
    format: 1,
    timesim: version(),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    argv: host.argv,
    cwd: host.cwd,
    scenario,
    file,
    profile,
    seeds,
    repeat,
    started: new Date(started).toISOString(),
    ended: new Date(host.now()).toISOString(),
    passed: passed(result),
  };
}

/** A name nobody has, its `.partial` made. Two programs may start in one second. */
function newFolder(base: string, name: string): { readonly path: string; readonly name: string } {
  for (let count = 1; ; count++) {
    const own = count === 1 ? name : `${name}-${count}`;
    const path = join(base, own);
    if (existsSync(path)) continue;
    try {
      mkdirSync(`${path}.partial`);
      return { path, name: own };
    } catch (error) {
      if ((error as { readonly code?: unknown }).code !== "EEXIST") throw error;
    }
  }
}

/** `latest` moves in one step: who follows it finds a whole folder at any moment. */
function pointAt(base: string, name: string): void {
  const fresh = join(base, `latest.${process.pid}`);
  try {
    rmSync(fresh, { force: true });
    symlinkSync(name, fresh);
    renameSync(fresh, join(base, "latest"));
  } catch {
    // Windows without developer mode has no links for us.
    rmSync(fresh, { force: true });
    writeFileSync(join(base, "latest.txt"), `${name}\n`);
  }
}

/** Every node has a file, also one that never said a word. */
function logs(kit: Protocol, trace: Trace): ReadonlyMap<string, string> {
  const lines = new Map<string, string[]>(trace.header.nodes.map(({ name }) => [name, []]));
  for (const { node, text } of logLines(trace, kit.vocabulary)) {
    lines.get(trace.header.nodes[node]?.name ?? "")?.push(`${text}\n`);
  }
  return new Map([...lines].map(([name, own]) => [name, own.join("")]));
}

/** `2026-11-22T17-20-11Z`. */
function stamp(millis: number): string {
  return `${new Date(millis).toISOString().slice(0, 19).replaceAll(":", "-")}Z`;
}

const SLUG_MAX = 40;

/** Names and seeds are any text; a folder's name is not. */
function slug(text: string): string {
  return text.replaceAll(/[^\w.-]/g, "_").slice(0, SLUG_MAX) || "_";
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
