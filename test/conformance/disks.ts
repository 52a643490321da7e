/** What is saved, what waits for it, and what becomes of that when it fails (contract 5). */
import type { Case } from "./port.ts";
import { meet } from "./sessions.ts";

const pair = ["A", "B"];
const MET = { A: "#1 opened B", B: "#1 accepted A" };

export const disks: readonly Case[] = [
  {
    name: "tells when a file is durable, and finds it at the next boot",
    nodes: ["A"],
    play: async (stage) => {
      stage.tell(["A", "save f 1 whenever"]);
      await stage.saw("A", "saved f ok");
      await stage.kill("A");
      await stage.boot("A");
    },
    facts: { A: ["booted f=1"] },
  },
  {
    name: "tells of saves in the order of their asking, and the last one stays",
    nodes: ["A"],
    play: async (stage) => {
      stage.tell([
        "A",
        "save f 1 whenever; save g 2 whenever; save f 3 before-sends; save f 4 whenever",
      ]);
      await stage.saw("A", "saved f ok", 3);
    },
    facts: { A: ["saved f ok", "saved g ok", "saved f ok", "saved f ok"] },
  },
  {
    name: "keeps the last of several values of a file",
    nodes: ["A"],
    play: async (stage) => {
      stage.tell(["A", "save f 1 whenever; save g 2 whenever; save f 3 whenever"]);
      await stage.saw("A", "saved f ok", 2);
      await stage.kill("A");
      await stage.boot("A");
    },
    facts: { A: ["booted f=3 g=2"] },
  },
  {
    name: "sends what waited for a file once it is durable, in order",
    nodes: pair,
    play: async (stage) => {
      await meet(stage);
      stage.tell(["A", "save f 1 before-sends; send 1"], ["A", "send 2; close B"]);
      await stage.saw("B", "#1 closed A ended");
    },
    facts: {
      A: [MET.A, "saved f ok"],
      B: [MET.B, "#1 got note 1 from A", "#1 got note 2 from A", "#1 closed A ended"],
    },
  },
  {
    name: "sends nothing that waited for a file that could not be saved",
    nodes: ["A", "B", "C"],
    play: async (stage) => {
      await meet(stage);
      await meet(stage, "A", "C");
      stage.fill("A", true);
      stage.tell(["A", "save f 1 before-sends; send 1 note B"]);
      await stage.saw("A", "saved f failed");
      await stage.saw("B", "#1 closed A ended");
      stage.tell(["A", "send 2"]);
      await stage.saw("C", "#1 got note 2 from A");
    },
    facts: {
      A: [MET.A, "#2 opened C", "#1 closed B disk", "saved f failed"],
      B: [MET.B, "#1 closed A ended"],
      C: ["#1 accepted A", "#1 got note 2 from A"],
    },
  },
  {
    name: "closes what was closed, also when the file that it waited for could not be saved",
    nodes: pair,
    play: async (stage) => {
      await meet(stage);
      stage.fill("A", true);
      stage.tell(["A", "save f 1 before-sends; send 1; close B"]);
      await stage.saw("A", "saved f failed");
      await stage.saw("B", "#1 closed A ended");
    },
    facts: { A: [MET.A, "saved f failed"], B: [MET.B, "#1 closed A ended"] },
  },
  {
    name: "loses nothing else by a save that fails whenever it likes",
    nodes: pair,
    play: async (stage) => {
      await meet(stage);
      stage.tell(["A", "save f 1 whenever"]);
      await stage.saw("A", "saved f ok");
      stage.fill("A", true);
      stage.tell(["A", "save f 2 whenever; send 1"]);
      await stage.saw("A", "saved f failed");
      await stage.saw("B", "#1 got note 1 from A");
      stage.fill("A", false);
      stage.tell(["A", "save g 3 whenever"]);
      await stage.saw("A", "saved g ok");
      await stage.kill("A");
      await stage.boot("A");
    },
    facts: { A: ["booted f=1 g=3"], B: [MET.B, "#1 got note 1 from A", "#1 closed A ended"] },
  },
];
