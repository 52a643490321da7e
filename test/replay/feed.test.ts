/**
 * Feeding recorded inputs gives the recorded run, whatever world they come from; and no change of
 * a recording goes unnoticed.
 */
import fc from "fast-check";
import { expect, it } from "vitest";
import type { Ctx, Machine } from "../../src/core/machine.ts";
import type { Duration } from "../../src/core/units.ts";
import { veiled } from "../../src/core/veil.ts";
import { feed, type Fed } from "../../src/replay/feed.ts";
import type { KindName, TraceEvent } from "../../src/trace/event.ts";
import type { Trace } from "../../src/trace/trace.ts";
import { chaos, runs, staged, STORM } from "../engine/chaos.ts";
import { echoing, placeOf, toy, type Toy } from "../engine/toy.ts";
import { EPOCH, type Stage, toyWorld } from "../engine/world.ts";

/** As it would be read from a file. */
function recorded(stage: Stage, seed: string): Trace {
  const { recorder, now } = stage.world;
  const events = JSON.parse(JSON.stringify([...recorder.events()])) as TraceEvent[];
  const nodes = stage.names.map((name) => ({ name, address: placeOf(name) }));
  const names = { kit: "toy", timesim: "0", scenario: null, name: "chaos", profile: "toy" };
  const virtual = now as number as Duration;
  return {
    header: { format: 1, origin: "sim", ...names, seed, nodes, epoch: EPOCH },
    footer: { digest: recorder.digest, events: recorder.count, virtual, outcomes: [] },
    event: (id) => events[id] ?? null,
    events: () => events,
  };
}

function fed(trace: Trace, machine: Machine<Toy> = echoing, node: number | null = null): Fed {
  const machines = trace.header.nodes.map(() => ({ machine, config: { echo: false } }));
  return feed({ trace, cut: false, machines, node });
}

it("any world under any faults is fed to the same end", () => {
  fc.assert(
    fc.property(chaos({ duplicates: true }), (plan) => {
      const trace = recorded(staged(plan).run(STORM + 60), plan.seed);
      const all = fed(trace);
      expect(all.difference).toBeNull();
      expect(all.digest).toBe(trace.footer.digest);
      for (const node of trace.header.nodes.keys()) {
        expect(fed(trace, echoing, node).difference).toBeNull();
      }
    }),
    runs(60),
  );
});

/** Made by a machine: each must be found where it stands. */
const WISHES: readonly KindName[] = ["dial", "send", "close", "save", "fact", "gate"];

function changed(event: TraceEvent, field: "at" | "a" | "b" | "cause" | "body"): TraceEvent {
  if (field !== "body") return { ...event, [field]: event[field] + 1 };
  const { body } = event;
  const isRecord = typeof body === "object" && body !== null;
  return { ...event, body: isRecord ? { ...body, type: "x" } : `${String(body)}x` };
}

it("a changed event is found there if a machine made it, and never passes", () => {
  const field = fc.constantFrom("at" as const, "a" as const, "b" as const, "cause" as const);
  const where = fc.tuple(fc.nat(), fc.oneof(field, fc.constant("body" as const)));
  fc.assert(
    fc.property(chaos({ duplicates: false }), where, (plan, [nth, name]) => {
      const trace = recorded(staged(plan).run(STORM), plan.seed);
      const before = [...trace.events()];
      const id = nth % before.length;
      const event = before[id] as TraceEvent;
      // What is delivered is what was sent: the digest leaves it to the cause.
      const events = before.with(id, changed(event, name));
      const other = { ...trace, event: (at: number) => events[at] ?? null, events: () => events };
      const { difference, digest } = fed(other);
      if (WISHES.includes(event.kind)) expect(difference?.index).toBe(id);
      else expect(difference !== null || digest !== trace.footer.digest).toBe(true);
    }),
    runs(150),
  );
});

/** One node that arms a timer of ten seconds at t = 1, under a version that counts otherwise. */
function counting(after: (asked: Duration) => number): TraceEvent | null | undefined {
  const trace = recorded(toyWorld({ nodes: 1 }).tell(1, "A", "arm t 10").run(20), "toy");
  const other = veiled(toy, (ctx) => ({
    setTimer: (timer, asked, key) => {
      ctx.setTimer(timer, after(asked) as Duration, key);
    },
  }));
  return fed(trace, other).difference?.other;
}

it("a timer that this version sets otherwise is found, though no event says that it was set", () => {
  expect(counting((asked) => asked)).toBeUndefined();
  expect(counting((asked) => asked - 1)).toMatchObject({ kind: "timer", at: 10_999_999 });
  expect(counting((asked) => asked + 1)).toMatchObject({ kind: "timer", at: 11_000_001 });
  expect(counting((asked) => asked * 9)).toMatchObject({ kind: "timer", at: 91_000_000 });
});

it("so is one that it never sets, and one that it alone sets", () => {
  const trace = recorded(toyWorld({ nodes: 1 }).tell(1, "A", "arm t 10").run(20), "toy");
  const never = veiled(toy, () => ({ setTimer: () => {} }));
  expect(fed(trace, never)).toMatchObject({
    difference: { one: { kind: "timer" }, other: null },
    why: "it waits for no such thing",
  });
  const more = veiled(toy, (ctx, input) => (input === null ? armed(ctx) : {}));
  expect(fed(trace, more).difference?.other).toMatchObject({ kind: "timer", body: "more" });
});

function armed(ctx: Ctx<Toy>): Partial<Ctx<Toy>> {
  ctx.setTimer("more", 15_000_000 as Duration);
  return {};
}
