/**
 * A change that makes a scenario smaller or plainer. Edits are tried one by one or many at a time,
 * so each finds what it changes by name or by identity, and leaves alone what it does not find.
 */
import type { Time } from "../../core/units.ts";
import type { Dialect } from "../../scenario/dialect.ts";
import type { Scenario } from "../../scenario/model.ts";

/** Null: it cannot be done to this scenario. */
export type Edit = (scenario: Scenario) => Scenario | null;

export interface Pass {
  /** For progress: `nodes`, `rounder numbers`. */
  readonly name: string;
  /** Whether several of its edits are tried at once, most first. */
  readonly together: boolean;
  /** In the order in which they are tried. `seenAt`: when the complaint was raised. */
  edits(kit: Dialect, scenario: Scenario, seenAt: Time): readonly Edit[];
}
