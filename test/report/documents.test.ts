/** Reports for programs: JUnit, GitHub, JSON, and the nodes' logs. */
import { describe, expect, it } from "vitest";
import { githubLines } from "../../src/report/github.ts";
import { documentOf } from "../../src/report/json.ts";
import { junit } from "../../src/report/junit.ts";
import { logLines } from "../../src/report/log.ts";
import { counts, HEADER, traceOf, vocabulary } from "../trace/story.ts";
import { failures, part, resultOf, row } from "./toy.ts";

const trace = traceOf([
  [0, 1, "clock", { a: HEADER.epoch - 2_000_000 }],
  [1, 0, "fact", counts(1)],
  [1, 1, "fact", counts(2)],
  [1, 1, "send", { body: { type: "Hello" } }],
]);
const bad = part("A", { passed: false, found: 'counted <1> & "two"\u0007\ud800' });
const rows = [row("fine", part("A")), row("a & b", bad), row("a & b", part("A"))];
const result = resultOf(rows, failures(trace, rows));

describe("JUnit", () => {
  it("names rows, not seeds, and escapes what XML forbids", () => {
    expect(`\n${junit([result])}`).toMatchSnapshot();
  });

  it("has a case for a crash", () => {
    const crash = { node: "A", event: 1, at: 0 as never, error: "no", stack: "" };
    const xml = junit([resultOf([], failures(trace, [], crash))]);
    expect(xml).toContain('<testcase name="toy › A crashes" classname="toy"');
    expect(xml).toContain('type="crash"');
  });

  it("has an error for what could not be run, at its place", () => {
    const xml = junit([], ["x.yaml:12:5 until — no <time>", "y.yaml — there is no such file"]);
    expect(xml).toContain('<testsuites name="timesim" tests="2" failures="0" errors="2" ');
    expect(xml).toContain(
      '<testcase name="x.yaml:12:5 until" classname="timesim" file="x.yaml" line="12">\n' +
        '      <error message="x.yaml:12:5 until — no &lt;time&gt;"/>',
    );
    expect(xml).toContain('<testcase name="y.yaml" classname="timesim">');
  });

  it("of nothing is whole", () => {
    expect(junit([])).toContain('<testsuites name="timesim" tests="0" failures="0" time="0.000">');
  });
});

it("GitHub: one line a failure, at its place", () => {
  const lines = githubLines([result]);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(
    /^::error file=toy\.yaml,line=12,col=5,title=a & b \(seed 7\)::FAIL {2}toy\.yaml/,
  );
  expect(lines[0]).not.toContain("\n");
  expect(lines[0]).toContain("%0A  expected");
});

it("GitHub: one line for what could not be run", () => {
  expect(githubLines([], ["x.yaml:12:5 until — 5% of it", "y.yaml — gone"])).toEqual([
    "::error file=x.yaml,line=12,col=5,title=timesim::x.yaml:12:5 until — 5%25 of it",
    "::error title=timesim::y.yaml — gone",
  ]);
});

it("JSON: one versioned document", () => {
  const document = documentOf([result], { timesim: "0.0.0", exit: 1, problems: [] });
  expect(document).toMatchObject({
    format: 1,
    passed: false,
    exit: 1,
    results: [
      {
        scenario: "toy",
        seeds: "7",
        passed: false,
        runs: { total: 1, passed: 0, failed: 1 },
        virtualMicros: 60_000_000,
        rows: [{ passed: true }, { passed: false, failedRuns: 1, parts: [{ node: "A" }] }, {}],
        failures: [{ kind: "row", row: "a & b", seed: "7" }],
      },
    ],
  });
  expect(JSON.parse(JSON.stringify(document))).toEqual(document);
});

it("logs carry each node's own clock", () => {
  expect([...logLines(trace, vocabulary)].map(({ text }) => text)).toEqual([
    `${HEADER.epoch + 1_000_000} A count`,
    `${HEADER.epoch - 1_000_000} B2 count`,
  ]);
});
