/**
 * Nothing stands in the protocol for nothing: whatever one thing is taken away (a row, an event's
 * handler, the arming of a timer, a gate), a shipped scenario or a golden script notices. What goes
 * unnoticed is untested or unneeded.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { assert } from "../../src/core/assert.ts";
import { GATES } from "../../src/masternode/gates.ts";
import { type Check, checks } from "./checks.ts";
import { armings, lackingCells, lackingEffects, marking, type Mutant } from "./mutants.ts";

/** Mutants that nothing notices, and why that is right. */
const NO_ROW = "the node as found has no row for that timer: it goes off for nothing";
const EXPLAINED: Readonly<Record<string, string>> = {
  "as-found: no command stop": "the node as found keeps nothing that a stop would save",
  "as-found: init does not arm exchange": NO_ROW,
  "as-found: init does not arm feeler": NO_ROW,
  "as-found: init does not arm prune": NO_ROW,
  "as-found: init does not arm tips": NO_ROW,
  "as-found: noteChange does not arm cache": NO_ROW,
  "as-found: tryDial does not arm handshake": NO_ROW,
};

/** A check, the marks it leaves, and how long it takes. */
interface Judge extends Check {
  readonly marks: ReadonlySet<string>;
  readonly time: number;
}

let judges: Judge[] = [];
let marks: ReadonlySet<string> = new Set();

/** All of them hold of what is shipped. Their order changes no result, only how soon it is there. */
beforeAll(() => {
  judges = checks().map((check): Judge => {
    const left = new Set<string>();
    const start = performance.now();
    assert(check.holds(marking((mark) => left.add(mark))), `${check.name} holds as it is`);
    return { ...check, marks: left, time: performance.now() - start };
  });
  judges.sort((a, b) => a.time - b.time);
  marks = new Set(judges.flatMap((judge) => [...judge.marks]));
});

test("a missing row or handler is noticed", () => {
  expectNoticed(lackingCells());
});

test("a timer not armed and a gate not asked are noticed", () => {
  expectNoticed(lackingEffects(marks));
});

test("no timer is armed and no gate asked where no check comes past", () => {
  const folder = join(import.meta.dirname, "../../src/masternode");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const sources = files.filter((name) => name.endsWith(".ts"));
  const armed = sources.flatMap((name) => armings(readFileSync(join(folder, name), "utf8")));
  const wanted = [...armed, ...GATES.map((name) => `gate | ${name}`)];
  expect(wanted.length).toBeGreaterThan(GATES.length + 20);
  const seen = [...marks];
  expect(wanted.filter((want) => !seen.some((mark) => mark.endsWith(want)))).toEqual([]);
});

function expectNoticed(mutants: readonly Mutant[]): void {
  const names = mutants.map((mutant) => mutant.name);
  const explained = Object.keys(EXPLAINED).filter((name) => names.includes(name));
  const survivors = mutants.filter((mutant) => !isNoticed(mutant));
  expect(survivors.map((mutant) => mutant.name)).toEqual(explained);
}

/** The check that struck last is asked first. */
function isNoticed({ machines, mark }: Mutant): boolean {
  const index = judges.findIndex((judge) => {
    return (mark === null || judge.marks.has(mark)) && !judge.holds(machines);
  });
  const [struck] = index < 0 ? [] : judges.splice(index, 1);
  if (struck === undefined) return false;
  judges.splice(Math.floor(index / 2), 0, struck);
  return true;
}
