/**
 * `campaign.json`: a campaign as one document. Two campaigns over the same seeds are the same to
 * the byte but for `timings`, whoever ran them; so are shards that were merged.
 */
import { BadInput } from "../core/assert.ts";
import type { Asked } from "./asked.ts";
import type { Range } from "./range.ts";
import type { Coverage, Found } from "./tally.ts";

export const FORMAT = 1;

export interface CampaignDocument {
  readonly format: typeof FORMAT;
  /** The version that wrote it. */
  readonly timesim: string;
  readonly options: Asked;
  /** Seeds that were looked at; null: none. */
  readonly done: Range | null;
  readonly ended: "all" | "time" | "bail" | "interrupted";
  readonly counts: {
    readonly worlds: number;
    readonly failing: number;
    readonly events: number;
    readonly virtualMs: number;
  };
  readonly digest: string;
  readonly coverage: Coverage;
  /** What was never met, of all that the kit knows. */
  readonly unmet: Unmet;
  /** By the lowest seed of each signature. */
  readonly failures: readonly FailureEntry[];
  readonly timings: Timings;
}

export interface Unmet {
  readonly faults: readonly string[];
  readonly gates: readonly string[];
  readonly marks: readonly string[];
}

export interface FailureEntry extends Found {
  /** How many failed so. */
  readonly worlds: number;
  /** Below the report's. */
  readonly folder: string;
  /** Its world as it was drawn, and the smallest that fails so; null: it cannot be drawn. */
  readonly drawn: WorldSize | null;
  readonly smallest: WorldSize | null;
  /** `minimal`: nothing can be left out; `unfinished`: time was up; `as found`: not tried. */
  readonly shrunk: "minimal" | "unfinished" | "as found";
}

export interface WorldSize {
  readonly nodes: number;
  /** Events: faults and commands. */
  readonly faults: number;
  readonly seconds: number;
}

export interface Timings {
  /** UTC. */
  readonly started: string;
  readonly seconds: number;
  readonly worldsPerSecond: number;
  readonly workers: number;
}

export function documentText(document: CampaignDocument): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** Throws BadInput that names `file`. */
export function readDocument(text: string, file: string): CampaignDocument {
  const found = parsed(text, file);
  if (found.format !== FORMAT) {
    const shown = JSON.stringify(found.format ?? null);
    throw new BadInput([`${file}:1:1 format — expected ${FORMAT}, found ${shown}`]);
  }
  const missing = KEYS.filter((key) => found[key] === undefined);
  if (missing.length === 0) return found as CampaignDocument;
  throw new BadInput([`${file}:1:1 — no campaign: it lacks ${missing.join(", ")}`]);
}

const KEYS = [
  ...["timesim", "options", "done", "ended", "counts", "digest", "coverage", "unmet"],
  ...["failures", "timings"],
] as readonly (keyof CampaignDocument)[];

function parsed(text: string, file: string): Partial<CampaignDocument> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) return value;
  } catch {
    // Said below.
  }
  throw new BadInput([`${file}:1:1 — this is no campaign.json`]);
}
