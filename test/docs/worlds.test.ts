/** docs/fuzzing.md: shapes, kinds of trouble and options of worlds are the code's. */
import { expect, it } from "vitest";
import { SHAPES } from "../../src/fuzz/shapes.ts";
import { drawWorld, TROUBLES } from "../../src/fuzz/draw.ts";
import { nodeCrypto } from "../../src/host/crypto.ts";
import { masternodeKit } from "../../src/masternode/kit.ts";
import { pathOf, readPage, rowsUnder, withRows, wordsIn } from "./table.ts";

const PAGE = "fuzzing.md";
const page = readPage(PAGE);

it("names every shape, as the code has them (-u)", async () => {
  const rows = SHAPES.map(({ name, about }) => [`\`${name}\``, about]);
  await expect(withRows(page, "Shapes", rows)).toMatchFileSnapshot(pathOf(PAGE));
});

it("names every kind of trouble, in the order of the code", () => {
  const kinds = rowsUnder(page, "Kinds of trouble").map(([kind = ""]) => wordsIn(kind)[0]);
  expect(kinds).toEqual(TROUBLES);
});

it("names every option that a world may have on, but for the kit's own", () => {
  const kit = masternodeKit(nodeCrypto);
  const told = rowsUnder(page, "What is drawn").flatMap((row) => wordsIn(row[2] ?? ""));
  const own = [...Object.keys(kit.fuzz?.node ?? {}), ...worldKeys(kit)];
  const on = new Set<string>();
  for (let seed = 0; seed < 60; seed++) {
    for (const option of drawWorld(kit, "calm", seed).swarm) on.add(option);
  }
  expect(new Set(told)).toEqual(new Set([...on].filter((option) => !own.includes(option))));
});

function worldKeys({ fuzz }: ReturnType<typeof masternodeKit>): readonly string[] {
  return (fuzz?.worlds ?? []).flatMap(({ node }) => Object.keys(node));
}
