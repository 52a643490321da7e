/**
 * The rules of style.md and architecture.md that a machine can check, after TigerBeetle's
 * tidy.zig. Pure: files in, faults out. A fault reads `path:line: message, use X`.
 */
import { functions } from "./functions.ts";
import type { Ban } from "./layers.ts";
import {
  allowedFor,
  BANNED_GLOBALS,
  BANNED_MATHS,
  BANNED_WORDS,
  ENTRIES,
  FACES,
  folderOf,
  layerMessage,
  PACKAGES,
  PLATFORM,
  PROTOCOL_FILES,
  PROTOCOL_WORD,
  SHARED_FACE,
  VARYING,
} from "./layers.ts";
import type { Import } from "./source.ts";
import { blank, imports, lineAt, workers } from "./source.ts";

const FILE_LINES_MAX = 400;
const FUNCTION_LINES_MAX = 60;
const COLUMNS_MAX = 100;
const OPENING_LINES = 30;

export interface SourceFile {
  /** Below src, with `/`. */
  readonly path: string;
  readonly text: string;
}

interface Parsed extends SourceFile {
  readonly code: string;
  readonly imports: readonly Import[];
  readonly workers: readonly Import[];
}

type Report = (line: number, message: string) => void;

/** Every fault of every file, in order of path and line. */
export function check(files: readonly SourceFile[]): string[] {
  const parsed = files.map(parse);
  return [...parsed.flatMap(faultsOf), ...deadFiles(parsed)];
}

function parse(file: SourceFile): Parsed {
  const code = blank(file.text);
  return {
    ...file,
    code,
    imports: imports(file.text, code),
    workers: workers(file.text, code),
  };
}

function faultsOf(file: Parsed): string[] {
  const faults: { line: number; text: string }[] = [];
  const report: Report = (line, message) => {
    faults.push({ line, text: `src/${file.path}:${line}: ${message}` });
  };
  checkImports(file, report);
  checkNames(file, report);
  checkWords(file, report);
  checkSyntax(file, report);
  checkSizes(file, report);
  checkFile(file, report);
  return faults.toSorted((a, b) => a.line - b.line).map((fault) => fault.text);
}

function checkImports(file: Parsed, report: Report): void {
  for (const { specifier, line } of file.imports) {
    if (specifier.startsWith(".")) checkRelative(file.path, specifier, line, report);
    else if (specifier.startsWith("node:")) {
      if (PLATFORM.includes(folderOf(file.path))) continue;
      report(line, `${specifier} outside ${PLATFORM.join(", ")}, use a capability passed in`);
    } else {
      const places = Object.hasOwn(PACKAGES, specifier) ? PACKAGES[specifier] : undefined;
      if (places?.some((place) => file.path.startsWith(place)) === true) continue;
      const instead = places?.join(" or ") ?? "a package of the table in test/tidy/layers.ts";
      report(line, `package ${specifier} has no place here, use ${instead}`);
    }
  }
}

function checkRelative(path: string, specifier: string, line: number, report: Report): void {
  if (!specifier.endsWith(".ts")) report(line, `import of ${specifier}, use its .ts file`);
  const target = resolve(path, specifier);
  if (target.startsWith("..")) {
    report(line, `import of ${specifier} leaves src, use an argument`);
  } else if (target === SHARED_FACE && FACES.includes(path)) {
    return;
  } else if (FACES.includes(target)) {
    report(line, `${target} is a public face, use the file that it re-exports`);
  } else if (folderOf(target) !== folderOf(path)) {
    if (allowedFor(path)?.includes(folderOf(target)) === true) return;
    report(line, `${layerMessage(path)}; not ${folderOf(target)}, use an argument or move it`);
  }
}

function checkNames(file: Parsed, report: Report): void {
  const folder = folderOf(file.path);
  const isExact = (folder === "engine" || folder === "masternode") && !isLatency(file.path);
  const bans = [
    ...(PLATFORM.includes(folder) ? [] : [...BANNED_GLOBALS, ...BANNED_WORDS, ...BANNED_MATHS]),
    ...(isExact ? VARYING : []),
  ];
  for (const ban of bans) checkName(file.code, ban, report);
}

