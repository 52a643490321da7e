/** What lies fill with hundreds of addresses is still a line that can be read. */
import { expect, it } from "vitest";
import { address, formatAddress } from "../../src/core/address.ts";
import { vocabulary } from "../../src/masternode/vocabulary.ts";

const names = { address: formatAddress, node: String };

function forgets(count: number): string {
  const addresses = Array.from({ length: count }, (_, index) =>
    address(0xc6120000 + index, 24_100),
  );
  return vocabulary.fact({ type: "pruned", addresses }, names);
}

it("names twenty of a list and counts the others", () => {
  expect(forgets(2)).toBe("forgets the candidates 198.18.0.0:24100, 198.18.0.1:24100");
  expect(forgets(20)).toMatch(/198\.18\.0\.19:24100$/);
  expect(forgets(418)).toMatch(/198\.18\.0\.19:24100 and 398 more$/);
});

it("cuts messages that are lists likewise", () => {
  const addresses = Array.from({ length: 64 }, (_, index) => `198.18.0.${index}`);
  expect(vocabulary.gist({ type: "PeersResponse", addresses }, names)).toMatch(
    /0\.19 and 44 more$/,
  );
});
