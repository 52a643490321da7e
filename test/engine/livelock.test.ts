/** A world in which time stands still fails instead of hanging. */
import { expect, test } from "vitest";
import { StepFailed } from "../../src/core/assert.ts";
import type { Machine } from "../../src/core/machine.ts";
import { type Duration, seconds, type Time } from "../../src/core/units.ts";
import { type Toy, toy } from "./toy.ts";
import { toyWorld } from "./world.ts";

/** Arms a timer for at once whenever it fires. */
const restless: Machine<Toy> = {
  ...toy,
  init: (config, files, ctx) => {
    ctx.setTimer("alarm", 0 as Duration);
    return toy.init(config, files, ctx);
  },
  step: (state, input, ctx) => {
    if (input.kind === "timer") ctx.setTimer("alarm", 0 as Duration);
    return state;
  },
};

test("a timer that is armed for at once, again and again, is a livelock", () => {
  const { world } = toyWorld({ nodes: 1, machine: restless, level: "none" });
  const found = caught(() => world.run(seconds(1) as number as Time));
  expect(found).toBeInstanceOf(StepFailed);
  expect(String(found)).toMatch(/1000000 records at one moment, the last a timer named alarm/);
});

function caught(act: () => void): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  return null;
}
