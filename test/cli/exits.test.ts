/** Each exit code, and what is said with it. */
import { describe, expect, it } from "vitest";
import { Bug } from "../../src/core/assert.ts";
import { FAILS, kitWith, PASSES, Place, toy } from "./host.ts";

const place = new Place();
place.write("good.yaml", toy(PASSES));
place.write(
  "bad.yaml",
  toy(PASSES, "{ row: A counts nine, on: A, that: { active: { count: 9 } }, by: 5s }"),
);

it("0: all passed", async () => {
  const { exit, out, err } = await place.timesim(["run", "good.yaml"]);
  expect(exit, err).toBe(0);
  expect(out).toContain("  ✓  they meet  B 0.");
  expect(out).toMatch(/^good · seed 1 · profile repaired · 2 nodes · until 10s\n/);
  expect(out).toMatch(
    /\n✓ 1 row passed · \d+ events · 10s virtual in 0\.\d\ds · digest [0-9a-f]{16}\n$/,
  );
});

it("1: an expectation failed, with all that explains it", async () => {
  const { exit, out } = await place.timesim(["run", "bad.yaml"]);
  expect(exit).toBe(1);
  expect(out).toContain("  ✗  A counts nine  A counts 2 active (A, B)\n");
  expect(out).toContain("FAIL  bad.yaml › A counts nine   seed 1\n");
  expect(out).toContain("  expected      by 5s: A counts 9 active\n");
  expect(out).toContain("  last events  ");
  expect(out).toMatch(
    / {2}still closed {2}A {2}gate .*\n +A {2}gate minimum is closed \(active 2, needed 3\)\n/,
  );
  expect(out).toContain("  repeat        npx timesim run bad.yaml --seed 1\n");
  expect(out).toMatch(/\n✗ 1 row failed, 1 passed · /);
});

it("1: a machine crashed", async () => {
  const kit = kitWith((machine) => ({
    ...machine,
    step: (state, input, ctx) => {
      if (input.kind === "opened") throw new TypeError("no such thing");
      return machine.step(state, input, ctx);
    },
  }));
  const { exit, out } = await place.timesim(["run", "good.yaml"], { kit });
  expect(exit).toBe(1);
  expect(out).toMatch(/FAIL {2}good\.yaml › [AB] crashes {3}seed 1\n/);
  expect(out).toContain("no such thing");
  expect(out).toMatch(/rows? failed, crashed|failed, crashed/);
});

describe("2: a word that cannot be used", () => {
  it.each([
    ["run", "none.yaml"],
    ["cluster", "none.yaml"],
    ["conform", "none.yaml"],
    ["timeline", "none.yaml"],
    ["replay", "none.ndjson"],
    ["check", "none.ndjson"],
    ["diff", "none.yaml", "good.yaml"],
    ["validate", "none.yaml"],
    ["list", "none.yaml"],
    ["shrink", "none.yaml"],
    ["promote", "none"],
    ["merge", "none"],
    ["fuzz", "--runs", "none"],
    ["zoo", "--mutants", "none.ts"],
  ])("with --json in a document: %s", async (...words) => {
    const { exit, out, err } = await place.timesim([...words, "--json"]);
    expect(exit).toBe(2);
    const { problems } = JSON.parse(out) as { readonly problems: readonly string[] };
    expect([problems.length, problems[0]]).toEqual([1, expect.stringContaining("none")]);
    expect(err).toContain(problems[0]);
    // Once is enough, and what could be read is in it.
    expect(out.match(/"problems"/g)).toHaveLength(1);
  });

  it.each<readonly [string, readonly string[], string]>([
    ["no command", [], "Usage: timesim"],
    ["no such command", ["rum"], "unknown command 'rum'"],
    ["no such option", ["run", "good.yaml", "--sed", "3"], "Did you mean --seed?"],
    ["no path", ["run"], "missing required argument 'paths'"],
    ["no such file", ["run", "none.yaml"], "none.yaml — there is no such file or folder"],
    ["no such profile", ["run", "good.yaml", "--profile", "repired"], 'did you mean "repaired"?'],
    ["no duration", ["run", "good.yaml", "--until", "5"], '--until "5" — expected a duration'],
    ["no range", ["run", "good.yaml", "--seed", "9..1"], '--seed "9..1" — a range goes up'],
    ["no reporter", ["run", "good.yaml", "--reporter", "tap"], '--reporter "tap" — expected'],
    [
      "two documents",
      ["run", "good.yaml", "--reporter", "json", "--reporter", "junit"],
      "cannot both have stdout",
    ],
    ["no wire", ["run", "good.yaml", "--wire", "x"], "Allowed choices are objects, bytes"],
    [
      "one file for two",
      ["run", "good.yaml", "bad.yaml", "--trace", "x.ndjson"],
      "one file holds one run",
    ],
    [
      "no node",
      ["trace", "good.yaml", "--node", "Z"],
      '--node "Z" — no node of that name; there are A, B',
    ],
    ["no event", ["trace", "good.yaml", "--cone", "x"], '--cone "x" — no such event'],
    [
      "no kind",
      ["trace", "good.yaml", "--kind", "sent"],
      'no kind of event (did you mean "send"?)',
    ],
    ["no moment", ["trace", "good.yaml", "--from", "now"], '--from "now" — expected a duration'],
    [
      "a type with a typing mistake",
      ["trace", "good.yaml", "--type", "MasternodeAnouncement"],
      'of that name (did you mean "MasternodeAnnouncement"?)',
    ],
    ["no type", ["trace", "good.yaml", "--type", "xyzzy"], '--type "xyzzy" — no message, fact'],
    [
      "an empty span",
      ["trace", "good.yaml", "--from", "5s", "--to", "5s"],
      '--to "5s" — it must be later than --from',
    ],
    ["two seeds", ["log", "good.yaml", "--seed", "1,2"], "one seed gives one trace"],
    ["a folder", ["log", "scenarios"], "scenarios — cannot be read: it is a folder"],
  ])("%s", async (_name, words, problem) => {
    const { exit, out, err } = await place.timesim(words);
    expect(err).toContain(problem);
    expect(exit).toBe(2);
    expect(out).toBe("");
    expect(err).not.toContain("    at ");
  });
});

