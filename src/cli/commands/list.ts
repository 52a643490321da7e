/** `timesim list`: the scenarios there are, and what each is about. */
import { BadInput } from "../../core/assert.ts";
import { formatDuration } from "../../core/units.ts";
import { plural } from "../../report/summary.ts";
import type { Scenario } from "../../scenario/model.ts";
import { EXIT } from "../exit.ts";
import { problemsIn, readScenario } from "../files.ts";
import { type Io, note, say, sayJson } from "../output.ts";
import { protocolOf } from "../protocol.ts";
import { selectFiles } from "../select.ts";
import { columns } from "../table.ts";

export interface ListArgs {
  readonly paths: readonly string[];
  readonly json?: boolean;
}

/** What can be read is listed; what cannot be is told after it. */
export function list(args: ListArgs, io: Io): number {
  const kit = protocolOf(io);
  const files = selectFiles(args.paths, io.cwd);
  const scenarios: Scenario[] = [];
  const problems = problemsIn(files, (file) => scenarios.push(readScenario(kit, file, io.cwd)));
  if (args.json === true) sayJson(io, { format: 1, scenarios: scenarios.map(facts), problems });
  else if (scenarios.length > 0) say(io, columns(scenarios.map((scenario) => cells(io, scenario))));
  if (problems.length > 0) throw new BadInput(problems);
  if (files.length > 0) return EXIT.ok;
  note(io, `no scenario is meant by ${args.paths.join(" ")}`);
  return EXIT.nothing;
}

/** Stable names for programs; units stand in the names. */
function facts({ name, file, about, seed, profile, until, nodes, expect }: Scenario): unknown {
  const counts = { nodes: nodes.length, rows: expect.length };
  return { name, file, about, seed, profile, untilMicros: until, ...counts };
}

function cells({ paint }: Io, scenario: Scenario): string[] {
  const { file, about, nodes, until, profile } = scenario;
  const size = `${plural(nodes.length, "node")}, ${formatDuration(until)}, ${profile}`;
  return [file, paint.dim(size), sentence(about)];
}

/** The first one says what it is. */
function sentence(text: string): string {
  return /^.*?[.!?](?=\s|$)/.exec(text)?.[0] ?? text;
}
