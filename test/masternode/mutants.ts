/**
 * Masternodes that lack one thing: a row of a table on both ends of links or on one, a session
 * event's handler, a timer that one function arms, a gate. Made from outside, each with the
 * marks that a run leaves when it comes past what is missing, so that no mutant is put to a check
 * that cannot tell.
 */
import type { Input } from "../../src/core/machine.ts";
import { type Veil, veiled } from "../../src/core/veil.ts";
import { asFound } from "../../src/masternode/as-found/behaviour.ts";
import type { Behaviour } from "../../src/masternode/behaviour.ts";
import { createMachine, repaired } from "../../src/masternode/machine.ts";
import type { Masternode, State } from "../../src/masternode/state.ts";
import type { Machines } from "./bare.ts";

export interface Mutant {
  readonly name: string;
  readonly machines: Machines;
  /** Null: whatever a run comes past may tell. */
  readonly mark: string | null;
}

const BEHAVIOURS: Readonly<Record<string, Behaviour>> = { repaired, "as-found": asFound };
const ROLES = ["dialed", "accepted"] as const;

/** The shipped machines, telling the marks that they leave. */
export function marking(mark: (text: string) => void): Machines {
  const machines = Object.entries(BEHAVIOURS).map(([profile, behaviour]) => {
    const machine = veiled(createMachine(behaviour), (ctx, input) => {
      mark(`${profile} ${sourceOf(input)}`);
      return {
        setTimer(timer, after, key) {
          mark(armMark(profile, caller(), timer));
          ctx.setTimer(timer, after, key);
        },
        gate(name, open, values) {
          mark(gateMark(profile, name));
          return ctx.gate(name, open, values);
        },
      };
    });
    return [profile, machine] as const;
  });
  return Object.fromEntries(machines);
}

/** Every place in the sources that arms a timer: the function and the timer. Gates are listed. */
export function armings(source: string): readonly string[] {
  const found: string[] = [];
  let inside = "";
  for (const line of source.split("\n")) {
    inside = /^(?:export )?function (\w+)/.exec(line)?.[1] ?? inside;
    const timer = /ctx\.setTimer\(\s*"([a-z-]+)"/.exec(line)?.[1];
    if (timer !== undefined) found.push(`${inside} | ${timer}`);
  }
  return found;
}

/** Rows and event handlers do not have to be run to be known. */
export function lackingCells(): readonly Mutant[] {
  return Object.entries(BEHAVIOURS).flatMap(([profile, behaviour]) => {
    return [...messageRows(behaviour), ...timerRows(behaviour), ...events(behaviour)].map(
      ({ name, mark, change }): Mutant => ({
        name: `${profile}: no ${name}`,
        machines: { [profile]: createMachine({ ...behaviour, ...change }) },
        mark: mark === null ? null : `${profile} ${mark}`,
      }),
    );
  });
}

/** One for each function that arms a timer, and for each gate, that runs came past. */
export function lackingEffects(marks: ReadonlySet<string>): readonly Mutant[] {
  return [...marks].sort().flatMap((mark): Mutant[] => {
    const [profile = "", what = "", subject = ""] = mark.split(" | ");
    const behaviour = BEHAVIOURS[profile];
    if (behaviour === undefined || what === "") return [];
    const veil = what === "gate" ? withoutGate(subject) : withoutArm(what, subject);
    const name =
      what === "gate" ? `gate ${subject} is always open` : `${what} does not arm ${subject}`;
    const machines = { [profile]: veiled(createMachine(behaviour), veil) };
    return [{ name: `${profile}: ${name}`, machines, mark }];
  });
}

function withoutGate(gate: string): Veil<Masternode> {
  return (ctx) => ({
    gate: (name, open, values) => (name === gate ? true : ctx.gate(name, open, values)),
  });
}

function withoutArm(by: string, lost: string): Veil<Masternode> {
  return (ctx) => ({
    setTimer(timer, after, key) {
      if (timer !== lost || caller() !== by) ctx.setTimer(timer, after, key);
    },
  });
}

function armMark(profile: string, by: string, timer: string): string {
  return `${profile} | ${by} | ${timer}`;
}

function gateMark(profile: string, gate: string): string {
  return `${profile} | gate | ${gate}`;
}

/** Who called the veil whose method calls this: that, it and the veil come first. No text is made. */
function caller(): string {
  // oxlint-disable-next-line typescript/unbound-method -- it is put back as it was
  const { stackTraceLimit, prepareStackTrace } = Error;
  Error.stackTraceLimit = 4;
  Error.prepareStackTrace = (_error, sites) => sites[3]?.getFunctionName() ?? "";
  const name = new Error().stack ?? "";
  Error.stackTraceLimit = stackTraceLimit;
  Error.prepareStackTrace = prepareStackTrace;
  return name;
}

/** What kind of step it is. */
function sourceOf(input: Input<Masternode> | null): string {
  if (input === null) return "init";
  if (input.kind === "message") return input.message.type;
  if (input.kind === "timer") return `timer ${input.timer}`;
  if (input.kind === "command") return `command ${input.command.type}`;
  if (input.kind === "opened") return `opened ${input.role}`;
  return input.kind;
}

interface Lack {
  readonly name: string;
  readonly mark: string | null;
  readonly change: Partial<Behaviour>;
}

/** Each row on both ends, and on each end alone. */
function messageRows({ messages }: Behaviour): Lack[] {
  const types = new Set(ROLES.flatMap((role) => Object.keys(messages[role])));
  return [...types].flatMap((type) => {
    const having = ROLES.filter((role) => type in messages[role]);
    const ends = having.length === 2 ? [having, ...having.map((role) => [role])] : [having];
    return ends.map((roles): Lack => {
      const cut = (role: (typeof ROLES)[number]) =>
        roles.includes(role) ? { ...messages[role], [type]: undefined } : messages[role];
      const tables = { dialed: cut("dialed"), accepted: cut("accepted") };
      const name = `${type} on ${roles.join(" and ")} links`;
      return { name, mark: type, change: { messages: tables } };
    });
  });
}

function timerRows({ timers }: Behaviour): Lack[] {
  return Object.keys(timers).map((timer): Lack => {
    const change = { timers: { ...timers, [timer]: undefined } };
    return { name: `timer ${timer}`, mark: `timer ${timer}`, change };
  });
}

/** Asked whatever comes. */
const EVERY_STEP = ["admit", "judge"];

function events(whole: Behaviour): Lack[] {
  const cells: Readonly<Record<string, Partial<Behaviour>>> = {
    refused: { refused: same },
    closed: { closed: same },
    garbled: { garbled: same },
    saved: { saved: same },
    admit: { admit: () => "handle" },
    judge: { judge: (_before, after) => after },
    "opened dialed": { opened: { ...whole.opened, dialed: same } },
    "opened accepted": { opened: { ...whole.opened, accepted: same } },
    ...Object.fromEntries(
      Object.keys(whole.commands).map((type) => {
        return [`command ${type}`, { commands: { ...whole.commands, [type]: same } }];
      }),
    ),
  };
  return Object.entries(cells)
    .filter(([name]) => !inherited(whole, name))
    .map(([name, change]): Lack => ({
      name,
      mark: EVERY_STEP.includes(name) ? null : name,
      change,
    }));
}

/** What the as-found node does not have cannot be taken away. */
function inherited(whole: Behaviour, cell: string): boolean {
  return whole === asFound && (cell === "judge" || cell === "saved");
}

function same(state: State): State {
  return state;
}
