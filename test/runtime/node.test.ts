/** The runtime alone, on a port that only remembers: sessions, barrier, timers, fork. */
import { expect, it } from "vitest";
import { address } from "../../src/core/address.ts";
import type { SessionId } from "../../src/core/machine.ts";
import { Recorder } from "../../src/trace/recorder.ts";
import { type Bench, bench, remembering } from "./port.ts";

const PEER = address(0x0a_00_00_02, 24_100);

function told(on: Bench, acts: string): void {
  on.node.command({ type: "do", acts }, -1);
}

/** A runtime with that many open sessions, numbered from 1. */
function open(count: number): Bench {
  const on = bench();
  for (let n = 0; n < count; n++) on.node.opened(on.node.accept(), "accepted", PEER, -1);
  return on;
}

function session(n: number): SessionId {
  return n as SessionId;
}

it("counts sessions from 1, dials and accepts alike", () => {
  const on = bench();
  told(on, "dial B");
  expect(on.node.accept()).toBe(2);
  told(on, "dial B");
  expect(on.asked).toEqual(["dial 1", "dial 3"]);
});

it("says nothing of sessions the machine has closed", () => {
  const on = open(1);
  told(on, "close #1");
  const message = { type: "note", n: 1, pad: "" } as const;
  expect(on.node.deliver(session(1), message, -1)).toBe(false);
  expect(on.node.garbled(session(1), "x", "shape", -1)).toBe(false);
  on.node.closed(session(1), "fin", -1);
  on.node.refused(session(1), PEER, "refused", -1);
  on.node.opened(session(1), "dialed", PEER, -1);
  expect(on.said().slice(1)).toEqual(["accepted B"]);
});

it("says `closed` once", () => {
  const on = open(1);
  on.node.closed(session(1), "fin", -1);
  on.node.closed(session(1), "reset", -1);
  expect(on.said().slice(1)).toEqual(["accepted B", "closed B fin"]);
});

it("passes sends through while nothing is being saved", () => {
  const on = open(1);
  told(on, "save f x whenever; send 1; save g y whenever; send 2; close");
  expect(on.asked).toEqual([
    "persist f",
    "transmit 1 note 1",
    "persist g",
    "transmit 1 note 2",
    "close 1",
  ]);
});

it("lets held sends go in order, whatever order the saves end in", () => {
  const on = open(1);
  told(on, "save f x before-sends; send 1");
  told(on, "save g y before-sends; send 2");
  on.node.saved(on.tokens[1] ?? 0, "g", true, -1);
  expect(on.asked).toEqual(["persist f", "persist g"]);
  expect(on.node.held).toBe(2);
  on.node.saved(on.tokens[0] ?? 0, "f", true, -1);
  expect(on.asked.slice(2)).toEqual(["transmit 1 note 1", "transmit 1 note 2"]);
  expect(on.node.held).toBe(0);
});

it("a failed save closes each session it held once, before the machine hears of the save", () => {
  const on = open(3);
  told(on, "save f x before-sends; send 1 note #1; send 2 note #1; send 3 note #3");
  on.node.saved(on.tokens[0] ?? 0, "f", false, -1);
  expect(on.asked).toEqual(["persist f", "close 1", "close 3"]);
  expect(on.said().slice(4)).toEqual([
    "drop 1: disk",
    "drop 1: disk",
    "drop 3: disk",
    "closed B disk",
    "closed B disk",
    "saved f failed",
  ]);
});

it("a failed save ends a session whose close it held, and says nothing of it", () => {
  const on = open(1);
  told(on, "save f x before-sends; send 1; close");
  on.node.saved(on.tokens[0] ?? 0, "f", false, -1);
  expect(on.asked).toEqual(["persist f", "close 1"]);
  expect(on.said().slice(2)).toEqual(["drop 1: disk", "saved f failed"]);
});

it("a failed save leaves alone what an older one still holds for others", () => {
  const on = open(2);
  told(on, "save f x before-sends; send 1 note #1");
  told(on, "save g y before-sends; send 2 note #2");
  on.node.saved(on.tokens[1] ?? 0, "g", false, -1);
  on.node.saved(on.tokens[0] ?? 0, "f", true, -1);
  expect(on.asked).toEqual(["persist f", "persist g", "close 2", "transmit 1 note 1"]);
});

it("what a process had not sent when it ended is dropped", () => {
  const on = open(1);
  told(on, "save f x before-sends; send 1; send 2");
  on.node.end("process died");
  expect(on.said().slice(2)).toEqual(["drop 1: process died", "drop 1: process died"]);
});

it("re-arming disarms the old timer, firing forgets it", () => {
  const on = bench();
  told(on, "arm t 1; arm t 2; arm t 3 key");
  on.node.fire("t", "", -1);
  told(on, "arm t 4; cancel t key; cancel t key; cancel other");
  expect(on.asked).toEqual([
    "arm t/ 1000000 = 1",
    "disarm 1",
    "arm t/ 2000000 = 2",
    "arm t/key 3000000 = 3",
    "arm t/ 4000000 = 4",
    "disarm 3",
  ]);
});

it("a fork goes on with the same sessions, timers and held sends, on its own port", () => {
  const on = open(1);
  told(on, "arm t 9; save f x before-sends; send 1");
  const asked: string[] = [];
  const twin = on.node.fork(remembering(asked, []), new Recorder({ level: "full" }));
  twin.saved(on.tokens[0] ?? 0, "f", true, -1);
  twin.command({ type: "do", acts: "cancel t; dial B" }, -1);
  expect(asked).toEqual(["transmit 1 note 1", "disarm 1", "dial 2"]);
  expect(on.asked).toEqual(["arm t/ 9000000 = 1", "persist f"]);
  expect(on.node.held).toBe(1);
});
