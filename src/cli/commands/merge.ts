/** `timesim merge`: shards joined to the report of the undivided campaign. */
import { resolve } from "node:path";
import { documentText } from "../../campaign/document.ts";
import { readReport } from "../../campaign/folder.ts";
import { merged } from "../../campaign/merge.ts";
import type { Io } from "../output.ts";
import { printCampaign } from "../printed.ts";
import { reportFolder } from "../reportfolder.ts";

export interface MergeArgs {
  readonly reports: readonly string[];
  readonly out?: string;
  readonly json?: boolean;
}

const OUT = "reports/fuzz";

export function merge({ reports, out = OUT, json = false }: MergeArgs, io: Io): number {
  const parts = reports.map((name) => {
    return { name, document: readReport(resolve(io.cwd, name), name) };
  });
  const { document, from } = merged(parts);
  const folder = reportFolder(io, out);
  try {
    for (const { part, folder: name } of from) folder.take(resolve(io.cwd, part.name), name);
    folder.finish(documentText(document));
  } catch (error) {
    folder.drop();
    throw error;
  }
  return printCampaign(io, document, { out, json });
}
