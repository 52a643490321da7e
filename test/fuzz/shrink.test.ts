/** A wide world shrinks to the few things that its failure needs, the same way every time. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Address, formatAddress, portOf } from "../../src/core/address.ts";
import type { Time } from "../../src/core/units.ts";
import type { Edit } from "../../src/fuzz/shrink/edit.ts";
import { fitted } from "../../src/fuzz/shrink/fit.ts";
import { PASSES } from "../../src/fuzz/shrink/passes.ts";
import { beginning, shrink, shrinking, sizeOf } from "../../src/fuzz/shrink/shrink.ts";
import type { ShrinkState } from "../../src/fuzz/shrink/shrink.ts";
import { between, type Target, type Trial, trialOf } from "../../src/fuzz/shrink/trial.ts";
import { applied } from "../../src/fuzz/shrink/walk.ts";
import { isLess, weigh } from "../../src/fuzz/shrink/weigh.ts";
import { loadScenario } from "../../src/scenario/load.ts";
import type { Scenario } from "../../src/scenario/model.ts";
import { writeScenario } from "../../src/scenario/write.ts";
import { scenarios } from "../scenario/arbitrary.ts";
import { kit as toy } from "../scenario/kit.ts";
import { healthy, hearsNoEnd, takesNoBlocks, wide } from "./subject.ts";

const CRASH: Target = {
  kind: "promise",
  invariant: "no-crash",
  witness: "close of session N, which is not open",
};
const STANDS: Target = { kind: "promise", invariant: "grows", witness: "" };

function begun(scenario: Scenario, target: Target, trial: Trial): ShrinkState {
  const start = beginning(scenario, target, trial);
  if (start === null) throw new Error("it does not fail");
  return start;
}

/** Asks once what it is asked again. */
function remembering(trial: Trial): Trial {
  const known = new Map<string, ReturnType<Trial>>();
  return (scenario) => {
    const text = JSON.stringify(scenario);
    const seen = known.has(text) ? (known.get(text) ?? null) : trial(scenario);
    known.set(text, seen);
    return seen;
  };
}

describe("a wide world", () => {
  const afresh = trialOf(hearsNoEnd, CRASH);
  const trial = remembering(afresh);
  const start = begun(wide(hearsNoEnd), CRASH, trial);
  const whole = shrink(hearsNoEnd, trial, start);

  it("shrinks to those who crash, and still crashes", () => {
    expect(sizeOf(start.best)).toEqual({ nodes: 12, faults: 9, until: 240_000_000 });
    const { nodes, faults, until } = sizeOf(whole.best);
    expect([nodes <= 3, faults, until <= 20_000_000]).toEqual([true, 0, true]);
    expect(afresh(whole.best)).toEqual(whole.seen);
    expect(whole.tries).toBeLessThan(400);
  });

  it("leaves nothing that could be spared", () => {
    const again = shrink(hearsNoEnd, trial, begun(whole.best, CRASH, trial));
    expect(again.best).toEqual(whole.best);
  });

  it("comes to the same end when it is stopped and goes on from a file", () => {
    let state = start;
    while (!state.done) {
      const stopped = shrink(hearsNoEnd, afresh, state, state.tries + 20);
      state = JSON.parse(JSON.stringify(stopped)) as ShrinkState;
    }
    expect(state.best).toEqual(whole.best);
  });

  it("gets lighter with every step, and never fails in another way", () => {
    let weight = weigh(hearsNoEnd, start.best);
    for (const { best, seen } of shrinking(hearsNoEnd, trial, start)) {
      const next = weigh(hearsNoEnd, best);
      expect(isLess(weight, next)).toBe(false);
      expect(seen.text).toMatch(/^close of session \d+, which is not open$/);
      weight = next;
    }
  });

  it("keeps what only the defect fails, not what anybody would", () => {
    const sound = trialOf(healthy, STANDS);
    const broken = between({
      defective: trialOf(takesNoBlocks, STANDS),
      healthy: { name: "sound", trial: sound },
    });
    const small = shrink(takesNoBlocks, broken, begun(wide(takesNoBlocks), STANDS, broken));
    expect(sizeOf(small.best).nodes).toBeLessThanOrEqual(4);
    expect(sizeOf(small.best).faults).toBeLessThanOrEqual(2);
    expect(sound(small.best)).toBeNull();
  });
});

describe("every candidate", () => {
  it("has constants that go together, if it had", () => {
    const all = "nodes: { A: { address: 203.0.113.1 } }\n";
    const config = "config: { sessionsMax: 4, sessionsWanted: 2, dialedWanted: 1 }\n";
    const scenario = loadScenario(healthy, `${config}until: 5s\n${all}`, "world");
    const set =
      (changes: Readonly<Record<string, number>>): Edit =>
      (now) => ({ ...now, config: { ...now.config, ...changes } });
    const less = (edit: Edit): Scenario | null => applied(healthy, scenario, [edit]);
    expect(less(set({ sessionsMax: 3 }))).toBeNull();
    expect(
      less(({ config: { sessionsMax = 0 }, ...rest }) => ({ ...rest, config: { sessionsMax } })),
    ).toBeNull();
    expect(less((now) => ({ ...now, config: {} }))).not.toBeNull();
    // Who brings one that does not keep it may mean just that.
    const tight = { ...scenario, config: { sessionsMax: 3, sessionsWanted: 2, dialedWanted: 1 } };
    expect(applied(healthy, tight, [set({ sessionsMax: 1 })])).not.toBeNull();
    expect(applied(healthy, tight, [set({ dialedWanted: 3 })])).toBeNull();
  });

  it("loads as it was written, whatever the scenario", () => {
    const pick = fc.array(fc.tuple(fc.constantFrom(...PASSES), fc.nat()), { maxLength: 8 });
    fc.assert(
      fc.property(scenarios, pick, fc.nat(100_000_000), (scenario, picks, at) => {
        for (const [pass, which] of picks) {
          const edits = pass.edits(toy, scenario, at as Time);
          const changed = edits[which % edits.length]?.(scenario) ?? null;
          const candidate = changed === null ? null : fitted(toy, changed);
          if (candidate === null) continue;
          const loaded = loadScenario(toy, writeScenario(toy, candidate), candidate.file);
          expect(placeless(loaded), pass.name).toEqual(placeless(candidate));
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe("what a failure needs", () => {
  const lines = [
    "until: 2m",
    "nodes:",
    "  A: { address: 203.0.113.1 }",
    "  B: { address: 198.51.100.7:24107, start: 56.217s }",
  ];
  const scenario = loadScenario(healthy, lines.join("\n"), "odd.yaml");

  /** Fails where B has another port than usual, and starts late enough. */
  const trial: Trial = ({ nodes }) => {
    const { address = 0, start = 0 } = nodes[1] ?? {};
    const fails = nodes.length === 2 && portOf(address as Address) !== 24100;
    const at = 100_000_000 as Time;
    return fails && (start ?? 0) > 56_100_000 && (start ?? 0) < 59_000_000
      ? { at, node: 1, event: null, text: "odd" }
      : null;
  };

  it("is all that stays odd: a port stays where its ip becomes plain, a time becomes round", () => {
    const { best } = shrink(healthy, trial, begun(scenario, CRASH, trial));
    const { address, start } = best.nodes[1] ?? {};
    expect([formatAddress(address as Address), start]).toEqual(["203.0.113.1:24107", 57_000_000]);
  });
});

function placeless(scenario: Scenario): unknown {
  return {
    ...scenario,
    promisedAt: "",
    expect: scenario.expect.map((row) => ({ ...row, place: "" })),
  };
}
