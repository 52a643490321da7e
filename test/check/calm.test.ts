/** What a trace tells of disturbances: who reaches whom, and since when nothing has changed. */
import { expect, test } from "vitest";
import { Calm } from "../../src/check/calm.ts";
import type { Time } from "../../src/core/units.ts";
import { loadScenario } from "../../src/scenario/load.ts";
import { planOf } from "../../src/scenario/plan.ts";
import { masternode, simulate } from "../../src/simulate.ts";

const kit = masternode();

/** `A+B+C since 10s`, with `*` where ways among them are disturbed and `~` where others hear. */
function told(events: string, second: number): string {
  const text = `
    until: 100s
    nodes:
      A: { address: 203.0.113.1 }
      B: { address: 203.0.113.2, start: 5s, dials: [A] }
      C: { address: 203.0.113.3, start: 10s, dials: [A] }
      D: { address: 203.0.113.4, start: never }
    events:${events === "" ? " []" : events}
    `;
  const scenario = loadScenario(kit, text, "calm.yaml");
  const { seed, profile, until } = scenario;
  const plan = planOf(kit, scenario, { seed, profile, until });
  const calm = new Calm(plan);
  for (const event of simulate(scenario).trace.events()) {
    if (event.at <= second * 1_000_000) calm.see(event);
  }
  const parts = calm.components().map(({ nodes, whole, alone, since }) => {
    const names = nodes.map((node) => plan.node(node)).join("+");
    return `${names}${whole ? "" : "*"}${alone ? "" : "~"} since ${since / 1_000_000}s`;
  });
  return parts.join(", ");
}

test("who starts disturbs those who can hear it", () => {
  expect(told("", 3)).toBe("A since 0s");
  expect(told("", 7)).toBe("A+B since 5s");
  expect(told("", 50)).toBe("A+B+C since 10s");
});

test("a partition parts, and its end joins", () => {
  const events = "\n      - { at: 20s, partition: [[A]], for: 20s }";
  expect(told(events, 30)).toBe("A since 20s, B+C since 20s");
  expect(told(events, 50)).toBe("A+B+C since 40s");
});

test("a one-way cut leaves a component that is not whole", () => {
  const events = "\n      - { at: 20s, cut: { from: A, to: B } }";
  expect(told(events, 30)).toBe("A+B+C* since 20s");
});

test("behind a cut a death disturbs nobody", () => {
  const events = "\n      - { at: 20s, partition: [[A]] }\n      - { at: 30s, kill: A }";
  expect(told(events, 50)).toBe("B+C since 20s");
});

test("a bad way keeps apart, but is heard through", () => {
  const events = `
      - { at: 20s, shape: { from: A, to: all, loss: 0.5 } }
      - { at: 20s, shape: { from: all, to: A, loss: 0.5 } }`;
  expect(told(events, 50)).toBe("A~ since 20s, B+C~ since 20s");
});

test("a flapping link is open while it is up", () => {
  const events = "\n      - { at: 20s, flap: { between: [A, B], down: 5s, up: 30s }, for: 60s }";
  expect(told(events, 22)).toBe("A+B+C* since 20s");
  expect(told(events, 50)).toBe("A+B+C since 25s");
  expect(told(events, 57)).toBe("A+B+C* since 55s");
  expect(told(events, 99)).toBe("A+B+C since 60s");
});

test("pauses, clocks, disks and resets disturb", () => {
  const at = (what: string) => told(`\n      - { at: 30s, ${what} }`, 60);
  expect(at("pause: { node: B, for: 10s }")).toBe("A+B+C since 40s");
  expect(at("clock: { node: B, jump: 10s }")).toBe("A+B+C since 30s");
  expect(at("disk: { node: B, full: true }")).toBe("A+B+C since 30s");
  expect(at("reset: [A, B]")).toBe("A+B+C since 30s");
  expect(at("hang: B")).toBe("A+C~ since 30s");
});

test("a clock that is off is told in microseconds", () => {
  const text = `
    until: 30s
    nodes:
      A: { address: 203.0.113.1, clock: { offset: -2s, drift: 100 } }
    `;
  const scenario = loadScenario(kit, text, "clock.yaml");
  const { seed, profile, until } = scenario;
  const calm = new Calm(planOf(kit, scenario, { seed, profile, until }));
  for (const event of simulate(scenario).trace.events()) calm.see(event);
  expect(calm.clockAhead(0, 10_000_000 as Time)).toBe(-2_000_000 + 1_000);
});
