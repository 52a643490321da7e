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
