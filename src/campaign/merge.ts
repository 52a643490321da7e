/**
 * Shards joined to the campaign that was never divided: the same document, but for its timings.
 * Refused where it would not be the same: other options or versions, seeds missing or done twice.
 */
import { BadInput } from "../core/assert.ts";
import type { Asked } from "./asked.ts";
import type { CampaignDocument, FailureEntry, Unmet } from "./document.ts";
import { type Range, rangeText } from "./range.ts";
import { addDigests, covered } from "./tally.ts";

export interface Part {
  /** The report's folder as it was written. */
  readonly name: string;
  readonly document: CampaignDocument;
}

export interface Merged {
  readonly document: CampaignDocument;
  /** Which part the folder of each failure comes from. */
  readonly from: readonly { readonly part: Part; readonly folder: string }[];
}

export function merged(parts: readonly Part[]): Merged {
  const inOrder = parts.toSorted((a, b) => startOf(a) - startOf(b));
  const [first, ...rest] = inOrder;
  if (first === undefined) throw new BadInput(["no shards were named"]);
  const problems = [...rest.flatMap((part) => otherwise(first, part)), ...gaps(inOrder)];
  if (problems.length > 0) throw new BadInput(problems);
  const { options, timesim, format } = first.document;
  const documents = inOrder.map(({ document }) => document);
  const failures = failuresOf(inOrder);
  const document: CampaignDocument = {
    format,
    timesim,
    options: { ...options, shard: null },
    done: wholeOf(options),
    ended: "all",
    counts: {
      worlds: total(documents, ({ counts }) => counts.worlds),
      failing: total(documents, ({ counts }) => counts.failing),
      events: total(documents, ({ counts }) => counts.events),
      virtualMs: total(documents, ({ counts }) => counts.virtualMs),
    },
    digest: documents.map(({ digest }) => digest).reduce(addDigests),
    coverage: documents.map(({ coverage }) => coverage).reduce(covered),
    unmet: documents.map(({ unmet }) => unmet).reduce(unmetByAll),
    failures: failures.map(({ entry }) => entry),
    timings: timingsOf(documents),
  };
  return { document, from: failures.map(({ part, entry }) => ({ part, folder: entry.folder })) };
}

function startOf({ document: { done } }: Part): number {
  return done?.from ?? -1;
}

/** In what a part differs from the first. */
function otherwise(first: Part, part: Part): readonly string[] {
  const [one, other] = [first.document, part.document];
  if (one.timesim !== other.timesim) {
    return [`${part.name} — of timesim ${other.timesim}; ${first.name} is of ${one.timesim}`];
  }
  const differ = (Object.keys(one.options) as (keyof Asked)[]).filter((key) => {
    const same = JSON.stringify(one.options[key]) === JSON.stringify(other.options[key]);
    return key !== "shard" && !same;
  });
  return differ.map((key) => {
    const [is, was] = [other.options[key], one.options[key]].map((value) => JSON.stringify(value));
    return `${part.name} — another campaign: ${key} is ${is}; ${first.name} has ${was}`;
  });
}

function wholeOf({ seedStart, runs }: Asked): Range {
  return { from: seedStart, to: seedStart + (runs ?? 1) - 1 };
}

/** Seeds that nobody did, or two. */
function gaps(parts: readonly Part[]): readonly string[] {
  const [first] = parts;
  if (first === undefined) return [];
  const { options } = first.document;
  if (options.runs === null) return [`${first.name} — a campaign without --runs has no end`];
  const whole = wholeOf(options);
  const problems: string[] = [];
  let next = whole.from;
  for (const { name, document } of parts) {
    const { done } = document;
    if (done === null) continue;
    if (done.from < next) {
      const twice = { from: done.from, to: Math.min(done.to, next - 1) };
      problems.push(`${name} — seeds ${rangeText(twice)} were done by another part already`);
    }
    if (done.from > next) problems.push(missing({ from: next, to: done.from - 1 }, parts));
    next = Math.max(next, done.to + 1);
  }
  if (next <= whole.to) problems.push(missing({ from: next, to: whole.to }, parts));
  return problems;
}

function missing(range: Range, parts: readonly Part[]): string {
  const early = parts
    .filter(({ document: { ended } }) => ended !== "all")
    .map(({ name, document: { ended } }) => `${name} ended early (${ended})`);
  const why = early.length === 0 ? "a part is not named" : early.join(", ");
  return `seeds ${rangeText(range)} are missing: ${why}`;
}

interface Kept {
  readonly part: Part;
  readonly entry: FailureEntry;
}

/** Each signature's lowest seed, told by the part that has it. */
function failuresOf(parts: readonly Part[]): readonly Kept[] {
  const kept = new Map<string, Kept>();
  for (const part of parts) {
    for (const entry of part.document.failures) {
      const known = kept.get(entry.signature);
      if (known === undefined) kept.set(entry.signature, { part, entry });
      else {
        const worlds = known.entry.worlds + entry.worlds;
        kept.set(entry.signature, { ...known, entry: { ...known.entry, worlds } });
      }
    }
  }
  return [...kept.values()].toSorted((a, b) => a.entry.seed - b.entry.seed);
}

function unmetByAll(one: Unmet, other: Unmet): Unmet {
  const both = (key: keyof Unmet): readonly string[] => {
    return one[key].filter((name) => other[key].includes(name));
  };
  return { faults: both("faults"), gates: both("gates"), marks: both("marks") };
}

function total(
  documents: readonly CampaignDocument[],
  of: (document: CampaignDocument) => number,
): number {
  return documents.reduce((sum, document) => sum + of(document), 0);
}

/** As if one machine had done one after the other. */
function timingsOf(documents: readonly CampaignDocument[]): CampaignDocument["timings"] {
  const seconds = total(documents, ({ timings }) => timings.seconds);
  const worlds = total(documents, ({ counts }) => counts.worlds);
  const [started = ""] = documents.map(({ timings }) => timings.started).toSorted(earlier);
  return {
    started,
    seconds: Math.round(seconds * 10) / 10,
    worldsPerSecond: Math.round((10 * worlds) / seconds) / 10,
    workers: Math.max(...documents.map(({ timings }) => timings.workers)),
  };
}

function earlier(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
