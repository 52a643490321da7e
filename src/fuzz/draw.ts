/**
 * Worlds drawn by seed: one number, one scenario, on every platform. A drawn world is a scenario
 * and nothing else, so it can be written, loaded, shrunk and played like any other. While it is
 * *hindered* anything may happen; then it *heals* (heal.ts), and runs on until liveness is due.
 */
import fc from "fast-check";
import { BadInput } from "../core/assert.ts";
import type { Protocol } from "../core/machine.ts";
import type { Kit } from "../kit/kit.ts";
import { luckOf } from "./dice.ts";
import { genes } from "./genes.ts";
import { loreOf } from "./lore.ts";
import { countsOf, type Drawn, makeWorld } from "./maker.ts";
import { type Mix, shapeOf } from "./shapes.ts";
import { REPERTOIRE } from "./troubles.ts";

export type { Drawn };

/** Kinds of trouble by name, for those who want some of them alone. */
export const TROUBLES: readonly string[] = REPERTOIRE.map(({ kind }) => kind);

/**
 * A world by name of its shape (shapes.ts) and seed, a whole number from 0. `only`: exactly these
 * kinds of trouble are on, in every world; left out, each seed switches some on. Throws BadInput
 * for names that are none.
 */
export function drawWorld<P extends Protocol>(
  kit: Kit<P>,
  shape: string,
  seed: number,
  only?: readonly string[],
): Drawn {
  return named(drawings(kit, shape, only).generate(luckOf(seed), undefined).value, seed);
}

/** By the number of its seed. */
export function named({ scenario, swarm }: Drawn, seed: number): Drawn {
  const name = `world-${seed}`;
  return { scenario: { ...scenario, name, file: `${name}.yaml`, seed: String(seed) }, swarm };
}

/** Arbitraries are made once: making one costs more than drawing from it. */
const made = new WeakMap<object, Map<string, fc.Arbitrary<Drawn>>>();

/** Worlds that are named `drawn` and have seed 0. */
function drawings<P extends Protocol>(
  kit: Kit<P>,
  shape: string,
  only?: readonly string[],
): fc.Arbitrary<Drawn> {
  const known = made.get(kit) ?? new Map<string, fc.Arbitrary<Drawn>>();
  made.set(kit, known);
  const key = [shape, ...(only ?? ["*"])].join(" ");
  const arbitrary = known.get(key) ?? mixed(kit, shapeOf(shape), only ?? null);
  known.set(key, arbitrary);
  return arbitrary;
}

/** `only`: see `drawWorld`. */
export function mixed<P extends Protocol>(
  kit: Kit<P>,
  mix: Mix,
  only: readonly string[] | null,
): fc.Arbitrary<Drawn> {
  const strange = (only ?? []).filter((kind) => !TROUBLES.includes(kind));
  if (strange.length > 0) {
    const reason = `no kind of trouble is named ${strange.join(", ")}`;
    throw new BadInput([`${reason}; there are ${TROUBLES.join(", ")}`]);
  }
  const lore = loreOf(kit);
  const counts = countsOf(lore);
  const parts = mix.parts.map(({ weight, shape }) => {
    const arbitrary = genes(shape, counts).map((drawn) => makeWorld(lore, shape, drawn, only));
    return { weight, arbitrary };
  });
  return fc.oneof({ withCrossShrink: false }, ...parts);
}
