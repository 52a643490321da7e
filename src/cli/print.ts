/** Results for a person at a terminal: one block a scenario, and a total. */
import { formatDuration } from "../core/units.ts";
import { type Failure, failureText } from "../report/failure.ts";
import { asksNothing, passed, type Result, type RowResult } from "../report/result.ts";
import { plural, runLine, sweepLine, totalLine, unboundLine } from "../report/summary.ts";
import type { Scenario } from "../scenario/model.ts";
import { type Io, say } from "./output.ts";
import { columns } from "./table.ts";

/**
 * What it was, row by row, then why not, then what it amounted to: the verdict stands last.
 * `each`: promises that were kept have a row each, however many they are.
 */
export function printResult(
  io: Io,
  result: Result,
  scenario: Scenario,
  { each = false }: { readonly each?: boolean } = {},
): void {
  say(io, heading(io, result, scenario));
  // Of a sweep only rows that failed somewhere are worth a line.
  const sweep = result.groups.length > 0 || result.digest === null;
  const all = each ? result.rows : gathered(result.rows);
  const rows = sweep ? result.rows.filter((row) => !row.passed) : all;
  if (rows.length > 0) say(io, `\n${rowTable(io, rows)}`);
  if (result.groups.length > 0) say(io, `\n${groupTable(io, result)}`);
  if (result.unbound !== null) say(io, `\n${io.paint.dim(`— ${unboundLine(result.unbound)}`)}`);
  for (const failure of result.failures) say(io, `\n${block(io, failure)}`);
  const line = sweep ? sweepLine(result) : runLine(result);
  say(io, `\n${sign(io, [result])} ${line}`);
}

const KEPT_SHOWN = 8;

/** Many promises that were kept are one row: what the scenario is about stands in the others. */
function gathered(rows: readonly RowResult[]): readonly RowResult[] {
  const isKept = ({ outcome }: RowResult): boolean =>
    outcome?.invariant !== undefined && outcome.passed;
  const kept = rows.filter(isKept);
  const [first] = kept;
  if (first === undefined || kept.length <= KEPT_SHOWN) return rows;
  const one = { ...first, row: `${kept.length} promises about every run` };
  return rows.flatMap((row) => (row === first ? [one] : isKept(row) ? [] : [row]));
}

/** Only for several. */
export function printTotal(io: Io, results: readonly Result[]): void {
  if (results.length < 2) return;
  say(io, `\n${sign(io, results)} ${totalLine(results)}`);
}

/** Where nothing was asked there is nothing to be glad of. */
function sign({ paint }: Io, results: readonly Result[]): string {
  if (results.every(asksNothing)) return paint.dim("—");
  return results.every(passed) ? paint.good("✓") : paint.bad("✗");
}

/** Everything that is needed to have the same run again. */
function heading({ paint }: Io, result: Result, scenario: Scenario): string {
  const { profile, seeds, virtual, runs } = result;
  const many = runs > 1 ? `seeds ${seeds}` : `seed ${seeds}`;
  const until = runs > 1 ? scenario.until : virtual;
  const facts = [
    many,
    `profile ${profile}`,
    plural(scenario.nodes.length, "node"),
    `until ${formatDuration(until)}`,
  ];
  return `${paint.bold(result.scenario)} · ${facts.join(" · ")}`;
}

function rowTable({ paint }: Io, rows: readonly RowResult[]): string {
  return columns(
    rows.map(({ row, passed: good, when }) => [
      good ? paint.good("✓") : paint.bad("✗"),
      good ? row : paint.bad(row),
      good ? paint.dim(when) : when,
    ]),
    "  ",
  );
}

/** Ways to fail, the commonest first. */
function groupTable({ paint }: Io, { groups }: Result): string {
  const lines = groups.map(({ row, seeds, smallest, examples }) => {
    const more = seeds > examples.length ? ", …" : "";
    return [
      paint.bad(`${seeds} failed`),
      `first fails: ${row}`,
      `smallest seed ${smallest}`,
      paint.dim(`seeds ${examples.join(", ")}${more}`),
    ];
  });
  return columns(lines, "  ");
}

/** Only the heading has a colour: the rest is to be copied. */
function block({ paint }: Io, failure: Failure): string {
  const [head = "", ...rest] = failureText(failure).split("\n");
  return [paint.bad(head), ...rest].join("\n");
}
