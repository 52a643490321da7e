/** The same options give the same run; names decide luck; nothing else does. */
import fc from "fast-check";
import { expect, it } from "vitest";
import type { LinkProfile } from "../../src/core/fault.ts";
import { millis, seconds } from "../../src/core/units.ts";
import { chaos, runs, staged, STORM } from "./chaos.ts";
import { type Stage, type ToyOptions, toyWorld } from "./world.ts";

const RANDOM: Partial<LinkProfile> = {
  latency: { shape: "uniform", min: millis(0), max: millis(900) },
  loss: 0.2,
};

/** A and B talk every five seconds; what B heard is the luck of the link A>B. */
function talk(
  more: ToyOptions = {},
  between: (stage: Stage, at: number) => void = () => {},
): Stage {
  const stage = toyWorld({ seed: "luck", link: RANDOM, ...more })
    .tell(1, "A", "dial B")
    .run(60);
  for (let n = 0; n < 20; n++) {
    const at = 60 + n * 60;
    stage.tell(at, "A", `send ${n} note B`);
    between(stage, at);
  }
  return stage.run(1_300);
}

/** When B got each note. */
function heard(stage: Stage): string[] {
  return stage.story(60, "B").filter((line) => line.includes(" note "));
}

it("the same options give the same digest twice in a process", () => {
  expect(talk().digest).toBe(talk().digest);
});

it("a changed seed changes it", () => {
  expect(talk({ seed: "other" }).digest).not.toBe(talk().digest);
});

it("objects and bytes on the wire give the same digest", () => {
  expect(talk({ wire: "bytes" }).digest).toBe(talk({ wire: "objects" }).digest);
});

it("so they do in random worlds under random faults", () => {
  fc.assert(
    fc.property(chaos({ duplicates: true }), (plan) => {
      const [objects, bytes] = (["objects", "bytes"] as const).map(
        (wire) => staged(plan, { wire, level: "digest" }).run(STORM + 60).digest,
      );
      expect(bytes).toBe(objects);
    }),
    runs(60),
  );
});

it("a random world is the same world twice, event by event", () => {
  fc.assert(
    fc.property(chaos({ duplicates: true }), (plan) => {
      const once = staged(plan).run(STORM);
      const twice = staged(plan).run(STORM);
      expect(twice.events()).toEqual(once.events());
      expect(twice.digest).toBe(once.digest);
    }),
    runs(40),
  );
});

it("running in small pieces changes nothing", () => {
  fc.assert(
    fc.property(chaos({ duplicates: true }), fc.integer({ min: 1, max: 40 }), (plan, pieces) => {
      const whole = staged(plan, { level: "digest" }).run(STORM).digest;
      const stage = staged(plan, { level: "digest" });
      for (let n = 1; n <= pieces; n++) stage.run((STORM * n) / pieces);
      expect(stage.digest).toBe(whole);
    }),
    runs(30),
  );
});

it("a node that has nothing to do with it changes no luck between two others", () => {
  const other = talk({ nodes: 3 }, (stage, at) => {
    if (at === 60) stage.tell(at, "C", "dial B").tell(at, "C", "dial A");
    if (at > 120) stage.tell(at, "C", "spray 1 other");
  });
  expect(other.saw("B", 60).length).toBeGreaterThan(40);
  expect(heard(other).filter((line) => line.endsWith("from A"))).toEqual(heard(talk()));
});

it("nor does what is sent the other way", () => {
  const other = talk({}, (stage, at) => stage.tell(at + 20, "B", "spray 1 note A"));
  expect(heard(other)).toEqual(heard(talk()));
});

it("the n-th message of a kind has its luck, whatever other kinds are sent", () => {
  const other = talk({}, (stage, at) => stage.tell(at + 30, "A", "spray 1 other B"));
  expect(other.saw("B", 60).length).toBeGreaterThan(100);
  expect(heard(other)).toEqual(heard(talk()));
});

it("nor does a redial start the luck of a link anew", () => {
  const other = talk({}, (stage, at) => {
    if (at === 240) stage.tell(at + 30, "A", "close B; dial B");
  });
  expect(heard(other)).toEqual(heard(talk()));
});

