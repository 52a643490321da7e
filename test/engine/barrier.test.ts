/** Contract 5: what is sent after a `before-sends` save leaves only when that is durable. */
import { expect, it } from "vitest";
import { pair, toyWorld } from "./world.ts";

it("holds sends after the save until it is durable; sends before it leave at once", () => {
  const stage = pair({ disk: 1 })
    .tell(5, "A", "send 1")
    .tell(5.1, "A", "save f x before-sends; send 2");
  stage.tell(5.5, "A", "send 3").tell(7, "A", "send 4").run(9);
  expect(stage.story(3)).toEqual([
    "5.050000 B got note 1 from A",
    "6.100000 A saved f ok",
    "6.150000 B got note 2 from A",
    "6.150000 B got note 3 from A",
    "7.050000 B got note 4 from A",
  ]);
});

it("holds closes too, behind the sends they follow", () => {
  const stage = pair({ disk: 1 }).tell(5, "A", "save f x before-sends; send 1; close").run(9);
  expect(stage.story(3)).toEqual([
    "6.000000 A saved f ok",
    "6.050000 B got note 1 from A",
    "6.050000 B closed A fin",
  ]);
});

it("a `whenever` save holds nothing", () => {
  const stage = pair({ disk: 1 }).tell(5, "A", "save f x whenever; send 1").run(9);
  expect(stage.story(3)[0]).toBe("5.050000 B got note 1 from A");
});

it("waits for the last of several saves", () => {
  const stage = pair({ disk: 1 }).tell(5, "A", "save f x before-sends; send 1");
  stage.tell(5.5, "A", "save f y before-sends; send 2").run(9);
  expect(stage.story(3, "B")).toEqual([
    "6.050000 B got note 1 from A",
    "6.550000 B got note 2 from A",
  ]);
});

it("makes a before-sends save after a send of the same step a Bug", () => {
  const stage = pair().tell(5, "A", "send 1; save f x before-sends");
  expect(() => stage.run(6)).toThrow("save f: before-sends after a send of this step");
});

it("so it is after a close", () => {
  const stage = pair().tell(5, "A", "close; save f x before-sends");
  expect(() => stage.run(6)).toThrow("before-sends after a send of this step");
});

it("a failed save closes the sessions whose sends it held, and no others", () => {
  const stage = pair({ nodes: 3 }).tell(2, "A", "dial C").run(3);
  stage.faultAt(4, { do: "disk", node: "A", full: true });
  stage.tell(5, "A", "save f x before-sends; send 1 note B").run(9);
  expect(stage.story(3)).toEqual([
    "5.010000 A closed B disk",
    "5.010000 A saved f failed",
    "5.060000 B closed A fin",
  ]);
  expect(stage.events("drop").map((event) => event.body)).toEqual(["disk"]);
});

it("a failed save takes with it what a younger save held, for that came after it too", () => {
  const stage = pair({ disk: 1 }).faultAt(4, { do: "disk", node: "A", full: true });
  stage.tell(5, "A", "save f x before-sends").tell(5.5, "A", "save g y before-sends; send 1");
  stage.faultAt(6.2, { do: "disk", node: "A", full: false }).run(9);
  expect(stage.story(3)).toEqual([
    "6.000000 A closed B disk",
    "6.000000 A saved f failed",
    "6.050000 B closed A fin",
    "6.500000 A saved g ok",
  ]);
});

it("what was held when the process died is dropped, with a reason", () => {
  const stage = pair({ disk: 1 }).tell(5, "A", "save f x before-sends; send 1");
  stage.faultAt(5.5, { do: "kill", node: "A" }).run(9);
  expect(stage.story(3)).toEqual(["5.550000 B closed A fin"]);
  expect(stage.events("drop").map((event) => event.body)).toEqual(["process died"]);
  expect(stage.world.inFlight).toBe(0);
});

it("what was held for a session that ended is dropped, with a reason", () => {
  const stage = pair({ disk: 1 }).tell(5, "A", "save f x before-sends; send 1");
  stage.tell(5.2, "B", "close").run(9);
  expect(stage.story(3)).toEqual(["5.250000 A closed B fin", "6.000000 A saved f ok"]);
  expect(stage.events("drop").map((event) => event.body)).toEqual(["session closed"]);
});

it("a message for a session whose close is still held is dropped, with a reason", () => {
  const stage = pair({ disk: 1 }).tell(5, "A", "save f x before-sends; close");
  stage.tell(5.2, "B", "send 1").run(9);
  expect(stage.story(3)).toEqual(["6.000000 A saved f ok", "6.050000 B closed A fin"]);
  expect(stage.events("drop").map((event) => event.body)).toEqual(["session closed"]);
});

it("dials are not held", () => {
  const stage = toyWorld({ disk: 1 }).tell(5, "A", "save f x before-sends; dial B").run(9);
  expect(stage.story()[0]).toBe("5.100000 A opened B");
});
