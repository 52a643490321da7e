/**
 * The report folder of a campaign. It is written beside its place, failure by failure as they are
 * found, and takes its place when it is whole; only a former campaign is ever replaced. What holds
 * findings is never deleted, whoever left it.
 */
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { kill, pid } from "node:process";
import { BadInput } from "../core/assert.ts";
import { type CampaignDocument, readDocument } from "./document.ts";

const DOCUMENT = "campaign.json";

export class ReportFolder {
  readonly #path: string;
  readonly #draft: string;
  readonly #shown: string;
  readonly #document: string;
  /** What others had begun and found there, each under the name that it has from here on. */
  readonly kept: readonly Kept[];

  /**
   * `shown`: the path as it was written; `document`: the name of the file that says what there is.
   * Throws BadInput if something else is there.
   */
  constructor(path: string, shown: string, document: string = DOCUMENT) {
    refuseOther(path, shown, document);
    this.#document = document;
    this.#path = path;
    this.#shown = shown;
    this.#draft = `${path}.${pid}.partial`;
    this.kept = keepDrafts(path, shown);
    mkdirSync(dirname(path), { recursive: true });
    mkdirSync(this.#draft);
  }

  /** The whole file or none: half of one would pass for what was found. */
  put(name: string, data: string | Uint8Array): void {
    const file = join(this.#draft, name);
    mkdirSync(dirname(file), { recursive: true });
    try {
      writeFileSync(file, data);
    } catch (error) {
      rmSync(file, { force: true });
      throw error;
    }
  }

  /** A folder of another report. */
  take(from: string, name: string): void {
    cpSync(join(from, name), join(this.#draft, name), { recursive: true });
  }

  finish(text: string): void {
    this.put(this.#document, text);
    const former = `${this.#draft}${FORMER}`;
    if (existsSync(this.#path)) renameSync(this.#path, former);
    renameSync(this.#draft, this.#path);
    rmSync(former, { recursive: true, force: true });
  }

  /** It will not be whole. Where findings are, if it holds any; null: it is gone. */
  leave(): string | null {
    if (holdsFiles(this.#draft)) return besides(this.#shown, this.#draft);
    this.drop();
    return null;
  }

  /** Nothing that is in it is worth keeping. */
  drop(): void {
    rmSync(this.#draft, { recursive: true, force: true });
  }
}

/** Paths as the reader would write them. */
export interface Kept {
  readonly from: string;
  readonly to: string;
}

/** `shown`: the path as it was written. Throws BadInput. */
export function readReport(path: string, shown: string): CampaignDocument {
  const file = join(path, DOCUMENT);
  if (!existsSync(file)) {
    throw new BadInput([`${shown} — no report of a campaign: there is no ${DOCUMENT}`]);
  }
  return readDocument(readFileSync(file, "utf8"), join(shown, DOCUMENT));
}

function refuseOther(path: string, shown: string, document: string): void {
  const status = statSync(path, { throwIfNoEntry: false });
  if (status === undefined) return;
  const free = status.isDirectory() && (isEmpty(path) || existsSync(join(path, document)));
  if (free) return;
  throw new BadInput([`${shown} — it holds no former report: choose another folder with --out`]);
}

function isEmpty(path: string): boolean {
  return readdirSync(path).length === 0;
}

/**
 * What processes left that ended in the middle: it would be in the way of the next draft of that
 * number, so what holds files gets a name of its own, and the rest is deleted.
 */
function keepDrafts(path: string, shown: string): readonly Kept[] {
  const above = dirname(path);
  if (!existsSync(above)) return [];
  const left = readdirSync(above).filter((name) => isLeft(name, basename(path)));
  return left.flatMap((name) => {
    const from = join(above, name);
    // A former report has been replaced if there is another in its place.
    const isReplaced = name.endsWith(FORMER) && existsSync(path);
    if (isReplaced || !holdsFiles(from)) {
      rmSync(from, { recursive: true, force: true });
      return [];
    }
    const to = freeName(path);
    renameSync(from, to);
    return [{ from: besides(shown, from), to: besides(shown, to) }];
  });
}

const FORMER = ".former";

/** A draft, or what it was to replace, of a process that has ended. */
function isLeft(name: string, report: string): boolean {
  if (!name.startsWith(`${report}.`)) return false;
  const draft = name.endsWith(FORMER) ? name.slice(0, -FORMER.length) : name;
  const owner = /^(\d+)\.partial$/.exec(draft.slice(report.length + 1))?.[1];
  return owner !== undefined && !isAtWork(Number(owner));
}

function freeName(path: string): string {
  let n = 1;
  while (existsSync(`${path}.kept-${n}`)) n++;
  return `${path}.kept-${n}`;
}

/** A path next to the report's, as the report's is shown. */
function besides(shown: string, path: string): string {
  return join(dirname(shown), basename(path));
}

function holdsFiles(path: string): boolean {
  if (!existsSync(path)) return false;
  const entries = readdirSync(path, { recursive: true, withFileTypes: true });
  return entries.some((entry) => !entry.isDirectory());
}

/** Another process: one with our number, as in containers, has ended before. */
function isAtWork(process: number): boolean {
  return process !== pid && isAlive(process);
}

function isAlive(process: number): boolean {
  try {
    kill(process, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}
