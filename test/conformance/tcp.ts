/** Real nodes of one process as a stage of the suite. Waiting is waiting. */
import { rmSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { type Address, formatAddress } from "../../src/core/address.ts";
import { must } from "../../src/core/assert.ts";
import { HostClock } from "../../src/host/clock.ts";
import { type HostNode, startNode } from "../../src/host/node.ts";
import { Recorder } from "../../src/trace/recorder.ts";
import { folder, loopback, until } from "../host/block.ts";
import type { Toy, ToyFact } from "../engine/toy.ts";
import { expectReplay } from "../record/replayed.ts";
import { actor, actorFiles, spoiling, STOP } from "./actor.ts";
import { factText, type Stage } from "./stage.ts";

/** In real milliseconds. */
const REST = 30;
const STILL = 60;

const SEED = "conformance";
const NAMES = ["A", "B", "C"];
const FIRST = 0x41;

interface Life {
  readonly node: HostNode<Toy>;
  readonly recorder: Recorder;
  spoils: boolean;
}

export function real(): Stage {
  const dirs = new Map(NAMES.map((name) => [name, folder()]));
  const lives = new Map<string, Life>();
  const booted = new Map<string, number>();
  const all: { readonly name: string; readonly life: Life }[] = [];
  const life = (name: string): Life => must(lives.get(name), "node", name);
  const facts = (name: string): readonly string[] => {
    const said = [...life(name).recorder.events()].filter(({ kind }) => kind === "fact");
    return said.map(({ body }) => factText((body as ToyFact).text, (body as ToyFact).session));
  };
  const tell: Stage["tell"] = (...commands) => {
    for (const [name, acts] of commands) {
      life(name).node.command({ type: "do", acts: placed(acts) });
    }
  };
  return {
    ...{ facts, tell },
    boot: async (name) => {
      const incarnation = (booted.get(name) ?? 0) + 1;
      booted.set(name, incarnation);
      const begun = await begin(name, incarnation, must(dirs.get(name), "folder", name));
      lives.set(name, begun);
      all.push({ name, life: begun });
    },
    spoil: (from, _to, acts) => {
      life(from).spoils = true;
      tell([from, acts]);
      life(from).spoils = false;
    },
    crash: async (name, acts) => {
      tell([name, acts]);
      return (await life(name).node.failed).message;
    },
    standStill: async (_name, other, acts) => {
      tell([other, acts]);
      // What was told leaves in the next tick; nobody reads before the one after.
      await new Promise<void>((resolve) => {
        process.nextTick(() => {
          const end = performance.now() + STILL;
          while (performance.now() < end);
          resolve();
        });
      });
      await setTimeout(REST);
    },
    stop: (name) => life(name).node.stop(),
    kill: (name) => life(name).node.kill(),
    fill: (name, full) => life(name).node.setDiskFull(full),
    saw: (name, what, times = 1) => {
      const found = (): boolean => facts(name).filter((fact) => fact === what).length >= times;
      return until(`${name} saw "${what}" ${times} times`, found);
    },
    rest: () => setTimeout(REST),
    end: async () => {
      for (const { node } of lives.values()) await node.kill();
      for (const dir of dirs.values()) rmSync(dir, { recursive: true });
      for (const { name, life: each } of all) {
        const { recorder, node } = each;
        expectReplay({ ...{ recorder, name, seed: SEED, machine: actor }, state: node.state });
      }
    },
  };
}

async function begin(name: string, incarnation: number, dir: string): Promise<Life> {
  const recorder = new Recorder({ level: "full" });
  const mind = { spoils: false };
  const node = await startNode<Toy>({
    ...{ machine: actor, config: { echo: false }, files: actorFiles, stop: STOP },
    ...{ name, incarnation, dir, recorder, listen: placeOf(name), seed: SEED },
    codec: spoiling(() => mind.spoils),
    clock: new HostClock(),
    guard: true,
  });
  return Object.assign(mind, { node, recorder });
}

function placeOf(name: string): Address {
  return loopback(11, name.charCodeAt(0) - FIRST + 1);
}

/** Where the nodes of this run are: `dial B`, `dial 10.0.0.2:9`. */
function placed(acts: string): string {
  return acts
    .replaceAll(/dial ([A-Z])/g, (_, name: string) => `dial ${formatAddress(placeOf(name))}`)
    .replaceAll(/dial 10\.0\.0\.(\d+):(\d+)/g, (_, nth: string, port: string) => {
      return `dial ${formatAddress(loopback(11, Number(nth), Number(port)))}`;
    });
}
