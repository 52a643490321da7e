/** What came of a zoo, as one document: `zoo.json`, and what `--json` prints. */
import type { Asked } from "../campaign/asked.ts";
import type { Rehearsed } from "../campaign/rehearse.ts";
import { isCaught, type Verdict } from "../campaign/zoo.ts";

export interface ZooDocument {
  readonly format: 1;
  readonly options: Asked;
  /** Worlds for each mutant. */
  readonly budget: number;
  /** Which it plays before, in this order. */
  readonly scenarios: readonly Pick<Rehearsed, "file" | "events">[];
  /** Per cent that have to be caught. */
  readonly least: number;
  /** `interrupted`: only those were judged that stand here. */
  readonly ended: "all" | "interrupted";
  /** Enough are caught, and the protocol itself, which was judged, shows nothing. */
  readonly passed: boolean;
  /** Null: it ended before. */
  readonly protocol: ZooRow | null;
  readonly mutants: readonly ZooRow[];
  readonly sums: {
    readonly mutants: number;
    readonly caught: number;
    /** Of these, by a scenario. */
    readonly byScenario: number;
    /** By tag: how many, and how many of them are caught. */
    readonly tags: Readonly<Record<string, { readonly mutants: number; readonly caught: number }>>;
    /** Of the worlds that failures were shrunk to; null: nothing was caught in one. */
    readonly medianNodes: number | null;
    readonly medianFaults: number | null;
  };
  readonly timings: { readonly seconds: number; readonly workers: number };
}

export type ZooRow = Omit<Verdict, "files">;

interface Frame {
  readonly asked: Asked;
  readonly budget: number;
  readonly scenarios: readonly Rehearsed[];
  readonly least: number;
  readonly threads: number;
  readonly seconds: number;
  readonly ended: ZooDocument["ended"];
}

export function zooDocument(verdicts: readonly Verdict[], frame: Frame): ZooDocument {
  const rows = verdicts.map(({ files: _, ...row }): ZooRow => row);
  const protocol = rows.find(({ id }) => id === null) ?? null;
  const mutants = rows.filter(({ id }) => id !== null);
  const caught = mutants.filter(isCaught);
  const sizes = caught.flatMap(({ smallest }) => (smallest === null ? [] : [smallest]));
  const tags = [...new Set(mutants.flatMap((row) => row.tags))];
  const enough = caught.length * 100 >= mutants.length * frame.least;
  return {
    format: 1,
    options: frame.asked,
    budget: frame.budget,
    scenarios: frame.scenarios.map(({ file, events }) => ({ file, events })),
    least: frame.least,
    ended: frame.ended,
    passed: enough && frame.ended === "all" && protocol?.found === null,
    protocol,
    mutants,
    sums: {
      mutants: mutants.length,
      caught: caught.length,
      byScenario: caught.filter(({ broken }) => broken !== null).length,
      tags: Object.fromEntries(tags.map((tag) => [tag, countOf(mutants, tag)])),
      medianNodes: median(sizes.map(({ nodes }) => nodes)),
      medianFaults: median(sizes.map(({ faults }) => faults)),
    },
    timings: { seconds: frame.seconds, workers: frame.threads },
  };
}

function countOf(rows: readonly ZooRow[], tag: string): { mutants: number; caught: number } {
  const tagged = rows.filter(({ tags }) => tags.includes(tag));
  const caught = tagged.filter(isCaught);
  return { mutants: tagged.length, caught: caught.length };
}

/** The lower of the two in the middle. */
function median(numbers: readonly number[]): number | null {
  return numbers.toSorted((a, b) => a - b)[(numbers.length - 1) >> 1] ?? null;
}
