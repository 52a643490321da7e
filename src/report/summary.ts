/** Results in one line each: when a row came true, and what a run or a sweep amounted to. */
import { formatDuration, formatTime } from "../core/units.ts";
import type { Outcome, Unbound } from "../trace/outcome.ts";
import { partText, wrongParts } from "./part.ts";
import { asksNothing, passed, type Result, type RowResult } from "./result.ts";

/** A row of one run. */
export function rowResult(outcome: Outcome): RowResult {
  const { row, place } = outcome;
  const failed = outcome.passed ? 0 : 1;
  return { row, place, passed: outcome.passed, failed, when: whenText(outcome), outcome };
}

const NODES_SHOWN = 4;

/** `A 10.075725  B 5.301060`; `held`; `A: came true at 7.1s, 100ms too late`. */
export function whenText({ parts, passed: good }: Outcome): string {
  if (!good) {
    const wrong = wrongParts(parts, null);
    const [first] = wrong;
    const found = first === undefined ? "" : partText(first);
    const more = wrong.length > 1 ? ` (and ${wrong.length - 1} more)` : "";
    return `${found}${more}`;
  }
  const unjudged = parts.find((part) => part.found !== "");
  if (unjudged !== undefined) return unjudged.found;
  // With several claims about a node the row was true when the last of them was.
  const times = new Map<string, number>();
  for (const { node, at } of parts) {
    if (at !== null) times.set(node, Math.max(at, times.get(node) ?? 0));
  }
  const all = [...times];
  if (all.length === 0) return "held";
  if (all.length > NODES_SHOWN) {
    const sorted = all.map(([, at]) => at).toSorted((a, b) => a - b);
    const [first, last] = [sorted[0] ?? 0, sorted.at(-1) ?? 0];
    return `${all.length} nodes ${formatTime(first)} to ${formatTime(last)}`;
  }
  return all.map(([node, at]) => `${node === "-" ? "" : `${node} `}${formatTime(at)}`).join("  ");
}

/** `18 rows passed · 411 events · 60s virtual in 0.05s · digest fd58…`. */
export function runLine(result: Result): string {
  const { rows, events, virtual, wall, digest } = result;
  const good = rows.filter((row) => row.passed).length;
  const bad = rows.length - good;
  const crashed = result.failures.some(({ kind }) => kind === "crash") ? "crashed" : "";
  const counts = [
    bad > 0 ? `${plural(bad, "row")} failed` : "",
    good > 0 ? (bad > 0 ? `${good} passed` : `${plural(good, "row")} passed`) : "",
    rows.length === 0 ? "expects nothing" : "",
    crashed,
  ].filter((text) => text !== "");
  return [
    counts.join(", "),
    ...steady(result),
    plural(events, "event"),
    `${formatDuration(virtual)} virtual in ${seconds(wall)}`,
    `digest ${digest ?? "-"}`,
  ].join(" · ");
}

/** `1000 runs: 998 passed, 2 failed · 3 rows judged · 50000 events, 9000/s · 16h40m virtual …`. */
export function sweepLine(result: Result): string {
  const { runs, passedRuns, rows, events, virtual, wall } = result;
  const failed = runs - passedRuns;
  const counts = [`${passedRuns} passed`, ...(failed > 0 ? [`${failed} failed`] : [])];
  const empty = rows.length === 0;
  const elapsed = Math.max(wall, 1) / 1_000;
  return [
    `${plural(runs, "run")}: ${asksNothing(result) ? "expects nothing" : counts.join(", ")}`,
    ...(asksNothing(result) ? [] : [empty ? "expects nothing" : judged(rows.length)]),
    ...steady(result),
    `${plural(events, "event")}, ${Math.round(events / elapsed)}/s`,
    `${formatDuration(virtual)} virtual in ${seconds(wall)}, ${ratio(virtual, wall)}`,
  ].join(" · ");
}

/** Said where it was looked at and is so; what is not so is a failure of its own. */
function steady({ plays, failures }: Result): readonly string[] {
  const differs = failures.some(({ kind }) => kind === "nondeterminism");
  return plays === 1 || differs ? [] : [`each seed played ${plays} times, the same`];
}

/** `75 promises bind nobody here: 3 nodes of standing old`. */
export function unboundLine({ promises, because }: Unbound): string {
  const bind = promises.length === 1 ? "binds" : "bind";
  return `${plural(promises.length, "promise")} ${bind} nobody here: ${because}`;
}

/** Over all scenarios of one command. */
export function totalLine(results: readonly Result[]): string {
  const bad = results.filter((result) => !passed(result)).length;
  const silent = results.filter(asksNothing).length;
  const good = results.length - bad - silent;
  const rows = results.reduce((sum, result) => sum + result.rows.length, 0);
  const runs = results.reduce((sum, result) => sum + result.runs, 0);
  const wall = results.reduce((sum, result) => sum + result.wall, 0);
  const counts = [
    ...(bad > 0 ? [`${bad} failed`] : []),
    ...(good > 0 || silent === 0 ? [`${good} passed`] : []),
    ...(silent > 0 ? [`${silent} ${silent === 1 ? "expects" : "expect"} nothing`] : []),
  ].join(", ");
  const many = runs === results.length ? "" : ` · ${plural(runs, "run")}`;
  const size = `${plural(results.length, "scenario")}: ${counts}${many}`;
  return `${size} · ${judged(rows)} · ${seconds(wall)}`;
}

function judged(rows: number): string {
  return `${plural(rows, "row")} judged`;
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** Real time: two digits are all that is ever repeatable of it. */
function seconds(millis: number): string {
  return `${(millis / 1_000).toFixed(2)}s`;
}

/** How much faster than the real network: virtual time to wall time. */
function ratio(virtual: number, wall: number): string {
  return `${Math.round(virtual / 1_000 / Math.max(wall, 1))}:1`;
}
