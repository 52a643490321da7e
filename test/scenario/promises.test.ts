/** `invariants:`: which there are, that they become rows, and what is said when they are broken. */
import { expect, test } from "vitest";
import type { Complaint, Monitor } from "../../src/check/invariant.ts";
import { BadInput, must } from "../../src/core/assert.ts";
import type { Time } from "../../src/core/units.ts";
import { loadScenario } from "../../src/scenario/load.ts";
import { runScenario } from "../../src/scenario/run.ts";
import { writeScenario } from "../../src/scenario/write.ts";
import { masternode } from "../../src/simulate.ts";
import { kindMask, type TraceEvent } from "../../src/trace/event.ts";

/** Breaks `no-boot` with the second boot. */
function watching(names: readonly string[]): Monitor {
  const found: Complaint[] = [];
  return {
    mask: kindMask("boot"),
    see({ node, at, id }: TraceEvent) {
      if (node !== 1 || !names.includes("no-boot")) return;
      const text = `a second node boots`;
      found.push({ invariant: "no-boot", witness: "", node, at, event: id, text });
    },
    finish: () => found,
  };
}

const kit = {
  ...masternode(),
  invariants: {
    specs: {
      "no-boot": { rule: "X9", about: "only one node boots", mode: "always" },
      quiet: { rule: "general", about: "it is quiet", mode: "eventually" },
      seen: { rule: "general", about: "something was seen", mode: "sometimes" },
    },
    watch: watching,
  },
} as const;

function scenario(invariants: string): string {
  return `
until: 10s
nodes:
  A: { address: 203.0.113.1 }
  B: { address: 203.0.113.2, start: 5s }
${invariants}
`;
}

test("all of them but what is only counted", () => {
  const loaded = loadScenario(kit, scenario("invariants: all"), "x.yaml");
  expect(loaded.invariants).toEqual(["no-boot", "quiet"]);
  const { summary } = runScenario(kit, loaded);
  expect(summary.passed).toBe(false);
  expect(summary.outcomes).toEqual([
    {
      row: "no-boot (X9)",
      invariant: "no-boot",
      place: "x.yaml:6:1",
      passed: false,
      expected: "in every run: only one node boots",
      parts: [
        {
          node: "B",
          sentence: "only one node boots",
          passed: false,
          at: 5_000_000 as Time,
          event: expect.any(Number) as number,
          found: "a second node boots",
        },
      ],
    },
    expect.objectContaining({ row: "quiet", passed: true }),
  ]);
});

test("some, written back as they are", () => {
  const some = loadScenario(kit, scenario("invariants: [quiet]"), "x.yaml");
  expect(runScenario(kit, some).summary.passed).toBe(true);
  expect(writeScenario(kit, some)).toContain("invariants:\n  - quiet\n");
  const all = loadScenario(kit, scenario("invariants: [quiet, no-boot]"), "x.yaml");
  expect(writeScenario(kit, all)).toContain("invariants: all\n");
});

test("none is none", () => {
  const none = loadScenario(kit, scenario(""), "x.yaml");
  expect("invariants" in none).toBe(false);
  expect(runScenario(kit, none).summary.outcomes).toEqual([]);
});

test.each([
  ["invariants: [quite]", 'x.yaml:6:14 invariants[0] — unknown invariant "quite"'],
  ["invariants: [seen]", 'x.yaml:6:14 invariants[0] — unknown invariant "seen"'],
  ["invariants: []", "x.yaml:6:13 invariants — expected all, or a list of invariants"],
  ["invariants: some", "x.yaml:6:13 invariants — expected all, or a list of invariants"],
])("%s is refused", (text, problem) => {
  const read = () => loadScenario(kit, scenario(text), "x.yaml");
  expect(read).toThrow(BadInput);
  expect(read).toThrow(problem);
});

test("what binds no node is neither kept nor passed, unless it is seen to be broken", () => {
  const usual = must(kit.profiles[0], "a profile");
  const strange = (["old", "adversary"] as const).map((standing) => ({
    ...usual,
    ...{ name: standing, standing },
  }));
  const quiet = { ...kit.invariants.specs.quiet, everybody: true } as const;
  const { watch } = kit.invariants;
  const specs = { ...kit.invariants.specs, calm: kit.invariants.specs.quiet, quiet };
  const other = { ...kit, profiles: [...kit.profiles, ...strange], invariants: { specs, watch } };
  const text = scenario("invariants: all").replace("start: 5s", "start: 5s, profile: adversary");
  const loaded = loadScenario(other, text, "x.yaml");
  const { summary } = runScenario(other, loaded, { profile: "old" });
  expect(summary.outcomes.map(({ invariant, passed }) => [invariant, passed])).toEqual([
    ["no-boot", false],
    ["quiet", true],
  ]);
  const because = "1 node of standing old, 1 node of standing adversary";
  expect(summary.unbound).toEqual({ promises: ["calm"], because });
  // One that is held to it is enough.
  expect("unbound" in runScenario(other, loaded).summary).toBe(false);
});

test("everybody is bound by what the network owes, and by nothing else", () => {
  const { specs = {} } = masternode().invariants ?? {};
  const all = Object.entries(specs).filter(([, { everybody }]) => everybody === true);
  expect(all.map(([name]) => name)).toEqual(["accounted", "in-order"]);
});

test("a kit that promises nothing says so", () => {
  const { invariants: _, ...silent } = kit;
  const read = () => loadScenario(silent, scenario("invariants: all"), "x.yaml");
  expect(read).toThrow("promises nothing of every run");
});
