/** The simulated world as a stage of the suite. Waiting is running on. */
import { assert, StepFailed } from "../../src/core/assert.ts";
import { seconds, type Time } from "../../src/core/units.ts";
import type { ToyFact } from "../engine/toy.ts";
import { toyWorld } from "../engine/world.ts";
import { actor, STOP } from "./actor.ts";
import { factText, type Stage } from "./stage.ts";

const DONE = Promise.resolve();
/** In virtual seconds. */
const PATIENCE = 300;
const REST = 1;
const STILL = 0.05;

export function simulated(): Stage {
  const stage = toyWorld({
    ...{ nodes: 3, machine: actor, stop: STOP.acts, seed: "conformance", wire: "bytes" },
    link: { latency: { shape: "constant", at: seconds(0.001) } },
    start: () => null,
  });
  const { world } = stage;
  const run = (length: number): Promise<void> => {
    world.run((world.now + seconds(length)) as Time);
    return DONE;
  };
  const facts = (node: string): readonly string[] => {
    const index = stage.names.indexOf(node);
    const own = stage.events().filter((event) => event.node === index);
    const last = own.findLastIndex(({ kind }) => kind === "boot");
    const said = own.slice(last).filter(({ kind }) => kind === "fact");
    return said.map(({ body }) => factText((body as ToyFact).text, (body as ToyFact).session));
  };
  const tell: Stage["tell"] = (...commands) => {
    for (const [node, acts] of commands) world.commandAt(world.now, node, { type: "do", acts });
    void run(0);
  };
  return {
    ...{ facts, tell },
    boot: (node) => {
      world.inject({ do: "restart", node });
      return run(0);
    },
    spoil: (from, to, acts) => {
      world.inject({ do: "corrupt", from: [from], to: [to], chance: 1 });
      tell([from, acts]);
      world.inject({ do: "heal" });
    },
    crash: (node, acts) => {
      try {
        tell([node, acts]);
      } catch (error) {
        if (error instanceof StepFailed) return Promise.resolve(error.message);
        throw error;
      }
      throw new Error(`${node} goes on`);
    },
    standStill: (node, other, acts) => {
      world.inject({ do: "pause", node, for: seconds(STILL) });
      tell([other, acts]);
      return run(STILL);
    },
    stop: (node) => {
      world.inject({ do: "stop", node });
      return run(REST);
    },
    kill: (node) => {
      world.inject({ do: "kill", node });
      return run(REST);
    },
    fill: (node, full) => {
      world.inject({ do: "disk", node, full });
    },
    saw: (node, what, times = 1) => {
      const limit = (world.now + seconds(PATIENCE)) as Time;
      while (facts(node).filter((fact) => fact === what).length < times) {
        const found = `${node} never saw "${what}" ${times} times, but:\n${facts(node).join("\n")}`;
        assert(world.step(limit), found);
      }
      return DONE;
    },
    rest: () => run(REST),
    end: () => DONE,
  };
}
