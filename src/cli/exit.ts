import { passed, type Result } from "../report/result.ts";

/** What the program tells its caller. Numbers are an API: scripts and CI branch on them. */
export const EXIT = {
  ok: 0,
  /** An expectation failed, a machine crashed, or a golden differs. */
  failed: 1,
  /** The command line or a file cannot be used. */
  usage: 2,
  /** Our own mistake. */
  bug: 3,
  /** Nothing was selected, or no row was asked of what was. */
  nothing: 4,
  /** The same seed gave two different runs. */
  nondeterminism: 5,
} as const;

/** The worst of all. Of a run without rows nothing is known but, if asked, that it is steady. */
export function exitOf(results: readonly Result[], checked = false): number {
  const failures = results.flatMap((result) => result.failures);
  if (failures.some(({ kind }) => kind === "nondeterminism")) return EXIT.nondeterminism;
  if (!results.every(passed)) return EXIT.failed;
  return checked || results.some(({ rows }) => rows.length > 0) ? EXIT.ok : EXIT.nothing;
}