describe("2: a file that cannot be used, one line a mistake, with its place", () => {
  it.each<readonly [string, string, RegExp]>([
    [
      "an unknown key",
      "until: 5s\nnodse: {}\nnodes: { A: { address: 10.0.0.1 } }\n",
      /^x\.yaml:2:1 nodse — unknown key "nodse"/,
    ],
    [
      "a bad duration",
      "until: 5\nnodes: { A: { address: 10.0.0.1 } }\n",
      /^x\.yaml:1:8 until — a duration needs a unit/,
    ],
    [
      "an unknown node",
      "until: 5s\nnodes: { A: { address: 10.0.0.1, dials: [Z] } }\n",
      /^x\.yaml:2:42 nodes\.A\.dials\[0\] — unknown node "Z"/,
    ],
    ["broken YAML", "until: 5s\nnodes: { A: [ }\n", /^x\.yaml:2:\d+ yaml — /],
    [
      "what only the protocol sees",
      "until: 5s\nnodes: { A: { address: 10.0.0.1, height: 9 } }\n",
      /^x\.yaml:1:1 node A: height 9 is beyond/,
    ],
  ])("%s", async (_name, text, line) => {
    place.write("x.yaml", text);
    for (const words of [
      ["run", "x.yaml"],
      ["validate", "x.yaml"],
    ]) {
      const { exit, out, err } = await place.timesim(words);
      expect(err).toMatch(line);
      expect(err.trimEnd().split("\n")).toHaveLength(1);
      expect(out.replace(/^✓.*\n/, "")).toBe("");
      expect(exit).toBe(2);
    }
  });

  it("before anything is run, and of all files", async () => {
    place.write("x.yaml", "until: 5\nnodes: { A: { address: 10.0.0.1 } }\n");
    place.write("y.yaml", "");
    const { exit, out, err } = await place.timesim(["run", "good.yaml", "x.yaml", "y.yaml"]);
    expect(exit).toBe(2);
    expect(out).toBe("");
    expect(err).toMatch(/^x\.yaml:1:8 .*\ny\.yaml:1:1 .*\n$/);
  });

  it("a report that cannot be written", async () => {
    const { exit, err } = await place.timesim(["run", "good.yaml", "--reports", "good.yaml"]);
    expect(exit).toBe(2);
    expect(err).toBe("good.yaml — cannot be written: a file is where a folder should be\n");
  });
});

it("3: a bug of ours, with what a report needs", async () => {
  const kit = {
    ...kitWith((machine) => machine),
    epoch: () => {
      throw new Bug("missing: x");
    },
  };
  const { exit, err } = await place.timesim(["run", "good.yaml"], { kit });
  expect(exit).toBe(3);
  expect(err).toContain("this is a bug in timesim; please report it");
  expect(err).toContain("timesim run good.yaml");
  expect(err).toContain("Bug: missing: x");
  expect(err).toContain("    at ");
});

