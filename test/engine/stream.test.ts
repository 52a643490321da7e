/** What a session does to messages: order always, loss never, time as the link takes it. */
import { expect, it } from "vitest";
import { millis, seconds } from "../../src/core/units.ts";
import { echoing } from "./toy.ts";
import { pair, type Stage } from "./world.ts";

const ONE_TO_TEN = Array.from({ length: 10 }, (_, index) => index + 1);
const RANDOM = { shape: "uniform", min: millis(10), max: millis(900) } as const;

function numbersAt(stage: Stage, node: string): number[] {
  return stage
    .saw(node)
    .filter((text) => text.startsWith("got"))
    .map((text) => Number(text.split(" ")[2]));
}

function sendTen(stage: Stage, from: number, gap: number): Stage {
  for (const n of ONE_TO_TEN) stage.tell(from + n * gap, "A", `send ${n}`);
  return stage;
}

it("delivers one way of the link later", () => {
  const stage = pair().tell(5, "A", "send 1").run(6);
  expect(stage.story(3)).toEqual(["5.050000 B got note 1 from A"]);
});

it("carries both directions, caused by what they answer", () => {
  const stage = pair({ machine: echoing }).tell(5, "A", "send 1").run(6);
  expect(stage.story(3)).toEqual(["5.050000 B got note 1 from A", "5.100000 A got echo 1 from B"]);
  const [note, echo] = stage.events("send").slice(-2);
  const delivered = stage.events("deliver").find((event) => event.cause === note?.id);
  expect(echo?.cause).toBe(delivered?.id);
});

it("keeps the order though each message draws its own latency", () => {
  const stage = sendTen(pair({ link: { latency: RANDOM }, seed: "order" }), 5, 0.01).run(10);
  expect(numbersAt(stage, "B")).toEqual(ONE_TO_TEN);
});

it("lets a slow message hold up those behind it", () => {
  const stage = pair().faultAt(4, {
    do: "delay",
    from: ["A"],
    to: ["B"],
    message: "other",
    chance: 1,
    by: seconds(2),
  });
  stage.tell(5, "A", "send 1 other").tell(5.1, "A", "send 2").tell(8, "A", "send 3").run(9);
  expect(stage.story(3)).toEqual([
    "7.050000 B got other 1 from A",
    "7.050000 B got note 2 from A",
    "8.050000 B got note 3 from A",
  ]);
});

it("turns loss into delay, never into a missing or overtaking message", () => {
  const stage = sendTen(pair({ link: { loss: 0.5 }, seed: "loss" }).run(30), 30, 0.05).run(300);
  expect(numbersAt(stage, "B")).toEqual(ONE_TO_TEN);
  const late = stage.story(30).filter((line) => Number(line.split(" ")[0]) > 31);
  expect(late.length).toBeGreaterThan(0);
});

it("spreads messages by the bandwidth of the link", () => {
  // 950 bytes of padding and 41 of JSON with its newline: ten lines fill 10 kB/s for a second.
  const stage = pair({ link: { bandwidth: 10_000 } })
    .tell(5, "A", "spray 1 note B 960")
    .run(9);
  const times = stage.story(3).map((line) => Number(line.split(" ")[0]));
  const gaps = times.slice(1).map((time, index) => Math.round((time - (times[index] ?? 0)) * 1e4));
  expect(times).toHaveLength(7);
  expect(new Set(gaps)).toEqual(new Set([gaps[0]]));
  expect(gaps[0]).toBeGreaterThan(900);
  expect(gaps[0]).toBeLessThan(1_100);
});

/** A link of those bytes per second, others while it is shaped, from 5 s on for `length` seconds. */
function shapedPair(base: number | null, limit: number | null, length: number): Stage {
  const link = { bandwidth: limit };
  const shape = { do: "shape", from: ["A"], to: ["B"], link, for: seconds(length) } as const;
  return pair({ link: { bandwidth: base } }).faultAt(5, shape);
}

it("a thin link that heals brings at once what waited, and is not called slow for it", () => {
  const stage = shapedPair(10_000_000, 1_000, 10).tell(6, "A", "send 1 note B 20000");
  stage.tell(16, "A", "send 2 note B 1").run(60);
  // 9 of some 20 kB have left by 15 s, the rest in 1.1 ms.
  expect(stage.story(3)).toEqual([
    "15.051104 B got note 1 from A",
    "16.050004 B got note 2 from A",
  ]);
});

