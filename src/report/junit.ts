/**
 * Results as JUnit XML. Names are stable, `scenario › row`: seeds stand in properties and texts, so
 * that a server that keeps history recognises a row from run to run.
 */
import { type Failure, failureText } from "./failure.ts";
import { formatDuration } from "../core/units.ts";
import { placeOf } from "./place.ts";
import { asksNothing, type Result, type RowResult } from "./result.ts";

/** A whole document, newline at the end. `problems`: why something was not run, or not kept. */
export function junit(results: readonly Result[], problems: readonly string[] = []): string {
  const suites = [...results.map(suite), ...(problems.length === 0 ? [] : [refused(problems)])];
  const tests = sum(suites, ({ tests: count }) => count);
  const failures = sum(suites, ({ failures: count }) => count);
  const errors = problems.length === 0 ? {} : { errors: problems.length };
  const time = seconds(sum(results, ({ wall }) => wall));
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes({ name: "timesim", tests, failures, ...errors, time })}>`,
    ...suites.flatMap(({ lines }) => lines),
    "</testsuites>\n",
  ].join("\n");
}

interface Suite {
  readonly tests: number;
  readonly failures: number;
  readonly lines: readonly string[];
}

interface Case {
  readonly name: string;
  readonly place: string;
  readonly failure: Failure | null;
  /** Failed, though no block tells how: another row of the same run came first. */
  readonly failed: string | null;
}

/** One scenario. What differs from run to run stands in its properties. */
function suite(result: Result): Suite {
  const cases = casesOf(result);
  const failures = cases.filter(({ failed }) => failed !== null).length;
  const silent = asksNothing(result);
  const tests = silent ? 1 : cases.length;
  const skipped = silent ? { skipped: 1 } : {};
  const head = { name: result.scenario, file: result.file, tests, failures, ...skipped };
  const properties = {
    seed: result.seeds,
    profile: result.profile,
    digest: result.digest ?? "-",
    virtual: formatDuration(result.virtual),
    runs: result.runs,
  };
  return {
    tests,
    failures,
    lines: [
      `  <testsuite${attributes({ ...head, time: seconds(result.wall) })}>`,
      "    <properties>",
      ...Object.entries(properties).map(
        ([name, value]) => `      <property${attributes({ name, value })}/>`,
      ),
      "    </properties>",
      ...(silent ? skippedLines(result) : cases.flatMap((one) => caseLines(one, result))),
      `    <system-out>${text(`repeat: ${result.repeat}`)}</system-out>`,
      "  </testsuite>",
    ],
  };
}

/** Else who reads nothing but this would take a file that cannot be read for one that passed. */
function refused(problems: readonly string[]): Suite {
  const count = problems.length;
  const head = { name: "timesim", tests: count, failures: 0, errors: count, time: seconds(0) };
  return {
    tests: count,
    failures: 0,
    lines: [
      `  <testsuite${attributes(head)}>`,
      ...problems.flatMap((problem) => {
        const { file, line, what } = placeOf(problem);
        const names = { name: what, classname: "timesim", ...(file === "" ? {} : { file, line }) };
        return [
          `    <testcase${attributes(names)}>`,
          `      <error${attributes({ message: problem })}/>`,
          "    </testcase>",
        ];
      }),
      "  </testsuite>",
    ],
  };
}

/** The rows, then failures that are no row: a crash. Equal names are numbered. */
function casesOf(result: Result): readonly Case[] {
  const rows = result.rows.map((row): Case => {
    const failure = result.failures.find((one) => one.place === row.place && one.row === row.row);
    const failed = row.passed ? null : row.when;
    return { name: row.row, place: row.place, failure: failure ?? null, failed };
  });
  const others = result.failures.filter((failure) => !isRow(failure, result.rows));
  const extra = others.map((failure): Case => {
    return { name: failure.row, place: failure.place, failure, failed: failure.row };
  });
  const seen = new Map<string, number>();
  return [...rows, ...extra].map((one) => {
    const count = (seen.get(one.name) ?? 0) + 1;
    seen.set(one.name, count);
    return count === 1 ? one : { ...one, name: `${one.name} #${count}` };
  });
}

/** Goldens are rows, crashes and nondeterminism are not. */
function isRow(failure: Failure, rows: readonly RowResult[]): boolean {
  return rows.some((row) => row.place === failure.place && row.row === failure.row);
}

/** File and line are attributes of their own: servers link to them. */
function caseLines({ name, place, failure, failed }: Case, result: Result): readonly string[] {
  const [, file = place, line = "1"] = /^(.*):(\d+):\d+$/.exec(place) ?? [];
  const title = `${result.scenario} › ${name}`;
  const names = { name: title, classname: result.scenario, file, line };
  const head = `    <testcase${attributes(names)}`;
  if (failed === null) return [`${head}/>`];
  const type = failure?.kind ?? "row";
  const body = failure === null ? failed : failureText(failure);
  return [
    `${head}>`,
    `      <failure${attributes({ type, message: failed })}>${text(body)}</failure>`,
    "    </testcase>",
  ];
}

/** Servers show a suite without a test as well, or not at all; this one was not judged. */
function skippedLines({ scenario, file }: Result): readonly string[] {
  const names = { name: `${scenario} › expects nothing`, classname: scenario, file, line: "1" };
  return [
    `    <testcase${attributes(names)}>`,
    `      <skipped${attributes({ message: "nothing was asked" })}/>`,
    "    </testcase>",
  ];
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${text(String(value)).replaceAll("\n", "&#10;")}"`)
    .join("");
}

/** XML 1.0 has no place for control characters and lone surrogates, not even escaped. */
function text(value: string): string {
  return value
    .replaceAll(FORBIDDEN, "\ufffd")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

// oxlint-disable-next-line no-control-regex -- control characters are what this is about
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff\p{Surrogate}]/gu;

/** Real time, as the format has it. */
function seconds(millis: number): string {
  return (millis / 1_000).toFixed(3);
}

function sum<T>(items: readonly T[], count: (item: T) => number): number {
  return items.reduce((total, item) => total + count(item), 0);
}
