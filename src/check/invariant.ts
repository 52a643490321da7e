/**
 * Promises about every run, whatever its scenario: folds over trace events, like claims, but judged
 * unasked. A monitor keeps memory of its own and sees each event once, while a run goes on or
 * afterwards from a saved trace; it looks into no state, so real nodes are held to the same.
 */
import type { Duration, Time, UnixMicros } from "../core/units.ts";
import type { LinkProfile } from "../core/fault.ts";
import type { Address } from "../core/address.ts";
import type { EventId } from "../trace/event.ts";
import type { Listener } from "../trace/recorder.ts";
import type { ClaimContext } from "./claim.ts";

export interface InvariantSpec {
  /** Where it is written: a rule of the protocol, `S4`, or `general`. */
  readonly rule: string;
  /** What is promised, as a sentence. */
  readonly about: string;
  /**
   * `always`: safety, at every moment. `eventually`: due within a stated time once nothing hinders
   * it any more. `sometimes`: no promise; what a campaign ought to come past at least once.
   */
  readonly mode: "always" | "eventually" | "sometimes";
  /** Of `eventually`: the stated time, as a sum of things with names, for people. */
  readonly bound?: string;
  /** It binds old nodes and adversaries as well; left out: nobody but nodes of standing `kept`. */
  readonly everybody?: true;
  /** Why real nodes cannot be held to it, as the end of a sentence; left out: they can. */
  readonly simulated?: string;
}

/** A broken promise. */
export interface Complaint {
  readonly invariant: string;
  /**
   * What kind of breach: the same for the same defect in other worlds, so it names no node, number
   * or time. `""` where there is but one kind.
   */
  readonly witness: string;
  /** Index of the node that broke it, or WORLD. */
  readonly node: number;
  readonly at: Time;
  /** The event that showed it; null where the absence of one did. */
  readonly event: EventId | null;
  /** What was seen, for people, with names and numbers. */
  readonly text: string;
}

export interface Monitor extends Listener {
  /** Once, when the run is over; `end` is how far it went. The first breach of each kind. */
  finish(end: Time): readonly Complaint[];
  /** After that: names of the `sometimes` invariants that the run came past. */
  marks?(): readonly string[];
}

/** What a monitor is told of a run before it begins. */
export interface RunPlan extends ClaimContext {
  readonly plans: readonly NodeFacts[];
  /** The kit's world settings of the scenario. */
  readonly world: Readonly<Record<string, unknown>>;
  /** Before any fault. */
  readonly link: (from: number, to: number) => LinkProfile;
  /** How long a dial that nobody answers takes, and a connection that nobody acknowledges. */
  readonly dialTimeout: Duration;
  readonly userTimeout: Duration;
  /** Wall clock of an exact clock at time 0. */
  readonly epoch: UnixMicros;
  /** Things happen when they are due, to the microsecond; real nodes are always a little late. */
  readonly exact: boolean;
  /** So late, or early by rounding, something may be and still be on time. */
  readonly slack: Duration;
  readonly end: Time;
}

/**
 * How far a node can be held to the promises. `kept`: to all of them. `old`: it runs a version that
 * breaks some; others must stay safe beside it. `adversary`: it lies.
 */
export type Standing = "kept" | "old" | "adversary";

export interface NodeFacts {
  readonly name: string;
  readonly address: Address;
  readonly standing: Standing;
  /** Null: not started by itself. */
  readonly start: Time | null;
  /** The ip its connections seem to come from; null: its own. */
  readonly dialsFrom: number | null;
  /**
   * Every constant as this node should have it: a kept node those of the protocol and the scenario,
   * whatever its profile says, for a profile that says otherwise breaks the promise.
   */
  readonly config: Readonly<Record<string, unknown>>;
  /** The kit's own keys of the node. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly clock: { readonly offset: Duration; readonly drift: number };
  /** From a write to its being durable. */
  readonly disk: { readonly delay: Duration };
}

/** What makes two complaints one: failures are grouped by it, and shrinking keeps it. */
export function signatureOf({ invariant, witness }: Complaint): string {
  return witness === "" ? invariant : `${invariant}: ${witness}`;
}
