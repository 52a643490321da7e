/** docs/invariants.md: its tables are the code's. */
import { describe, expect, it } from "vitest";
import { GENERAL } from "../../src/check/general.ts";
import type { InvariantSpec } from "../../src/check/invariant.ts";
import { nodeCrypto } from "../../src/host/crypto.ts";
import { CONSTANTS } from "../../src/masternode/config.ts";
import { masternodeKit } from "../../src/masternode/kit.ts";
import { Bounds } from "../../src/masternode/monitors/bounds.ts";
import type { Group } from "../../src/masternode/monitors/groups.ts";
import type { Scene } from "../../src/masternode/monitors/rule.ts";
import { relationsOf } from "../../src/scenario/alike.ts";
import { pathOf, readPage, type Row, rowsUnder, withRows, wordsIn } from "./table.ts";

const PAGE = "invariants.md";
const page = readPage(PAGE);
const kit = masternodeKit(nodeCrypto);
const specs = Object.entries(kit.invariants?.specs ?? {});

type Named = readonly [string, InvariantSpec];

function rowsOf(which: (one: Named) => boolean, row: (one: Named) => Row): readonly Row[] {
  return specs.filter(which).map(row);
}

function modeOf({ mode, simulated }: InvariantSpec): string {
  return simulated === undefined ? mode : `${mode}, simulated`;
}

const isMark = ([, { mode }]: Named): boolean => mode === "sometimes";
const isGeneral = ([name]: Named): boolean => Object.hasOwn(GENERAL, name);

/** Constants that one of the sums asks for, in a world where everything went wrong. */
function asked(sum: string): readonly string[] {
  const seen = new Set<string>();
  const config = new Proxy({}, { get: (_, name) => (seen.add(String(name)), 1) });
  const plan = { plans: [{ config }, { config }, { config }], userTimeout: 1, dialTimeout: 1 };
  const bounds = new Bounds({ plan, groups: { clean: false } } as unknown as Scene);
  const group: Group = { nodes: [0, 1], since: 0, alone: false, rtt: 1 };
  const add = bounds[sum as keyof Bounds] as ((group: Group) => number) | undefined;
  expect(add?.call(bounds, group), `Bounds has no ${sum}`).toBeGreaterThan(0);
  return [...seen].toSorted((one, other) => (one < other ? -1 : 1));
}

const SUMS = rowsUnder(page, "What the times are made of").map(([name = ""]) => wordsIn(name)[0]);

function sumRows(): readonly Row[] {
  return rowsUnder(page, "What the times are made of").map(([name = "", what = ""]) => {
    const [sum = ""] = wordsIn(name);
    return [
      name,
      what,
      asked(sum)
        .map((constant) => `\`${constant}\``)
        .join(", "),
    ];
  });
}

/** The page as the code has it. */
function written(): string {
  const tables: readonly (readonly [string, readonly Row[]])[] = [
    [
      "Promises of any protocol",
      rowsOf(isGeneral, ([name, spec]) => [`\`${name}\``, modeOf(spec), spec.about]),
    ],
    [
      "Promises of masternodes",
      rowsOf(
        (one) => !isGeneral(one) && !isMark(one),
        ([name, spec]) => [spec.rule, `\`${name}\``, modeOf(spec), spec.about],
      ),
    ],
    [
      "Within which time",
      rowsOf(
        ([, { mode }]) => mode === "eventually",
        ([name, { bound = "" }]) => [`\`${name}\``, bound],
      ),
    ],
    ["What the times are made of", sumRows()],
    [
      "Promises of two runs beside each other",
      Object.entries(relationsOf(kit)).map(([name, { about }]) => [`\`${name}\``, about]),
    ],
    ["Marks", rowsOf(isMark, ([name, { about }]) => [`\`${name}\``, about])],
  ];
  return tables.reduce((text, [heading, rows]) => withRows(text, heading, rows), page);
}

describe("docs/invariants.md", () => {
  it("has tables as the code has them (-u)", async () => {
    await expect(written()).toMatchFileSnapshot(pathOf(PAGE));
  });

  it("says of each promise that has a time what it is made of", () => {
    const words = [...SUMS, ...Object.keys(CONSTANTS)];
    for (const [name, { mode, bound = "" }] of specs) {
      expect(wordsIn(bound).length > 0, name).toBe(mode === "eventually");
      expect(
        wordsIn(bound).filter((word) => !words.includes(word)),
        name,
      ).toEqual([]);
    }
  });
});
