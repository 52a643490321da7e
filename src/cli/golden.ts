/**
 * Golden timelines: beside a scenario, in `golden/NAME.timeline.txt`, its pinned run to the
 * microsecond. If the file is there, `run` compares; `--update` writes it. A changed line is a
 * changed behaviour, so nothing but a person's command rewrites one.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { Failure } from "../report/failure.ts";
import { timeline, timelineLine } from "../report/timeline.ts";
import type { Scenario } from "../scenario/model.ts";
import type { Outcome } from "../trace/outcome.ts";
import { wordsFor } from "../trace/text.ts";
import type { AnyRun } from "./play.ts";
import type { Protocol } from "./protocol.ts";
import { makeFolders } from "./system.ts";

export interface Golden {
  readonly outcome: Outcome;
  readonly failure: Failure | null;
}

const ROW = "golden timeline";

export function goldenFile(scenario: Scenario): string {
  const name = basename(scenario.file).replace(/\.[^.]+$/, "");
  return join(dirname(scenario.file), "golden", `${name}.timeline.txt`);
}

export function hasGolden(scenario: Scenario, cwd: string): boolean {
  return existsSync(resolve(cwd, goldenFile(scenario)));
}

export function writeGolden(kit: Protocol, scenario: Scenario, run: AnyRun, cwd: string): string {
  const file = goldenFile(scenario);
  makeFolders(dirname(resolve(cwd, file)));
  writeFileSync(resolve(cwd, file), `${linesOf(kit, run).join("\n")}\n`);
  return file;
}

/**
 * Null when the scenario has none. A difference is a row that failed, and says how to accept it.
 */
export function compareGolden(
  kit: Protocol,
  scenario: Scenario,
  run: AnyRun,
  cwd: string,
  repeat: string,
): Golden | null {
  const file = goldenFile(scenario);
  if (!hasGolden(scenario, cwd)) return null;
  const wanted = readFileSync(resolve(cwd, file), "utf8").replaceAll("\r\n", "\n").split("\n");
  if (wanted.at(-1) === "") wanted.pop();
  const found = linesOf(kit, run);
  const length = Math.max(wanted.length, found.length);
  let line = 0;
  while (line < length && wanted[line] === found[line]) line++;
  const passed = line === length;
  const place = `${file}:${passed ? 1 : line + 1}:1`;
  const said = passed
    ? `${length} lines, unchanged`
    : `line ${line + 1}: ${(found[line] ?? "the run has no such line").trim()}`;
  const expected = `every line of ${file}`;
  const part = { node: "-", sentence: expected, passed, at: null, event: null, found: said };
  const outcome: Outcome = { row: ROW, place, passed, expected, parts: [part] };
  if (passed) return { outcome, failure: null };
  const sections = [
    { title: "expected", lines: excerpt(wanted, line) },
    { title: "found", lines: excerpt(found, line) },
    { title: "written at", lines: [place] },
    { title: "accept", lines: [`${repeat} --update`] },
  ];
  const { seed } = run.summary;
  const scene = { kind: "golden", scenario: scenario.file, row: ROW, seed, place } as const;
  return { outcome, failure: { ...scene, sections, repeat } };
}

const SHOWN = 3;

/** The first lines that differ, with their numbers. */
function excerpt(lines: readonly string[], from: number): readonly string[] {
  const shown = lines.slice(from, from + SHOWN);
  if (shown.length === 0) return ["(the timeline has ended)"];
  return shown.map((line, index) => `${from + index + 1}: ${line}`);
}

function linesOf(kit: Protocol, { trace }: AnyRun): readonly string[] {
  const words = wordsFor(trace.header, kit.vocabulary);
  return timeline(trace, words).map((row) => timelineLine(row, words));
}
