/** `timesim shrink` and `timesim promote`: a failure made small, and kept. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { FAILS, PASSES, Place, toy } from "./host.ts";

/** Nodes of 2025-12-21 never count each other; what else is done here is beside the point. */
const STUCK = `
until: 3m
profile: as-found
chain: { height: 3009, expected: 3011 }
link: { latency: 20ms..100ms, drawn: per-link }
config: { pingPeriod: 17s }
nodes:
  A: { address: 203.0.113.1 }
  B: { address: 203.0.113.2, dials: A }
  C: { address: 203.0.113.3, dials: A, start: 5s }
  D: { address: 203.0.113.4, dials: [A, C], masternode: false }
events:
  - { at: 50s, reset: [A, D] }
  - { at: 70s, pause: { node: D, for: 2s } }
expect:
  - { row: all know all, on: [A, B, C], that: { active: { count: 3 } }, by: 2m }
  - { row: one block per height, that: conflict, never: true }
`;

describe("timesim shrink", () => {
  const place = new Place();
  place.write("stuck.yaml", STUCK);

  it("writes a scenario that fails by itself, and passes without the defect", async () => {
    const { exit, out, err } = await place.timesim(["shrink", "stuck.yaml", "--out", "small.yaml"]);
    expect([exit, err]).toEqual([0, ""]);
    expect(out).toMatch(/^row "all know all": 4→3 nodes, 2→0 faults, 3m→2m in \d+ tries; nothing/);
    const small = place.read("small.yaml");
    expect(small).toMatch(/^# At 2m "all know all" fails: expected/);
    expect(small).toMatch(/Found by timesim shrink of stuck\.yaml, seed 1/);
    const run = ["run", "small.yaml", "--no-report"];
    expect((await place.timesim(run)).exit).toBe(1);
    expect((await place.timesim([...run, "--profile", "repaired"])).exit).toBe(0);
  });

  it("writes the same when time was up and it went on", async () => {
    const words = ["shrink", "stuck.yaml", "--state", "state.json", "--out", "later.yaml"];
    const first = await place.timesim([...words, "--max-shrink-time", "10ms"]);
    expect(first.out).toMatch(/time was up: more may be possible → later\.yaml/);
    expect(place.read("later.yaml")).not.toBe(place.read("small.yaml"));
    const second = await place.timesim(words);
    expect(second.out).toMatch(/nothing more can be left out → later\.yaml/);
    expect(place.read("later.yaml")).toBe(place.read("small.yaml"));
    place.write("other.yaml", toy(FAILS));
    const other = await place.timesim(["shrink", "other.yaml", "--state", "state.json"]);
    expect([other.exit, other.err]).toEqual([
      2,
      expect.stringMatching(/state\.json:1:1 — it is of another failure, row "all know all"/),
    ]);
  });

  it.runIf(process.platform === "linux")("is not lost over a full disk", async () => {
    const words = ["shrink", "stuck.yaml", "--out", "/dev/full"];
    const { exit, out, err } = await place.timesim(words);
    expect([exit, out]).toEqual([2, place.read("small.yaml")]);
    expect(err).toMatch(/^\/dev\/full — cannot be written: the disk is full\n/);
    expect(err).toMatch(/nothing more can be left out\n$/);
  });

  it("says all of it as one document", async () => {
    const { out } = await place.timesim(["shrink", "stuck.yaml", "--json"]);
    const document = JSON.parse(out) as Record<string, unknown>;
    expect(document).toMatchObject({
      format: 1,
      target: { kind: "row", row: "all know all" },
      done: true,
      from: { nodes: 4, faults: 2 },
      to: { nodes: 3, faults: 0 },
      bites: [],
      scenario: place.read("small.yaml"),
    });
  });

  it.each([
    [["shrink", "passing.yaml"], 4, "passing.yaml does not fail: there is nothing to shrink\n"],
    [
      ["shrink", "stuck.yaml", "--row", "all know al"],
      2,
      /no such row \(did you mean "all know all"/,
    ],
    [["shrink", "stuck.yaml", "--row", "one block per height"], 4, /does not fail/],
    [["shrink", "stuck.yaml", "--max-shrink-time", "long"], 2, /^--max-shrink-time "long" — exp/],
    [["shrink", "stuck.yaml", "--against", "as-found"], 2, /fails in the same way: row "all know/],
    [["shrink", "stuck.yaml", "--out", "no/where.yaml"], 2, /^no\/where\.yaml — cannot be wri/],
  ])("%j", async (words, exit, err) => {
    place.write("passing.yaml", toy(PASSES));
    const ran = await place.timesim(words);
    expect(ran.exit).toBe(exit);
    expect(ran.err).toMatch(err);
  });
});

describe("timesim promote", () => {
  const place = new Place();
  place.write("mended.yaml", `# It was broken.\nname: once\n${toy(PASSES)}`);
  place.write("broken.yaml", `name: still\n${toy(FAILS)}`);
  const to = ["--to", "kept/regressions"];

  it("keeps what passes, under a name of its own, and plays it first", async () => {
    const kept = await place.timesim(["promote", "mended.yaml", ...to, "--as", "meeting"]);
    expect([kept.exit, kept.out]).toEqual([0, "mended.yaml → kept/regressions/meeting.yaml\n"]);
    expect(place.read("kept/regressions/meeting.yaml")).toMatch(
      /^# It was broken\.\n#\n# What is told here happened once, .*again\.\nname: meeting\n/,
    );
    place.write("kept/another.yaml", toy(PASSES));
    const { out } = await place.timesim(["list", "kept", "--json"]);
    expect(out).toMatch(/regressions\/meeting.*kept\/another/s);
  });

  it("refuses to write over another", async () => {
    const again = await place.timesim(["promote", "mended.yaml", ...to, "--as", "meeting"]);
    expect([again.exit, again.err]).toEqual([2, expect.stringMatching(/it is there already/)]);
  });

  it("refuses what still fails, unless it is known", async () => {
    const broken = await place.timesim(["promote", "broken.yaml", ...to]);
    expect(broken.exit).toBe(2);
    expect(broken.err).toMatch(/^broken\.yaml — it still fails: they never meet\n--known keeps/);
    const known = await place.timesim(["promote", "broken.yaml", ...to, "--known", "--json"]);
    expect(JSON.parse(known.out)).toEqual({
      format: 1,
      from: "broken.yaml",
      to: "kept/regressions/still.yaml",
      failed: ["they never meet"],
    });
  });

  it("takes the folder of a failure, and what is smallest in it", async () => {
    mkdirSync(join(place.path, "failure"));
    const none = await place.timesim(["promote", "failure", ...to]);
    expect(none.err).toMatch(/neither minimal\.yaml nor found\.yaml/);
    place.write("failure/minimal.yaml", `name: smallest\n${toy(PASSES)}`);
    place.write("failure/found.yaml", `name: largest\n${toy(PASSES)}`);
    const { out } = await place.timesim(["promote", "failure", ...to]);
    expect(out).toBe("failure/minimal.yaml → kept/regressions/smallest.yaml\n");
  });

  it("asks for a name that can be a file's, and for something that is expected", async () => {
    const bad = await place.timesim(["promote", "mended.yaml", ...to, "--as", "../x"]);
    expect([bad.exit, bad.err]).toEqual([2, expect.stringMatching(/small letters, digits/)]);
    place.write("empty.yaml", `name: empty\n${toy()}`);
    const empty = await place.timesim(["promote", "empty.yaml", ...to]);
    expect([empty.exit, empty.err]).toEqual([2, expect.stringMatching(/it expects nothing/)]);
  });
});