describe("4: nothing selected", () => {
  it.each([
    ["run", "none-*.yaml"],
    ["list", "none-*.yaml"],
    ["validate", "none-*.yaml"],
  ])("%s", async (...words) => {
    const { exit, out, err } = await place.timesim(words);
    expect(exit).toBe(4);
    expect(out).toBe("");
    expect(err).toContain("none-*.yaml");
  });
});

describe("4: nothing asked", () => {
  const PINNED = "{ row: only once, on: B, that: { ready: A }, pinned: { by: 2s } }";
  place.write("empty.yaml", toy());
  place.write("pinned.yaml", toy(PINNED));

  it.each<readonly [readonly string[], string]>([
    [["empty.yaml"], "— expects nothing · "],
    [["empty.yaml", "--seed", "1..3"], "— 3 runs: expects nothing · "],
    [["pinned.yaml", "--seed", "2..4"], "— 3 runs: expects nothing · "],
    [["empty.yaml", "pinned.yaml", "--seed", "2"], "— 2 scenarios: 2 expect nothing · 0 rows"],
  ])("run %j", async (words, line) => {
    const { exit, out, err } = await place.timesim(["run", "--no-report", ...words]);
    expect(exit).toBe(4);
    expect(out).toContain(`\n${line}`);
    expect(out).not.toContain("passed");
    expect(err).toContain(`nothing was asked: no row of ${words[0]}`);
  });

  it("is no matter where another scenario was judged", async () => {
    const words = ["run", "--no-report", "empty.yaml", "good.yaml"];
    const { exit, out } = await place.timesim(words);
    expect(exit).toBe(0);
    expect(out).toContain("✓ 2 scenarios: 1 passed, 1 expects nothing · 1 row judged · ");
    expect(await place.timesim(["run", "--no-report", "pinned.yaml"])).toMatchObject({ exit: 0 });
  });

  it("is skipped for JUnit", async () => {
    const words = ["run", "--no-report", "empty.yaml", "--reporter", "junit"];
    const { exit, out } = await place.timesim(words);
    expect(exit).toBe(4);
    expect(out).toContain('tests="1" failures="0" skipped="1"');
    expect(out.match(/<skipped message="nothing was asked"\/>/g)).toHaveLength(1);
  });
});

describe("5: nondeterminism", () => {
  /** Every boot but the first few says something more. */
  const forgetful = () => {
    let boots = 0;
    return kitWith((machine) => ({
      ...machine,
      init: (config, files, ctx) => {
        boots++;
        const fact = { type: "standing", height: boots, active: 0 };
        if (boots > 2) ctx.emit(fact);
        return machine.init(config, files, ctx);
      },
    }));
  };

  it("shows the first event that differs", async () => {
    const words = ["run", "good.yaml", "--check-determinism"];
    const { exit, out } = await place.timesim(words, { kit: forgetful() });
    expect(exit).toBe(5);
    expect(out).toContain("FAIL  good.yaml › one seed, one run   seed 1");
    expect(out).toMatch(/found +digest [0-9a-f]{16}, different after 2 equal events/);
    expect(out).toMatch(/first run +0\.000000 {2}A {2}fact +starts as/);
    expect(out).toMatch(/second run +0\.000000 {2}A {2}fact +stands at height 3/);
    expect(out).toContain("npx timesim run good.yaml --seed 1 --check-determinism");
  });

  it("stops a sweep", async () => {
    const words = ["run", "good.yaml", "--seed", "1..9", "--check-determinism"];
    const { exit, out } = await place.timesim(words, { kit: forgetful() });
    expect(exit).toBe(5);
    expect(out).toContain("1 run: 1 passed");
    expect(out).not.toContain("the same");
  });

  it("is not found where there is none", async () => {
    const words = ["run", "good.yaml", "--check-determinism"];
    const { exit, out } = await place.timesim(words);
    expect(exit).toBe(0);
    expect(out).toContain("✓ 1 row passed · each seed played 3 times, the same · ");
    const sweep = await place.timesim([...words, "--seed", "1..2"]);
    expect(sweep.out).toContain(" · 1 row judged · each seed played 3 times, the same · ");
    const json = await place.timesim([...words, "--json"]);
    expect(JSON.parse(json.out)).toMatchObject({ results: [{ plays: 3 }] });
    expect((await place.timesim(words.slice(0, 2))).out).not.toContain("the same");
    place.write("fails.yaml", toy(FAILS));
    const failing = ["run", "fails.yaml", "--check-determinism"];
    expect(await place.timesim(failing)).toMatchObject({ exit: 1 });
  });
});
