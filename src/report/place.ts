/** A problem's line, `x.yaml:12:5 until — a duration is missing`, as where and what. */

export interface Place {
  /** Empty: it is of no file, or of no place in one. */
  readonly file: string;
  readonly line: string;
  readonly col: string;
  /** What there is trouble with: the file, or its key. */
  readonly what: string;
}

export function placeOf(problem: string): Place {
  const [what = problem] = problem.split(" — ");
  const [, file = "", line = "1", col = "1"] = /^(.+?):(\d+):(\d+)(?: |$)/.exec(what) ?? [];
  return { file, line, col, what };
}