it("nor does a duplicated message take the luck of the next", () => {
  const other = talk({}, (stage, at) => {
    const way = { from: ["A"], to: ["B"], chance: 1, name: "twice" };
    if (at === 120) stage.faultAt(at - 1, { do: "duplicate", ...way });
    if (at === 240) stage.faultAt(at - 1, { do: "heal", name: "twice" });
  });
  const twice = heard(other);
  expect(twice).toHaveLength(22);
  expect(twice.filter((line, index) => !isCopy(twice, line, index))).toEqual(heard(talk()));
});

function isCopy(lines: readonly string[], line: string, index: number): boolean {
  return line.split(" ")[4] === lines[index - 1]?.split(" ")[4];
}

it("a `per-link` latency is one draw for each direction", () => {
  const stage = talk({ link: { ...RANDOM, loss: 0, drawn: "per-link" } });
  const delays = heard(stage).map((line) => Number(line.split(" ")[0]) % 60);
  expect(new Set(delays.map((each) => each.toFixed(6))).size).toBe(1);
});

it("one stream belongs to one label of one node of one incarnation", () => {
  const stage = toyWorld({ seed: "x" }).tell(1, "A", "draw l; draw l").tell(1, "B", "draw l");
  stage.tell(2, "A", "draw m; draw l").faultAt(3, { do: "restart", node: "A" });
  stage.tell(4, "A", "draw l").run(5);
  expect(new Set([...stage.saw("A"), ...stage.saw("B")]).size).toBe(6);
  const fewer = toyWorld({ seed: "x" }).tell(1, "A", "draw l; draw l; draw l").run(5);
  expect(fewer.saw("A")[2]).toBe(stage.saw("A")[3]);
});

/** Four nodes in all weathers: whatever a link, a disk or a clock can do happens once. */
function weather(): Stage {
  const link = { ...RANDOM, bandwidth: 2_000 };
  const stage = toyWorld({ nodes: 4, seed: "weather", link, network: { sendBuffer: 20_000 } });
  for (const [at, fault] of [
    [
      20,
      { do: "flap", between: [["A"], "*"], down: millis(700), up: millis(900), for: seconds(9) },
    ],
    [25, { do: "hold", from: ["B"], to: "*", for: seconds(5) }],
    [35, { do: "duplicate", from: "*", to: "*", chance: 0.3, for: seconds(9) }],
    [40, { do: "delay", from: "*", to: ["C"], chance: 0.5, by: seconds(1), name: "late" }],
    [45, { do: "pause", node: "C", for: seconds(6) }],
    [50, { do: "corrupt", from: ["A"], to: "*", chance: 0.4, message: "note", for: seconds(9) }],
    [55, { do: "partition", groups: [["A", "B"]], for: seconds(50) }],
    [60, { do: "clock", node: "B", drift: 40_000, jump: seconds(-3) }],
    [70, { do: "power-loss", node: "D", disk: "torn" }],
    [80, { do: "restart", node: "D" }],
    [110, { do: "move", node: "C", address: "10.0.0.9" }],
    [115, { do: "heal", name: "late" }],
    [120, { do: "reset", between: ["A", "B"] }],
    [125, { do: "kill", node: "B" }],
  ] as const) {
    stage.faultAt(at, fault);
  }
  for (const [index, name] of stage.names.entries()) {
    for (let at = 1 + index; at < 150; at += 7) {
      stage.tell(at, name, `dial ${stage.names[(index + at) % 4]}`);
      stage.tell(
        at + 3,
        name,
        `save f ${at} whenever; send ${at} note all 900; send ${at} echo all`,
      );
    }
  }
  return stage.run(300);
}

it("a seed keeps its meaning from one version of the engine to the next", () => {
  const stage = weather();
  const counts = ["deliver", "drop", "garbled", "closed", "refused", "stall"] as const;
  expect(counts.map((kind) => `${stage.events(kind).length} ${kind}`)).toMatchInlineSnapshot(`
    [
      "1438 deliver",
      "467 drop",
      "2 garbled",
      "67 closed",
      "10 refused",
      "2 stall",
    ]
  `);
  expect([stage.digest, talk().digest]).toMatchInlineSnapshot(`
    [
      "064a0c61cf7479de",
      "74809c2853fe9bc2",
    ]
  `);
});
