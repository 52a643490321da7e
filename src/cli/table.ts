/** Columns on the terminal, through the table package: it knows how wide letters are. */
import Table from "cli-table3";
import { TABLE } from "./color.ts";

/** No frame, two spaces between columns, none at the ends of lines. */
export function columns(rows: readonly (readonly string[])[], indent = ""): string {
  if (rows.length === 0) return "";
  const table = new Table(TABLE);
  table.push(...rows.map((row) => [...row]));
  const lines = table.toString().split("\n");
  return lines.map((line) => (indent + line).trimEnd()).join("\n");
}
