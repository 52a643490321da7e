/** `did you mean`: the nearest known word, when it is near enough to be worth saying. */

/** ` (did you mean "x"?)`, or nothing. */
export function didYouMean(word: string, known: readonly string[]): string {
  const best = suggest(word, known);
  return best === null ? "" : ` (did you mean "${best}"?)`;
}

/**
 * The known word with the fewest typing mistakes, the first of equals. One mistake in three letters
 * is the most that still looks like the same word; one- and two-letter names only differ in case.
 */
export function suggest(word: string, known: readonly string[]): string | null {
  const lower = word.toLowerCase();
  let best: string | null = null;
  let least = Math.floor(word.length / 3) + 1;
  for (const candidate of known) {
    const mistakes = candidate.toLowerCase() === lower ? 0 : distance(lower, candidate, least);
    if (mistakes < least) {
      best = candidate;
      least = mistakes;
    }
  }
  return best;
}

/** Levenshtein's distance with swapped neighbours as one mistake; `limit` when it is no less. */
function distance(a: string, candidate: string, limit: number): number {
  const b = candidate.toLowerCase();
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const line = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let cost = Math.min(at(above, column) + 1, at(line, column - 1) + 1);
      cost = Math.min(cost, at(above, column - 1) + (same ? 0 : 1));
      const swapped = a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped && row > 1 && column > 1) cost = Math.min(cost, at(before, column - 2) + 1);
      line.push(cost);
    }
    before = above;
    above = line;
  }
  return Math.min(limit, at(above, b.length));
}

function at(line: readonly number[], index: number): number {
  return line[index] ?? Number.POSITIVE_INFINITY;
}