it("a link without a limit leaves nothing of the limit it had", () => {
  const stage = shapedPair(null, 1_000, 1);
  stage.tell(5.5, "A", "send 1 note B 300000; send 2").tell(16, "A", "send 3 note B 1").run(60);
  expect(stage.story(3)).toEqual([
    "6.050000 B got note 1 from A",
    "6.050000 B got note 2 from A",
    "16.050000 B got note 3 from A",
  ]);
});

it("a link that becomes thin slows what has not left, not what is under way", () => {
  // Each line has 1,000 bytes: two have left by 5 s, half a third, and FIN comes behind all.
  const stage = shapedPair(10_000, 1_000, 60).tell(4.75, "A", "send 1 note B 969");
  stage.tell(4.75, "A", "send 2 note B 969; send 3 note B 969; send 4 note B 969; close").run(60);
  expect(stage.story(3)).toEqual([
    "4.900000 B got note 1 from A",
    "5.000000 B got note 2 from A",
    "5.550000 B got note 3 from A",
    "6.550000 B got note 4 from A",
    "6.550000 B closed A fin",
  ]);
});

it("without power a thin wire takes no more: what has left arrives, the rest is lost", () => {
  // Each line has 1,000 bytes: one is there by 5.22 s, one has left, and of the third a fifth.
  const stage = pair({ link: { bandwidth: 10_000 } });
  const four = "send 1 note B 969; send 2 note B 969; send 3 note B 969; send 4 note B 969";
  stage.tell(5, "A", four).faultAt(5.22, { do: "power-loss", node: "A", disk: "kept" }).run(30);
  expect(stage.story(3)).toEqual(["5.150000 B got note 1 from A", "5.250000 B got note 2 from A"]);
  const drops = stage.events("drop").map(({ at, body }) => `${at} ${String(body)}`);
  expect(drops).toEqual(["5220000 power loss", "5220000 power loss"]);
});

it("a fast wire takes its bytes a second into however short lines they are cut", () => {
  // 900 lines of 53 bytes: nearly two a microsecond.
  const stage = pair({ link: { bandwidth: 100_000_000 } });
  const lines = Array.from({ length: 900 }, (_, n) => `send ${100 + n} note B 20`).join("; ");
  stage.tell(5, "A", lines).run(30);
  const times = stage.story(3).map((line) => line.split(" ")[0]);
  const some = [...times.slice(0, 3), times.at(-1)];
  expect(some).toEqual(["5.050001", "5.050002", "5.050002", "5.050477"]);
});

it("judges by the bytes that wait, however often the limit changes", () => {
  const stage = pair({ link: { bandwidth: 1_000 }, network: { sendBuffer: 2_500 } });
  stage.tell(5, "A", "send 1 note B 969; send 2 note B 969");
  for (let turn = 0; turn < 100; turn++) {
    const link = { bandwidth: turn % 2 === 0 ? 5_000 : 7 };
    stage.faultAt(5 + turn / 1_000, { do: "shape", from: "*", to: "*", link, for: millis(1) });
  }
  stage.tell(5.0505, "A", "send 3 note B 500").run(60);
  expect(numbersAt(stage, "B")).toEqual([1, 2, 3]);
  expect(stage.saw("A", 3)).toEqual([]);
});

it("what is sent again goes at the limit of the moment, too", () => {
  const stage = shapedPair(null, 1_000, 10);
  stage.faultAt(2, { do: "hold", from: ["A"], to: ["B"], name: "held" });
  stage.tell(3, "A", "send 1 note B 5000; send 2 note B 20000; send 3; send 4");
  stage.faultAt(6, { do: "heal", name: "held" }).run(60);
  expect(stage.story(3)).toEqual([
    "6.050000 B got note 1 from A",
    "11.081000 B got note 2 from A",
    "15.000000 B got note 3 from A",
    "15.000000 B got note 4 from A",
  ]);
});

