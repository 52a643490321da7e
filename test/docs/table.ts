/** Tables of a Markdown page as rows of cells, found by the heading they stand under. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

const DOCS = join(import.meta.dirname, "../../docs");

export function pathOf(page: string): string {
  return join(DOCS, page);
}

export function readPage(page: string): string {
  return readFileSync(pathOf(page), "utf8");
}

export type Row = readonly string[];

/** Rows of all tables below a heading, up to the next heading. Header rows are left out. */
export function rowsUnder(page: string, heading: string): readonly Row[] {
  const lines = page.split("\n");
  return bodyLines(lines, heading).map((index) => cellsOf(lines[index] ?? ""));
}

/** The page with other rows in the table below a heading, for tables that the code writes. */
export function withRows(page: string, heading: string, rows: readonly Row[]): string {
  const lines = page.split("\n");
  const old = bodyLines(lines, heading);
  const first = old[0];
  if (first === undefined) throw new Error(`no table stands under ${heading}`);
  const texts = rows.map((row) => `| ${row.join(" | ")} |`);
  return lines.toSpliced(first, old.length, ...texts).join("\n");
}

/** The page with other sub-sections below a second-level heading, after its opening paragraph. */
export function withSection(page: string, heading: string, text: string): string {
  const start = page.indexOf(`\n## ${heading}\n`);
  if (start < 0) throw new Error(`no heading is called ${heading}`);
  const first = page.indexOf("\n### ", start);
  const end = page.slice(first).search(/\n(?:## |\[[^\]]+\]: )/);
  return `${page.slice(0, first + 1)}${text}${page.slice(first + end)}`;
}

/** The page with these link definitions at its end, in the order of their names. */
export function withLinks(page: string, targets: ReadonlyMap<string, string>): string {
  const body = page.replace(/(?:\n\[[^\]]+\]: \S+)+\n*$/, "\n").trimEnd();
  const names = [...targets.keys()].sort();
  return `${body}\n\n${names.map((name) => `[${name}]: ${targets.get(name)}`).join("\n")}\n`;
}

/** Numbers of the lines that are rows. */
function bodyLines(lines: readonly string[], heading: string): readonly number[] {
  const start = lines.findIndex((line) => line.replace(/^#+\s+/, "").trim() === heading);
  if (start < 0) throw new Error(`no heading is called ${heading}`);
  const rows: number[] = [];
  for (let at = start + 1; at < lines.length && !/^#+\s/.test(lines[at] ?? ""); at++) {
    if (lines[at]?.startsWith("|") && !isRule(lines[at]) && !isRule(lines[at + 1])) rows.push(at);
  }
  return rows;
}

function isRule(line: string | undefined): boolean {
  return line !== undefined && /^\|[\s:|-]+\|$/.test(line) && line.includes("-");
}

function cellsOf(line: string): Row {
  const cells = line.split(/(?<!\\)\|/).slice(1, -1);
  return cells.map((cell) => cell.trim());
}

/** The words of a text that stand as code, `a` and `b`; blocks are left out. */
export function wordsIn(text: string): readonly string[] {
  const prose = text.replaceAll(/^```[^]*?^```$/gm, "");
  return [...prose.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? "");
}
