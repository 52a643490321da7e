/** What is written loads as the same scenario. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loadScenario } from "../../src/scenario/load.ts";
import type { Scenario } from "../../src/scenario/model.ts";
import { writeScenario } from "../../src/scenario/write.ts";
import { scenarios } from "./arbitrary.ts";
import { example, kit } from "./kit.ts";

/** Places move when a file is written anew. */
function placeless(scenario: Scenario): unknown {
  return {
    ...scenario,
    promisedAt: "",
    expect: scenario.expect.map((row) => ({ ...row, place: "" })),
  };
}

describe("write, then load", () => {
  it("the example", () => {
    const scenario = loadScenario(kit, example, "s.yaml");
    const text = writeScenario(kit, scenario);
    expect(placeless(loadScenario(kit, text, "s.yaml"))).toEqual(placeless(scenario));
    expect(text).toMatchSnapshot();
  });

  it("any scenario", () => {
    fc.assert(
      fc.property(scenarios, (scenario) => {
        const text = writeScenario(kit, scenario);
        const again = loadScenario(kit, text, scenario.file);
        expect(placeless(again)).toEqual(placeless(scenario));
        expect(writeScenario(kit, again)).toBe(text);
      }),
      { numRuns: 80 },
    );
  });
});
