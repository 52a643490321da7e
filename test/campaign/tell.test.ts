/** What a failure's text says: who did it, once, and from where its commands are to be given. */
import { expect, it } from "vitest";
import type { Asked } from "../../src/campaign/asked.ts";
import { failureText, foundLines } from "../../src/campaign/tell.ts";
import { nodeCrypto } from "../../src/host/crypto.ts";
import { masternodeKit } from "../../src/masternode/kit.ts";

const kit = masternodeKit(nodeCrypto);
const asked: Asked = {
  ...{ kit: kit.name, machine: null, mutant: null, profile: null, worlds: "quick", faults: null },
  ...{ seedStart: 1, runs: 9, shard: null, bail: null, hungAfter: 30, maxShrinkTime: 60 },
};
const size = { nodes: 1, faults: 0, seconds: 9 };
const entry = {
  ...{ seed: 3, signature: "limits: backoff", invariant: "limits", witness: "backoff", node: "D" },
  ...{ at: 1_500_000, text: "D waits", folder: "limits-backoff-3", shrunk: "minimal" as const },
  ...{ drawn: size, smallest: size },
};

it("a name that the words hold stands there once", () => {
  expect(foundLines(entry)).toEqual(["D waits"]);
  expect(foundLines({ node: "D", text: "no 7 here\nat x.ts" })).toEqual([
    "D: no 7 here",
    "at x.ts",
  ]);
  const text = failureText(kit, asked, entry, { story: "", bites: [] });
  expect(text).toContain("\n  found         1.500000  D waits\n");
  expect(text).toContain("is within its constant\n");
  expect(text).not.toContain("paths");
});

it("a module is named from where the campaign was started, a scenario from where the text is", () => {
  const told = (mutant: string): string =>
    failureText(kit, { ...asked, mutant }, entry, { story: "", bites: [] });
  expect(told("./mine.ts#mute")).toMatch(
    /\n {2}paths {9}minimal\.yaml is beside this file, \.\/mine\.ts where the campaign was started$/,
  );
  expect(told("/home/mine.ts#mute")).not.toContain("paths");
});
