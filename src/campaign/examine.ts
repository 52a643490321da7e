/**
 * A failing world once more, closely: in full for its trace and its story. It runs in a worker, and
 * files are all that leaves it.
 */
import type { Protocol } from "../core/machine.ts";
import type { Kit } from "../kit/kit.ts";
import { runScenario } from "../scenario/run.ts";
import type { Scenario } from "../scenario/model.ts";
import { writeScenario } from "../scenario/write.ts";
import type { Trace } from "../trace/trace.ts";
import type { FailureEntry, WorldSize } from "./document.ts";
import type { Draw } from "./look.ts";
import type { Found } from "./tally.ts";

export interface Examination {
  readonly found: Found;
  readonly version: string;
}

export interface Examined {
  /** Files of the failure's folder. */
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  readonly size: WorldSize | null;
  readonly shrunk: FailureEntry["shrunk"];
}

export function examine<P extends Protocol>(
  kit: Kit<P>,
  draw: Draw,
  { found, version }: Examination,
  packed: (trace: Trace) => Uint8Array,
): Examined {
  const files: Record<string, string | Uint8Array> = {};
  let size: WorldSize | null = null;
  try {
    const { scenario } = draw(found.seed);
    size = sizeOf(scenario);
    files["found.yaml"] = `# ${found.signature}: as drawn.\n${writeScenario(kit, scenario)}`;
    // It would take this worker, too.
    if (DEADLY.includes(found.invariant)) return { files, size, shrunk: "as found" };
    const { trace } = runScenario(kit, scenario, { level: "full", version });
    files["trace.ndjson.gz"] = packed(trace);
  } catch (error) {
    files["thrown.txt"] = `${error instanceof Error ? (error.stack ?? "") : String(error)}\n`;
  }
  return { files, size, shrunk: "as found" };
}

const DEADLY: readonly string[] = ["hung", "worker crashed"];

function sizeOf({ nodes, events, until }: Scenario): WorldSize {
  const faults = events.filter((event) => "fault" in event);
  return { nodes: nodes.length, faults: faults.length, seconds: Math.ceil(until / 1e6) };
}
