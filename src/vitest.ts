/**
 * Matchers for vitest. `import "timesim/vitest"` in a setup file or a test, then
 * `expect(simulate("scenarios/x.yaml")).toReach({ on: "B", that: { active: { count: 2 } }, by:
 * "15s" })`.
 */
import { expect } from "vitest";
import { BadInput } from "./core/assert.ts";
import { askRow, type Row } from "./scenario/ask.ts";
import type { Scenario } from "./scenario/model.ts";
import type { RunOptions } from "./scenario/run.ts";
import { masternode, type OfKit, type Played, reportOf, simulate, timelineOf } from "./simulate.ts";

interface TimesimMatchers<R> {
  /** It comes true: a row with `at`, `by` or `eventually`. */
  toReach(row: Row, of?: OfKit): R;
  /** It holds, or does not happen: a row with `always` or `never`. */
  toStay(row: Row, of?: OfKit): R;
  /** The exact timeline, to the microsecond, kept in a file. `vitest -u` rewrites; CI does not. */
  toMatchTimeline(file: string, of?: OfKit): Promise<R>;
  /** A scenario (path, text or data) plays the same twice, in both wire modes, frozen or not. */
  toBeDeterministic(options?: RunOptions): R;
}

declare module "vitest" {
  // oxlint-disable-next-line typescript/no-explicit-any -- must repeat vitest's own declaration
  interface Matchers<T = any> extends TimesimMatchers<T> {}
}

interface Verdict {
  readonly pass: boolean;
  readonly message: () => string;
}

expect.extend({
  toReach: (run: Played, row: Row, of?: OfKit): Verdict => {
    const timed = row.at !== undefined || row.by !== undefined || row.eventually !== undefined;
    return timed ? judge(run, row, of) : misused("toReach", "at, by or eventually");
  },

  toStay: (run: Played, row: Row, of?: OfKit): Verdict => {
    const lasting = row.always !== undefined || row.never !== undefined;
    return lasting ? judge(run, row, of) : misused("toStay", "always or never");
  },

  toMatchTimeline: async (run: Played, file: string, of?: OfKit): Promise<Verdict> => {
    // oxlint-disable-next-line vitest/no-standalone-expect -- it stands in the matcher
    await expect(timelineOf(run, of)).toMatchFileSnapshot(file);
    return { pass: true, message: () => `the timeline is that of ${file}` };
  },

  toBeDeterministic: (source: string | Scenario, options: RunOptions = {}): Verdict => {
    const ways: readonly (readonly [string, RunOptions])[] = [
      ["once", {}],
      ["again", {}],
      ["as bytes", { wire: "bytes" }],
      ["frozen", { guard: true }],
    ];
    const digests = ways.map(([way, more]) => {
      const { digest } = simulate(source, { ...options, level: "digest", ...more }).summary;
      return { way, digest };
    });
    const pass = digests.every(({ digest }) => digest === digests[0]?.digest);
    const told = digests.map(({ way, digest }) => `${way} ${digest}`).join(", ");
    return { pass, message: () => `digests ${pass ? "agree" : "differ"}: ${told}` };
  },
});

function judge(run: Played, row: Row, of: OfKit = {}): Verdict {
  const outcome = askRow(of.kit ?? masternode(), run, row);
  const message = (): string =>
    outcome.passed ? `it came true: ${outcome.expected}` : reportOf(run, [outcome], of);
  return { pass: outcome.passed, message };
}

/** Thrown, so that `.not` does not turn a mistake into a pass. */
function misused(matcher: string, wanted: string): never {
  throw new BadInput([`${matcher} takes a row with ${wanted}`]);
}
