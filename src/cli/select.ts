/** Which scenario files are meant by files, folders and patterns, each once: regressions first. */
import { readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { BadInput } from "../core/assert.ts";
import { literal } from "../core/literal.ts";

const SCENARIO = /\.(?:ya?ml|json)$/i;
const MAGIC = /[*?{]/;

/**
 * A folder stands for all scenarios below it, a pattern (`*`, `**`, `?`, `{a,b}`) for what matches.
 * Only a plain name that is not there is an error: of a pattern nothing may be left over.
 */
export function selectFiles(words: readonly string[], cwd: string): readonly string[] {
  const missing: string[] = [];
  const found = words.flatMap((word): readonly string[] => {
    const status = statSync(resolve(cwd, word), { throwIfNoEntry: false });
    if (status?.isDirectory() === true) return below(word, cwd).filter(isScenario);
    if (status !== undefined) return [word];
    if (MAGIC.test(word)) return matching(word, cwd);
    missing.push(`${word} — there is no such file or folder`);
    return [];
  });
  if (missing.length > 0) throw new BadInput(missing);
  return [...new Set(found.map(tidied))].toSorted(byOrder);
}

function isScenario(file: string): boolean {
  return SCENARIO.test(file);
}

/** Paths of the files below a folder, as the folder was written. Hidden ones are left alone. */
function below(folder: string, cwd: string): readonly string[] {
  const entries = readdirSync(resolve(cwd, folder), { withFileTypes: true });
  return entries.flatMap((entry) => {
    if (entry.name.startsWith(".") || entry.name === "node_modules") return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return below(path, cwd);
    return entry.isFile() || entry.isSymbolicLink() ? [path] : [];
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
  if (statSync(resolve(cwd, start), { throwIfNoEntry: false })?.isDirectory() !== true) return [];
  const wanted = globExpression(clean);
  const all = below(start, cwd).map((file) => file.replaceAll("\\", "/"));
  return all.filter((file) => wanted.test(file) && isScenario(file));
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
