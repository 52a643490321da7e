/**
 * What may be tried on one scenario, in the order of all passes: many edits at once where a pass
 * allows it, then half as many, and so on to single ones.
 */
import type { Time } from "../../core/units.ts";
import type { Dialect } from "../../scenario/dialect.ts";
import type { Scenario } from "../../scenario/model.ts";
import type { Edit, Pass } from "./edit.ts";
import { contradicts } from "./contradict.ts";
import { fitted } from "./fit.ts";

/** `chunk` edits of a pass from `offset` on; 0: the pass has not begun. */
export interface Place {
  readonly pass: number;
  readonly chunk: number;
  readonly offset: number;
}

export interface Step {
  readonly edits: readonly Edit[];
  readonly place: Place;
}

/** From `from` on to the end of the last pass. `seenAt`: see `Pass`. */
export function* walk(
  passes: readonly Pass[],
  kit: Dialect,
  scenario: Scenario,
  seenAt: Time,
  from: Place,
): Generator<Step, void> {
  for (const [pass, each] of passes.entries()) {
    if (pass < from.pass) continue;
    const all = each.edits(kit, scenario, seenAt);
    const begun = pass === from.pass ? from : { chunk: 0, offset: 0 };
    const most = begun.chunk === 0 && each.together ? Infinity : Math.max(begun.chunk, 1);
    let { offset } = begun;
    for (let chunk = Math.min(most, all.length); chunk > 0; chunk = half(chunk)) {
      for (; offset < all.length; offset += chunk) {
        yield { edits: all.slice(offset, offset + chunk), place: { pass, chunk, offset } };
      }
      offset = 0;
    }
  }
}

function half(chunk: number): number {
  return chunk === 1 ? 0 : Math.ceil(chunk / 2);
}

/**
 * What cannot be done is left out. Null: a scenario that could not be loaded, or whose constants
 * contradict each other as those of the former do not.
 */
export function applied(kit: Dialect, scenario: Scenario, edits: readonly Edit[]): Scenario | null {
  const changed = edits.reduce((now, edit) => edit(now) ?? now, scenario);
  return contradicts(kit, scenario, changed) ? null : fitted(kit, changed);
}

/** All that decides how it runs. */
export function contentOf({ name: _name, about: _about, file: _file, ...rest }: Scenario): string {
  return JSON.stringify(rest);
}
