/** Who knows whom when it starts, as lists of indices. */
import { among, below, type Die, type Weighted } from "./dice.ts";

export interface Graph extends Weighted {
  readonly name: string;
  readonly knows: (index: number, count: number, rolled: Die) => readonly number[];
}

export const GRAPHS: readonly Graph[] = [
  { weight: 3, name: "star", knows: (index) => (index === 0 ? [] : [0]) },
  { weight: 2, name: "chain", knows: (index) => (index === 0 ? [] : [index - 1]) },
  { weight: 2, name: "ring", knows: (index, count) => [(index + count - 1) % count] },
  {
    weight: 3,
    name: "random",
    knows: (index, _, rolled) => (index === 0 ? [] : [below(index, rolled)]),
  },
  {
    weight: 2,
    name: "tangle",
    knows: (index, count, rolled) => [
      (index + 1 + below(count - 1, rolled)) % count,
      (index + 1 + ((rolled >> 3) % (count - 1))) % count,
    ],
  },
  {
    weight: 2,
    name: "all",
    knows: (_, count) => upFrom(0, count),
  },
  // Nobody dials the first, and the first dials everybody.
  {
    weight: 2,
    name: "one-way",
    knows: (index, count) => (index > 0 ? [] : upFrom(0, count)),
  },
  { weight: 1, name: "lower-dials", knows: (index, count) => upFrom(index + 1, count) },
  {
    weight: 1,
    name: "strangers",
    knows: (index, count, rolled) => (index % 3 === 0 ? [] : [among(upFrom(0, count), rolled)]),
  },
];

function upFrom(first: number, count: number): readonly number[] {
  return Array.from({ length: Math.max(count - first, 0) }, (_, step) => first + step);
}

/** Without oneself, each once, in order. */
export function known(graph: Graph, index: number, count: number, rolled: Die): number[] {
  const all = new Set(graph.knows(index, count, rolled));
  all.delete(index);
  return [...all].toSorted((one, other) => one - other);
}

/**
 * Edges that join what `edges` leave apart among `members`: from one of each part to the first
 * member. So everybody can find everybody who is promised it.
 */
export function joins(
  members: readonly number[],
  knows: (index: number) => readonly number[],
): readonly (readonly [number, number])[] {
  const part = new Map(members.map((index) => [index, index]));
  const rootOf = (index: number): number => {
    const up = part.get(index) ?? index;
    return up === index ? index : rootOf(up);
  };
  for (const index of members) {
    for (const peer of knows(index)) {
      if (part.has(peer)) part.set(rootOf(index), rootOf(peer));
    }
  }
  const [first] = members;
  if (first === undefined) return [];
  return members.flatMap((index) => {
    if (rootOf(index) === rootOf(first)) return [];
    part.set(rootOf(index), rootOf(first));
    return [[index, first] as const];
  });
}
