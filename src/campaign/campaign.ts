/**
 * A campaign from its first seed to its report. Failures are examined while the search goes on, and
 * their folders written at once: what was found is kept whatever happens later.
 */
import { performance } from "node:perf_hooks";
import type { Protocol } from "../core/machine.ts";
import type { Kit } from "../kit/kit.ts";
import type { Asked } from "./asked.ts";
import { attempt, type Look, lookCarefully } from "./careful.ts";
import { type CampaignDocument, type FailureEntry, FORMAT } from "./document.ts";
import { type Examined, UNKNOWN } from "./examine.ts";
import type { ReportFolder } from "./folder.ts";
import type { Done, Job } from "./job.ts";
import { openCounter } from "./queue.ts";
import { Lost, Pool } from "./pool.ts";
import type { Range } from "./range.ts";
import { type Ask, search, type Searched } from "./search.ts";
import type { Found, Tally } from "./tally.ts";
import { failureText } from "./tell.ts";
import { abortAfter } from "./time.ts";
import { unmetIn } from "./unmet.ts";

export interface CampaignOptions<P extends Protocol> {
  readonly kit: Kit<P>;
  readonly asked: Asked;
  /** Of this shard; `to` null: no end. */
  readonly range: { readonly from: number; readonly to: number | null };
  readonly version: string;
  readonly worker: URL;
  readonly setup: unknown;
  readonly threads: number;
  /** Null: as long as it takes. In ms. */
  readonly maxTime: number | null;
  readonly stop: AbortSignal;
  readonly folder: ReportFolder;
  /** The redis whose workers look; null: its own threads. */
  readonly queue: string | null;
  /** Milliseconds since 1970. */
  readonly started: number;
  /** In order. */
  took(done: Range, tally: Tally): void;
  /** A failure's file that could not be written: the search goes on. */
  unwritten(file: string, error: unknown): void;
}

export async function campaign<P extends Protocol>(
  options: CampaignOptions<P>,
): Promise<CampaignDocument> {
  const { asked, threads, worker, setup, stop, maxTime } = options;
  const patience = asked.hungAfter * 1_000;
  const pool = new Pool<Job, Done>({ worker, setup, threads, patience });
  const timeUp = maxTime === null ? null : abortAfter(maxTime);
  const either = timeUp === null ? stop : AbortSignal.any([stop, timeUp]);
  const start = performance.now();
  const entries: Promise<Entry>[] = [];
  // Whoever says stop wants to go: what is being made smaller stays as small as it is.
  stop.addEventListener("abort", () => pool.hurry(), { once: true });
  const { queue, version } = options;
  const counter = queue === null ? null : await openCounter(queue, { version, asked }, either);
  try {
    const batch: Look = async (range) => (await pool.run({ do: "look", range })) as Tally;
    const wanted = {
      ...{ ...options.range, bail: asked.bail, stop: either },
      ...(counter === null ? { batch: null, ahead: threads * 2 } : QUEUED),
    };
    const ask: Ask = counter?.look ?? ((range) => lookCarefully(batch, range));
    const searched = await search(wanted, ask, {
      found: (found) => {
        const entry = examined(options, pool, found);
        entry.catch(() => {});
        entries.push(entry);
      },
      took: (done, tally) => options.took(done, tally),
    });
    const seconds = (performance.now() - start) / 1_000;
    return documentOf(options, searched, await Promise.all(entries), seconds);
  } catch (error) {
    // Whatever ends it, the folders of what was found are written first.
    pool.hurry();
    await Promise.allSettled(entries);
    throw error;
  } finally {
    await counter?.close();
    await pool.close();
  }
}

/** Nobody knows how many work there, nor how fast. */
const QUEUED = { batch: 25, ahead: 64 } as const;

type Entry = Omit<FailureEntry, "worlds">;

/** Writes the failure's folder. */
async function examined<P extends Protocol>(
  options: CampaignOptions<P>,
  pool: Pool<Job, Done>,
  found: Found,
): Promise<Entry> {
  const { kit, asked, version } = options;
  const close = async (shrink: boolean): Promise<Examined> => {
    const job: Job = { do: "examine", examination: { found, version, shrink } };
    const done = await attempt((one: Job) => pool.run(one, true), job);
    if (!(done instanceof Lost)) return done as Examined;
    // A smaller world took its worker with it; or this one does, even when it is drawn.
    return shrink ? close(false) : UNKNOWN;
  };
  const { files, story, bites, ...known } = await close(asked.maxShrinkTime > 0);
  const name = folderOf(found);
  const entry: Entry = { ...found, folder: name, ...known };
  const text = `${failureText(kit, asked, entry, { story, bites })}\n`;
  // The smallest first, which says the most.
  write(options, name, { "failure.txt": text, ...files });
  return entry;
}

/** As much of it as can be: a full disk costs what it does not hold, and no more. */
function write(
  { folder, unwritten }: Pick<CampaignOptions<Protocol>, "folder" | "unwritten">,
  name: string,
  files: Examined["files"],
): void {
  for (const [file, data] of Object.entries(files)) {
    try {
      folder.put(`${name}/${file}`, data);
    } catch (error) {
      unwritten(`${name}/${file}`, error);
    }
  }
}

const SLUG_MAX = 60;

/** The same in a shard as in the whole. No two signatures have one lowest seed. */
function folderOf({ signature, seed }: Found): string {
  const slug = signature.replaceAll(/[^\w-]+/g, "-").slice(0, SLUG_MAX);
  return `${slug.replaceAll(/^-|-$/g, "") || "failure"}-${seed}`;
}

function documentOf<P extends Protocol>(
  { kit, asked, version, started, threads, stop }: CampaignOptions<P>,
  { done, tally, ended }: Searched,
  entries: readonly Entry[],
  seconds: number,
): CampaignDocument {
  const groups = Object.entries(tally.failures);
  const failing = groups.reduce((sum, [, { worlds }]) => sum + worlds, 0);
  return {
    format: FORMAT,
    timesim: version,
    options: asked,
    done,
    ended: ended !== "stopped" ? ended : stop.aborted ? "interrupted" : "time",
    counts: { worlds: tally.worlds, failing, events: tally.events, virtualMs: tally.virtual },
    digest: tally.digest,
    coverage: tally.coverage,
    unmet: unmetIn(kit, asked, tally.coverage),
    failures: groups.flatMap(([signature, { worlds }]) =>
      entries
        .filter((entry) => entry.signature === signature)
        .map((entry) => ({ ...entry, worlds })),
    ),
    timings: {
      started: new Date(started).toISOString(),
      seconds: rounded(seconds),
      worldsPerSecond: rounded(tally.worlds / seconds),
      workers: threads,
    },
  };
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
