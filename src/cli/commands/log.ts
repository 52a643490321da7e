/** `timesim log`: what the nodes would have written to their timed.log, by their own clocks. */
import { type NodeLine, logLines } from "../../report/log.ts";
import type { Trace } from "../../trace/trace.ts";
import type { Vocabulary } from "../../trace/vocabulary.ts";
import { EXIT } from "../exit.ts";
import { misfit, nodeIndex, type OpenArgs, openTrace } from "../open.ts";
import { type Io, sayLines } from "../output.ts";
import { protocolOf } from "../protocol.ts";

export interface LogArgs extends OpenArgs {
  readonly node?: string;
}

export async function log(args: LogArgs, io: Io): Promise<number> {
  const kit = protocolOf(io);
  const trace = openTrace(args, kit, io);
  const node = args.node === undefined ? null : nodeIndex(trace, args.node);
  const lines = logLines(trace, wary(kit.vocabulary, trace, args.path));
  // A log is a log: what greps and parsers look for stays as it is.
  await sayLines({ ...io, ascii: false }, texts(lines, node));
  return EXIT.ok;
}

type Logging = Pick<Vocabulary, "log" | "logFormat">;

/** Names the event for which it has no line because that says something else than it knows. */
function wary(vocabulary: Logging, trace: Trace, path: string): Logging {
  return {
    log: (event, names) => {
      try {
        return vocabulary.log(event, names);
      } catch (error) {
        throw misfit(trace, path, event, error);
      }
    },
    logFormat: (...all) => vocabulary.logFormat(...all),
  };
}

function* texts(lines: Iterable<NodeLine>, node: number | null): Generator<string> {
  for (const line of lines) if (node === null || line.node === node) yield line.text;
}
