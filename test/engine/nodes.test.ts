/** Nodes that stand still, and what their kernel does meanwhile. */
import { expect, it } from "vitest";
import { seconds } from "../../src/core/units.ts";
import { pair, toyWorld } from "./world.ts";

const HANG = { do: "hang", node: "B" } as const;

it("a hung process still accepts, reads nothing, and is not missed", () => {
  const stage = toyWorld().faultAt(1, HANG).tell(5, "A", "dial B").tell(6, "A", "send 1").run(900);
  expect(stage.story()).toEqual(["5.100000 A opened B"]);
  expect(stage.world.inFlight).toBe(1);
});

it("a hung dialer's handshake is finished by its kernel", () => {
  const stage = toyWorld().tell(5, "A", "dial B").faultAt(5.05, { do: "hang", node: "A" });
  stage.faultAt(7, { do: "kill", node: "A" }).run(300);
  expect(stage.story()).toEqual(["5.150000 B accepted A", "7.050000 B closed A fin"]);
});

it("a paused dialer hears of the open session when it moves again", () => {
  const stage = toyWorld().tell(5, "A", "dial B");
  stage
    .faultAt(5.05, { do: "pause", node: "A", for: seconds(2) })
    .tell(6, "B", "send 1")
    .run(9);
  expect(stage.story()).toEqual([
    "5.150000 B accepted A",
    "7.050000 A opened B",
    "7.050000 A got note 1 from B",
  ]);
});

it("a paused dialer hears of a session that opened and ended meanwhile, and no trace is left", () => {
  const stage = toyWorld().tell(5, "A", "dial B");
  stage.faultAt(5.05, { do: "pause", node: "A", for: seconds(100) });
  stage.faultAt(7, { do: "reset", between: ["A", "B"] }).run(200);
  expect(stage.saw("A")).toEqual(["opened B", "closed B reset"]);
  expect(stage.world.connections).toBe(0);
});

it("a paused dialer hears of a refusal when it moves again, once", () => {
  const stage = toyWorld({ network: { dialTimeout: seconds(1) } });
  stage.faultAt(1, { do: "kill", node: "B" }).tell(5, "A", "dial B");
  stage.faultAt(5.05, { do: "pause", node: "A", for: seconds(2) }).run(9);
  expect(stage.story()).toEqual(["7.050000 A refused B refused"]);
});

it("a reset takes with it what a hung process has not read", () => {
  const stage = pair().faultAt(3, { do: "pause", node: "B", for: seconds(10) });
  stage
    .tell(5, "A", "send 1")
    .faultAt(6, { do: "reset", between: ["A", "B"] })
    .run(20);
  expect(stage.story(3)).toEqual(["6.050000 A closed B reset", "13.000000 B closed A reset"]);
  expect(stage.events("drop").map((event) => event.body)).toEqual(["reset before it was read"]);
});

it("a reset takes nothing else from the inbox of a process that stands still", () => {
  const stage = toyWorld({ nodes: 3 }).tell(1, "B", "dial C").tell(1.5, "A", "dial B").run(3);
  stage.faultAt(3, { do: "pause", node: "B", for: seconds(10) });
  // A command is filed under the node's number, which must not be taken for a connection's.
  stage.tell(4, "B", "look").tell(4, "C", "send 1").tell(4, "A", "send 2");
  stage.faultAt(5, { do: "reset", between: ["B", "C"] }).run(20);
  expect(stage.saw("B", 4)).toEqual(["looked", "got note 2 from A", "closed C reset"]);
});

it("a FIN waits in line behind the data for a paused process", () => {
  const stage = pair().faultAt(3, { do: "pause", node: "B", for: seconds(10) });
  stage.tell(5, "A", "send 1; close").run(20);
  expect(stage.saw("B", 3)).toEqual(["got note 1 from A", "closed A fin"]);
});

it("a connection forgotten by the network still ends for a paused process", () => {
  const stage = pair().faultAt(3, { do: "pause", node: "B", for: seconds(300) });
  stage.faultAt(4, { do: "power-loss", node: "A", disk: "kept" }).run(400);
  expect(stage.story(3)).toEqual(["303.000000 B closed A timeout"]);
});

it("what was received before a time-out is read before it", () => {
  const stage = pair().faultAt(3, { do: "pause", node: "B", for: seconds(300) });
  stage.tell(4, "A", "send 1").faultAt(5, { do: "power-loss", node: "A", disk: "kept" }).run(400);
  expect(stage.saw("B", 3)).toEqual(["got note 1 from A", "closed A timeout"]);
});

