/**
 * Whatever a test has made a real node go through, its trace must replay to the state it ended in.
 * Called at the end of every story that is played with real sockets.
 */
import { expect } from "vitest";
import { digestOf } from "../../src/core/digest.ts";
import type { Machine } from "../../src/core/machine.ts";
import type { Duration, UnixMicros } from "../../src/core/units.ts";
import { feed } from "../../src/replay/feed.ts";
import type { Address } from "../../src/core/address.ts";
import type { TraceEvent } from "../../src/trace/event.ts";
import type { Recorder } from "../../src/trace/recorder.ts";
import type { Toy } from "../engine/toy.ts";

export interface Life {
  readonly recorder: Recorder;
  readonly machine: Machine<Toy>;
  readonly name: string;
  readonly seed: string;
  readonly state: unknown;
}

export function expectReplay({ recorder, machine, name, seed, state }: Life): void {
  // As from a file.
  const events = JSON.parse(JSON.stringify([...recorder.events()])) as TraceEvent[];
  const nodes = [{ name, address: 0 as Address }];
  const by = { kit: "toy", timesim: "0", scenario: null, name, profile: "toy" };
  const virtual = (events.at(-1)?.at ?? 0) as Duration;
  const fed = feed({
    trace: {
      header: { format: 2, origin: "host", ...by, seed, nodes, epoch: 0 as UnixMicros },
      footer: { digest: "-", events: events.length, virtual, outcomes: [] },
      event: (id) => events[id] ?? null,
      events: () => events,
    },
    ...{ cut: false, node: null, machines: [{ machine, config: { echo: false } }] },
  });
  expect([fed.difference, fed.why]).toEqual([null, ""]);
  expect(digestOf(fed.state(0))).toBe(digestOf(state));
}
