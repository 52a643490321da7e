/** Broken paths: bytes stall, sessions survive short cuts and die of long ones, both ends learn. */
import { expect, it } from "vitest";
import { seconds } from "../../src/core/units.ts";
import { pair } from "./world.ts";

const APART = { do: "partition", groups: [["A"], ["B"]] } as const;

it("stalls bytes and delivers them within one retransmission after healing", () => {
  const stage = pair().faultAt(4, { ...APART, for: seconds(6) });
  stage.tell(5, "A", "send 1").tell(6, "A", "send 2").tell(10.01, "A", "send 3").run(30);
  const lines = stage.story(3);
  expect(lines.map((line) => line.slice(10))).toEqual([
    "B got note 1 from A",
    "B got note 2 from A",
    "B got note 3 from A",
  ]);
  // Retransmissions 0.3, 0.6, 1.2, 2.4 and 4.8 s apart, the first when 1 did not arrive at 5.05.
  expect(lines[0]).toBe("14.400000 B got note 1 from A");
});

it("keeps the order of what waited and what was on its way when it was sent again", () => {
  const stage = pair().faultAt(4, { ...APART, for: seconds(1) });
  stage.tell(4.5, "A", "send 1");
  for (let n = 2; n < 60; n++) stage.tell(4.6 + n / 100, "A", `send ${n}`);
  stage.run(30);
  const got = stage.saw("B", 3).map((text) => Number(text.split(" ")[2]));
  expect(got).toEqual(Array.from({ length: 59 }, (_, index) => index + 1));
});

it("hits messages that are already in flight", () => {
  const stage = pair()
    .tell(5, "A", "send 1")
    .faultAt(5.02, { ...APART, for: seconds(1) })
    .run(9);
  // Lost at 5.05, sent again in vain at 5.35 and 5.95, then at 7.15.
  expect(stage.story(3)).toEqual(["7.200000 B got note 1 from A"]);
});

it("leaves an idle session alone for a while", () => {
  const stage = pair()
    .faultAt(5, { ...APART, for: seconds(100) })
    .run(200);
  stage.tell(200, "A", "send 1").run(201);
  expect(stage.story(3)).toEqual(["200.050000 B got note 1 from A"]);
});

it("ends a sender's session after the user time-out", () => {
  const stage = pair().faultAt(5, APART).tell(10, "A", "send 1").run(60);
  expect(stage.story(3)).toEqual(["40.050000 A closed B timeout"]);
  expect(stage.events("drop").map((event) => event.body)).toEqual(["timeout"]);
});

it("ends an idle end's session by keepalive", () => {
  const stage = pair().faultAt(5, APART).tell(10, "A", "send 1").run(300);
  expect(stage.story(3)).toEqual(["40.050000 A closed B timeout", "125.000000 B closed A timeout"]);
});

it("tells the half-open end by RST when it speaks after healing", () => {
  const stage = pair()
    .faultAt(5, { ...APART, for: seconds(50) })
    .tell(10, "A", "send 1");
  stage.tell(60, "B", "send 2").run(100);
  expect(stage.story(3)).toEqual(["40.050000 A closed B timeout", "60.100000 B closed A reset"]);
});

it("tells the half-open end by keepalive when it stays silent after healing", () => {
  const stage = pair()
    .faultAt(5, { ...APART, for: seconds(50) })
    .tell(10, "A", "send 1")
    .run(300);
  expect(stage.story(3)).toEqual(["40.050000 A closed B timeout", "125.000000 B closed A reset"]);
});

it("a FIN that nobody got before its kernel gave up leaves no session open for ever", () => {
  const stage = pair()
    .faultAt(5, { ...APART, for: seconds(50) })
    .tell(10, "A", "close")
    .run(300);
  expect(stage.story(3)).toEqual(["125.000000 B closed A reset"]);
});

it("delivers what was sent, then FIN, when both waited for the path", () => {
  const stage = pair().faultAt(5, { ...APART, for: seconds(10) });
  stage.tell(10, "A", "send 1; close").run(100);
  expect(stage.saw("B", 3)).toEqual(["got note 1 from A", "closed A fin"]);
});

it("a RST is lost on a broken path, and keepalive makes up for it", () => {
  const stage = pair().faultAt(5, { do: "reset", between: ["A", "B"] });
  stage.faultAt(5.01, { do: "cut", from: ["A"], to: ["B"], for: seconds(20) }).run(300);
  expect(stage.story(3)).toEqual(["5.050000 A closed B reset", "125.010000 B closed A reset"]);
});

it("a one-way cut lets the other direction through until the user time-out", () => {
  const stage = pair().faultAt(5, { do: "cut", from: ["A"], to: ["B"] });
  stage.tell(6, "B", "send 1").tell(7, "A", "send 2").run(36.2);
  // B's bytes arrive, their acknowledgements do not: B gives up and its RST still reaches A.
  expect(stage.story(3)).toEqual([
    "6.050000 A got note 1 from B",
    "36.050000 B closed A timeout",
    "36.100000 A closed B reset",
  ]);
});

