/** replay: the same, not the same, and what cannot be compared. */
import { beforeAll, describe, expect, it } from "vitest";
import { kitWith, Place } from "./host.ts";

const SCENARIO = "scenarios/discovery-timeline.yaml";
const place = new Place();
let text = "";

beforeAll(async () => {
  const words = ["run", SCENARIO, "--no-report", "--until", "12s", "--trace"];
  await place.timesim([...words, "run.ndjson.gz"]);
  await place.timesim([...words, "run.ndjson"]);
  text = place.read("run.ndjson");
});

/** A kit whose masternodes say one thing more when they are dialed. */
const talkative = kitWith((machine) => ({
  ...machine,
  step: (state, input, ctx) => {
    const fact = { type: "accepted", extra: true };
    if (input.kind === "opened" && input.role === "accepted") ctx.emit(fact);
    return machine.step(state, input, ctx);
  },
}));

describe.each([[[]], [["--inputs"]]])("replay %j", (more) => {
  it.each(["run.ndjson", "run.ndjson.gz"])("%s is the same again", async (file) => {
    const { exit, out, err } = await place.timesim(["replay", file, ...more]);
    expect(exit, err).toBe(0);
    expect(out).toMatch(/^discovery-timeline · seed 3009 · profile repaired · until 12s · /);
    expect(out).toMatch(/\n✓ \d+ events again, digest [0-9a-f]{16}\n$/);
  });

  it("of one node", async () => {
    const { exit, out } = await place.timesim(["replay", "run.ndjson", "--node", "B", ...more]);
    expect(exit).toBe(0);
    expect(out).toMatch(/✓ \d+ events of B again/);
  });

  it("another version stops at the first event that differs", async () => {
    const words = ["replay", "run.ndjson", ...more];
    const { exit, out } = await place.timesim(words, { kit: talkative });
    expect(exit).toBe(1);
    expect(out).toMatch(/\nDIFFERS {2}run\.ndjson › event #(\d+)\n/);
    const [, id = ""] = /› event #(\d+)/.exec(out) ?? [];
    expect(out).toMatch(new RegExp(`recorded +5\\.\\d+ {2}A .*#${id} ←`));
    expect(out).toMatch(new RegExp(`now +5\\.\\d+ {2}A {2}fact .*#${id} ←`));
    expect(out).toMatch(/led to it +recorded:\n +5\.000000 {2}B {2}boot/);
    expect(out).toMatch(/led to it +now:\n +5\.000000 {2}B {2}boot/);
    expect(out).toMatch(/agreed +5\.\d+/);
    expect(out).toContain(`look further  npx timesim trace run.ndjson --cone ${id}\n`);
    expect(out).toMatch(new RegExp(`✗ differs after ${id} equal events\n$`));
  });

  it("--json says the same as data", async () => {
    const words = ["replay", "run.ndjson", "--json", ...more];
    const same = JSON.parse((await place.timesim(words)).out) as object;
    expect(same).toMatchObject({ format: 1, passed: true, exit: 0, difference: null, cut: null });
    const { exit, out } = await place.timesim(words, { kit: talkative });
    expect(exit).toBe(1);
    const told = JSON.parse(out) as { difference: { index: number } };
    expect(told).toMatchObject({
      ...{ passed: false, exit: 1, how: more.length > 0 ? "inputs" : "run" },
      difference: { now: { event: { kind: "fact", body: { extra: true } } } },
    });
    expect(told).toMatchObject({ events: told.difference.index });
  });

  it("a cut trace as far as it goes", async () => {
    place.write("cut.ndjson", text.slice(0, text.length / 2));
    const { exit, out, err } = await place.timesim(["replay", "cut.ndjson", ...more]);
    expect(exit).toBe(0);
    expect(err).toMatch(/cut\.ndjson:\d+:1 trace — .* read \d+ events before it/);
    expect(out).toMatch(/✓ \d+ events again, as far as the recording goes/);
  });

  it("an input that nothing depends on was changed", async () => {
    place.write("bent.ndjson", text.replace(/"digest":"./, '"digest":"x'));
    const { exit, out } = await place.timesim(["replay", "bent.ndjson", ...more]);
    expect(exit).toBe(1);
    expect(out).toContain("✗ no event differs, but the recording was changed: digest x");
  });
});

describe("what cannot be replayed", () => {
  it.each<readonly [string, () => string, string]>([
    ["a scenario", () => "until: 1s\n", "run x.yaml --trace run.ndjson.gz"],
    ["another format", () => text.replace('"format":1', '"format":2'), "format 2 is not known"],
    ["another kit", () => text.replace('"kit":"masternode"', '"kit":"x"'), 'protocol "x", not'],
    ["another profile", () => text.replace('"repaired"', '"gone"'), "cannot be played by this"],
    ["no scenario", () => text.replace(/"scenario":\{/, '"scenario":7,"x":{'), "cannot be played"],
  ])("%s", async (_name, make, problem) => {
    const file = make().startsWith("until") ? "x.yaml" : "x.ndjson";
    place.write(file, make());
    const { exit, out, err } = await place.timesim(["replay", file]);
    expect(exit).toBe(2);
    expect(out).toBe("");
    expect(err).toContain(problem);
  });

  it("the world has no inputs", async () => {
    const { exit, err } = await place.timesim(["replay", "run.ndjson", "--inputs", "--node", "-"]);
    expect(exit).toBe(2);
    expect(err).toContain("the world has no inputs");
  });
});
