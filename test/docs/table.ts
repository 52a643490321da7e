/** Tables of a Markdown page as rows of cells, found by the heading they stand under. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

const DOCS = join(import.meta.dirname, "../../docs");

export function readPage(name: string): string {
  return readFileSync(join(DOCS, name), "utf8");
}

/** Rows of all tables below a heading, up to the next heading. Header rows are left out. */
export function rowsUnder(page: string, heading: string): readonly (readonly string[])[] {
  const lines = page.split("\n");
  const start = lines.findIndex((line) => /^#+\s/.test(line) && headingText(line) === heading);
  if (start < 0) throw new Error(`no heading is called ${heading}`);
  const length = lines.slice(start + 1).findIndex((line) => /^#+\s/.test(line));
  const section = lines.slice(start + 1, length < 0 ? undefined : start + 1 + length);
  return section.flatMap((line, index) => {
    const isRule = (text: string | undefined): boolean => /^\|[\s:|-]+\|$/.test(text ?? "");
    if (!line.startsWith("|") || isRule(line) || isRule(section[index + 1])) return [];
    return [cellsOf(line)];
  });
}

function headingText(line: string): string {
  return line.replace(/^#+\s+/, "").trim();
}

function cellsOf(line: string): readonly string[] {
  const cells = line.split(/(?<!\\)\|/).slice(1, -1);
  return cells.map((cell) => cell.trim());
}

/** The words of a text that stand as code: `a` and `b`. */
export function wordsIn(text: string): readonly string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? "");
}
