/**
 * `campaign.json`: a campaign as one document. Two campaigns over the same seeds are the same to
 * the byte but for `timings`, whoever ran them; so are shards that were merged.
 */
import * as z from "zod";
import { BadInput } from "../core/assert.ts";
import { foundIn, located, refusal } from "../scenario/problems.ts";
import { ASKED } from "../scenario/reasons.ts";
import { readSource } from "../scenario/source.ts";
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

/**
 * Whoever wrote it: a report comes from another machine, and its folders are copied by name.
 * Throws BadInput with every place in `file` that is not as a campaign writes it.
 */
export function readDocument(text: string, file: string): CampaignDocument {
  const value = parsed(text, file);
  if (value.format !== FORMAT) {
    const shown = JSON.stringify(value.format ?? null);
    throw new BadInput([`${file}:1:1 format — expected ${FORMAT}, found ${shown}`]);
  }
  const read = DOCUMENT.safeParse(value, ASKED);
  // As it was written, with its keys in their order: reports are compared as texts.
  if (read.success) return value as CampaignDocument;
  const problems = located(foundIn(read.error), readSource(text), "campaign");
  const hint = `${file} — this is not what timesim fuzz wrote: let its campaign run again`;
  throw new BadInput([...refusal(file, problems).problems, hint]);
}

const count = z.int().min(0);
const number = z.number().min(0);
const names = z.array(z.string());
const range = z.object({ from: count, to: count });
const size = z.object({ nodes: count, faults: count, seconds: number });
const met = z.record(z.string(), count);

const options: z.ZodType<Asked> = z.object({
  ...{ kit: z.string(), machine: z.string().nullable(), mutant: z.string().nullable() },
  ...{ profile: z.string().nullable(), worlds: z.string(), faults: names.nullable() },
  ...{ seedStart: count, runs: count.nullable(), shard: z.string().nullable() },
  ...{ bail: count.nullable(), hungAfter: number, maxShrinkTime: number },
});

/** A name, and no way to another place. */
const folder = z.string().regex(/^[\w-]+$/, "expected a name of letters, digits, - and _");

const failure: z.ZodType<FailureEntry> = z.object({
  ...{ seed: count, signature: z.string(), invariant: z.string(), witness: z.string() },
  ...{ node: z.string(), at: count, text: z.string(), worlds: count, folder },
  ...{ drawn: size.nullable(), smallest: size.nullable() },
  shrunk: z.enum(["minimal", "unfinished", "as found"]),
});

const DOCUMENT: z.ZodType<CampaignDocument> = z.object({
  format: z.literal(FORMAT),
  timesim: z.string(),
  options,
  done: range.nullable(),
  ended: z.enum(["all", "time", "bail", "interrupted"]),
  counts: z.object({ worlds: count, failing: count, events: count, virtualMs: count }),
  digest: z.string().regex(/^[0-9a-f]{16}$/, "expected 16 hex digits"),
  coverage: z.object({ options: met, faults: met, gates: met, marks: met }),
  unmet: z.object({ faults: names, gates: names, marks: names }),
  failures: z.array(failure),
  timings: z.object({
    ...{ started: z.string(), seconds: number, worldsPerSecond: number, workers: count },
  }),
});

function parsed(text: string, file: string): Partial<CampaignDocument> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) return value;
  } catch {
    // Said below.
  }
  throw new BadInput([`${file}:1:1 — this is no campaign.json`]);
}
