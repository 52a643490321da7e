/** How sessions and nodes end, and who hears of it. */
import { expect } from "vitest";
import type { Case } from "./port.ts";
import { meet } from "./sessions.ts";

const pair = ["A", "B"];
const MET = { A: "#1 opened B", B: "#1 accepted A" };
const HEARD = Array.from({ length: 7 }, (_, nth) => `#1 got note ${nth + 1} from A`);

export const endings: readonly Case[] = [
  {
    name: "sends what was sent before a close, then the end",
    nodes: pair,
    play: async (stage) => {
      await meet(stage);
      stage.tell(["A", "spray 1 note B; close B"]);
      await stage.saw("B", "#1 closed A ended");
    },
    facts: { A: [MET.A], B: [MET.B, ...HEARD, "#1 closed A ended"] },
  },
  {
    name: "tells nothing of a session after its close",
    nodes: pair,
    play: async (stage) => {
      await meet(stage);
      stage.tell(["B", "spray 1 note A"], ["A", "close B"]);
      await stage.saw("B", "#1 closed A ended");
    },
    facts: { A: [MET.A], B: [MET.B, "#1 closed A ended"] },
  },
  {
    name: "tells neither when both close at once",
    nodes: pair,
    play: async (stage) => {
      await meet(stage);
      await stage.saw("A", MET.A);
      stage.tell(["A", "send 1; close"], ["B", "send 2; close"]);
      await stage.rest();
      await meet(stage, "A", "B", 2);
    },
    facts: { A: [MET.A, "#2 opened B"], B: [MET.B, "#2 accepted A"] },
  },
  {
    name: "can close a session in the step that hears of it",
    nodes: pair,
    play: async (stage) => {
      await meet(stage);
      stage.tell(["B", "arm act 0 close_A"]);
      await stage.saw("A", "#1 closed B ended");
    },
    facts: { A: [MET.A, "#1 closed B ended"], B: [MET.B, "timer act/close_A"] },
  },
  {
    name: "swallows what is sent to who has closed",
    nodes: pair,
    play: async (stage) => {
      await meet(stage);
      stage.tell(["A", "close B"], ["B", "spray 1 note A 500"]);
      await stage.saw("B", "#1 closed A ended");
      await meet(stage, "A", "B", 2);
    },
    facts: { A: [MET.A, "#2 opened B"], B: [MET.B, "#1 closed A ended", "#2 accepted A"] },
  },
  {
    name: "ends the sessions of a process that dies, and refuses new ones",
    nodes: ["A", "B", "C"],
    play: async (stage) => {
      await meet(stage, "A", "B");
      await meet(stage, "B", "C");
      await stage.kill("B");
      await stage.saw("A", "#1 closed B ended");
      await stage.saw("C", "#1 closed B ended");
      stage.tell(["A", "dial B"]);
      await stage.saw("A", "#2 refused B refused");
    },
    facts: {
      A: [MET.A, "#1 closed B ended", "#2 refused B refused"],
      C: ["#1 accepted B", "#1 closed B ended"],
    },
  },
  {
    name: "lets a stopped node say and save its last words",
    nodes: pair,
    play: async (stage) => {
      await meet(stage);
      await stage.stop("A");
      await stage.saw("B", "#1 closed A ended");
      await stage.boot("A");
    },
    facts: {
      A: ["booted last=words"],
      B: [MET.B, "#1 got note 99 from A", "#1 closed A ended"],
    },
  },
  {
    name: "begins anew at the next boot",
    nodes: pair,
    play: async (stage) => {
      await meet(stage);
      stage.tell(["A", "arm a 0.01; save f 1 whenever"]);
      await stage.saw("A", "saved f ok");
      await stage.kill("A");
      await stage.saw("B", "#1 closed A ended");
      await stage.boot("A");
      await meet(stage, "A", "B", 2);
    },
    facts: {
      A: ["booted f=1", MET.A],
      B: [MET.B, "#1 closed A ended", "#2 accepted A"],
    },
  },
  {
    name: "ends the run of a machine that throws",
    nodes: ["A"],
    play: async (stage) => {
      expect(await stage.crash("A", "look; fly")).toBe("the toy cannot fly");
    },
    facts: { A: ["looked"] },
  },
];
