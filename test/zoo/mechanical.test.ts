/** docs/mutation.md: whom it calls a survivor is a mutant, and its numbers add up. */
import { expect, test } from "vitest";
import { readPage, rowsUnder } from "../docs/table.ts";
import { mutants } from "./mechanical.ts";

const page = readPage("mutation.md");
const ids = mutants.map(({ id }) => id);

interface Group {
  readonly count: number;
  readonly named: readonly string[];
}

function groupsUnder(heading: string): readonly Group[] {
  return rowsUnder(page, heading).map(([count = "", , named = ""]) => {
    return {
      count: Number(count),
      named: [...named.matchAll(/`([^`]+)`/g)].map(([, id = ""]) => id),
    };
  });
}

const all = groupsUnder("Equivalent");

test("who survives is a mutant, and named once", () => {
  const named = all.flatMap((group) => group.named);
  expect(named.filter((id) => !ids.includes(id))).toEqual([]);
  expect(new Set(named).size).toBe(named.length);
});

test("the counts are those of the names", () => {
  for (const { count, named } of all) expect(named).toHaveLength(count);
  const kinds = rowsUnder(page, "Measured").map((row) => row.slice(1).map(Number));
  const sum = (column: number): number => kinds.reduce((all, row) => all + (row[column] ?? 0), 0);
  const size = all.flatMap(({ named }) => named).length;
  expect(sum(0)).toBe(ids.length);
  expect(sum(0) - sum(1)).toBe(size);
  expect(sum(3)).toBe(size);
});
