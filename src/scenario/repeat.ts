/** The command that plays a run again: every failure ends with it (house rule 9). */
import { formatDuration, type Time } from "../core/units.ts";
import type { Scenario } from "./model.ts";

/** How a run was asked for, where it differs from what its scenario says. */
export interface Differences {
  readonly profile: string | null;
  readonly until: Time | null;
  readonly wire: "objects" | "bytes";
  readonly guard: boolean;
  /** The module of another protocol than the program's own, as it was named. */
  readonly machine: string | null;
  /** `module#id`: with that defect. */
  readonly mutant: string | null;
  /** Played by real nodes, so many times faster than real time. */
  readonly speed?: number;
}

/** The command that repeats a run, with nothing in it that would be so anyway. */
export function repeatCommand(scenario: Scenario, ask: Differences, seeds: string): string {
  const { profile, until, wire, guard, machine, mutant, speed } = ask;
  const how = speed === undefined ? "run" : "cluster";
  const words = [`npx timesim ${how} ${quoted(scenario.file)} --seed ${quoted(seeds)}`];
  if (speed !== undefined && speed !== 1) words.push(`--speed ${speed}`);
  if (machine !== null) words.push(`--machine ${quoted(machine)}`);
  if (mutant !== null) words.push(`--mutant ${quoted(mutant)}`);
  if (profile !== null && profile !== scenario.profile) words.push(`--profile ${profile}`);
  if (until !== null && until !== scenario.until) words.push(`--until ${formatDuration(until)}`);
  if (wire === "bytes") words.push("--wire bytes");
  if (guard) words.push("--guard");
  return words.join(" ");
}

/** A command that goes on with what another protocol's run left. */
export function withMachine(command: string, machine: string | null): string {
  return machine === null ? command : `${command} --machine ${quoted(machine)}`;
}

/** An event of a trace, with what led to it and what came of it. */
export function coneCommand(path: string, event: number, machine: string | null): string {
  const cone = `npx timesim trace ${quoted(path)} --cone ${Math.max(0, event)}`;
  return withMachine(cone, machine);
}

/** As a shell wants it: the line is made to be pasted. */
export function quoted(word: string): string {
  return /^[\w./:@%+,=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
