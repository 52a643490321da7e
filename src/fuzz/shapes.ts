/** Worlds by name: how many nodes, how long, how much may befall them. */
import { BadInput } from "../core/assert.ts";
import type { Weighted } from "./dice.ts";

export interface WorldShape {
  readonly name: string;
  /** One line for `--help`. */
  readonly about: string;
  /** From, to, and how likely so. */
  readonly sizes: readonly (Weighted & { readonly from: number; readonly to: number })[];
  /** Seconds that a run lasts. */
  readonly lasts: readonly number[];
  /** Of a hundred, how much of a run may be hindered before the world heals: from, to. */
  readonly hindered: readonly [number, number];
  /** At most so many troubles. */
  readonly troubles: number;
  /** Of a hundred worlds, so many have an option on that troubles nobody: constants, addresses. */
  readonly variety: number;
  /** At most so great a divisor of paces that are dear. */
  readonly paceMax: number;
}

const quick: WorldShape = {
  name: "quick",
  about: "5 nodes, 120 s: for speed",
  sizes: [{ weight: 1, from: 5, to: 5 }],
  lasts: [120],
  hindered: [15, 45],
  troubles: 6,
  variety: 40,
  paceMax: 2,
};

const standard: WorldShape = {
  name: "standard",
  about: "2 to 12 nodes, 3 to 15 min, every fault",
  sizes: [
    { weight: 6, from: 3, to: 5 },
    { weight: 3, from: 5, to: 8 },
    { weight: 1, from: 2, to: 12 },
  ],
  lasts: [240, 300, 420, 600, 900],
  hindered: [20, 60],
  troubles: 10,
  variety: 40,
  paceMax: 4,
};

const large: WorldShape = {
  name: "large",
  about: "12 to 40 nodes, 3 to 5 min",
  sizes: [
    { weight: 3, from: 12, to: 24 },
    { weight: 1, from: 24, to: 40 },
  ],
  lasts: [180, 240, 300],
  hindered: [15, 40],
  troubles: 12,
  variety: 40,
  paceMax: 1,
};

const calm: WorldShape = {
  name: "calm",
  about: "2 to 6 nodes, 3 to 10 min, nothing goes wrong",
  sizes: [{ weight: 1, from: 2, to: 6 }],
  lasts: [180, 300, 600],
  hindered: [0, 0],
  troubles: 0,
  variety: 40,
  paceMax: 2,
};

/** A shape, or several, of which each seed draws one. */
export interface Mix {
  readonly name: string;
  readonly about: string;
  readonly parts: readonly (Weighted & { readonly shape: WorldShape })[];
}

function alone(shape: WorldShape): Mix {
  return { name: shape.name, about: shape.about, parts: [{ weight: 1, shape }] };
}

/** By name. The first is what a campaign draws where nothing else is asked for. */
export const SHAPES: readonly Mix[] = [
  {
    name: "swarm",
    about: "of each some: mostly quick, a quarter standard, a few calm and large",
    parts: [
      { weight: 70, shape: quick },
      { weight: 25, shape: standard },
      { weight: 4, shape: calm },
      { weight: 1, shape: large },
    ],
  },
  alone(quick),
  alone(standard),
  alone(large),
  alone(calm),
];

/** Throws BadInput for a name that is none. */
export function shapeOf(name: string): Mix {
  const mix = SHAPES.find((each) => each.name === name);
  if (mix !== undefined) return mix;
  const names = SHAPES.map((each) => each.name).join(", ");
  throw new BadInput([`no shape of worlds is named ${name}; there are ${names}`]);
}
