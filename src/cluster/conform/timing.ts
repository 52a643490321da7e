/**
 * How far off the real runs were: for each row, the moments at which it came true, real minus
 * simulated. No part of the verdict.
 */
import type { Outcome } from "../../trace/outcome.ts";
import { quantile } from "./quantile.ts";

export interface RowTiming {
  readonly row: string;
  readonly place: string;
  /** Moments that could be compared. */
  readonly moments: number;
  /** µs of the run's time; null where no moment could be compared. */
  readonly p50: number | null;
  readonly p95: number | null;
}

export function timingOf(
  simulated: readonly Outcome[],
  real: readonly (readonly Outcome[])[],
): readonly RowTiming[] {
  return simulated.map(({ row, place, parts }) => {
    const errors = real.flatMap((outcomes) => {
      const twin = outcomes.find((one) => one.row === row && one.place === place);
      return parts.flatMap(({ node, sentence, at }) => {
        const part = twin?.parts.find((one) => one.node === node && one.sentence === sentence);
        return at === null || part === undefined || part.at === null ? [] : [part.at - at];
      });
    });
    return { row, place, moments: errors.length, ...quantiles(errors) };
  });
}

/** Of all rows together. */
export function allTiming(
  simulated: readonly Outcome[],
  real: readonly (readonly Outcome[])[],
): Pick<RowTiming, "moments" | "p50" | "p95"> {
  const parts = simulated.flatMap((one) => one.parts);
  const errors = real.flatMap((outcomes) => {
    const others = outcomes.flatMap((one) => one.parts);
    return parts.flatMap(({ at }, index) => {
      const there = others[index]?.at ?? null;
      return at === null || there === null ? [] : [there - at];
    });
  });
  return { moments: errors.length, ...quantiles(errors) };
}

function quantiles(errors: readonly number[]): Pick<RowTiming, "p50" | "p95"> {
  const sorted = errors.toSorted((a, b) => a - b);
  return { p50: quantile(sorted, 0.5), p95: quantile(sorted, 0.95) };
}
