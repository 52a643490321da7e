/** Opening a session: who hears what when, and all the ways it does not come about. */
import { expect, it } from "vitest";
import { seconds } from "../../src/core/units.ts";
import { pair, toyWorld } from "./world.ts";

it("opens after one round trip at the dialer and one and a half at the acceptor", () => {
  const stage = toyWorld().tell(5, "A", "dial B").run(10);
  expect(stage.story()).toEqual(["5.100000 A opened B", "5.150000 B accepted A"]);
});

it("names the dial as the cause of both ends", () => {
  const stage = pair();
  const [dial] = stage.events("dial");
  expect(stage.events("opened").map((event) => event.cause)).toEqual([dial?.id, dial?.id]);
});

it("is refused after one round trip where the host is up and nobody listens", () => {
  const stage = toyWorld();
  stage.faultAt(1, { do: "kill", node: "B" }).tell(5, "A", "dial B").run(10);
  expect(stage.story()).toEqual(["5.100000 A refused B refused"]);
});

it("is refused on a port where nobody listens", () => {
  const stage = toyWorld().tell(5, "A", "dial 10.0.0.2:9999").run(10);
  expect(stage.story()).toEqual(["5.100000 A refused B refused"]);
});

it("meets silence at an address that nobody has, until the dial time-out", () => {
  const stage = toyWorld().tell(5, "A", "dial 10.0.0.99").run(200);
  expect(stage.story()).toEqual(["132.000000 A refused \u00a3 timeout"]);
});

it("meets silence at a host without power, until the dial time-out", () => {
  const stage = toyWorld({ start: (name) => (name === "B" ? null : 0) });
  stage.tell(5, "A", "dial B").run(200);
  expect(stage.story()).toEqual(["132.000000 A refused B timeout"]);
});

it.each([
  [0.5, "6.100000"],
  [2.5, "8.100000"],
  [6.5, "12.100000"],
])("sends SYN again 1, 3 and 7 s after the dial: cut for %d s", (length, opened) => {
  const stage = toyWorld().tell(5, "A", "dial B");
  stage.faultAt(4, { do: "partition", groups: [["A"], ["B"]], for: seconds(1 + length) });
  expect(stage.run(20).story()[0]).toBe(`${opened} A opened B`);
});

it("sends SYN again when it was the answer that got lost", () => {
  const stage = toyWorld().tell(5, "A", "dial B");
  stage.faultAt(4, { do: "cut", from: ["B"], to: ["A"], name: "cut" });
  stage.faultAt(5.5, { do: "heal", name: "cut" });
  expect(stage.run(20).story()).toEqual(["6.100000 A opened B", "6.150000 B accepted A"]);
});

it("is not refused through a path that loses the refusal", () => {
  const stage = toyWorld().faultAt(1, { do: "kill", node: "B" }).tell(5, "A", "dial B");
  stage.faultAt(5.06, { do: "cut", from: ["B"], to: ["A"], name: "cut" });
  stage.faultAt(5.5, { do: "heal" });
  expect(stage.run(20).story()).toEqual(["6.100000 A refused B refused"]);
});

it("reaches a host that gets its address while the SYNs go out", () => {
  const stage = toyWorld({ nodes: 3 }).tell(5, "A", "dial 10.0.0.77:24100");
  stage.faultAt(5.5, { do: "move", node: "C", address: "10.0.0.77:24100" });
  expect(stage.run(20).story(0, "C")).toEqual(["6.100000 C accepted A"]);
});

it("is heard of by nobody when the dialer gives up before the answer", () => {
  const stage = toyWorld().tell(5, "A", "dial B").tell(5.08, "A", "close #1").run(300);
  expect(stage.story()).toEqual([]);
});

it("can be given up while nobody answers", () => {
  const stage = toyWorld().tell(5, "A", "dial 10.0.0.99").tell(30, "A", "close #1").run(300);
  expect(stage.story()).toEqual([]);
});

it("ends as two sessions when both sides dial at once", () => {
  const stage = toyWorld().tell(5, "A", "dial B").tell(5, "B", "dial A").run(10);
  expect(stage.story()).toEqual([
    "5.100000 A opened B",
    "5.100000 B opened A",
    "5.150000 B accepted A",
    "5.150000 A accepted B",
  ]);
  expect(stage.world.state("A")?.open.map((each) => each.session)).toEqual([1, 2]);
  stage.tell(11, "A", "send 1 note #1").tell(11, "A", "send 2 note #2").run(12);
  expect(stage.story(11)).toEqual([
    "11.050000 B got note 1 from A",
    "11.050000 B got note 2 from A",
  ]);
});

it("works from a node to itself", () => {
  const stage = toyWorld({ nodes: 1 }).tell(5, "A", "dial A").run(6);
  stage.tell(6, "A", "send 1 note #1").tell(7, "A", "close #2").run(8);
  expect(stage.story()).toEqual([
    "5.100000 A opened A",
    "5.150000 A accepted A",
    "6.050000 A got note 1 from A",
    "7.050000 A closed A fin",
  ]);
});

it("no link fault reaches a node's way to itself", () => {
  const stage = toyWorld({ nodes: 2 }).faultAt(1, { do: "cut", from: "*", to: "*" });
  stage.tell(5, "A", "dial A").run(6);
  expect(stage.story()).toEqual(["5.100000 A opened A", "5.150000 A accepted A"]);
});

it("numbers sessions from one in each incarnation, dials and accepts alike", () => {
  const stage = toyWorld().tell(1, "A", "dial B").tell(2, "B", "dial A").run(3);
  stage.faultAt(4, { do: "restart", node: "B" }).tell(5, "B", "dial A").run(6);
  const ofB = stage.events("opened").filter((event) => event.node === 1);
  expect(ofB.map((event) => event.a)).toEqual([1, 2, 1]);
});

it("makes a send before the session has opened a Bug", () => {
  const stage = toyWorld().tell(5, "A", "dial B; shout 1 7");
  expect(() => stage.run(6)).toThrow("send on session 1, which is not open");
});

it.each([
  [["A"], ["B"]],
  [["B"], ["A"]],
])("takes a held packet of the handshake, from %j, for lost and sends again", (from, to) => {
  const stage = toyWorld().faultAt(4, { do: "hold", from, to }).tell(5, "A", "dial B");
  stage.faultAt(5.5, { do: "heal" }).run(20);
  expect(stage.story()).toEqual(["6.100000 A opened B", "6.150000 B accepted A"]);
});
