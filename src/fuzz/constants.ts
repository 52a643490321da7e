/**
 * Constants of a drawn world: paces, then single sweeps, then what must hold among them. Only those
 * that differ are kept, as in a scenario's `config`.
 */
import { MILLISECOND, SECOND } from "../core/units.ts";
import type { Fields, Settings } from "../kit/field.ts";
import type { FuzzHints, Relation, Sweep } from "../kit/fuzz.ts";
import { among, type Die } from "./dice.ts";

export type Constants = Readonly<Record<string, number>>;

/** What a kit says of its constants. */
export interface Ground {
  readonly defaults: Constants;
  readonly fields: Fields;
  readonly hints: FuzzHints;
}

type Usual = Pick<Ground, "defaults">;

/** Numbers alone: flags and texts are nothing to sweep. */
export function numbersOf(settings: Settings): Constants {
  const numbers = Object.entries(settings).filter(([, value]) => typeof value === "number");
  return Object.fromEntries(numbers) as Constants;
}

/** Every constant of each named group, divided by that group's number. */
export function paced(ground: Ground, by: Readonly<Record<string, number>>): Constants {
  const next: Record<string, number> = {};
  for (const [group, divisor] of Object.entries(by)) {
    if (divisor === 1) continue;
    for (const name of ground.hints.paces[group]?.constants ?? []) {
      next[name] = even(ground, name, (ground.defaults[name] ?? 0) / divisor);
    }
  }
  return next;
}

export interface Swept {
  readonly name: string;
  readonly how: Die;
}

export function swept(ground: Ground, from: Constants, some: readonly Swept[]): Constants {
  if (some.length === 0) return from;
  const next = { ...from };
  for (const { name, how } of some) {
    const sweep: Sweep = ground.hints.sweeps[name] ?? { times: [1] };
    const value =
      "to" in sweep ? among(sweep.to, how) : valueOf(ground, next, name) * among(sweep.times, how);
    next[name] = even(ground, name, value);
  }
  return next;
}

/** Raised where a relation asks for more. Defaults need no mending. */
export function mended(ground: Ground, from: Constants): Constants {
  if (Object.keys(from).length === 0) return from;
  const next = { ...from };
  for (const relation of ground.hints.relations) {
    if (isKept(ground, relation, next)) continue;
    next[relation.of] = even(ground, relation.of, neededBy(ground, relation, next));
  }
  return next;
}

export function isKept(ground: Usual, relation: Relation, constants: Constants): boolean {
  return valueOf(ground, constants, relation.of) >= neededBy(ground, relation, constants);
}

/** The least that `of` may be. */
function neededBy(ground: Usual, { least, plus = 0 }: Relation, constants: Constants): number {
  let needed = plus;
  for (const name in least) needed += valueOf(ground, constants, name) * (least[name] ?? 0);
  return needed;
}

export function valueOf(ground: Usual, constants: Constants, name: string): number {
  return constants[name] ?? ground.defaults[name] ?? 0;
}

/** Those that differ from what they would be. */
export function changes(ground: Ground, from: Constants, next: Constants): Settings {
  return Object.fromEntries(
    Object.entries(next).filter(([name, value]) => value !== valueOf(ground, from, name)),
  );
}

/** Rounded up, as a person would write it: seconds, or below ten of them milliseconds. */
function even({ fields, hints }: Ground, name: string, value: number): number {
  if (fields[name]?.kind !== "duration") return Math.ceil(value);
  const grain = hints.grains[name] ?? (value >= 10 * SECOND ? SECOND : MILLISECOND);
  return Math.max(Math.ceil(value / grain), 1) * grain;
}
