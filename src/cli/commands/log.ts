/** `timesim log`: what the nodes would have written to their timed.log, by their own clocks. */
import { type NodeLine, logLines } from "../../report/log.ts";
import { EXIT } from "../exit.ts";
import { nodeIndex, type OpenArgs, openTrace } from "../open.ts";
import { type Io, sayLines } from "../output.ts";
import { protocolOf } from "../protocol.ts";

export interface LogArgs extends OpenArgs {
  readonly node?: string;
}

export async function log(args: LogArgs, io: Io): Promise<number> {
  const kit = protocolOf(io);
  const trace = openTrace(args, kit, io);
  const node = args.node === undefined ? null : nodeIndex(trace, args.node);
  // A log is a log: what greps and parsers look for stays as it is.
  await sayLines({ ...io, ascii: false }, texts(logLines(trace, kit.vocabulary), node));
  return EXIT.ok;
}

function* texts(lines: Iterable<NodeLine>, node: number | null): Generator<string> {
  for (const line of lines) if (node === null || line.node === node) yield line.text;
}
