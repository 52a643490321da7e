/** One-shot timers, in the order in which they are due. */
import type { Case } from "./port.ts";
import { meet } from "./sessions.ts";

export const timers: readonly Case[] = [
  {
    name: "fires timers in the order of their times, then of their arming",
    nodes: ["A"],
    play: async (stage) => {
      stage.tell(["A", "arm a 0.02; arm b 0.01; arm c 0.02 1; arm c 0.02 2"]);
      await stage.saw("A", "timer c/2");
    },
    facts: { A: ["timer b", "timer a", "timer c/1", "timer c/2"] },
  },
  {
    name: "fires a timer of no length after the step, not within",
    nodes: ["A"],
    play: async (stage) => {
      stage.tell(["A", "arm a 0; look"]);
      await stage.saw("A", "timer a");
    },
    facts: { A: ["looked", "timer a"] },
  },
  {
    name: "replaces a timer that is armed again",
    nodes: ["A"],
    play: async (stage) => {
      stage.tell(["A", "arm a 0.01; arm b 0.02; arm a 0.03"]);
      await stage.saw("A", "timer a");
    },
    facts: { A: ["timer b", "timer a"] },
  },
  {
    name: "does not fire what was cancelled",
    nodes: ["A"],
    play: async (stage) => {
      stage.tell(["A", "arm a 0.01 x; arm a 0.02 y; arm b 0.01; cancel a x; cancel b; cancel b"]);
      await stage.saw("A", "timer a/y");
    },
    facts: { A: ["timer a/y"] },
  },
  {
    name: "does not fire what another cancels that is due in the same moment",
    nodes: ["A"],
    play: async (stage) => {
      stage.tell(["A", "arm act 0.01 cancel_b; arm b 0.01; arm c 0.02"]);
      await stage.saw("A", "timer c");
    },
    facts: { A: ["timer act/cancel_b", "timer c"] },
  },
  {
    name: "fires once what is armed again in the moment it is due",
    nodes: ["A"],
    play: async (stage) => {
      stage.tell(["A", "arm act 0.01 arm_b_0.02; arm b 0.01; arm c 0.02"]);
      await stage.saw("A", "timer b");
    },
    facts: { A: ["timer act/arm_b_0.02", "timer c", "timer b"] },
  },
  {
    name: "hears after a standstill first what has come, then what is due (rule P4)",
    nodes: ["A", "B"],
    play: async (stage) => {
      await meet(stage);
      stage.tell(["A", "arm c 0.02; arm b 0.01"]);
      await stage.standStill("A", "B", "send 1 other");
      await stage.saw("A", "timer c");
    },
    // "other" cancels b, which was due long before it was read.
    facts: { A: ["#1 opened B", "#1 got other 1 from B", "timer c"] },
  },
];
