/** Seeds of a campaign: whole numbers in a row. */
export type Seed = number;

/** Both ends belong to it. */
export interface Range {
  readonly from: Seed;
  readonly to: Seed;
}

export function countOf({ from, to }: Range): number {
  return to - from + 1;
}

export function rangeText({ from, to }: Range): string {
  return from === to ? String(from) : `${from}..${to}`;
}

/** Part `index` of `of` (from 1), as equal as can be; null: there are more parts than seeds. */
export function shardOf(whole: Range, index: number, of: number): Range | null {
  const count = countOf(whole);
  // Of an exact whole number, whatever the size of both.
  const edge = (n: number): number => Number((BigInt(count) * BigInt(n)) / BigInt(of));
  const from = whole.from + edge(index - 1);
  const to = whole.from + edge(index) - 1;
  return from > to ? null : { from, to };
}
