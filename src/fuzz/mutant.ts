/**
 * A defect put into a protocol from outside: another machine, or other constants, under the name of
 * the profile it stands in for. No handler holds a switch for it.
 */
import type { Protocol } from "../core/machine.ts";
import type { Kit, Profile } from "../kit/kit.ts";

export interface Mutant<P extends Protocol> {
  readonly id: string;
  /** What is wrong, as a sentence. */
  readonly about?: string;
  /** What it is one of; `timesim zoo` counts them by it. */
  readonly tags?: readonly string[];
  /** The kit's first profile, with the defect. */
  apply(profile: Profile<P>): Profile<P>;
}

/** The kit, whose first profile has the defect. */
export function mutated<P extends Protocol>(kit: Kit<P>, mutant: Mutant<P>): Kit<P> {
  const [first, ...rest] = kit.profiles;
  if (first === undefined) return kit;
  return { ...kit, profiles: [{ ...mutant.apply(first), name: first.name }, ...rest] };
}
