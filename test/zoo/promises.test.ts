/** Promises that few scenarios come near: each is broken by a mutant, in the mutant's own world. */
import { describe, expect, test } from "vitest";
import { judge } from "../../src/fuzz/judge.ts";
import { mutated } from "../../src/fuzz/mutant.ts";
import { nodeCrypto } from "../../src/host/crypto.ts";
import { masternodeKit } from "../../src/masternode/kit.ts";
import { loadScenario } from "../../src/scenario/load.ts";
import { mutants } from "./index.ts";
import { provoked, USUAL } from "./provoked.ts";

const repaired = masternodeKit(nodeCrypto);

const BROKEN: readonly (readonly [promise: string, witness: string, mutant: string])[] = [
  ["handled", "MasternodeAnnouncement on dialed links", "ann-unhandled-on-dialed-links"],
  ["asks-who", "", "heartbeat-from-unknown-ignored"],
  ["takes-block", "", "elapsed-time-differs-by-role"],
  ["asks-once", "at once", "competing-sync-tasks"],
  ["asks-once", "in vain", "sync-loop-wrong-range"],
  ["true-gates", "synced open", "zero-answers-counted-as-consent"],
  ["true-gates", "synced closed", "clock-height-deadlock"],
  ["true-gates", "minimum closed", "min3-participation-collapse"],
  ["true-gates", "due open", "ahead-of-schedule"],
  ["true-gates", "due open", "expected-height-wrong-genesis"],
  ["asks-ahead", "", "min3-gates-download"],
  ["lasts", "cleaned up", "late-close-wipes-new-session"],
  ["pings-lost", "", "pong-timeout-under-load"],
  ["gone-is-gone", "deliver", "half-open-after-kick"],
  ["seeks-company", "dial loop", "uniform-tier-caps-links"],
  ["spares-others", "", "late-close-wipes-new-session"],
  ["dials-somebody", "", "fork-query-without-port"],
  ["hears-out", "duplicate", "handshake-dup-reject-before-ack"],
  ["own-witness", "", "own-sightings-not-counted"],
  ["regular", "tip", "tip-cache-older-than-truth"],
  ["prunes", "", "never-seen-never-pruned"],
  ["stays-away", "known", "pruned-node-resurrected"],
];

describe("is kept by the repaired node, and broken by a mutant", () => {
  test.each(BROKEN)("%s (%s): %s", (invariant, witness, id) => {
    const world = { ...USUAL, ...provoked[id] };
    const text = Object.entries(world).map(([key, value]) => `${key}: ${value}`);
    const scenario = loadScenario(repaired, text.join("\n"), id);
    const mutant = mutants.find((each) => each.id === id);
    if (mutant === undefined) throw new Error(`no mutant ${id}`);
    const invariants = [invariant];
    expect(judge(repaired, scenario, { invariants }).complaints).toEqual([]);
    expect(judge(mutated(repaired, mutant), scenario, { invariants }).complaints).toContainEqual(
      expect.objectContaining({ invariant, witness }),
    );
  });

  test.each([
    ["ahead-of-schedule", /^A has gate due open at block \d+, though it is not due$/],
    [
      "elapsed-time-differs-by-role",
      /^[AB] has gate synced open at height \d+, though [AB] is ahead$/,
    ],
  ])("%s: and says what speaks against an open gate", (id, words) => {
    const text = Object.entries({ ...USUAL, ...provoked[id] }).map((pair) => pair.join(": "));
    const scenario = loadScenario(repaired, text.join("\n"), id);
    const [mutant] = mutants.filter((each) => each.id === id);
    if (mutant === undefined) throw new Error(`no mutant ${id}`);
    const { complaints } = judge(mutated(repaired, mutant), scenario, {
      invariants: ["true-gates"],
    });
    expect(complaints.map((complaint) => complaint.text)).toContainEqual(
      expect.stringMatching(words),
    );
  });
});
