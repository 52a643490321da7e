/** `campaign.json` comes from other machines: what no campaign writes is refused, with its place. */
import { describe, expect, it } from "vitest";
import {
  type CampaignDocument,
  documentText,
  type FailureEntry,
  readDocument,
} from "../../src/campaign/document.ts";
import { BadInput } from "../../src/core/assert.ts";

const failure: FailureEntry = {
  ...{ seed: 3, signature: "no-seven", invariant: "no-seven", witness: "", node: "A", at: 12 },
  ...{ text: "drew 7", folder: "no-seven-3", shrunk: "minimal", worlds: 2 },
  drawn: { nodes: 4, faults: 2, seconds: 60 },
  smallest: null,
};

const document: CampaignDocument = {
  format: 1,
  timesim: "0.1.0",
  options: {
    ...{ kit: "toy", machine: "toy.js", mutant: null, profile: null, worlds: "quick" },
    ...{ faults: ["kill"], seedStart: 1, runs: 8, shard: "1/2", bail: null },
    ...{ hungAfter: 0.5, maxShrinkTime: 0 },
  },
  done: { from: 1, to: 4 },
  ended: "all",
  counts: { worlds: 4, failing: 2, events: 99, virtualMs: 1_234 },
  digest: "00ff00ff00ff00ff",
  coverage: { options: {}, faults: { kill: 2 }, gates: { "even open": 1 }, marks: {} },
  unmet: { faults: ["cut"], gates: [], marks: [] },
  failures: [failure],
  timings: { started: "2026-11-27T15:00:00.000Z", seconds: 0.3, worldsPerSecond: 13, workers: 2 },
};

function problems(text: string): readonly string[] {
  try {
    readDocument(text, "s/campaign.json");
    return [];
  } catch (error) {
    if (error instanceof BadInput) return error.problems;
    throw error;
  }
}

const HINT = "s/campaign.json — this is not what timesim fuzz wrote: let its campaign run again";

describe("a campaign's document", () => {
  it("is read as it was written", () => {
    const text = documentText(document);
    expect(documentText(readDocument(text, "campaign.json"))).toBe(text);
    const empty = documentText({ ...document, done: null, failures: [] });
    expect(documentText(readDocument(empty, "campaign.json"))).toBe(empty);
  });

  const odd = (folder: unknown): object => ({ failures: [{ ...failure, folder }] });
  const name = "expected a name of letters, digits, - and _";

  it.each<readonly [string, object, string]>([
    ["another place", odd("../evil"), `58:17 failures[0].folder — ${name}`],
    ["a whole path", odd("/tmp"), `58:17 failures[0].folder — ${name}`],
    ["the report itself", odd(""), `58:17 failures[0].folder — ${name}`],
    ["no folder", odd(7), '58:17 failures[0].folder — expected a text; found 7, so quote it: "7"'],
    ["no failures", { failures: null }, "49:15 failures — expected a list; found nothing"],
    ["no counts", { counts: 7 }, "25:13 counts — expected a mapping; found 7"],
    ["no digest", { digest: "zz" }, "31:13 digest — expected 16 hex digits"],
    ["no range", { done: { from: 1 } }, "20:3 done.to — is missing"],
  ])("is refused with %s", (_, change, problem) => {
    const text = documentText({ ...document, ...change });
    expect(problems(text)).toEqual([`s/campaign.json:${problem}`, HINT]);
  });

  it("is refused where it is none at all", () => {
    expect(problems("[1")).toEqual(["s/campaign.json:1:1 — this is no campaign.json"]);
    const other = "s/campaign.json:1:1 format — expected 1, found null";
    expect(problems("{}")).toEqual([other]);
  });
});
