/** `timesim fuzz`: many worlds, searched for a broken promise. */
import { campaign } from "../../campaign/campaign.ts";
import { documentText } from "../../campaign/document.ts";
import { FuzzLine } from "../fuzzline.ts";
import { askedOf, FUZZER, type FuzzWords, kitFor, spanOf, threadsOf } from "../fuzzed.ts";
import { secondsOf } from "../numbers.ts";
import type { FuzzerSetup } from "../fuzzer.ts";
import { untilInterrupted } from "../interrupt.ts";
import { type Io, note } from "../output.ts";
import { printCampaign } from "../printed.ts";
import { protocolOf } from "../protocol.ts";
import { reportFolder } from "../reportfolder.ts";
import { reasonOf } from "../system.ts";
import { version } from "../version.ts";

export interface FuzzArgs extends FuzzWords {
  readonly out?: string;
  readonly queue?: string;
  readonly json?: boolean;
}

const OUT = "reports/fuzz";

export async function fuzz(args: FuzzArgs, io: Io): Promise<number> {
  const asked = askedOf(args, protocolOf(io), io.machine);
  const range = spanOf(asked);
  const threads = threadsOf(args.workers);
  const maxTime = secondsOf("--max-time", args.maxTime);
  // What a worker cannot load is said here, once and with its name.
  const kit = await kitFor(asked, io.cwd);
  const { out = OUT, queue = null } = args;
  const folder = reportFolder(io, out);
  const line = new FuzzLine(io, range);
  const setup: FuzzerSetup = { asked, cwd: io.cwd };
  try {
    const document = await untilInterrupted((stop) =>
      campaign({
        ...{ kit, asked, range, version: version(), worker: FUZZER, setup, threads, stop },
        ...{ maxTime: maxTime === null ? null : maxTime * 1_000, folder, queue, started: io.now() },
        took: (done, tally) => line.tick(done, tally),
        unwritten: (file, error) => {
          line.end();
          note(io, io.paint.bad(`${out}/${file} — cannot be written: ${reasonOf(error)}`));
        },
      }),
    );
    folder.finish(documentText(document));
    line.end();
    return printCampaign(io, document, { out, json: args.json === true });
  } catch (error) {
    line.end();
    const left = folder.leave();
    if (left !== null) note(io, `${left} — what was found is kept here`);
    throw error;
  }
}
