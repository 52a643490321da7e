/** Which scenario files are meant by files, folders and patterns, each once: regressions first. */
import { type Dirent, readdirSync, readFileSync, statSync, type Stats } from "node:fs";
import { join, resolve } from "node:path";
import { BadInput } from "../core/assert.ts";
import { literal } from "../core/literal.ts";
import { reasonOf } from "./system.ts";

const SCENARIO = /\.(?:ya?ml|json)$/i;
const MAGIC = /[*?{]/;

/**
 * A folder stands for all scenarios below it, a pattern (`*`, `**`, `?`, `{a,b}`) for what matches.
 * Only a plain name that is not there is an error: of a pattern nothing may be left over.
 */
export function selectFiles(words: readonly string[], cwd: string): readonly string[] {
  const missing: string[] = [];
  const found = words.flatMap((word): readonly string[] => {
    const status = statusOf(word, cwd);
    if (status?.isDirectory() === true) return scenariosBelow(word, cwd);
    if (status !== undefined) return [word];
    if (MAGIC.test(word)) return matching(word, cwd);
    missing.push(`${word} — there is no such file or folder`);
    return [];
  });
  if (missing.length > 0) throw new BadInput(missing);
  return [...new Set(found.map(tidied))].toSorted(byOrder);
}

/** A report is no scenario, though it is JSON, nor is what a real node is told, though YAML. */
function scenariosBelow(folder: string, cwd: string): readonly string[] {
  return below(folder, cwd).filter((file) => {
    return SCENARIO.test(file) && !isReport(file, cwd) && !isConfig(file, cwd);
  });
}

/** How both write a key of their own: YAML by hand, JSON in folders that a cluster leaves. */
const LISTEN = /^(?: {2})?"?listen"?\s*:/m;
const NODES = /^(?: {2})?"?nodes"?\s*:/m;

function isConfig(file: string, cwd: string): boolean {
  try {
    const text = readFileSync(resolve(cwd, file), "utf8");
    return LISTEN.test(text) && !NODES.test(text);
  } catch {
    // Whoever reads it as a scenario says so.
    return false;
  }
}

/** How every document of ours begins, which no scenario does. */
const REPORT = /^\s*\{\s*"format"\s*:\s*\d/;
/** What stands in a folder that is a report: of a run, a campaign, a zoo. The first says it. */
const FOLDERS = [["run.json", "summary.json"], ["campaign.json"], ["zoo.json"]] as const;

function isReport(file: string, cwd: string): boolean {
  if (!file.endsWith(".json")) return false;
  return REPORT.test(looked(file, () => readFileSync(resolve(cwd, file), "utf8")));
}

function looked<T>(path: string, look: () => T): T {
  try {
    return look();
  } catch (error) {
    throw new BadInput([`${path} — cannot be read: ${reasonOf(error)}`]);
  }
}

/** Undefined: nothing is there. */
function statusOf(path: string, cwd: string): Stats | undefined {
  return looked(path, () => statSync(resolve(cwd, path), { throwIfNoEntry: false }));
}

/**
 * Paths of the files below a folder, as the folder was written. Hidden ones are left alone, and
 * folders in it that are reports of ours.
 */
function below(folder: string, cwd: string): readonly string[] {
  return entriesOf(folder, cwd).flatMap((entry) => {
    if (entry.name.startsWith(".") || entry.name === "node_modules") return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return holdsReport(path, cwd) ? [] : below(path, cwd);
    return entry.isFile() || entry.isSymbolicLink() ? [path] : [];
  });
}

function entriesOf(folder: string, cwd: string): readonly Dirent[] {
  return looked(folder, () => readdirSync(resolve(cwd, folder), { withFileTypes: true }));
}

function holdsReport(folder: string, cwd: string): boolean {
  return FOLDERS.some((names) => {
    const isThere = (name: string): boolean => statusOf(join(folder, name), cwd)?.isFile() === true;
    return names.every(isThere) && isReport(join(folder, names[0]), cwd);
  });
}

/** Walks from the last folder before the first sign of a pattern, not from the root. */
function matching(pattern: string, cwd: string): readonly string[] {
  const clean = tidied(pattern);
  const parts = clean.split("/");
  const plain = parts.slice(
    0,
    Math.max(
      0,
      parts.findIndex((part) => MAGIC.test(part)),
    ),
  );
  const start = plain.join("/") || (clean.startsWith("/") ? "/" : ".");
  if (statusOf(start, cwd)?.isDirectory() !== true) return [];
  const wanted = globExpression(clean);
  const all = scenariosBelow(start, cwd).map((file) => file.replaceAll("\\", "/"));
  return all.filter((file) => wanted.test(file));
}

const GLOB = /\*\*\/|\*\*|\*|\?|\{([^{}]*)\}|[.+^$()|[\]\\}{]/g;

/** `*` and `?` stop at a slash, `**` does not. */
function globExpression(pattern: string): RegExp {
  const body = pattern.replaceAll(GLOB, (token, names?: string) => {
    if (token === "**/") return "(?:[^/]+/)*";
    if (token === "**") return ".*";
    if (token === "*") return "[^/]*";
    if (token === "?") return "[^/]";
    if (names !== undefined) return `(?:${names.split(",").map(literal).join("|")})`;
    return literal(token);
  });
  return new RegExp(`^${body}$`);
}

/** `./a//b.yaml` → `a/b.yaml`: one file has one name. */
function tidied(path: string): string {
  return path.replaceAll(/\/{2,}/g, "/").replace(/^(?:\.\/)+/, "");
}

/** What went wrong once goes wrong again soonest, and is small. */
function byOrder(a: string, b: string): number {
  const [first, second] = [isRegression(a), isRegression(b)];
  if (first !== second) return first ? -1 : 1;
  return a < b ? -1 : Number(a > b);
}

function isRegression(file: string): boolean {
  return /(?:^|\/)regressions\//.test(file);
}
