/** A node whose dials come from another ip than it listens on, alone or with others behind it. */
import { expect, it } from "vitest";
import { seconds } from "../../src/core/units.ts";
import { toyWorld } from "./world.ts";

/** A and B dial from the ip of Z, where nobody listens. */
function behind(nodes = 3) {
  return toyWorld({ nodes, source: (name) => (name < "C" ? "Z" : name) });
}

it("is known to the acceptor by the ip it dials from, and talks both ways", () => {
  const stage = behind().tell(1, "A", "dial C").tell(2, "C", "send 1 note all");
  stage.tell(3, "A", "send 2 note all");
  expect(stage.run(5).saw("C")).toEqual(["accepted Z", "got note 2 from Z"]);
  expect(stage.saw("A")).toEqual(["opened C", "got note 1 from C"]);
});

it("may share that ip: each has sessions of its own", () => {
  const stage = behind().tell(1, "A", "dial C").tell(2, "B", "dial C");
  stage.faultAt(3, { do: "reset", between: ["A", "C"] }).tell(4, "C", "send 1 note all");
  stage.run(9);
  expect(stage.saw("A")).toEqual(["opened C", "closed C reset"]);
  expect(stage.saw("B")).toEqual(["opened C", "got note 1 from C"]);
});

it("is not reached there: silence, until the dial time-out", () => {
  const stage = behind().tell(1, "A", "dial C").tell(5, "C", "dial Z").run(200);
  expect(stage.saw("C", 5)).toEqual(["refused Z timeout"]);
});

it("is reached where it listens, and by whoever has the ip the others dial from", () => {
  const stage = toyWorld({ nodes: 3, source: () => "B" });
  stage.tell(1, "A", "dial C").tell(2, "C", "dial A").tell(3, "C", "dial B").run(9);
  expect(stage.saw("C")).toEqual(["accepted B", "opened A", "opened B"]);
  expect(stage.saw("A")).toEqual(["opened C", "accepted B"]);
});

it("falls silent when its host moves, wherever it dials from", () => {
  const stage = behind().tell(1, "A", "dial C");
  stage.faultAt(5, { do: "move", node: "A", address: "10.0.0.77" });
  stage.tell(6, "C", "send 1 note all").tell(10, "A", "dial C").run(12);
  expect(stage.saw("A")).toEqual(["opened C", "opened C"]);
  expect(stage.saw("C")).toEqual(["accepted Z", "accepted Z"]);
});

it("meets faults of links by its name", () => {
  const stage = behind();
  stage.faultAt(0, { do: "cut", from: ["A"], to: ["C"], for: seconds(60) });
  stage.tell(1, "A", "dial C").tell(1, "B", "dial C").run(9);
  expect(stage.saw("C")).toEqual(["accepted Z"]);
  expect(stage.saw("B")).toEqual(["opened C"]);
});
