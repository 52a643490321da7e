/**
 * A failing world once more, closely: smaller if it can be, in full for its trace and its story. It
 * runs in a worker, and files are all that leaves it.
 */
import type { Protocol } from "../core/machine.ts";
import { sizeOf } from "../fuzz/shrink/shrink.ts";
import type { Kit } from "../kit/kit.ts";
import { failuresOf, failureText } from "../report/failure.ts";
import { loadScenario } from "../scenario/load.ts";
import type { Scenario } from "../scenario/model.ts";
import { promises, specOf } from "../scenario/promises.ts";
import { type Run, runScenario } from "../scenario/run.ts";
import { writeScenario } from "../scenario/write.ts";
import { wordsFor } from "../trace/text.ts";
import type { Trace } from "../trace/trace.ts";
import type { FailureEntry, WorldSize } from "./document.ts";
import { lessened, type Lessening } from "./lessen.ts";
import type { Draw } from "./look.ts";
import type { Found } from "./tally.ts";
import { FILES, playedCommand, seededCommand } from "./tell.ts";

export interface Examination {
  readonly found: Found;
  readonly version: string;
  /** Whether to look for a smaller world, which kills a worker now and then. */
  readonly shrink: boolean;
}

export interface Examined extends Pick<FailureEntry, "drawn" | "smallest" | "shrunk"> {
  /** Files of the failure's folder. */
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  /** What led to it, for people. */
  readonly story: string;
  /** What changes without each thing that is left of it. */
  readonly bites: readonly string[];
}

export const UNKNOWN: Examined = {
  ...{ files: {}, story: "", bites: [], drawn: null, smallest: null, shrunk: "as found" },
};

export interface Tools<P extends Protocol> extends Lessening<P> {
  /** A trace as its file. */
  readonly packed: (trace: Trace) => Uint8Array;
}

export function examine<P extends Protocol>(
  tools: Tools<P>,
  draw: Draw,
  { found, version, shrink }: Examination,
): Examined {
  const files: Record<string, string | Uint8Array> = {};
  const nothing: Examined = { ...UNKNOWN, files };
  try {
    const { scenario: world, swarm } = draw(found.seed);
    const scenario = asking(tools.kit, world, found);
    const drawn = measured(scenario);
    const from = `by ${seededCommand(found.seed, tools.asked)}`;
    const on = swarm.length === 0 ? "" : `# Switched on: ${swarm.join(", ")}.\n`;
    const text = `# ${found.signature}, drawn ${from}\n${on}${writeScenario(tools.kit, scenario)}`;
    files[FILES.found] = text;
    // It would take this worker, too.
    if (DEADLY.includes(found.invariant)) return { ...nothing, drawn, smallest: drawn };
    const smaller = shrink ? lessened(tools, scenario, found) : null;
    if (smaller !== null) files[FILES.minimal] = smaller.text;
    const best =
      smaller === null
        ? loadScenario(tools.kit, text, FILES.found)
        : loadScenario(tools.kit, smaller.text, FILES.minimal);
    const { mutant } = tools.asked;
    const run = runScenario(tools.kit, best, { level: "full", version, mutant });
    files["trace.ndjson.gz"] = tools.packed(run.trace);
    const story = storyOf(tools.kit, run, playedCommand(best.file, tools.asked));
    const shrunk = smaller === null ? "as found" : smaller.done ? "minimal" : "unfinished";
    const bites = (smaller?.bites ?? []).map(({ without, text }) => `${without} → ${text}`);
    return { files, drawn, smallest: measured(best), shrunk, story, bites };
  } catch (error) {
    files["thrown.txt"] = `${error instanceof Error ? (error.stack ?? "") : String(error)}\n`;
    return nothing;
  }
}

const DEADLY: readonly string[] = ["hung", "worker crashed"];

/** It is to fail by itself, when it is played as a scenario; what threw promises all. */
function asking<P extends Protocol>(
  kit: Kit<P>,
  scenario: Scenario,
  { invariant }: Found,
): Scenario {
  const invariants = specOf(kit, invariant) === undefined ? promises(kit) : [invariant];
  return invariants.length === 0 ? scenario : { ...scenario, invariants };
}

function measured(scenario: Scenario): WorldSize {
  const { nodes, faults, until } = sizeOf(scenario);
  return { nodes, faults, seconds: Math.ceil(until / 1e6) };
}

/** It speaks of the file: what it shows is found there, and happens again when it is played. */
function storyOf<P extends Protocol>(
  kit: Kit<P>,
  { summary: { outcomes, crash, file }, trace }: Run<P>,
  repeat: string,
): string {
  const words = wordsFor(trace.header, kit.vocabulary);
  const [first] = failuresOf(outcomes, crash, { trace, words, file, repeat });
  return first === undefined ? "" : failureText(first);
}