/** Words as well as imports: a comment that explains by one protocol thinks in it. */
function checkWords({ path, text }: Parsed, report: Report): void {
  const knows = [...FACES, ...PROTOCOL_FILES].includes(path) || folderOf(path) === "masternode";
  if (knows) return;
  for (const [index, line] of text.split("\n").entries()) {
    // Who may import it is the layers' matter.
    const word = PROTOCOL_WORD.exec(line.replaceAll(/"\.[^"]*"/g, ""))?.[0];
    if (word !== undefined) report(index + 1, `${word} outside masternode/, use the kit's words`);
  }
}

function isLatency(path: string): boolean {
  return path === "engine/latency.ts";
}

/** A property of that name (`x.process`, `process:`) is another thing. */
function checkName(code: string, ban: Ban, report: Report): void {
  const name = ban.name.replace(".", "\\s*\\.\\s*");
  const use = new RegExp(`(?<![\\w$#]|(?<!\\.\\.)\\.\\s*)${name}(?![\\w$]|\\??:)`, "g");
  for (const match of code.matchAll(use)) {
    report(lineAt(code, match.index), `${ban.name}, use ${ban.instead}`);
  }
}

const SYNTAX: readonly { readonly pattern: RegExp; readonly message: string }[] = [
  { pattern: /\.\s*toLocale\w+/g, message: "locale-dependent text, use core/units.ts" },
  { pattern: /\.\s*localeCompare\b/g, message: "localeCompare, use < on code units" },
  { pattern: /\bIntl\s*\./g, message: "Intl, use core/units.ts" },
  { pattern: /\.\s*(?:sort|toSorted)\s*\(\s*\)/g, message: "bare sort(), use a comparator" },
  { pattern: /\bexport\s+default\b/g, message: "export default, use a named export" },
  { pattern: /\bexport\s*\{[^}]*\bas\s+default\b/g, message: "default, use a named export" },
  { pattern: /\benum\s+[\w$]+\s*\{/g, message: "enum, use a union of literals" },
  { pattern: /\b(?:namespace|module)\s+[\w$.]+\s*\{/g, message: "namespace, use a module" },
];

function checkSyntax(file: Parsed, report: Report): void {
  for (const { pattern, message } of SYNTAX) {
    for (const match of file.code.matchAll(pattern)) {
      report(lineAt(file.code, match.index + match[0].search(/\S/)), message);
    }
  }
}

function checkSizes(file: Parsed, report: Report): void {
  const lines = file.text.replace(/\n$/, "").split("\n");
  if (lines.length > FILE_LINES_MAX) {
    report(lines.length, `${lines.length} lines of at most ${FILE_LINES_MAX}, use two files`);
  }
  for (const [index, line] of lines.entries()) {
    const columns = [...line].length;
    if (columns <= COLUMNS_MAX) continue;
    report(index + 1, `${columns} columns of at most ${COLUMNS_MAX}, use two lines`);
  }
  for (const { first, last } of functions(file.code)) {
    const length = last - first + 1;
    if (length <= FUNCTION_LINES_MAX) continue;
    report(first, `function of ${length} lines, at most ${FUNCTION_LINES_MAX}, use two`);
  }
}

const EMPTY_NAME = /(?:manager|helper|util|utility|utilities|impl|service)s?(?=[-_./]|$)/i;
const RE_EXPORT = /\b(?:import|export)\b[^"'`;()=]*?\bfrom\s*["'] *["']\s*;?/g;
const EXPORT_LIST = /\bexport\s+(?:type\s+)?\{[^}]*\}\s*;?/g;

function checkFile(file: Parsed, report: Report): void {
  const empty = EMPTY_NAME.exec(file.path)?.[0];
  if (empty !== undefined) report(1, `"${empty}" says nothing, use the name of what it exports`);
  if (allowedFor(file.path) === undefined) {
    report(1, `${folderOf(file.path)} is not in the layer table, use test/tidy/layers.ts`);
  }
  const rest = file.code.replaceAll(RE_EXPORT, "").replaceAll(EXPORT_LIST, "").trim();
  const exports = /\bexport\b/.test(file.code);
  if (exports && rest === "" && file.path !== "index.ts") {
    report(1, "a file that only re-exports, use the files themselves");
  }
  const opening = file.text.split("\n").slice(0, OPENING_LINES).join("\n");
  if (!/^\s*\/\*\*/m.test(opening)) {
    report(1, `no comment in the first ${OPENING_LINES} lines, use /** what this is for */`);
  }
}

/** Files that nobody imports and that are no entry. A file does not keep itself alive. */
function deadFiles(files: readonly Parsed[]): string[] {
  const alive = new Set(ENTRIES);
  for (const file of files) {
    for (const { specifier } of [...file.imports, ...file.workers]) {
      const target = resolve(file.path, specifier).replace(/\.js$/, ".ts");
      if (target !== file.path) alive.add(target);
    }
  }
  const dead = files.filter((file) => !alive.has(file.path));
  return dead.map((file) => `src/${file.path}:1: imported by no file of src, use it or delete it`);
}

/** A relative specifier as a path below src; one that leaves src begins with `..`. */
function resolve(from: string, specifier: string): string {
  const parts = from.split("/").slice(0, -1);
  for (const part of specifier.split("/")) {
    if (part === "..") {
      if (parts.length === 0 || parts.at(-1) === "..") parts.push("..");
      else parts.pop();
    } else if (part !== ".") {
      parts.push(part);
    }
  }
  return parts.join("/");
}
