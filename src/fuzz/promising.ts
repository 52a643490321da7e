/** Which promises a run is to be held to: the kit's, by name, and a user's own beside them. */
import type { Complaint, InvariantSpec, Monitor, RunPlan } from "../check/invariant.ts";
import { BadInput } from "../core/assert.ts";
import type { Protocol } from "../core/machine.ts";
import type { Time } from "../core/units.ts";
import type { Invariants, Kit } from "../kit/kit.ts";
import { promisable, promises } from "../scenario/promises.ts";
import { unknownWord } from "../scenario/reasons.ts";
import { KIND, type TraceEvent } from "../trace/event.ts";

/** A promise that no kit makes. */
export interface OwnInvariant {
  /** One that the kit does not use. */
  readonly name: string;
  /** What is promised, as a sentence. */
  readonly about: string;
  /** Anew for each run. What it complains of is told under `name`. */
  watch(plan: RunPlan): Monitor;
}

/** `"all"`: every promise of the kit. In a list as well, beside one's own. */
export type WantedInvariants = "all" | readonly (string | OwnInvariant)[];

export interface Promising<P extends Protocol> {
  /** The kit, which now makes the user's promises, too. */
  readonly kit: Kit<P>;
  readonly names: readonly string[];
}

/** Throws BadInput for a name that is none, or taken, and for a list that asks nothing. */
export function promising<P extends Protocol>(kit: Kit<P>, wanted: WantedInvariants): Promising<P> {
  const list = wanted === "all" ? ["all"] : wanted;
  const every = promises(kit);
  const known = promisable(kit);
  const own = list.filter((each) => typeof each !== "string");
  const names = list.flatMap((each) => {
    if (typeof each !== "string") return [each.name];
    return each === "all" ? every : [each];
  });
  const problems = [
    ...list
      .filter((each) => typeof each === "string" && each !== "all" && !known.includes(each))
      .map((each) => unknownWord("invariant", String(each), known)),
    ...own
      .filter(
        ({ name }, index) => isTaken(kit, name) || own.findIndex((o) => o.name === name) < index,
      )
      .map(({ name }) => `invariant "${name}" — there is one of that name already`),
    ...(names.length === 0 ? [`invariants — nothing is asked; expected "all" or a list`] : []),
  ];
  if (problems.length > 0) throw new BadInput(problems);
  return { kit: own.length === 0 ? kit : { ...kit, invariants: beside(kit, own) }, names };
}

function isTaken<P extends Protocol>({ invariants }: Kit<P>, name: string): boolean {
  return name === "all" || Object.hasOwn(invariants?.specs ?? {}, name);
}

function beside<P extends Protocol>(
  { invariants }: Kit<P>,
  own: readonly OwnInvariant[],
): Invariants {
  const specs = own.map(({ name, about }): [string, InvariantSpec] => {
    return [name, { rule: "general", about, mode: "always" }];
  });
  return {
    specs: { ...invariants?.specs, ...Object.fromEntries(specs) },
    watch(names, plan) {
      const kits = names.filter((name) => own.every((each) => each.name !== name));
      const first = kits.length === 0 ? [] : [invariants?.watch(kits, plan)];
      const rest = own
        .filter(({ name }) => names.includes(name))
        .map((each) => named(each.name, each.watch(plan)));
      return new Together([...first, ...rest].filter((monitor) => monitor !== undefined));
    },
  };
}

function named(invariant: string, monitor: Monitor): Monitor {
  return {
    mask: monitor.mask,
    see: (event) => monitor.see(event),
    finish: (end) => monitor.finish(end).map((complaint) => ({ ...complaint, invariant })),
  };
}

class Together implements Monitor {
  readonly mask: number;
  readonly #all: readonly Monitor[];

  constructor(all: readonly Monitor[]) {
    this.#all = all;
    this.mask = all.reduce((mask, monitor) => mask | monitor.mask, 0);
  }

  see(event: TraceEvent): void {
    const bit = 1 << KIND[event.kind];
    for (const monitor of this.#all) if ((monitor.mask & bit) !== 0) monitor.see(event);
  }

  finish(end: Time): readonly Complaint[] {
    return this.#all.flatMap((monitor) => monitor.finish(end));
  }

  marks(): readonly string[] {
    return this.#all.flatMap((monitor) => monitor.marks?.() ?? []);
  }
}
