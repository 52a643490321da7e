/** Gates have names, and the list of them is the sources'. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { BadInput, simulate } from "../../src/index.ts";
import { GATES } from "../../src/masternode/gates.ts";

test("every gate that is asked is listed, and none besides", () => {
  const folder = join(import.meta.dirname, "../../src/masternode");
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .flatMap((name) => [...readFileSync(join(folder, name), "utf8").matchAll(ASKED)])
    .map((match) => match[1] ?? "");
  expect([...new Set(names)].sort()).toEqual([...GATES].sort());
});

const ASKED = /ctx\s*\.gate\(\s*"([a-z-]+)"/g;

test("a gate that does not exist is refused, with the nearest that does", () => {
  const text = `until: 1s
nodes: { A: { start: 0s, address: 10.0.0.1 } }
expect: [{ on: A, that: { gate: { name: minmum } }, never: true }]
`;
  expect(() => simulate(text)).toThrow(BadInput);
  expect(() => simulate(text)).toThrow(/did you mean "minimum"/);
});

test("claims about a node's state do not hold while it is down, and forget at a boot", () => {
  const text = (restart: string): string => `until: 4m
chain: { height: 9, expected: 9 }
nodes:
  A: { start: 0s, address: 10.0.0.1 }
  B: { start: 0s, address: 10.0.0.2, dials: [A] }
events: [{ at: 1m, kill: B }${restart}]
expect:
  - { row: height, on: B, that: { height: { is: 9 } }, by: 4m, after: 90s }
  - { row: active, on: B, that: { active: { min: 1 } }, by: 4m, after: 90s }
  - { row: knows, on: B, that: { knows: A }, by: 4m, after: 90s }
  - { row: sessions, on: B, that: { sessions: { count: 1, with: A } }, by: 4m, after: 90s }
  - { row: same tip, that: { same-tip: { nodes: all } }, by: 4m, after: 90s }
`;
  const passed = (events: string): readonly string[] =>
    simulate(text(events))
      .summary.outcomes.filter((outcome) => outcome.passed)
      .map((outcome) => outcome.row);
  expect(passed("")).toEqual([]);
  const all = ["height", "active", "knows", "sessions", "same tip"];
  expect(passed(", { at: 2m, restart: B }")).toEqual(all);
});
