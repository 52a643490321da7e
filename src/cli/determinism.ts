/**
 * Whether a seed gives the same run again: once more as it was, and once more with messages as wire
 * bytes and every state frozen. All three must give the same events.
 */
import type { Failure } from "../report/failure.ts";
import type { Scenario } from "../scenario/model.ts";
import { firstDifference } from "../trace/diff.ts";
import type { TraceEvent } from "../trace/event.ts";
import { eventLine, type Words, wordsFor } from "../trace/text.ts";
import { repeatCommand } from "../scenario/repeat.ts";
import { type AnyRun, type Ask, play } from "./play.ts";
import type { Protocol } from "./protocol.ts";

const WAYS = [
  { title: "again", change: {} },
  { title: "as wire bytes, states frozen", change: { wire: "bytes", guard: true } },
] as const;

/** How often each seed is played. */
export const PLAYS: number = 1 + WAYS.length;

/** Null when all is well. `first` must have its whole trace. */
export function checkDeterminism(
  kit: Protocol,
  scenario: Scenario,
  first: AnyRun,
  ask: Ask,
): Failure | null {
  for (const { title, change } of WAYS) {
    const { seed } = first.summary;
    const other = play(kit, scenario, seed, { ...ask, ...change }, "full");
    if (other.summary.digest === first.summary.digest) continue;
    const words = wordsFor(first.trace.header, kit.vocabulary);
    return failure(scenario, first, other, title, words, ask);
  }
  return null;
}

function failure(
  scenario: Scenario,
  first: AnyRun,
  other: AnyRun,
  title: string,
  words: Words,
  ask: Ask,
): Failure {
  const { seed } = first.summary;
  const difference = firstDifference(first.trace, other.trace);
  const line = (event: TraceEvent | null | undefined): string =>
    event === null || event === undefined ? "(the run has ended)" : eventLine(event, words);
  // Digests that differ over equal events would be the digest's fault; the text then says so.
  const where = difference === null ? "in no event" : `after ${difference.index} equal events`;
  return {
    kind: "nondeterminism",
    scenario: scenario.file,
    row: "one seed, one run",
    seed,
    place: `${scenario.file}:1:1`,
    sections: [
      { title: "expected", lines: [`digest ${first.summary.digest}: ${title}`] },
      { title: "found", lines: [`digest ${other.summary.digest}, different ${where}`] },
      { title: "first run", lines: difference === null ? [] : [line(difference.one)] },
      { title: "second run", lines: difference === null ? [] : [line(difference.other)] },
    ],
    repeat: `${repeatCommand(scenario, ask, seed)} --check-determinism`,
  };
}