it("the receive buffer fills, the sender waits, and all arrives after the pause", () => {
  const stage = pair({ network: { receiveBuffer: 2_500 } });
  stage.faultAt(3, { do: "pause", node: "B", for: seconds(20) });
  stage.tell(5, "A", "spray 1 note B 900").run(40);
  const times = stage.story(3).map((line) => line.split(" ")[0]);
  expect(times).toEqual([
    ...Array.from({ length: 2 }, () => "23.000000"),
    ...Array.from({ length: 5 }, () => "23.050000"),
  ]);
  const got = stage.saw("B", 3).map((text) => Number(text.split(" ")[2]));
  expect(got).toEqual([1, 2, 3, 4, 5, 6, 7]);
});

it("a full receive buffer that nobody empties ends in the sender's user time-out", () => {
  const stage = pair({ network: { receiveBuffer: 2_500 } }).faultAt(3, HANG);
  stage.tell(5, "A", "spray 1 note B 900").run(100);
  expect(stage.story(3)).toEqual(["35.050000 A closed B timeout"]);
});

it("after a pause: buffered input first, in order, then each due timer once", () => {
  const stage = pair().tell(2.5, "B", "arm late 2; arm early 1; arm never 30");
  stage.faultAt(3, { do: "pause", node: "B", for: seconds(5) });
  stage.tell(6, "A", "send 1").tell(5, "B", "look").run(20);
  expect(stage.story(3)).toEqual([
    "8.000000 B looked",
    "8.000000 B got note 1 from A",
    "8.000000 B timer early",
    "8.000000 B timer late",
  ]);
});

it("after a pause: a timer that buffered input cancels does not fire", () => {
  const stage = pair().tell(2.5, "B", "arm x 1; arm y 1");
  stage.faultAt(3, { do: "pause", node: "B", for: seconds(5) });
  stage.tell(5, "B", "cancel x").run(20);
  expect(stage.story(3)).toEqual(["8.000000 B timer y"]);
});

it("after a pause: a timer that buffered input arms anew fires once, later", () => {
  const stage = pair().tell(2.5, "B", "arm x 1");
  stage.faultAt(3, { do: "pause", node: "B", for: seconds(5) });
  stage.tell(5, "B", "arm x 3").run(20);
  expect(stage.story(3)).toEqual(["11.000000 B timer x"]);
});

it("overlapping pauses last as long as the longest, a hang outlasts them all", () => {
  const stage = toyWorld({ nodes: 2 });
  stage.faultAt(1, { do: "pause", node: "A", for: seconds(5) });
  stage.faultAt(3, { do: "pause", node: "A", for: seconds(10) });
  stage.faultAt(1, { do: "pause", node: "B", for: seconds(5) }).faultAt(2, HANG);
  stage.tell(4, "A", "look").tell(4, "B", "look").run(100);
  expect(stage.story()).toEqual(["13.000000 A looked"]);
});

it("a restart ends a hang", () => {
  const stage = pair().faultAt(3, HANG).faultAt(5, { do: "restart", node: "B" });
  stage.tell(6, "B", "look").run(10);
  expect(stage.story(3)).toEqual(["5.050000 A closed B fin", "6.000000 B looked"].toSorted());
});

it("faults on a node that does not run are events without effect", () => {
  const stage = toyWorld({ start: (name) => (name === "A" ? 0 : null) });
  for (const act of ["kill", "stop", "hang"] as const) stage.faultAt(1, { do: act, node: "B" });
  stage.faultAt(1, { do: "pause", node: "B", for: seconds(1) });
  stage.faultAt(1, { do: "power-loss", node: "B", disk: "lost" }).run(5);
  expect(stage.events("down")).toEqual([]);
  expect(stage.events("stall")).toEqual([]);
  expect(stage.world.status("B")).toBe("off");
});

it("a node boots when its start says, once, and counts its incarnations", () => {
  const stage = toyWorld({ start: (name) => (name === "A" ? 3 : 10) });
  stage.faultAt(5, { do: "restart", node: "B" });
  stage.faultAt(20, { do: "power-loss", node: "B", disk: "kept" });
  stage.faultAt(21, { do: "restart", node: "B" }).run(30);
  const boots = stage.events("boot").map((event) => [event.at, event.node, event.a]);
  expect(boots).toEqual([
    [3_000_000, 0, 1],
    [5_000_000, 1, 1],
    [21_000_000, 1, 2],
  ]);
});

it("timers of a dead process never fire in the next one", () => {
  const stage = toyWorld().tell(1, "A", "arm x 5").faultAt(2, { do: "restart", node: "A" }).run(20);
  expect(stage.story()).toEqual([]);
});

it("arming a running timer replaces it, keys are apart", () => {
  const stage = toyWorld().tell(1, "A", "arm x 5; arm x 2; arm x 3 k; arm y 9; cancel y").run(20);
  expect(stage.story()).toEqual(["3.000000 A timer x", "4.000000 A timer x/k"]);
});
