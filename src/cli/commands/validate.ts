/**
 * `timesim validate`: reads scenarios as `run` would, builds their worlds, and runs nothing. What
 * it says is well, `run` can play.
 */
import { BadInput } from "../../core/assert.ts";
import { plural } from "../../report/summary.ts";
import { compile } from "../../scenario/compile.ts";
import type { Scenario } from "../../scenario/model.ts";
import { Recorder } from "../../trace/recorder.ts";
import { EXIT } from "../exit.ts";
import { problemsIn, readScenario } from "../files.ts";
import { type Io, note, say, sayJson } from "../output.ts";
import { type Protocol, protocolOf } from "../protocol.ts";
import { selectFiles } from "../select.ts";

export interface ValidateArgs {
  readonly paths: readonly string[];
  readonly json?: boolean;
}

/** Every file is looked at, however many are broken: one pass shows all there is to mend. */
export function validate(args: ValidateArgs, io: Io): number {
  const kit = protocolOf(io);
  const files = selectFiles(args.paths, io.cwd);
  const problems = problemsIn(files, (file) => {
    const scenario = readScenario(kit, file, io.cwd);
    build(kit, scenario);
    if (args.json !== true) say(io, `${io.paint.good("✓")} ${file}  ${size(scenario)}`);
  });
  const exit = problems.length > 0 ? EXIT.usage : files.length > 0 ? EXIT.ok : EXIT.nothing;
  if (args.json === true) sayJson(io, { format: 1, passed: exit === 0, exit, files, problems });
  if (problems.length > 0) throw new BadInput(problems);
  if (exit === EXIT.nothing) note(io, `no scenario is meant by ${args.paths.join(" ")}`);
  return exit;
}

/** What only the protocol can see shows when its nodes are configured. */
function build(kit: Protocol, scenario: Scenario): void {
  const { seed, profile, file } = scenario;
  const recorder = new Recorder({ level: "none" });
  try {
    compile(kit, scenario, { seed, profile, recorder, wire: "objects", guard: false });
  } catch (error) {
    if (!(error instanceof BadInput)) throw error;
    throw new BadInput(error.problems.map((problem) => `${file}:1:1 ${problem}`));
  }
}

/** Enough to see that the right file was read. */
function size({ nodes, events, expect }: Scenario): string {
  return [
    plural(nodes.length, "node"),
    plural(events.length, "event"),
    plural(expect.length, "row"),
  ].join(", ");
}
