/** A fork goes on identically until one of the two is touched, and never sees the other's touch. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { millis, seconds, type Time } from "../../src/core/units.ts";
import { chaos, runs, staged, STORM } from "./chaos.ts";
import { pair, toyWorld } from "./world.ts";

const END = STORM + 60;
const moment = fc.integer({ min: 0, max: STORM * 1_000 }).map((at) => at / 1_000);

it("is the same world at first", () => {
  const stage = pair().tell(5, "A", "send 1").run(5.02);
  const twin = stage.fork();
  expect(twin.digest).toBe(stage.digest);
  expect(twin.world.now).toBe(stage.world.now);
  expect(twin.world.state("A")).toBe(stage.world.state("A"));
});

it("continues what was in flight, each in its own trace", () => {
  const stage = pair().tell(5, "A", "send 1").run(5.02);
  const twin = stage.fork().run(6);
  expect(twin.story(5)).toEqual(["5.050000 B got note 1 from A"]);
  expect(stage.story(5)).toEqual([]);
  expect(stage.run(6).story(5)).toEqual(twin.story(5));
});

it("a touch changes the touched one only", () => {
  const stage = pair().tell(5, "A", "send 1").run(5.02);
  const twin = stage.fork();
  twin.world.inject({ do: "cut", from: "*", to: "*" });
  twin.tell(5.5, "B", "send 2").run(6);
  expect(twin.story(5)).toEqual([]);
  expect(stage.run(6).story(5)).toEqual(["5.050000 B got note 1 from A"]);
  expect(stage.events("fault")).toEqual([]);
});

it("copies random streams where they stand", () => {
  const stage = toyWorld().tell(1, "A", "draw x; draw y").run(2);
  const twin = stage.fork();
  for (const each of [stage, twin]) each.tell(3, "A", "draw x; draw y").run(4);
  expect(twin.saw("A")).toEqual(stage.saw("A"));
  // Drawing more in one moves nothing in the other.
  stage.tell(5, "A", "draw x; draw x; draw z").run(5);
  for (const each of [stage, twin]) each.tell(6, "A", "draw y").run(7);
  expect(twin.saw("A").at(-1)).toBe(stage.saw("A").at(-1));
});

it("copies the luck of links where it stands", () => {
  const latency = { shape: "uniform", min: millis(0), max: seconds(1) } as const;
  const stage = pair({ link: { latency } }).run(10).tell(10, "A", "send 1").run(12);
  const twin = stage.fork();
  stage.tell(12, "A", "send 2").run(14);
  for (const each of [stage, twin]) each.tell(15, "A", "send 3 other").run(17);
  expect(twin.story(15)).toEqual(stage.story(15));
});

it("can be cancelled apart: a timer cancelled in one fires in the other", () => {
  const stage = toyWorld().tell(1, "A", "arm x 5").run(2);
  const twin = stage.fork();
  twin.tell(3, "A", "cancel x").run(10);
  expect(stage.run(10).story()).toEqual(["6.000000 A timer x"]);
  expect(twin.story()).toEqual([]);
});

it("remembers what each gate said last", () => {
  const stage = toyWorld().tell(1, "A", "gate g shut 1; gate h open 1").run(2);
  const twin = stage.fork();
  twin.tell(3, "A", "gate g shut 1; gate h open 2; gate g open 2").run(4);
  stage.tell(5, "A", "gate g shut 1").run(6);
  expect(twin.events("gate")).toHaveLength(3);
  expect(stage.events("gate")).toHaveLength(2);
});

it("a node that stands still does so in both, with the same inbox and the same due timers", () => {
  const stage = pair().tell(2.5, "B", "arm x 1; arm y 1").tell(2.5, "A", "arm z 1");
  stage.faultAt(3, { do: "pause", node: "A", for: seconds(9) });
  stage.faultAt(3, { do: "pause", node: "B", for: seconds(9) });
  stage.tell(4, "A", "send 1").tell(5, "B", "cancel x").run(8);
  const twin = stage.fork().run(20);
  expect(stage.run(20).digest).toBe(twin.digest);
  expect(twin.story(3)).toEqual([
    "12.000000 A timer z",
    "12.000000 B timer y",
    "12.050000 B got note 1 from A",
  ]);
});

it("at a random moment of a random world, both go on as if never forked", () => {
  fc.assert(
    fc.property(chaos({ duplicates: true }), moment, (plan, at) => {
      const whole = staged(plan, { level: "digest" }).run(END).digest;
      const stage = staged(plan, { level: "digest" }).run(at);
      const twin = stage.fork();
      expect(twin.run(END).digest).toBe(whole);
      expect(stage.run(END).digest).toBe(whole);
    }),
    runs(60),
  );
});

it("touching one never changes the other, from whatever moment and however deep", () => {
  fc.assert(
    fc.property(
      chaos({ duplicates: true }),
      chaos({ duplicates: true }),
      moment,
      (plan, other, at) => {
        const whole = staged(plan, { level: "digest" }).run(END).digest;
        const stage = staged(plan, { level: "digest" }).run(at);
        const twin = stage.fork();
        const node = (name: string): boolean => stage.names.includes(name);
        for (const { acts, node: name } of other.acts) if (node(name)) twin.tell(at, name, acts);
        for (const { fault } of other.faults) {
          if (!("node" in fault) || !node(fault.node)) continue;
          twin.world.inject(fault);
        }
        twin.world.inject({ do: "cut", from: ["A"], to: "*" });
        twin.run(at + (END - at) / 2);
        const grandchild = twin.fork();
        grandchild.world.inject({ do: "heal" });
        expect(twin.run(END).digest).not.toBe(whole);
        grandchild.run(END);
        expect(stage.run(END).digest).toBe(whole);
      },
    ),
    runs(40),
  );
});

it("can be made between any two records of the queue", () => {
  fc.assert(
    fc.property(chaos({ duplicates: true }), fc.integer({ min: 0, max: 400 }), (plan, count) => {
      const whole = staged(plan, { level: "digest" }).run(END).digest;
      const stage = staged(plan, { level: "digest" });
      const end = seconds(END) as number as Time;
      for (let n = 0; n < count && stage.world.step(end); n++);
      expect(stage.fork().run(END).digest).toBe(whole);
    }),
    runs(40),
  );
});
