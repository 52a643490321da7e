/** `--out`: the folder of a report, and a word about what was left there. */
import { resolve } from "node:path";
import { ReportFolder } from "../campaign/folder.ts";
import { type Io, note } from "./output.ts";

/** Throws BadInput if something else is there. */
export function reportFolder(io: Io, out: string, document?: string): ReportFolder {
  const folder = new ReportFolder(resolve(io.cwd, out), out, document);
  for (const { from, to } of folder.kept) {
    note(io, `${from} — a run ended before its report was whole: what it found is kept as ${to}`);
  }
  return folder;
}
