/**
 * What can be said of a run: folds over trace events. A claim is about one node, or about the world
 * as a whole, and is judged from the trace alone, so the same claim serves a simulation, a saved
 * trace and a real cluster.
 */
import type { Address } from "../core/address.ts";
import type { TraceEvent } from "../trace/event.ts";
import type { Names } from "../trace/vocabulary.ts";

/**
 * A claim with its arguments filled in. `event`: something that happens, true at single moments.
 * `state`: something that holds or does not from one event to the next.
 */
export interface Watch<S = unknown> {
  readonly mode: "event" | "state";
  /** Kinds it wants to see (trace/event.ts, `kindMask`). */
  readonly mask: number;
  /** Whose events it wants to see; WORLD: everybody's. */
  readonly node: number;
  /** The sentence it claims: `B has a ready session with A`. */
  readonly sentence: string;
  init(): S;
  /** The same reference when the event changed nothing. */
  next(memory: S, event: TraceEvent): S;
  /** `event` mode: did this very event match (asked after `next`); `state` mode: does it hold. */
  holds(memory: S, event: TraceEvent | null): boolean;
  /** What was there instead, for a failure text: `B: 1 active (B)`. */
  say(memory: S): string;
}

/** What a claim may know about the run it is asked of. */
export interface ClaimContext extends Names {
  readonly nodes: readonly string[];
  /** Index of a node; the loader has checked that it exists. */
  index(node: string): number;
  addressOf(node: string): Address;
}
