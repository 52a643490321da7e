/** replay: the same, not the same, and what cannot be compared. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { former, kitWith, Place } from "./host.ts";

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
    place.write("bent.ndjson", former(text).replace(/"digest":"./, '"digest":"x'));
    const { exit, out } = await place.timesim(["replay", "bent.ndjson", ...more]);
    expect(exit).toBe(1);
    expect(out).toContain("✗ no event differs, but the recording was changed: digest x");
  });
});

describe("what was changed after it was written is named with its event", () => {
  /** The first line of that kind, with one letter or digit changed. */
  const bend = (kind: string, from: RegExp, to: string): readonly [text: string, line: number] => {
    const lines = text.split("\n");
    const line = lines.findIndex((each) => each.includes(`"kind":"${kind}"`));
    return [lines.with(line, (lines[line] ?? "").replace(from, to)).join("\n"), line + 1];
  };
  it.each<readonly [kind: string, from: RegExp, to: string]>([
    ["clock", /"a":(\d+)\d/, '"a":$1x'],
    ["clock", /"b":0/, '"b":1'],
    ["opened", /"body":"dialed"/, '"body":"accepted"'],
    ["boot", /"b":(\d+)/, '"b":1$1'],
    ["deliver", /"type":"./, '"type":"_'],
  ])("%s %s", async (kind, from, to) => {
    const [bent, line] = bend(kind, from, to);
    expect(bent).not.toBe(text);
    place.write("bent.ndjson", bent);
    const { exit, out, err } = await place.timesim(["replay", "bent.ndjson", "--inputs"]);
    expect([exit, out]).toEqual([2, ""]);
    const problem = `bent\\.ndjson:${line}:1 trace — event ${line - 2} \\(${kind}.*\\) was changed`;
    expect(err).toMatch(new RegExp(problem));
  });

  it("in a packed file by the last event before the damage", async () => {
    const packed = readFileSync(join(place.path, "run.ndjson.gz"));
    for (const part of [0.3, 0.6, 0.95, 1]) {
      const bytes = Buffer.from(packed);
      const at = Math.floor((bytes.length - 1) * part);
      bytes[at] = (bytes[at] ?? 0) ^ 0x10;
      place.write("bent.ndjson.gz", bytes);
      const { exit, err } = await place.timesim(["timeline", "bent.ndjson.gz"]);
      expect(exit, err).toBe(2);
      expect(err).toMatch(
        /bent\.ndjson\.gz:\d+:1 trace — (?:event \d+|the footer|cannot be unpacked after event \d+) /,
      );
    }
  });
});

describe("what cannot be replayed", () => {
  it.each<readonly [string, () => string, string]>([
    ["a scenario", () => "until: 1s\n", "run x.yaml --trace run.ndjson.gz"],
    [
      "another format",
      () => former(text).replace('"format":1', '"format":3'),
      "format 3 is not known",
    ],
    [
      "another kit",
      () => former(text).replace('"kit":"masternode"', '"kit":"x"'),
      'protocol "x", not',
    ],
    [
      "another profile",
      () => former(text).replace('"repaired"', '"gone"'),
      "cannot be played by this",
    ],
    [
      "no scenario",
      () => former(text).replace(/"scenario":\{/, '"scenario":7,"x":{'),
      "cannot be played",
    ],
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

it("a cluster's trace is replayed node by node, from what it keeps of each", async () => {
  place.write("cluster.ndjson", former(text).replace('"origin":"sim"', '"origin":"host"'));
  const { exit, err } = await place.timesim(["replay", "cluster.ndjson"]);
  expect(exit).toBe(2);
  expect(err).toContain("a cluster merged cannot be replayed as a whole: run timesim cluster with");
  expect(err).not.toContain("by this version");
});
