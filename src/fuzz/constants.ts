/** Constants of a drawn world: paces, then single sweeps, then what must hold among them. */
import type { FuzzHints, Relation, Sweep } from "../kit/fuzz.ts";
import type { Fields, Settings } from "../kit/field.ts";
import { MILLISECOND, SECOND } from "../core/units.ts";
import { among, type Die } from "./dice.ts";

export type Constants = Readonly<Record<string, number>>;

/** Numbers alone: flags and texts are nothing to sweep. */
export function numbersOf(settings: Settings): Constants {
  const numbers = Object.entries(settings).filter(([, value]) => typeof value === "number");
  return Object.fromEntries(numbers) as Constants;
}

export interface Grain {
  readonly fields: Fields;
  readonly grains: FuzzHints["grains"];
}

/** Every constant of each named group divided by that group's number. */
export function paced(
  base: Constants,
  hints: FuzzHints,
  by: Readonly<Record<string, number>>,
  grain: Grain,
): Constants {
  const next = { ...base };
  for (const [group, { constants }] of Object.entries(hints.paces)) {
    const divisor = by[group] ?? 1;
    if (divisor === 1) continue;
    for (const name of constants) next[name] = even(name, (base[name] ?? 0) / divisor, grain);
  }
  return next;
}

export interface Swept {
  readonly name: string;
  readonly sweep: Sweep;
  readonly how: Die;
}

export function swept(base: Constants, changes: readonly Swept[], grain: Grain): Constants {
  const next = { ...base };
  for (const { name, sweep, how } of changes) {
    const value =
      "to" in sweep ? among(sweep.to, how) : (base[name] ?? 0) * among(sweep.times, how);
    next[name] = even(name, value, grain);
  }
  return next;
}

/** Raised where a relation asks for more. */
export function mended(base: Constants, relations: readonly Relation[], grain: Grain): Constants {
  const next = { ...base };
  for (const relation of relations) {
    const needed = neededBy(relation, next);
    if ((next[relation.of] ?? 0) < needed) next[relation.of] = even(relation.of, needed, grain);
  }
  return next;
}

/** The least that `of` may be. */
function neededBy({ least, plus = 0 }: Relation, constants: Constants): number {
  return Object.entries(least).reduce(
    (sum, [name, times]) => sum + (constants[name] ?? 0) * times,
    plus,
  );
}

/** What differs, for a scenario's `config`. */
export function changes(base: Constants, next: Constants): Settings {
  return Object.fromEntries(Object.entries(next).filter(([name, value]) => base[name] !== value));
}

/** Round, upwards, as a person would write it: seconds, or below ten of them milliseconds. */
function even(name: string, value: number, { fields, grains }: Grain): number {
  if (fields[name]?.kind !== "duration") return Math.ceil(value);
  const grain = grains[name] ?? (value >= 10 * SECOND ? SECOND : MILLISECOND);
  return Math.max(Math.ceil(value / grain), 1) * grain;
}
