/** Failures as GitHub's workflow commands: it shows them at the row of the scenario's file. */
import { type Failure, failureText } from "./failure.ts";
import { placeOf } from "./place.ts";
import type { Result } from "./result.ts";

/** One line a failure, and one for each problem: why something was not run, or not kept. */
export function githubLines(
  results: readonly Result[],
  problems: readonly string[] = [],
): readonly string[] {
  return [
    ...results.flatMap((result) => result.failures.map(errorLine)),
    ...problems.map((problem) => {
      const { file, line, col } = placeOf(problem);
      const place = file === "" ? "" : `file=${property(file)},line=${line},col=${col},`;
      return `::error ${place}title=timesim::${data(problem)}`;
    }),
  ];
}

function errorLine(failure: Failure): string {
  const [, file = failure.place, line = "1", col = "1"] =
    /^(.*):(\d+):(\d+)$/.exec(failure.place) ?? [];
  const title = property(`${failure.row} (seed ${failure.seed})`);
  const place = `file=${property(file)},line=${line},col=${col}`;
  return `::error ${place},title=${title}::${data(failureText(failure))}`;
}

/** One command is one line, so breaks travel escaped. */
function data(value: string): string {
  return value.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function property(value: string): string {
  return data(value).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
