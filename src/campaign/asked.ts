/**
 * What was asked of a campaign, as plain data: all that decides what becomes of its worlds. How
 * many threads or machines looked at them, and for how long, is not in it.
 */
import type { Seed } from "./range.ts";

export interface Asked {
  readonly kit: string;
  /** `--machine` and `--mutant`, as they were written. */
  readonly machine: string | null;
  readonly mutant: string | null;
  /** What the nodes run; null: what was drawn. */
  readonly profile: string | null;
  /** The shape of worlds. */
  readonly worlds: string;
  /** Kinds of trouble, all of them in every world; null: swarm. */
  readonly faults: readonly string[] | null;
  readonly seedStart: Seed;
  /** Of the whole campaign; null: no end. */
  readonly runs: number | null;
  /** This part of it: `1/4`. */
  readonly shard: string | null;
  readonly bail: number | null;
  /** Seconds. */
  readonly hungAfter: number;
  readonly maxShrinkTime: number;
}
