/**
 * What a Port promises (runtime/port.ts), as cases that are played in every world that has one.
 * Each ends with what its nodes were told, and that is the same everywhere: the golden stands here,
 * not with a world.
 */
import { afterEach, describe, expect, it } from "vitest";
import { disks } from "./disks.ts";
import { endings } from "./endings.ts";
import { sessions } from "./sessions.ts";
import type { Stage } from "./stage.ts";
import { timers } from "./timers.ts";

export interface Case {
  readonly name: string;
  /** Who boots before it begins. */
  readonly nodes: readonly string[];
  readonly play: (stage: Stage) => Promise<void>;
  /** By node; of those left out, it may differ. */
  readonly facts: Readonly<Record<string, readonly string[]>>;
  /** Two things happen at once, and either may be told first. */
  readonly atOnce?: boolean;
}

export function playAll(world: string, newStage: () => Stage): void {
  const open: Stage[] = [];
  afterEach(async () => {
    for (const stage of open.splice(0)) await stage.end();
  });
  describe(`a port of ${world}`, () => {
    it.each([...sessions, ...endings, ...timers, ...disks])(
      "$name",
      async ({ nodes, play, facts, atOnce = false }) => {
        const stage = newStage();
        open.push(stage);
        for (const node of nodes) await stage.boot(node);
        await play(stage);
        await stage.rest();
        const told = Object.keys(facts).map((node) => {
          const all = stage.facts(node).filter((fact) => fact !== "booted");
          return [node, atOnce ? all.map(withoutNumber).toSorted() : all];
        });
        expect(Object.fromEntries(told)).toEqual(facts);
      },
    );
  });
}

function withoutNumber(fact: string): string {
  return fact.replace(/^#\d+ /, "");
}
