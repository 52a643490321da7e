/**
 * A defect put into a protocol from outside: another machine, or other constants, under the name of
 * the profile it stands in for. No handler holds a switch for it.
 */
import { BadInput } from "../core/assert.ts";
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

/**
 * The kit, whose first profile has the defect. Throws BadInput for a mutant that cannot be applied:
 * what throws in every world would be taken for caught.
 */
export function mutated<P extends Protocol>(kit: Kit<P>, mutant: Mutant<P>): Kit<P> {
  const [first, ...rest] = kit.profiles;
  if (first === undefined) return kit;
  return { ...kit, profiles: [{ ...applied(mutant, first), name: first.name }, ...rest] };
}

function applied<P extends Protocol>(mutant: Mutant<P>, first: Profile<P>): Profile<P> {
  let profile: Partial<Profile<P>> | undefined;
  try {
    profile = mutant.apply(first);
  } catch (error) {
    throw new BadInput([`mutant ${mutant.id} — apply throws: ${String(error)}`]);
  }
  const { machine } = profile ?? {};
  if (typeof machine?.init === "function" && typeof machine.step === "function") {
    return profile as Profile<P>;
  }
  throw new BadInput([`mutant ${mutant.id} — apply gives no profile with a machine`]);
}