it("closes `slow` when the send buffer of a thin link overflows, and nothing gets past the gap", () => {
  const stage = pair({ link: { bandwidth: 1_000 }, network: { sendBuffer: 2_500 } });
  stage.tell(5, "A", "spray 1 note B 900; send 8 note B 1").run(60);
  expect(stage.story(3)).toEqual([
    "5.000000 A closed B slow",
    expect.stringMatching(/ B closed A reset/),
  ]);
  const drops = stage.events("drop").map((event) => event.body);
  expect(drops.filter((why) => why === "send buffer full")).toHaveLength(8);
});

it("a session that overflowed ends by reset, not by FIN, also when it is closed at once", () => {
  const stage = pair({ link: { bandwidth: 100_000 }, network: { sendBuffer: 2_500 } });
  stage.tell(4, "A", "send 1").tell(5, "A", "send 2 note B 9000; send 3; close").run(60);
  expect(stage.saw("B", 3)).toEqual(["got note 1 from A", "closed A reset"]);
});

it("closes `slow` when a broken path leaves too much unacknowledged", () => {
  const stage = pair({ network: { sendBuffer: 2_500 } });
  stage.faultAt(4, { do: "partition", groups: [["A"], ["B"]] });
  for (const n of ONE_TO_TEN) stage.tell(5 + n / 10, "A", `send ${n} note B 900`);
  expect(stage.run(20).story(3)).toEqual(["5.350000 A closed B slow"]);
});

it("holds everything as long as it likes, and releases it in order", () => {
  const stage = pair().faultAt(4, { do: "hold", from: ["A"], to: ["B"], name: "held" });
  sendTen(stage, 5, 1).faultAt(400, { do: "heal", name: "held" }).run(399);
  expect(stage.story(3)).toEqual([]);
  expect(numbersAt(stage.run(401), "B")).toEqual(ONE_TO_TEN);
  expect(stage.story(3)[0]).toBe("400.050000 B got note 1 from A");
  expect(stage.world.state("A")?.open).toHaveLength(1);
});

it("a hold one way lets the other way through", () => {
  const stage = pair().faultAt(4, { do: "hold", from: ["A"], to: ["B"] });
  stage.tell(5, "B", "send 1").tell(5, "A", "send 2").run(300);
  expect(stage.story(3)).toEqual(["5.050000 A got note 1 from B"]);
});

it.each([
  ["drop", ["got other 2 from A", "got note 3 from B"]],
  ["corrupt", ["garbled A", "got other 2 from A", "got note 3 from B"]],
  ["duplicate", ["got note 1 from A", "got note 1 from A", "got other 2 from A"]],
] as const)("%s by kind hits that kind, that way, and no other", (act, expected) => {
  const stage = pair().faultAt(4, { do: act, from: ["A"], to: ["B"], message: "note", chance: 1 });
  stage.tell(5, "A", "send 1").tell(6, "A", "send 2 other").tell(7, "B", "send 3").run(9);
  const all = [...stage.saw("B", 3), ...stage.saw("A", 3)];
  expect(all.slice(0, expected.length)).toEqual(expected);
  expect(stage.saw("A", 3)).toEqual(["got note 3 from B"]);
});

it("delays by kind hit that kind only", () => {
  const by = seconds(3);
  const fault = { do: "delay", from: ["A"], to: "*", message: "note", chance: 1, by } as const;
  const stage = pair().faultAt(4, fault);
  stage.tell(5, "A", "send 1 other").tell(6, "A", "send 2").run(12);
  expect(stage.story(3)).toEqual(["5.050000 B got other 1 from A", "9.050000 B got note 2 from A"]);
});

it("drops about as many as their chance says", () => {
  const stage = pair().faultAt(4, { do: "drop", from: ["A"], to: ["B"], chance: 0.5 });
  for (let n = 0; n < 400; n++) stage.tell(5 + n / 100, "A", `send ${n}`);
  const count = numbersAt(stage.run(20), "B").length;
  expect(count).toBeGreaterThan(160);
  expect(count).toBeLessThan(240);
});

it("a shape changes the link for as long as it lasts", () => {
  const link = { latency: { shape: "constant", at: seconds(1) } } as const;
  const stage = pair().faultAt(4, { do: "shape", from: "*", to: ["B"], link, for: seconds(10) });
  stage.tell(5, "A", "send 1").tell(20, "A", "send 2").run(30);
  expect(stage.story(3)).toEqual(["6.000000 B got note 1 from A", "20.050000 B got note 2 from A"]);
});
