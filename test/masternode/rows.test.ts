/**
 * No row of the tables stands there for nothing: taking any one away is noticed by a shipped
 * scenario or a golden script. A row that goes unnoticed is untested or unneeded.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { asFound } from "../../src/masternode/as-found/behaviour.ts";
import type { Behaviour } from "../../src/masternode/behaviour.ts";
import { repaired } from "../../src/masternode/machine.ts";
import type { State } from "../../src/masternode/state.ts";
import { loadScenario } from "../../src/scenario/load.ts";
import { runScenario } from "../../src/scenario/run.ts";
import { type Behaviours, bareKit, kitOf } from "./bare.ts";
import { playScript } from "./script.ts";

const SHIPPED = { repaired, asFound };
const ROLES = ["dialed", "accepted"] as const;

interface Mutant {
  readonly name: string;
  readonly behaviours: Behaviours;
}

/** Holds when nothing strikes it. */
interface Check {
  readonly name: string;
  /** Whose rows it can notice: no check has nodes of both. */
  readonly profile: keyof Behaviours;
  readonly holds: (behaviours: Behaviours) => boolean;
}

/** Rows that nothing notices, and why that is right. */
const EXPLAINED: Readonly<Record<string, string>> = {};

test("taking any row away is noticed", { timeout: 120_000 }, () => {
  const checks = fastestFirst([...scenarios(), ...scripts()]);
  const survivors = mutants().filter((mutant) => !isNoticed(mutant, checks));
  expect(survivors.map((mutant) => mutant.name)).toEqual(Object.keys(EXPLAINED));
});

/** Also makes sure that they hold of what is shipped. The order changes no result. */
function fastestFirst(checks: readonly Check[]): Check[] {
  const timed = checks.map((check) => {
    const start = performance.now();
    expect(check.holds(SHIPPED), check.name).toBe(true);
    return { check, time: performance.now() - start };
  });
  return timed.sort((a, b) => a.time - b.time).map(({ check }) => check);
}

/** The check that struck most often so far is asked first. */
function isNoticed({ behaviours }: Mutant, checks: Check[]): boolean {
  const index = checks.findIndex((check) => {
    return behaviours[check.profile] !== SHIPPED[check.profile] && !check.holds(behaviours);
  });
  const [struck] = index < 0 ? [] : checks.splice(index, 1);
  if (struck === undefined) return false;
  checks.splice(Math.max(0, Math.floor(index / 2)), 0, struck);
  return true;
}

/** The shipped ones, and those beside this test. */
function scenarios(): Check[] {
  const folders = ["../../scenarios", "scenarios"].map((path) => join(import.meta.dirname, path));
  const files = folders.flatMap((folder) => {
    const names = readdirSync(folder).filter((name) => name.endsWith(".yaml"));
    return names.map((name) => join(folder, name));
  });
  return files.map((name) => {
    const text = readFileSync(name, "utf8");
    const scenario = loadScenario(kitOf(SHIPPED), text, name);
    return {
      name,
      profile: profileIn(text),
      holds: (behaviours) => runScenario(kitOf(behaviours), scenario).summary.passed,
    };
  });
}

function scripts(): Check[] {
  const names = readdirSync(import.meta.dirname).filter((name) => name.endsWith(".script"));
  return names.map((name) => {
    const text = readFileSync(join(import.meta.dirname, name), "utf8");
    const holds = (behaviours: Behaviours): boolean => played(text, behaviours) === text;
    return { name, profile: profileIn(text), holds };
  });
}

function profileIn(text: string): keyof Behaviours {
  return /^[^#\n]*as-found/m.test(text) ? "asFound" : "repaired";
}

/** A bare peer that is closed on, or a machine that throws, is a difference as well. */
function played(text: string, behaviours: Behaviours): string {
  try {
    return playScript(text, bareKit(behaviours));
  } catch (error) {
    return String(error);
  }
}

function mutants(): readonly Mutant[] {
  const first = without(repaired).map(({ name, behaviour }) => {
    return { name: `repaired ${name}`, behaviours: { repaired: behaviour, asFound } };
  });
  const second = without(asFound).map(({ name, behaviour }) => {
    return { name: `as-found ${name}`, behaviours: { repaired, asFound: behaviour } };
  });
  return [...first, ...second];
}

interface Loss {
  readonly name: string;
  readonly behaviour: Behaviour;
}

/** The behaviour without each of its rows in turn. */
function without(whole: Behaviour): Loss[] {
  const cells: readonly Partial<Behaviour>[] = [
    { refused: same },
    { closed: same },
    { garbled: same },
    { saved: same },
    { admit: () => "handle" },
    { judge: (_before, after) => after },
    { commands: { addnode: same } },
    { opened: { ...whole.opened, dialed: same } },
    { opened: { ...whole.opened, accepted: same } },
  ];
  return [
    ...messageRows(whole),
    ...Object.keys(whole.timers).map((name): Loss => {
      const timers = { ...whole.timers, [name]: undefined };
      return { name: `timer ${name}`, behaviour: { ...whole, timers } };
    }),
    ...cells
      .filter((cell) => isCell(whole, cell))
      .map((cell): Loss => {
        return { name: cellName(cell), behaviour: { ...whole, ...cell } };
      }),
  ];
}

/** Each row on both ends, and on each end alone. */
function messageRows({ messages, ...rest }: Behaviour): Loss[] {
  const types = new Set(ROLES.flatMap((role) => Object.keys(messages[role])));
  return [...types].flatMap((type) => {
    const having = ROLES.filter((role) => type in messages[role]);
    const ends = having.length === 2 ? [having, ...having.map((role) => [role])] : [having];
    return ends.map((roles): Loss => {
      const cut = (role: (typeof ROLES)[number]) =>
        roles.includes(role) ? { ...messages[role], [type]: undefined } : messages[role];
      const tables = { dialed: cut("dialed"), accepted: cut("accepted") };
      const name = `${type} on ${roles.join(" and ")} links`;
      return { name, behaviour: { ...rest, messages: tables } };
    });
  });
}

function same(state: State): State {
  return state;
}

/** What the as-found node does not have cannot be taken away. */
function isCell(whole: Behaviour, cell: Partial<Behaviour>): boolean {
  return whole !== asFound || !("judge" in cell || "saved" in cell);
}

function cellName(cell: Partial<Behaviour>): string {
  const [name = ""] = Object.keys(cell);
  if (cell.opened === undefined) return name;
  return `opened ${cell.opened.dialed === same ? "dialed" : "accepted"}`;
}
