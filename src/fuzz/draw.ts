/**
 * Worlds drawn by seed: one number, one scenario, on every platform. A drawn world is a scenario
 * and nothing else, so it can be written, loaded, shrunk and played like any other. While it is
 * *hindered* anything may happen; then it *heals* (heal.ts), and runs on until liveness is due.
 */
import fc from "fast-check";
import type { Protocol } from "../core/machine.ts";
import type { Kit } from "../kit/kit.ts";
import type { Scenario } from "../scenario/model.ts";
import { luckOf } from "./dice.ts";
import { genes } from "./genes.ts";
import { loreOf } from "./lore.ts";
import { countsOf, type Drawn, makeWorld } from "./maker.ts";
import { type Mix, shapeOf } from "./shapes.ts";

export type { Drawn };

/** A world by name of its shape (shapes.ts) and seed, a whole number from 0. */
export function drawWorld<P extends Protocol>(kit: Kit<P>, shape: string, seed: number): Drawn {
  return named(drawing(kit, shape, seed).value, seed);
}

/** The same with what shrinks it: `drawings(kit, shape).shrink(value, context)`. */
export function drawing<P extends Protocol>(
  kit: Kit<P>,
  shape: string,
  seed: number,
): fc.Value<Drawn> {
  return drawings(kit, shape).generate(luckOf(seed), undefined);
}

/** Any world of a shape, seeded by number. */
export function worlds<P extends Protocol>(kit: Kit<P>, shape: string): fc.Arbitrary<Scenario> {
  const seeds = fc.noShrink(fc.nat());
  return fc.tuple(drawings(kit, shape), seeds).map(([drawn, seed]) => named(drawn, seed).scenario);
}

function named({ scenario, swarm }: Drawn, seed: number): Drawn {
  const name = `world-${seed}`;
  const text = String(seed);
  return { scenario: { ...scenario, name, file: `${name}.yaml`, seed: text }, swarm };
}

/** Arbitraries are made once: making one costs more than drawing from it. */
const made = new WeakMap<object, Map<string, fc.Arbitrary<Drawn>>>();

/** Worlds that are named `drawn` and have seed 0. */
export function drawings<P extends Protocol>(kit: Kit<P>, shape: string): fc.Arbitrary<Drawn> {
  const known = made.get(kit) ?? new Map<string, fc.Arbitrary<Drawn>>();
  made.set(kit, known);
  const arbitrary = known.get(shape) ?? mixed(kit, shapeOf(shape));
  known.set(shape, arbitrary);
  return arbitrary;
}

function mixed<P extends Protocol>(kit: Kit<P>, mix: Mix): fc.Arbitrary<Drawn> {
  const lore = loreOf(kit);
  const counts = countsOf(lore);
  const parts = mix.parts.map(({ weight, shape }) => {
    const arbitrary = genes(shape, counts).map((drawn) => makeWorld(lore, shape, drawn));
    return { weight, arbitrary };
  });
  return fc.oneof({ withCrossShrink: false }, ...parts);
}
