/** Writes: when they are durable, and what a kill and a power loss leave of them. */
import { expect, it } from "vitest";
import { randomFrom } from "../../src/core/random.ts";
import { seconds } from "../../src/core/units.ts";
import { damaged, newDisk, readable, written } from "../../src/engine/disk.ts";
import type { Stage } from "./world.ts";
import { pair, toyWorld } from "./world.ts";

const PLAN = { delay: seconds(0), full: false };

/** What A read when it booted last. */
function booted(stage: Stage): string | undefined {
  return stage.facts(0, "A").findLast(({ fact }) => fact.text.startsWith("booted"))?.fact.text;
}

function restarted(how: "kept" | "torn" | "lost", at: number): Stage {
  return toyWorld({ nodes: 1, disk: 1 })
    .tell(1, "A", "save f old whenever")
    .tell(5, "A", "save f new whenever; save g first whenever")
    .faultAt(at, { do: "power-loss", node: "A", disk: how })
    .faultAt(20, { do: "restart", node: "A" })
    .run(30);
}

it("a save is durable after the disk's delay", () => {
  const stage = toyWorld({ disk: 0.25 }).tell(1, "A", "save f x whenever").run(5);
  expect(stage.story()).toEqual(["1.250000 A saved f ok"]);
});

it("a restart reads what was saved", () => {
  const stage = toyWorld({ disk: 0.25 }).tell(1, "A", "save f x whenever; save g y whenever");
  expect(booted(stage.faultAt(2, { do: "restart", node: "A" }).run(5))).toBe("booted f=x g=y");
});

it("power loss before a write is durable keeps the old file", () => {
  expect(booted(restarted("kept", 5.5))).toBe("booted f=old");
});

it("power loss after it is durable keeps the new one", () => {
  expect(booted(restarted("torn", 7))).toBe("booted f=new g=first");
});

it("a torn write is set aside at boot, with an event, and is gone at the next", () => {
  const stage = restarted("torn", 5.5);
  expect(booted(stage)).toBe("booted");
  const boot = stage.events("boot").at(-1);
  expect(stage.events("aside").map((event) => [event.body, event.cause])).toEqual([
    ["f", boot?.id],
    ["g", boot?.id],
  ]);
  stage.faultAt(31, { do: "restart", node: "A" }).run(40);
  expect(stage.events("aside")).toHaveLength(2);
});

it("a lost disk is empty", () => {
  expect(booted(restarted("lost", 7))).toBe("booted");
});

it("a kill keeps writes under way: the kernel finishes them", () => {
  const stage = toyWorld({ disk: 1 }).tell(1, "A", "save f x whenever");
  stage.faultAt(1.5, { do: "kill", node: "A" }).faultAt(3, { do: "restart", node: "A" }).run(5);
  expect(booted(stage)).toBe("booted f=x");
  expect(stage.saw("A")).toEqual(["booted f=x"]);
});

it("a full disk keeps the old file and says so", () => {
  const stage = toyWorld({ nodes: 1 }).tell(1, "A", "save f old whenever");
  stage.faultAt(2, { do: "disk", node: "A", full: true }).tell(3, "A", "save f new whenever");
  stage.faultAt(4, { do: "restart", node: "A" }).run(5);
  expect(stage.story()).toEqual([
    "1.010000 A saved f ok",
    "3.010000 A saved f failed",
    "4.000000 A booted f=old",
  ]);
});

it("a disk that has become faster still writes in order", () => {
  const stage = toyWorld({ nodes: 1, disk: 2 }).tell(1, "A", "save f one whenever");
  stage.faultAt(1.5, { do: "disk", node: "A", delay: seconds(0) });
  stage.tell(2, "A", "save f two whenever").faultAt(9, { do: "restart", node: "A" }).run(10);
  expect(booted(stage)).toBe("booted f=two");
});

it("a paused process hears of its save when it moves again", () => {
  const stage = pair().tell(3, "A", "save f x whenever");
  stage.faultAt(3.005, { do: "pause", node: "A", for: seconds(2) }).run(9);
  expect(stage.story(3)).toEqual(["5.005000 A saved f ok"]);
});

/** A file of eight letters that is damaged once, and what the next boot reads. */
function spoilt(seed: string): string | undefined {
  const stage = toyWorld({ nodes: 1, seed }).tell(1, "A", "save f abcdefgh whenever");
  stage.faultAt(2, { do: "disk", node: "A", damage: "f" });
  return booted(stage.faultAt(3, { do: "restart", node: "A" }).run(4));
}

it("damage changes one character of a text, at a place the seed decides", () => {
  const read = ["one", "two", "three", "four"].map(spoilt);
  for (const text of read) {
    const letters = "booted f=abcdefgh".split("");
    expect(text?.split("").filter((letter, at) => letter !== letters[at])).toHaveLength(1);
  }
  expect(new Set(read).size).toBeGreaterThan(1);
  expect(spoilt("one")).toBe(read[0]);
});

it("damage leaves other files, and those that are not there, as they are", () => {
  const stage = toyWorld({ nodes: 1 }).tell(1, "A", "save f x whenever");
  stage.faultAt(2, { do: "disk", node: "A", damage: "g" });
  expect(booted(stage.faultAt(3, { do: "restart", node: "A" }).run(4))).toBe("booted f=x");
});

it("a file without a letter to change is set aside as a whole, unless it is written again", () => {
  const [text, structure] = [
    damaged(written(newDisk(PLAN), "f", "", 1), "f", randomFrom("")),
    damaged(written(newDisk(PLAN), "f", { height: 3 }, 1), "f", randomFrom("")),
  ];
  expect([readable(text).aside, readable(structure).aside]).toEqual([["f"], ["f"]]);
  expect(readable(written(structure, "f", { height: 4 }, 2))).toEqual({
    files: new Map([["f", { value: { height: 4 }, save: 2 }]]),
    aside: [],
  });
});

it("a boot says which save each file is from, and what a damaged one holds", () => {
  const stage = toyWorld({ nodes: 1 }).tell(1, "A", "save f x whenever");
  stage.faultAt(2, { do: "restart", node: "A" });
  stage.faultAt(3, { do: "disk", node: "A", damage: "f" });
  stage.faultAt(4, { do: "restart", node: "A" }).run(5);
  const [save] = stage.events("save");
  const [whole, damaged] = stage.events("read");
  expect([whole?.a, whole?.body]).toEqual([save?.id, "f"]);
  expect([damaged?.a, damaged?.body]).toEqual([-1, { file: "f", value: "y" }]);
});
