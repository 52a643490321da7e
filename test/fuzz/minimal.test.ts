/** The file that shrinking ends with: it reads like a document and is a test by itself. */
import { describe, expect, it } from "vitest";
import type { Fault } from "../../src/core/fault.ts";
import type { Time } from "../../src/core/units.ts";
import { bites } from "../../src/fuzz/shrink/bite.ts";
import { failureOf } from "../../src/fuzz/shrink/failing.ts";
import { minimalOf } from "../../src/fuzz/shrink/minimal.ts";
import { nameFor } from "../../src/fuzz/shrink/narrate.ts";
import { beginning, shrink } from "../../src/fuzz/shrink/shrink.ts";
import { between, trialOf, type Trials } from "../../src/fuzz/shrink/trial.ts";
import { eventSentence, worldSentences } from "../../src/fuzz/shrink/words.ts";
import { loadScenario } from "../../src/scenario/load.ts";
import type { Scenario } from "../../src/scenario/model.ts";
import { runScenario } from "../../src/scenario/run.ts";
import { healthy, lateComer, takesNoBlocks } from "./subject.ts";

/** Five minutes of a quiet world of three, and one who was away when the block was made. */
function begun(scenario: Scenario) {
  const target = failureOf(takesNoBlocks, scenario);
  if (target === null) throw new Error("it does not fail");
  const trials: Trials = {
    defective: trialOf(takesNoBlocks, target),
    healthy: { name: "the healthy one", trial: trialOf(healthy, target) },
  };
  const trial = between(trials);
  const start = beginning(scenario, target, trial);
  if (start === null) throw new Error("it does not fail alone");
  return { target, trials, trial, start };
}

describe("a minimal scenario", () => {
  const { trials, trial, start } = begun(lateComer(takesNoBlocks));
  const state = shrink(takesNoBlocks, trial, start);
  const found = "hand, seed 5";
  const made = minimalOf(takesNoBlocks, state, trials, { name: nameFor(state), found });

  it("loads as what it is", () => {
    const loaded = loadScenario(takesNoBlocks, made.text, made.scenario.file);
    const { promisedAt, ...scenario } = loaded;
    expect(promisedAt).toMatch(/^late\.yaml:\d+:1$/);
    expect(scenario).toEqual(made.scenario);
  });

  it("fails with the defect and passes without, by its own expectations", () => {
    expect(runScenario(takesNoBlocks, made.scenario).summary.passed).toBe(false);
    const sound = runScenario(healthy, made.scenario).summary;
    expect([sound.passed, sound.outcomes.length]).toEqual([true, 1]);
  });

  it("tells in sentences what happens", () => {
    const about = made.scenario.about;
    expect(about).toMatch(/^At \w+: [A-Z] has not what is due, block \d+\. Promised is: three/);
    expect(about).toMatch(/run from the start\. .* dials? /);
    expect(about).toMatch(
      /Found by hand, seed 5 and shrunk, \d→\d nodes, 3→\d faults, .* in \d+ runs\.$/,
    );
    for (const line of made.text.split("\n")) expect(line.length).toBeLessThanOrEqual(100);
  });

  it("tells what is not as usual about the world, its links and TCP", () => {
    const { link, network } = lateComer(takesNoBlocks);
    const other = { from: ["A"], to: "*", link: { bandwidth: 9_000 } } as const;
    const world = {
      ...{ world: {}, links: [other], network: { ...network, sendBuffer: 7 } },
      link: { ...link, loss: 0.2 },
    };
    expect(worldSentences({}, world).join(" ")).toBe(
      "Links have loss 0.2. Links from A to anybody have bandwidth 9000. " +
        "TCP is as usual but for sendBuffer 7.",
    );
    const height = { kind: "number", about: "", default: 0, min: 0, whole: true } as const;
    const chain = { kind: "group", about: "", fields: { height } } as const;
    const usual = { ...world, link, links: [], network, world: { chain: { height: 3 } } };
    expect(worldSentences({ chain }, usual)).toEqual(["The world has chain height 3."]);
  });
});

describe("bites", () => {
  it("say of each step and each constant what changes without it", () => {
    const { target, trials, start } = begun(lateComer(takesNoBlocks));
    const found = bites(takesNoBlocks, start.best, target, start.seen, trials);
    expect(found.map(({ without, text }) => `${without}: ${text}`)).toMatchInlineSnapshot(`
      [
        "at 20s every session between A and B is reset: it happens all the same",
        "at 40s D restarts from what is on its disk: nothing is complained of",
        "at 50s every session between A and C is reset: it happens all the same, 10s earlier",
        "pingPeriod 23s: it happens all the same",
      ]
    `);
  });

  it("tell what is gone from what fails without the defect as well", () => {
    const { target, trials, start } = begun(lateComer(takesNoBlocks));
    const healthy = { name: "the healthy one", trial: trials.defective };
    const found = bites(takesNoBlocks, start.best, target, start.seen, { ...trials, healthy });
    const shared = { later: null, shared: "the healthy one", instead: null };
    expect(found[0]).toMatchObject({ ...shared, text: "the healthy one fails in the same way" });
    expect(found[1]).toMatchObject({ ...shared, shared: null, text: "nothing is complained of" });
  });
});

describe("a step as a sentence", () => {
  it.each<[Fault, string]>([
    [{ do: "kill", node: "A" }, "A is killed"],
    [{ do: "power-loss", node: "A", disk: "lost" }, "A loses power and its disk"],
    [{ do: "partition", groups: [["A"], ["B", "C"]] }, "A | B and C cannot reach each other"],
    [{ do: "cut", from: ["A"], to: "*" }, "nothing from A reaches anybody"],
    [{ do: "heal" }, "all links are well again"],
    [
      { do: "drop", from: "*", to: ["B"], message: "Ping", chance: 0.5 },
      "Ping messages from anybody to B are lost, each with chance 0.5",
    ],
    [{ do: "restart", node: "A" }, "A restarts from what is on its disk"],
  ])("%j", (fault, sentence) => {
    expect(eventSentence({ at: 0 as Time, fault })).toBe(sentence);
  });
});
