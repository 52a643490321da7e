/** How a session ends, and what each end gets to know of it. */
import { expect, it } from "vitest";
import { pair, toyWorld } from "./world.ts";

it("delivers earlier data first, then `closed fin`", () => {
  const stage = pair().tell(5, "A", "send 1; send 2; close").run(10);
  expect(stage.story(3)).toEqual([
    "5.050000 B got note 1 from A",
    "5.050000 B got note 2 from A",
    "5.050000 B closed A fin",
  ]);
});

it("tells the closing machine nothing more of that session", () => {
  const stage = pair().tell(5, "A", "close").tell(5.02, "B", "send 1").run(300);
  expect(stage.story(3)).toEqual(["5.050000 B closed A fin"]);
  expect(stage.events("drop").map((event) => event.body)).toEqual(["session closed"]);
});

it("ends on both ends without a word when both close at once", () => {
  const stage = pair().tell(5, "A", "close").tell(5, "B", "close").run(300);
  expect(stage.story(3)).toEqual([]);
});

it("makes sending on a closed session a Bug", () => {
  const stage = pair().tell(5, "A", "close; shout 1 7");
  expect(() => stage.run(6)).toThrow("send on session 1, which is not open");
});

it("kill: the kernel says FIN and refuses new dials", () => {
  const stage = pair().tell(5, "A", "send 1").faultAt(5.01, { do: "kill", node: "A" });
  stage.tell(6, "B", "dial A").run(10);
  expect(stage.story(3)).toEqual([
    "5.050000 B got note 1 from A",
    "5.060000 B closed A fin",
    "6.100000 B refused A refused",
  ]);
});

it("stop: the machine's own stop command first, then FIN", () => {
  const stage = pair({ stop: "send 9" }).faultAt(5, { do: "stop", node: "A" }).run(10);
  expect(stage.story(3)).toEqual(["5.050000 B got note 9 from A", "5.050000 B closed A fin"]);
  expect(stage.events("down").map((event) => event.body)).toEqual(["stop"]);
});

it("power loss: silence, and the idle end learns by keepalive", () => {
  const stage = pair().faultAt(5, { do: "power-loss", node: "A", disk: "kept" }).run(300);
  expect(stage.story(3)).toEqual(["125.000000 B closed A timeout"]);
});

it("power loss: a sender learns by the user time-out", () => {
  const stage = pair().faultAt(5, { do: "power-loss", node: "A", disk: "kept" });
  stage.tell(10, "B", "send 1").run(300);
  expect(stage.story(3)).toEqual(["40.050000 B closed A timeout"]);
});

it("behind a proxy, what the network gives up ends as a reset, and what a node closes as ever", () => {
  const lost = { do: "power-loss", node: "A", disk: "kept" } as const;
  const stage = pair({ proxied: true }).faultAt(5, lost).tell(10, "B", "send 1").run(300);
  expect(stage.story(3)).toEqual(["40.050000 B closed A reset"]);
  const closing = pair({ proxied: true }).tell(5, "A", "close").run(10);
  expect(closing.story(3)).toEqual(["5.050000 B closed A fin"]);
});

it("power loss: what was on the wire still arrives, what was not is gone", () => {
  const stage = pair().tell(5, "A", "send 1");
  stage.faultAt(5.01, { do: "power-loss", node: "A", disk: "kept" });
  stage.faultAt(6, { do: "restart", node: "A" }).run(300);
  expect(stage.story(3)).toEqual(["5.050000 B got note 1 from A", "125.010000 B closed A reset"]);
});

it("power loss: a rebooted host sends nothing again that it sent before", () => {
  const stage = pair().faultAt(4, { do: "cut", from: ["A"], to: ["B"], name: "cut" });
  stage.tell(5, "A", "send 1; close").faultAt(5.01, { do: "power-loss", node: "A", disk: "kept" });
  stage.faultAt(6, { do: "restart", node: "A" }).faultAt(7, { do: "heal" }).run(300);
  expect(stage.saw("B", 3)).toEqual(["closed A reset"]);
  expect(stage.events("drop")).toHaveLength(1);
});

it("a rebooted host answers old sessions with RST", () => {
  const stage = pair().faultAt(5, { do: "power-loss", node: "A", disk: "kept" });
  stage.faultAt(10, { do: "restart", node: "A" }).tell(20, "B", "send 1").run(30);
  expect(stage.story(3)).toEqual(["20.100000 B closed A reset"]);
});

it("reset: both ends learn, one way of the link later", () => {
  const stage = pair()
    .faultAt(5, { do: "reset", between: ["A", "B"] })
    .run(10);
  expect(stage.story(3).toSorted()).toEqual([
    "5.050000 A closed B reset",
    "5.050000 B closed A reset",
  ]);
});

it("reset: sessions with others live on", () => {
  const stage = pair({ nodes: 3 }).tell(2, "A", "dial C").run(3);
  stage
    .faultAt(5, { do: "reset", between: ["A", "B"] })
    .tell(6, "A", "send 1")
    .run(10);
  expect(stage.saw("C", 3)).toEqual(["got note 1 from A"]);
});

it("a moved host falls silent, hears nothing of it, and can be dialed where it is now", () => {
  const stage = pair().faultAt(5, { do: "move", node: "B", address: "10.0.0.3:24100" });
  stage.tell(10, "A", "send 1").tell(10, "A", "dial 10.0.0.3").run(60);
  expect(stage.story(3)).toEqual([
    "10.100000 A opened C",
    "10.150000 B accepted A",
    "40.050000 A closed B timeout",
  ]);
});

it("a session is closed at most once, and never inside a step", () => {
  const stage = pair({ network: { sendBuffer: 100 } });
  stage.faultAt(5, { do: "cut", from: ["A"], to: ["B"] });
  stage.tell(6, "A", "send 1 note B 200; send 2 note B 200; look").run(7);
  expect(stage.story(3)).toEqual(["6.000000 A looked", "6.050000 A closed B slow"]);
  expect(
    stage
      .run(400)
      .events("closed")
      .map((event) => event.node),
  ).toEqual([0, 1]);
});

it("a process killed with unread input resets its sessions; others get FIN", () => {
  const stage = toyWorld({ nodes: 3 }).tell(1, "A", "dial B").tell(1, "C", "dial B").run(2);
  stage.faultAt(4, { do: "hang", node: "B" }).tell(5, "A", "send 1");
  stage.faultAt(6, { do: "kill", node: "B" }).run(10);
  expect(stage.story(3)).toEqual(
    ["6.050000 A closed B reset", "6.050000 C closed B fin"].toSorted(),
  );
  expect(stage.events("drop").map((event) => event.body)).toEqual(["process died"]);
});

it("a rebooted host answers a retransmission with RST", () => {
  const stage = pair().faultAt(5, { do: "power-loss", node: "B", disk: "kept" });
  stage.tell(5.01, "A", "send 1").faultAt(7, { do: "restart", node: "B" }).run(30);
  // Lost at 5.06, sent again in vain at 5.36 and 5.96, then at 7.16.
  expect(stage.story(3)).toEqual(["7.260000 A closed B reset"]);
});
