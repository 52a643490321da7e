/** Dials, messages, lines. */
import { expect } from "vitest";
import type { Case } from "./port.ts";
import type { Stage } from "./stage.ts";

/** A has dialed B, and both know. */
export async function meet(stage: Stage, from = "A", to = "B", nth = 1): Promise<void> {
  stage.tell([from, `dial ${to}`]);
  await stage.saw(to, `#${nth} accepted ${from}`);
}

const pair = ["A", "B"];
const MET = { A: "#1 opened B", B: "#1 accepted A" };

export const sessions: readonly Case[] = [
  {
    name: "opens a dialed session at both ends",
    nodes: pair,
    play: (stage) => meet(stage),
    facts: { A: [MET.A], B: [MET.B] },
  },
  {
    name: "refuses a dial to a port where nobody listens",
    nodes: pair,
    play: async (stage) => {
      stage.tell(["A", "dial 10.0.0.2:9"]);
      await stage.saw("A", "#1 refused B refused");
    },
    facts: { A: ["#1 refused B refused"], B: [] },
  },
  {
    name: "tells nothing of a dial that was given up",
    nodes: pair,
    play: async (stage) => {
      stage.tell(["A", "dial B; close #1"]);
      await stage.rest();
      stage.tell(["A", "dial B"]);
      await stage.saw("A", "#2 opened B");
      await stage.rest();
      // B may have heard of the first, but then also of its end.
      const [accepted, ended] = ["accepted A", "closed A ended"].map((what) => {
        return stage.facts("B").filter((fact) => fact.endsWith(what)).length;
      });
      expect((accepted ?? 0) - (ended ?? 0)).toBe(1);
    },
    facts: { A: ["#2 opened B"] },
  },
  {
    name: "counts sessions the same for dials and accepts",
    nodes: ["A", "B", "C"],
    play: async (stage) => {
      await meet(stage);
      await meet(stage, "C", "A", 2);
      stage.tell(["A", "dial C"]);
      await stage.saw("A", "#3 opened C");
    },
    facts: { A: [MET.A, "#2 accepted C", "#3 opened C"] },
  },
  {
    name: "keeps the order of messages, however long",
    nodes: pair,
    play: async (stage) => {
      await meet(stage);
      stage.tell(["A", "send 0; spray 1 note B 50000; spray 8 echo B; spray 15 note B 50000"]);
      await stage.saw("B", "#1 got note 21 from A");
    },
    facts: {
      A: [MET.A],
      B: [
        MET.B,
        got("note", 0),
        ...sprayed("note", 1),
        ...sprayed("echo", 8),
        ...sprayed("note", 15),
      ],
    },
  },
  {
    name: "carries messages both ways, also as an answer in the same moment",
    nodes: pair,
    play: async (stage) => {
      await meet(stage);
      stage.tell(["A", "send 1"], ["B", "send 2"]);
      await stage.saw("A", "#1 got note 2 from B");
      await stage.saw("B", "#1 got note 1 from A");
    },
    facts: { A: [MET.A, "#1 got note 2 from B"], B: [MET.B, got("note", 1)] },
  },
  {
    name: "has several sessions between two nodes, each by itself",
    nodes: pair,
    play: async (stage) => {
      await meet(stage);
      await meet(stage, "A", "B", 2);
      stage.tell(["A", "close #1"]);
      await stage.saw("B", "#1 closed A ended");
      stage.tell(["A", "send 7"]);
      await stage.saw("B", "#2 got note 7 from A");
      stage.tell(["B", "send 8"]);
      await stage.saw("A", "#2 got note 8 from B");
    },
    facts: {
      A: [MET.A, "#2 opened B", "#2 got note 8 from B"],
      B: [MET.B, "#2 accepted A", "#1 closed A ended", "#2 got note 7 from A"],
    },
  },
  {
    name: "has two sessions when both dial at once",
    nodes: pair,
    play: async (stage) => {
      stage.tell(["A", "dial B"], ["B", "dial A"]);
      for (const [node, peer] of ["AB", "BA"]) {
        await stage.saw(node ?? "", `#1 opened ${peer}`);
        await stage.saw(node ?? "", `#2 accepted ${peer}`);
      }
    },
    facts: { A: ["accepted B", "opened B"], B: ["accepted A", "opened A"] },
    atOnce: true,
  },
  {
    name: "has both ends of a dial to itself",
    nodes: ["A"],
    play: async (stage) => {
      stage.tell(["A", "dial A"]);
      await stage.saw("A", "#1 opened A");
      await stage.saw("A", "#2 accepted A");
      stage.tell(["A", "send 1 note #1"]);
      await stage.saw("A", "#2 got note 1 from A");
      stage.tell(["A", "close #2"]);
      await stage.saw("A", "#1 closed A ended");
    },
    facts: { A: ["accepted A", "closed A ended", "got note 1 from A", "opened A"] },
    atOnce: true,
  },
  {
    name: "tells of a line that is no message, and goes on",
    nodes: pair,
    play: async (stage) => {
      await meet(stage);
      stage.spoil("A", "B", "send 1");
      stage.tell(["A", "send 2"]);
      await stage.saw("B", got("note", 2));
    },
    facts: { A: [MET.A], B: [MET.B, "#1 garbled A: shape", got("note", 2)] },
  },
  {
    name: "asks for the limit before each line",
    nodes: pair,
    play: async (stage) => {
      await meet(stage);
      stage.tell(["A", "send 1; send 2 note B 50000"]);
      await stage.saw("B", got("note", 2));
    },
    facts: { B: [MET.B, got("note", 1), got("note", 2)] },
  },
  {
    name: "tells of a line that is longer than it may be now",
    nodes: pair,
    play: async (stage) => {
      await meet(stage);
      stage.tell(["A", "send 1 note B 50000"]);
      await stage.saw("B", "#1 garbled A: too long");
      stage.tell(["B", "close"]);
      await stage.saw("A", "#1 closed B ended");
    },
    facts: { A: [MET.A, "#1 closed B ended"], B: [MET.B, "#1 garbled A: too long"] },
  },
  {
    name: "draws by seed, name, incarnation and label",
    nodes: pair,
    play: (stage) => {
      stage.tell(["A", "draw x; draw y; draw x"], ["B", "draw x"]);
      return stage.rest();
    },
    facts: { A: ["drew 501987", "drew 283301", "drew 279837"], B: ["drew 137515"] },
  },
  {
    name: "draws anew in another incarnation",
    nodes: ["A"],
    play: async (stage) => {
      stage.tell(["A", "draw x"]);
      await stage.kill("A");
      await stage.boot("A");
      stage.tell(["A", "draw x"]);
    },
    facts: { A: ["drew 404529"] },
  },
];

function got(type: string, n: number): string {
  return `#1 got ${type} ${n} from A`;
}

function sprayed(type: string, first: number): readonly string[] {
  return Array.from({ length: 7 }, (_, nth) => got(type, first + nth));
}
