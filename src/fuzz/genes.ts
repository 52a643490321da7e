/**
 * A world as dice, before anything is known of what they mean: fast-check draws these and shrinks
 * them, towards fewer nodes, fewer troubles and smaller numbers.
 */
import fc from "fast-check";
import { die, type Die } from "./dice.ts";
import type { WorldShape } from "./shapes.ts";

export interface NodeGenes {
  readonly address: Die;
  readonly start: Die;
  readonly when: Die;
  readonly knows: Die;
  readonly profile: Die;
  readonly which: Die;
  readonly height: Die;
  readonly source: Die;
  readonly clock: Die;
  readonly drift: Die;
  readonly disk: Die;
  readonly own: Die;
  readonly how: Die;
  readonly core: Die;
  /** One for each setting that the kit names. */
  readonly settings: readonly Die[];
}

export interface TroubleGenes {
  readonly kind: Die;
  readonly node: Die;
  readonly other: Die;
  readonly side: Die;
  readonly at: Die;
  readonly early: Die;
  readonly fine: Die;
  readonly lasts: Die;
  readonly much: Die;
  readonly what: Die;
  readonly more: Die;
  /** Outside the core, for ever. */
  readonly stays: Die;
}

export interface LinkGenes {
  readonly latency: Die;
  readonly loss: Die;
  readonly bandwidth: Die;
  readonly from: Die;
  readonly to: Die;
}

export interface SweepGenes {
  readonly which: Die;
  readonly how: Die;
}

export interface Genes {
  /** Swarm: what is on, one for each kind of trouble and each option. */
  readonly on: readonly Die[];
  readonly world: Die;
  readonly place: Die;
  readonly graph: Die;
  readonly lasts: Die;
  readonly heal: Die;
  readonly paces: readonly Die[];
  readonly link: LinkGenes;
  readonly network: readonly Die[];
  readonly nodes: readonly NodeGenes[];
  readonly links: readonly LinkGenes[];
  readonly sweeps: readonly SweepGenes[];
  readonly troubles: readonly TroubleGenes[];
}

/** How many dice of each the kit's hints need. */
export interface Counts {
  readonly options: number;
  readonly paces: number;
  readonly network: number;
  readonly settings: number;
}

export function genes(shape: WorldShape, counts: Counts): fc.Arbitrary<Genes> {
  const node = nodeGenes(counts.settings);
  const crowds = shape.sizes.map(({ weight, from, to }) => ({
    weight,
    arbitrary: fc.array(node, { minLength: from, maxLength: to, size: "max" }),
  }));
  return fc.record({
    on: fixed(counts.options),
    world: die,
    place: die,
    graph: die,
    lasts: die,
    heal: die,
    paces: fixed(counts.paces),
    link,
    network: fixed(counts.network),
    nodes: fc.oneof({ withCrossShrink: true }, ...crowds),
    links: fc.array(link, { maxLength: 2, size: "max" }),
    sweeps: fc.array(sweep, { maxLength: 5, size: "max" }),
    troubles: fc.array(trouble, { maxLength: shape.troubles, size: "max" }),
  });
}

function fixed(count: number): fc.Arbitrary<readonly Die[]> {
  return fc.tuple(...Array.from({ length: count }, () => die));
}

function nodeGenes(settings: number): fc.Arbitrary<NodeGenes> {
  return fc.record({
    address: die,
    start: die,
    when: die,
    knows: die,
    profile: die,
    which: die,
    height: die,
    source: die,
    clock: die,
    drift: die,
    disk: die,
    own: die,
    how: die,
    core: die,
    settings: fixed(settings),
  });
}

const link: fc.Arbitrary<LinkGenes> = fc.record({
  latency: die,
  loss: die,
  bandwidth: die,
  from: die,
  to: die,
});

const sweep: fc.Arbitrary<SweepGenes> = fc.record({ which: die, how: die });

const trouble: fc.Arbitrary<TroubleGenes> = fc.record({
  kind: die,
  node: die,
  other: die,
  side: die,
  at: die,
  early: die,
  fine: die,
  lasts: die,
  much: die,
  what: die,
  more: die,
  stays: die,
});