it("a one-way cut that ends in time costs nothing but time", () => {
  const stage = pair().faultAt(5, { do: "cut", from: ["A"], to: ["B"], for: seconds(10) });
  stage.tell(6, "B", "send 1").tell(7, "A", "send 2").run(400);
  expect(stage.saw("A", 3)).toEqual(["got note 1 from B"]);
  expect(stage.saw("B", 3)).toEqual(["got note 2 from A"]);
});

it("a hold during unacknowledged bytes does not run the user time-out down", () => {
  const stage = pair().faultAt(5, { do: "cut", from: ["B"], to: ["A"], name: "cut" });
  stage.tell(6, "A", "send 1").faultAt(10, { do: "hold", from: ["A"], to: ["B"], name: "hold" });
  stage.faultAt(15, { do: "heal", name: "cut" }).faultAt(100, { do: "heal", name: "hold" });
  stage.tell(110, "A", "send 2").run(120);
  expect(stage.saw("A", 3)).toEqual([]);
  expect(stage.saw("B", 3)).toEqual(["got note 1 from A", "got note 2 from A"]);
});

it("nodes named in no group stay together", () => {
  const stage = pair({ nodes: 4 }).tell(2, "C", "dial D").tell(2, "C", "dial A").run(3);
  stage.faultAt(4, { do: "partition", groups: [["A", "B"]] }).run(5);
  stage.tell(5, "A", "send 1 note B").tell(5, "C", "send 2 note D").tell(5, "C", "send 3 note A");
  expect(stage.run(6).story(5)).toEqual([
    "5.050000 B got note 1 from A",
    "5.050000 D got note 2 from C",
  ]);
});

it("refuses to part nodes that do not exist", () => {
  const stage = pair();
  expect(() => stage.world.inject({ do: "partition", groups: [["A"], ["Q"]] })).toThrow(
    "no node is named Q",
  );
});

it("a flapping link lets through what its open times carry", () => {
  const between = [["A"], ["B"]] as const;
  const stage = pair().faultAt(5, { do: "flap", between, down: seconds(2), up: seconds(2) });
  stage.tell(5.5, "A", "send 1").tell(8.5, "A", "send 2").run(20);
  expect(stage.saw("B", 3)).toEqual(["got note 1 from A", "got note 2 from A"]);
  expect(Number(stage.story(3)[0]?.split(" ")[0])).toBeGreaterThan(7);
});

it("every fault and every lift is an event, and the lift names its cause", () => {
  const stage = pair().faultAt(5, { ...APART, for: seconds(1) });
  stage.faultAt(8, { do: "hold", from: "*", to: "*", name: "x" }).faultAt(9, { do: "heal" }).run(9);
  const events = stage.events().filter((event) => ["fault", "lift"].includes(event.kind));
  const kinds = events.map((event) => `${event.kind} ${(event.body as { do: string }).do}`);
  expect(kinds).toEqual([
    "fault partition",
    "lift partition",
    "fault hold",
    "fault heal",
    "lift hold",
  ]);
  expect(events[1]?.cause).toBe(events[0]?.id);
  expect(events[4]?.cause).toBe(events[3]?.id);
});

it("what was on its way when the sender gave up is not delivered behind the gap", () => {
  const stage = pair({ network: { userTimeout: seconds(5) } });
  stage
    .faultAt(5, { ...APART, name: "cut" })
    .tell(5, "A", "send 1")
    .tell(10.03, "A", "send 2");
  // A gives up at 10.05; the path heals just before 2 arrives.
  stage.faultAt(10.06, { do: "heal", name: "cut" }).run(20);
  expect(stage.story(3)).toEqual(["10.050000 A closed B timeout", "10.130000 B closed A reset"]);
  expect(stage.events("drop").map((event) => event.body)).toEqual(["timeout", "timeout"]);
});

it("keepalive counts from the last time the path broke, not from the first", () => {
  const stage = pair().faultAt(5, { ...APART, for: seconds(45) });
  stage.faultAt(100, { ...APART, for: seconds(500) }).run(400);
  expect(stage.story(3)).toEqual([
    "220.000000 A closed B timeout",
    "220.000000 B closed A timeout",
  ]);
});

it("a reset ends what waited for the path at once", () => {
  const stage = pair()
    .faultAt(4, { do: "cut", from: ["A"], to: ["B"] })
    .tell(5, "A", "send 1");
  stage.faultAt(6, { do: "reset", between: ["A", "B"] }).run(7);
  expect(stage.story(3)).toEqual(["6.050000 A closed B reset"]);
  expect(stage.events("drop").map((event) => event.at)).toEqual([seconds(6.05)]);
});
