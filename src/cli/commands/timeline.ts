/** `timesim timeline`: a run as its story, one line for each change of state. */
import { formatTime } from "../../core/units.ts";
import { timeline as rowsOf, type TimelineRow, timelineLine } from "../../report/timeline.ts";
import { wordsFor } from "../../trace/text.ts";
import { EXIT } from "../exit.ts";
import { nodeIndex, type OpenArgs, openTrace } from "../open.ts";
import { type Io, say, sayJson, sayLines } from "../output.ts";
import { protocolOf } from "../protocol.ts";
import { columns } from "../table.ts";

export interface TimelineArgs extends OpenArgs {
  readonly node?: string;
  readonly json?: boolean;
}

/** The table package measures every cell: longer ones are printed line by line. */
const TABLE_ROWS_MAX = 1_000;

/** Of a scenario it plays, whether its expectations hold or not: it tells, and does not judge. */
export async function timeline(args: TimelineArgs, io: Io): Promise<number> {
  const kit = protocolOf(io);
  const trace = openTrace(args, kit, io);
  const words = wordsFor(trace.header, kit.vocabulary);
  const only = args.node === undefined ? null : nodeIndex(trace, args.node);
  const rows = rowsOf(trace, words).filter(({ node }) => only === null || node === only);
  if (args.json === true) {
    const { name, seed, profile } = trace.header;
    const told = rows.map(({ at, node, text, event }) => {
      return { atMicros: at, node: words.names.node(node), text, event };
    });
    sayJson(io, { format: 1, scenario: name, seed, profile, rows: told });
  } else if (rows.length > TABLE_ROWS_MAX) {
    await sayLines(
      io,
      rows.map((row) => timelineLine(row, words)),
    );
  } else {
    // Times are padded to one width: the package would align them left.
    const cells = (row: TimelineRow): string[] => {
      return [formatTime(row.at).padStart(11), words.names.node(row.node), row.text];
    };
    const head = ["time".padStart(11), "node", "what happened"].map((text) => io.paint.bold(text));
    say(io, columns([head, ...rows.map(cells)]));
  }
  return EXIT.ok;
}
