/**
 * A range whatever becomes of its workers: one that dies or stands still costs its batch, which is
 * done again seed by seed, each in a worker that nobody has harmed; the seed that kills twice is
 * named as a failure.
 */
import { lostWorld } from "./look.ts";
import { Lost } from "./pool.ts";
import type { Range, Seed } from "./range.ts";
import { EMPTY, plus, type Tally } from "./tally.ts";

/** One batch in one worker. */
export type Look = (range: Range) => Promise<Tally>;

export async function lookCarefully(look: Look, range: Range): Promise<Tally> {
  const whole = await attempt(look, range);
  if (!(whole instanceof Lost)) return whole;
  let tally = EMPTY;
  for (let seed = range.from; seed <= range.to; seed++) {
    const again = await attempt(look, { from: seed, to: seed });
    tally = plus(tally, again instanceof Lost ? guilty(seed, again) : again);
  }
  return tally;
}

/** A worker that was lost is an answer, too. */
export async function attempt<Job, Done>(
  work: (job: Job) => Promise<Done>,
  job: Job,
): Promise<Done | Lost> {
  try {
    return await work(job);
  } catch (error) {
    if (error instanceof Lost) return error;
    throw error;
  }
}

function guilty(seed: Seed, { how, message }: Lost): Tally {
  const signature = how === "hung" ? "hung" : "worker crashed";
  const text = how === "hung" ? `this world does not come to its end: ${message}` : message;
  return lostWorld({ seed, signature, invariant: signature, witness: "", node: "-", at: 0, text });
}
