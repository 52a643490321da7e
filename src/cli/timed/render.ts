/** What a node answered, for a person: a record as lines, rows as a table. */
import { formatDuration, SECOND } from "../../core/units.ts";
import type { Column, Row } from "../../kit/view.ts";
import type { Io } from "../output.ts";
import { columns } from "../table.ts";

export type Columns = Readonly<Record<string, Column>>;

/** One line a value, also what is too wide for tables. */
export function recordText(io: Io, shown: Columns, row: Row): string {
  return columns(
    Object.entries(shown).map(([name, column]) => [
      io.paint.dim(name),
      cell(column, row[name] ?? null),
    ]),
  );
}

export function tableText(io: Io, shown: Columns, rows: readonly Row[]): string {
  const narrow = Object.entries(shown).filter(([, column]) => column.wide !== true);
  const head = narrow.map(([name]) => io.paint.dim(name));
  const body = rows.map((row) => narrow.map(([name, column]) => cell(column, row[name] ?? null)));
  return columns([head, ...body]);
}

function cell({ unit }: Column, value: Row[string]): string {
  if (value === null) return "-";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "string") return value;
  if (unit === "seconds") return formatDuration(rounded(value) * SECOND);
  if (unit === "milliseconds") return `${value}ms`;
  return unit === "bytes" ? bytes(value) : String(value);
}

function rounded(seconds: number): number {
  return Math.round(seconds);
}

const KIBI = 1_024;
const SIZES = ["B", "KiB", "MiB", "GiB", "TiB"];

function bytes(count: number): string {
  let size = count;
  let step = 0;
  while (size >= KIBI && step < SIZES.length - 1) {
    size /= KIBI;
    step++;
  }
  return `${step === 0 ? size : size.toFixed(1)} ${SIZES[step]}`;
}
