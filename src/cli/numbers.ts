/** Numbers and times as they are written behind a flag. */
import { BadInput } from "../core/assert.ts";
import { parseDuration } from "../core/units.ts";

/** So that the last seed is exact whatever is added. */
const COUNT_MAX = 1e12;

/** `standard` where nothing is written. */
export function countOf(
  flag: string,
  text: string | undefined,
  standard: number,
  least: number,
  most: number = COUNT_MAX,
): number {
  if (text === undefined) return standard;
  const count = /^\d+$/.test(text) ? Number(text) : -1;
  if (count >= least && count <= most) return count;
  const shown = JSON.stringify(text);
  const limit = count > most ? `at most ${most}` : `at least ${least}`;
  throw new BadInput([`${flag} ${shown} — expected a whole number, ${limit}`]);
}

/** Null: not given. */
export function secondsOf(
  flag: string,
  text: string | undefined,
  mayBeNone = false,
): number | null {
  if (text === undefined) return null;
  const length = parseDuration(text);
  if (length !== null && (length > 0 || mayBeNone)) return length / 1e6;
  throw new BadInput([`${flag} ${JSON.stringify(text)} — expected a time such as 30s or 5m`]);
}
