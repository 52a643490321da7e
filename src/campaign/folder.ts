/**
 * The report folder of a campaign. It is written beside its place, failure by failure as they are
 * found, and takes its place when it is whole; only a former campaign is ever replaced.
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
  readonly #document: string;

  /**
   * `shown`: the path as it was written; `document`: the name of the file that says what there is.
   * Throws BadInput if something else is there.
   */
  constructor(path: string, shown: string, document: string = DOCUMENT) {
    refuseOther(path, shown, document);
    this.#document = document;
    this.#path = path;
    this.#draft = `${path}.${pid}.partial`;
    removeDrafts(path);
    rmSync(this.#draft, { recursive: true, force: true });
    mkdirSync(this.#draft, { recursive: true });
  }

  put(name: string, data: string | Uint8Array): void {
    const file = join(this.#draft, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, data);
  }

  /** A folder of another report. */
  take(from: string, name: string): void {
    cpSync(join(from, name), join(this.#draft, name), { recursive: true });
  }

  finish(text: string): void {
    this.put(this.#document, text);
    const former = `${this.#draft}.former`;
    if (existsSync(this.#path)) renameSync(this.#path, former);
    renameSync(this.#draft, this.#path);
    rmSync(former, { recursive: true, force: true });
  }

  /** Nothing was to be reported after all. */
  drop(): void {
    rmSync(this.#draft, { recursive: true, force: true });
  }
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

/** What processes left that were killed. */
function removeDrafts(path: string): void {
  const above = dirname(path);
  if (!existsSync(above)) return;
  const prefix = `${basename(path)}.`;
  for (const name of readdirSync(above)) {
    if (!name.startsWith(prefix)) continue;
    const owner = /^(\d+)\.partial(?:\.former)?$/.exec(name.slice(prefix.length))?.[1];
    if (owner === undefined || isAlive(Number(owner))) continue;
    rmSync(join(above, name), { recursive: true, force: true });
  }
}

function isAlive(process: number): boolean {
  try {
    kill(process, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}
