/** Tallies of imagined worlds: what a seed comes to is a function of the seed. */
import type { Range, Seed } from "../../src/campaign/range.ts";
import { type Ask, search, type Searched, type Wanted } from "../../src/campaign/search.ts";
import { EMPTY, type Found, plus, type Tally } from "../../src/campaign/tally.ts";

/** Some seeds fail, in three ways of different frequency. */
export function signatureAt(seed: Seed): string | null {
  if (seed % 97 === 13) return "rare";
  if (seed % 11 === 5) return "common";
  return seed % 41 === 40 ? "between" : null;
}

function foundAt(seed: Seed, signature: string): Found {
  return {
    seed,
    signature,
    invariant: signature,
    witness: "",
    node: "A",
    at: seed,
    text: `seen in ${seed}`,
  };
}

function worldAt(seed: Seed): Tally {
  const signature = signatureAt(seed);
  const first = signature === null ? null : foundAt(seed, signature);
  return {
    worlds: 1,
    events: seed * 3,
    virtual: 120_000,
    digest: seed.toString(16).padStart(16, "f"),
    coverage: {
      options: { [`o${seed % 5}`]: 1 },
      faults: { [`f${seed % 7}`]: 1 },
      gates: {},
      marks: seed % 50 === 0 ? { fifty: 1 } : {},
    },
    failures: first === null ? {} : { [first.signature]: { worlds: 1, first } },
  };
}

export function tallyOf({ from, to }: Range): Tally {
  let tally = EMPTY;
  for (let seed = from; seed <= to; seed++) tally = plus(tally, worldAt(seed));
  return tally;
}

export interface Ran extends Searched {
  readonly found: readonly Found[];
}

const WHOLE: Omit<Wanted, "stop"> = {
  ...{ from: 1, to: 300, bail: null, ahead: 4, batch: null },
};

export async function searched(
  wanted: Partial<Wanted>,
  look: Ask = (range) => Promise.resolve(tallyOf(range)),
): Promise<Ran> {
  const found: Found[] = [];
  const heard = { found: (one: Found) => found.push(one), took: () => {} };
  const { signal } = new AbortController();
  return { ...(await search({ ...WHOLE, stop: signal, ...wanted }, look, heard)), found };
}
