/**
 * A scenario as plain data, after loading: names instead of indices, whole microseconds instead of
 * texts, every default filled in. It can be drawn, shrunk, diffed and written back.
 */
import type { Address } from "../core/address.ts";
import type { Fault, LinkProfile } from "../core/fault.ts";
import type { Duration, Time } from "../core/units.ts";
import type { NetworkConfig } from "../engine/net.ts";
import type { Settings } from "../kit/field.ts";

export interface Scenario {
  readonly name: string;
  /** The opening comment or `about`, for `timesim list`. */
  readonly about: string;
  /** Where it was read from, for messages; `<text>` for none. */
  readonly file: string;
  /** The seed it was written for. Any other asked for makes the run a *sweep*. */
  readonly seed: string;
  readonly profile: string;
  readonly until: Time;
  /** Overrides of the protocol's constants. */
  readonly config: Settings;
  /** The kit's own top-level keys. */
  readonly world: Settings;
  readonly nodes: readonly NodePlan[];
  readonly link: LinkProfile;
  readonly links: readonly LinkPlan[];
  readonly network: NetworkConfig;
  /** Link profile when run with another seed than its own; null: the same. */
  readonly sweepLink: LinkProfile | null;
  readonly events: readonly ScenarioEvent[];
  readonly expect: readonly Expectation[];
  /** Promises about every run that this one is held to; left out: none. */
  readonly invariants?: readonly string[];
  /** Where it says so: `scenarios/x.yaml:12:1`; left out: in no file. */
  readonly promisedAt?: string;
}

export interface NodePlan {
  readonly name: string;
  readonly address: Address;
  /** The ip its dials come from; null for that of its address. */
  readonly dialsFrom: number | null;
  /** Null: not started by itself (a `restart` event may). */
  readonly start: Time | null;
  /** Another profile than the scenario's, for mixed versions. */
  readonly profile: string | null;
  readonly config: Settings;
  /** The kit's own keys. */
  readonly settings: Settings;
  readonly clock: { readonly offset: Duration; readonly drift: number };
  readonly disk: { readonly delay: Duration; readonly full: boolean };
}

export interface LinkPlan {
  readonly from: readonly string[] | "*";
  readonly to: readonly string[] | "*";
  readonly link: Partial<LinkProfile>;
}

export type ScenarioEvent =
  | { readonly at: Time; readonly fault: Fault }
  | {
      readonly at: Time;
      readonly node: string;
      readonly command: string;
      readonly args: Settings;
    };

/** One row: claims about nodes, when they must come true, and for which kind of run it counts. */
export interface Expectation {
  /** The reader's words; by default made of the claims. */
  readonly row: string;
  readonly on: readonly string[];
  readonly claims: readonly ClaimCall[];
  /** Each claim's first moment must have the one before among its causes. */
  readonly chained: boolean;
  readonly when: When;
  readonly runs: "all" | "pinned" | "sweep";
  /** `scenarios/x.yaml:12:5`, for failure texts. */
  readonly place: string;
}

export interface ClaimCall {
  readonly claim: string;
  readonly args: Settings;
}

/**
 * All windows are [from, to), in run time, but for the limits of `by` and `eventually`, which still
 * count. A state at a window's beginning is what it is after all events of that moment.
 */
export type When =
  /** The first moment since `after` at which it comes true lies within this second. */
  | { readonly kind: "at"; readonly second: Time; readonly after: Time }
  | { readonly kind: "by"; readonly limit: Time; readonly after: Time }
  | { readonly kind: "always"; readonly from: Time; readonly to: Time }
  | { readonly kind: "never"; readonly from: Time; readonly to: Time }
  | { readonly kind: "eventually"; readonly after: Time; readonly within: Duration };
