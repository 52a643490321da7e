/** What is wrong with a file, each as `file:line:col path — reason (did you mean "x"?)`. */
import type { ZodError } from "zod";
import { BadInput } from "../core/assert.ts";
import { type Found, foundBy } from "./forms.ts";
import { pathText, type Problem, type Source } from "./source.ts";

/** In the order of the file. */
export function refusal(file: string, problems: readonly Problem[]): BadInput {
  const sorted = problems.toSorted((a, b) => a.line - b.line || a.column - b.column);
  const lines = sorted.map(
    ({ line, column, path, reason }) => `${file}:${line}:${column} ${path} — ${reason}`,
  );
  // Nodes written as one entry (n{1..20}) make the same mistake twenty times.
  return new BadInput([...new Set(lines)]);
}

/** Each problem where its part stands. */
export function located(all: readonly Found[], source: Source, whole?: string): Problem[] {
  return all.map(({ path, key, reason }): Problem => {
    if (key === null) return { ...source.locate(path), path: pathText(path, whole), reason };
    return { ...source.locateKey(path, key), path: pathText([...path, key], whole), reason };
  });
}

/** A misspelt key is missing under its right name, too: one mistake, one line. */
export function foundIn(error: ZodError): readonly Found[] {
  const all = foundBy(error);
  const meant = new Set<string>();
  for (const { path, key, reason } of all) {
    const word = /\(did you mean "(.+)"\?\)$/.exec(reason)?.[1];
    if (key !== null && word !== undefined) meant.add(pathText([...path, word]));
  }
  return all.filter(({ path, key, reason }) => {
    return key !== null || !reason.startsWith("is missing") || !meant.has(pathText(path));
  });
}
