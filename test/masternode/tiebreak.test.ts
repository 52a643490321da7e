/**
 * Rule S4 over everything that can coincide: whatever the latencies and whoever dials when, after
 * quiescence a pair has one ready session, on both ends the same, and got there without churn.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { LinkProfile } from "../../src/core/fault.ts";
import { millis } from "../../src/core/units.ts";
import type { Run } from "../../src/scenario/run.ts";
import type { Masternode } from "../../src/masternode/state.ts";
import { faultAt, play, sessionsWith } from "./worlds.ts";

const A = { name: "A", dials: ["B"] };
const B = { name: "B", dials: ["A"] };

/** Links of 1 ms up to so many, one way. */
function linkOf(most: number, drawn: LinkProfile["drawn"]): LinkProfile {
  const latency = { shape: "uniform", min: millis(1), max: millis(most) } as const;
  return { latency, drawn, loss: drawn === "per-message" ? 0.01 : 0, bandwidth: null };
}

/** A round trip is at most 800 ms: the second dial falls before, into and after the first. */
const coincidence = fc.record({
  seed: fc.nat().map(String),
  most: fc.constantFrom(1, 50, 400),
  drawn: fc.constantFrom("per-link" as const, "per-message" as const),
  later: fc.integer({ min: 0, max: 1_600 }),
  first: fc.constantFrom("A", "B"),
});

function starts(first: string, later: number) {
  const start = (name: string): number => (name === first ? 1 : 1 + later / 1_000);
  return [
    { ...A, start: start("A") },
    { ...B, start: start("B") },
  ];
}

function expectOne(run: Run<Masternode>): void {
  const [mine] = sessionsWith(run.world, "A", "B");
  const [theirs] = sessionsWith(run.world, "B", "A");
  expect(sessionsWith(run.world, "A", "B")).toHaveLength(1);
  expect(sessionsWith(run.world, "B", "A")).toHaveLength(1);
  expect(mine?.role).not.toBe(theirs?.role);
}

function dials(run: Run<Masternode>, from = 0): number {
  const events = [...run.trace.events()];
  return events.filter((event) => event.kind === "dial" && event.at >= from * 1_000_000).length;
}

describe("both dial", () => {
  test("at nearly the same moment", () => {
    fc.assert(
      fc.property(coincidence, ({ seed, most, drawn, later, first }) => {
        const link = linkOf(most, drawn);
        const run = play(starts(first, later), 20, { seed, link }, "full");
        expectOne(run);
        // Who starts first may find nobody, and dials once more.
        expect(dials(run, 1 + later / 1_000 + 3)).toBe(0);
      }),
      { numRuns: 1_500, seed: 4 },
    );
  });

  test("again, when their link is cut and healed", () => {
    fc.assert(
      fc.property(coincidence, fc.integer({ min: 5, max: 150 }), (wish, length) => {
        const link = linkOf(wish.most, wish.drawn);
        const cut = {
          do: "partition",
          groups: [["A"], ["B"]],
          for: millis(length * 1_000),
        } as const;
        const events = [faultAt(5, cut)];
        const run = play(starts("A", 0), length + 90, { seed: wish.seed, link, events }, "full");
        expectOne(run);
        expect(dials(run, length + 60)).toBe(0);
      }),
      { numRuns: 150, seed: 4 },
    );
  });
});

describe("one of them boots again", () => {
  const reboot = fc.record({
    seed: fc.nat().map(String),
    most: fc.constantFrom(1, 50, 400),
    drawn: fc.constantFrom("per-link" as const, "per-message" as const),
    /** Seconds until it is back: at once, within the redial pause, after the peer noticed. */
    away: fc.constantFrom(0.001, 0.5, 3, 6, 20, 100),
    node: fc.constantFrom("A", "B"),
    /** Whether the one that comes back knows the other. */
    both: fc.boolean(),
  });

  test.each(["kill", "power-loss"] as const)("after %s", (how) => {
    fc.assert(
      fc.property(reboot, ({ seed, most, drawn, away, node, both }) => {
        const link = linkOf(most, drawn);
        const end = how === "kill" ? { do: how, node } : { do: how, node, disk: "kept" as const };
        const events = [faultAt(10, end), faultAt(10 + away, { do: "restart", node })];
        const nodes = [A, both ? B : { name: "B" }];
        // A node that knows nobody waits until the other has noticed: pings, keepalive, RST.
        const run = play(nodes, 10 + away + 130, { seed, link, events }, "full");
        expectOne(run);
        expect(dials(run, 10 + away + 100)).toBe(0);
      }),
      { numRuns: 150, seed: 4 },
    );
  });
});
