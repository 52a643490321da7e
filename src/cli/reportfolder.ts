/** `--out`: the folder of a report, and a word about what was left there. */
import { dirname, resolve } from "node:path";
import { ReportFolder } from "../campaign/folder.ts";
import { BadInput } from "../core/assert.ts";
import { type Io, note } from "./output.ts";
import { isSystemError, makeFolders, unwritable } from "./system.ts";

/** Throws BadInput if something else is there, or nothing can be. */
export function reportFolder(io: Io, out: string, document?: string): ReportFolder {
  const folder = made(io.cwd, out, document);
  for (const { from, to } of folder.kept) {
    note(io, `${from} — a run ended before its report was whole: what it found is kept as ${to}`);
  }
  return folder;
}

function made(cwd: string, out: string, document: string | undefined): ReportFolder {
  const path = resolve(cwd, out);
  try {
    makeFolders(dirname(path));
    return new ReportFolder(path, out, document);
  } catch (error) {
    throw isSystemError(error) ? new BadInput([unwritable(out, error)]) : error;
  }
}
