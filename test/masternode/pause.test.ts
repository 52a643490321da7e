/**
 * Rule P4: a process that stood still sends what is due once, not as often as it was missed, and
 * reads what came meanwhile before it judges anybody.
 */
import { expect, test } from "vitest";
import { seconds } from "../../src/core/units.ts";
import type { Fact } from "../../src/masternode/facts.ts";
import type { Message } from "../../src/masternode/messages.ts";
import { activeAt, faultAt, play } from "./worlds.ts";

const NAMES = ["A", "B", "C", "D"];
const PAUSE = 100;

test.each([20, 120, 600])("after %i s without a step", (length) => {
  const resume = PAUSE + length;
  const nodes = NAMES.map((name, index) => ({ name, dials: NAMES.slice(0, index) }));
  const pause = faultAt(PAUSE, { do: "pause", node: "A", for: seconds(length) });
  const run = play(nodes, resume + 120, { events: [pause] }, "full");
  const events = [...run.trace.events()].filter(({ node }) => node === 0);

  /** How often, in so many seconds from the first step on. */
  const count = (
    within: number,
    kind: "fact" | "send",
    type: Fact["type"] | Message["type"],
    like: object = {},
  ): number =>
    events.filter((event) => {
      const since = event.at / 1_000_000 - resume;
      if (event.kind !== kind || since < 0 || since >= within) return false;
      const body = event.body as Readonly<Record<string, unknown>>;
      return Object.entries({ type, ...like }).every(([key, value]) => body[key] === value);
    }).length;

  // What was due, at once; then what is due by itself.
  for (const type of ["broadcast", "heartbeat", "standing"] as const) {
    expect(count(1, "fact", type)).toBeLessThanOrEqual(1);
    expect(count(119, "fact", type)).toBeGreaterThanOrEqual(1);
    expect(count(119, "fact", type)).toBeLessThanOrEqual(3);
  }
  expect(count(1, "send", "Ping")).toBeLessThanOrEqual(3);
  expect(count(119, "send", "Ping")).toBeLessThanOrEqual(3 * 5);

  // What lay in its buffer counts: nobody is inactive, and no session that stands is given up.
  expect(count(119, "fact", "status", { status: "inactive" })).toBe(0);
  expect(count(119, "fact", "lost", { reason: "pings lost" })).toBe(0);
  if (length < 180) expect(count(119, "fact", "lost")).toBe(0);
  expect(NAMES.map((name) => activeAt(run.world, name).length)).toEqual([3, 3, 3, 3]);
});
