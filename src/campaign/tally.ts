/**
 * What came of some worlds, as plain numbers that can be added: in whatever order and groups
 * tallies are joined, the sum is the same. That makes a campaign independent of who ran what.
 */
import type { Seed } from "./range.ts";

export interface Tally {
  readonly worlds: number;
  readonly events: number;
  /** Milliseconds: microseconds of some days of campaign are more than a number holds. */
  readonly virtual: number;
  /** The sum of all worlds' digests, each hashed with its seed: 16 hex digits. */
  readonly digest: string;
  /** In how many worlds each was met. */
  readonly coverage: Coverage;
  /** By signature. */
  readonly failures: Readonly<Record<string, Group>>;
}

/** `options`: what swarm had switched on; `gates`: `due open`, `due shut`; `marks`: `sometimes`. */
export const COVERED = ["options", "faults", "gates", "marks"] as const;

export type Coverage = Readonly<Record<(typeof COVERED)[number], Counts>>;
export type Counts = Readonly<Record<string, number>>;

/** All failing worlds of one signature. */
export interface Group {
  readonly worlds: number;
  /** The one with the lowest seed. */
  readonly first: Found;
}

export interface Found {
  readonly seed: Seed;
  readonly signature: string;
  readonly invariant: string;
  /** As in a complaint. */
  readonly witness: string;
  /** `-`: nobody's alone. */
  readonly node: string;
  /** Microseconds into the run. */
  readonly at: number;
  /** What was seen, for people. */
  readonly text: string;
}

const NOTHING: Coverage = { options: {}, faults: {}, gates: {}, marks: {} };
const NO_DIGEST = "0".repeat(16);

export const EMPTY: Tally = {
  ...{ worlds: 0, events: 0, virtual: 0, digest: NO_DIGEST, coverage: NOTHING, failures: {} },
};

export function plus(one: Tally, other: Tally): Tally {
  return {
    worlds: one.worlds + other.worlds,
    events: one.events + other.events,
    virtual: one.virtual + other.virtual,
    digest: addDigests(one.digest, other.digest),
    coverage: covered(one.coverage, other.coverage),
    failures: joined(one.failures, other.failures),
  };
}

export function covered(one: Coverage, other: Coverage): Coverage {
  const sums = COVERED.map((kind) => [kind, sum(one[kind], other[kind])]);
  return Object.fromEntries(sums) as Coverage;
}

/** Keys in the order of code units, so that equal tallies are equal texts. */
function sum(one: Counts, other: Counts): Counts {
  const names = Object.keys({ ...one, ...other }).toSorted(byUnits);
  return Object.fromEntries(names.map((name) => [name, (one[name] ?? 0) + (other[name] ?? 0)]));
}

function joined(one: Tally["failures"], other: Tally["failures"]): Tally["failures"] {
  const groups = new Map(Object.entries(one));
  for (const [signature, group] of Object.entries(other)) {
    const known = groups.get(signature);
    groups.set(signature, known === undefined ? group : bothOf(known, group));
  }
  return Object.fromEntries([...groups].toSorted(([, a], [, b]) => a.first.seed - b.first.seed));
}

function bothOf(one: Group, other: Group): Group {
  const first = one.first.seed < other.first.seed ? one.first : other.first;
  return { worlds: one.worlds + other.worlds, first };
}

const MODULUS = 1n << 64n;

export function addDigests(one: string, other: string): string {
  const added = (BigInt(`0x${one}`) + BigInt(`0x${other}`)) % MODULUS;
  return added.toString(16).padStart(16, "0");
}

function byUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
