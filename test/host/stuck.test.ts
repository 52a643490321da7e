/** A way is stuck from the first look that saw bytes wait which wait still. */
import { expect, test } from "vitest";
import { Stuck } from "../../src/host/stuck.ts";

type Look = readonly [now: number, waiting: number, least: number, most?: number];

const LOOKS: readonly (readonly [string, readonly Look[], number])[] = [
  [
    "not while nothing waits",
    [
      [0, 0, 0],
      [1_000, 0, 0],
    ],
    0,
  ],
  [
    "not at the first look, however long it was idle before",
    [
      [0, 0, 9],
      [60_000, 5, 9],
    ],
    0,
  ],
  [
    "from that look on, if it is as it was",
    [
      [0, 0, 9],
      [1_000, 5, 9],
      [3_000, 5, 9],
    ],
    2_000,
  ],
  [
    "also if more was written since",
    [
      [0, 5, 9],
      [1_000, 50, 9],
    ],
    1_000,
  ],
  [
    "not if some of it got through",
    [
      [0, 5, 9],
      [1_000, 5, 12],
      [2_000, 5, 13],
    ],
    0,
  ],
  [
    "from the last that saw some get through",
    [
      [0, 5, 9],
      [1_000, 5, 12],
      [2_500, 5, 12],
    ],
    1_500,
  ],
  [
    "not if some of it may have",
    [
      [0, 10, 90, 100],
      [1_000, 10, 100, 110],
    ],
    0,
  ],
  [
    "but if none of it can have",
    [
      [0, 10, 90, 100],
      [1_000, 20, 90],
      [2_000, 20, 90],
    ],
    2_000,
  ],
  [
    "no more once nothing waits",
    [
      [0, 5, 9],
      [1_000, 0, 14],
      [2_000, 3, 14],
    ],
    0,
  ],
];

test.each(LOOKS)("%s", (_, looks, stuck) => {
  const way = new Stuck();
  const said = looks.map(([now, waiting, least, most = least]) => {
    return way.look(now, waiting, least, most);
  });
  expect(said.at(-1)).toBe(stuck);
});
