/**
 * Mutants that nobody thought of: every cell of the tables taken away, every timer kept from being
 * armed again, every constant off by one, every collection that forgets nothing, every kind of
 * close ignored, roles swapped. `timesim zoo --mutants test/zoo/mechanical.ts` puts them to the same
 * judge as the real bugs.
 */
import type { Role } from "../../src/core/machine.ts";
import { has, put, type Table } from "../../src/core/table.ts";
import { MILLISECOND, SECOND } from "../../src/core/units.ts";
import { type Veil, veiled } from "../../src/core/veil.ts";
import type { Mutant } from "../../src/fuzz/mutant.ts";
import type { Profile } from "../../src/kit/kit.ts";
import type { Behaviour } from "../../src/masternode/behaviour.ts";
import { type Config, type ConstantName, CONSTANTS } from "../../src/masternode/config.ts";
import { GATES } from "../../src/masternode/gates.ts";
import { createMachine, repaired } from "../../src/masternode/machine.ts";
import type { Masternode, State, TimerName } from "../../src/masternode/state.ts";

type Machine = Profile<Masternode>["machine"];

function mutant(id: string, change: (machine: Machine) => Machine): Mutant<Masternode> {
  return { id, apply: (profile) => ({ ...profile, machine: change(profile.machine) }) };
}

function changed(id: string, change: Partial<Behaviour>): Mutant<Masternode> {
  return mutant(id, () => createMachine({ ...repaired, ...change }));
}

function behind(id: string, veil: Veil<Masternode>): Mutant<Masternode> {
  return mutant(id, (machine) => veiled(machine, veil));
}

const same = (state: State): State => state;

// Cells taken away.

const { messages } = repaired;
const TYPES = Object.keys(messages.dialed);
const TIMERS = Object.keys(repaired.timers) as TimerName[];

function withoutRow(type: string, roles: readonly Role[]): Mutant<Masternode> {
  const cut = (role: Role) =>
    roles.includes(role) ? { ...messages[role], [type]: undefined } : messages[role];
  const ends = roles.length === 2 ? "" : ` on ${roles.join()} links`;
  const tables = { dialed: cut("dialed"), accepted: cut("accepted") };
  return changed(`no ${type}${ends}`, { messages: tables });
}

const cells: readonly Mutant<Masternode>[] = [
  ...TYPES.flatMap((type) => [
    withoutRow(type, ["dialed", "accepted"]),
    withoutRow(type, ["dialed"]),
    withoutRow(type, ["accepted"]),
  ]),
  ...TIMERS.map((timer) =>
    changed(`no timer ${timer}`, { timers: { ...repaired.timers, [timer]: undefined } }),
  ),
  changed("refused dials ignored", { refused: same }),
  changed("closes ignored", { closed: same }),
  changed("garbled lines ignored", { garbled: same }),
  changed("saves ignored", { saved: same }),
  changed("everything admitted", { admit: () => "handle" }),
  changed("gates judged by nobody", { judge: (_before, after) => after }),
  changed("dialed sessions ignored", { opened: { ...repaired.opened, dialed: same } }),
  changed("accepted sessions ignored", { opened: { ...repaired.opened, accepted: same } }),
  ...Object.keys(repaired.commands).map((type) =>
    changed(`no command ${type}`, { commands: { ...repaired.commands, [type]: same } }),
  ),
];

// Timers that go off once and never again.

const rearms = TIMERS.map((timer) =>
  behind(`timer ${timer} armed but once`, (ctx, input) => ({
    setTimer(name, after, key) {
      const again = input?.kind === "timer" && input.timer === timer && name === timer;
      if (!again) ctx.setTimer(name, after, key);
    },
  })),
);

// Gates that never close.

const NOT_OURS = ["catch-up", "direction", "stable", "votes"];
const gates = GATES.filter((gate) => !NOT_OURS.includes(gate)).map((gate) =>
  behind(`gate ${gate} always open`, (ctx) => ({
    gate: (name, open, values) => ctx.gate(name, name === gate || open, values),
  })),
);

// Constants off: counts by one, lengths by a factor of two (a microsecond more is no defect).

/** Inside the machine: those who judge it know what was asked for. */
function off(
  name: ConstantName,
  how: string,
  change: (value: number) => number,
): Mutant<Masternode> {
  return mutant(`${name} ${how}`, (machine) => ({
    ...machine,
    init: (config: Config, files, ctx) => {
      return machine.init({ ...config, [name]: change(config[name]) }, files, ctx);
    },
  }));
}

const constants = (Object.keys(CONSTANTS) as ConstantName[]).flatMap((name) => {
  if (CONSTANTS[name].kind === "number") {
    const less = off(name, "- 1", (value) => Math.max(0, value - 1));
    return [off(name, "+ 1", (value) => value + 1), less];
  }
  const longer = off(name, "doubled", (value) => (value === 0 ? SECOND : 2 * value));
  // Whole, and never so short that time stood still.
  const shorter = off(name, "halved", (value) => Math.max(MILLISECOND, Math.floor(value / 2)));
  return CONSTANTS[name].default === 0 ? [longer] : [longer, shorter];
});

// Collections that keep what should go.

interface Collection {
  readonly name: string;
  readonly of: (state: State) => Table<unknown>;
  readonly into: (state: State, table: Table<never>) => State;
}

const COLLECTIONS: readonly Collection[] = [
  {
    name: "peers",
    of: ({ peers }) => peers,
    into: (state, peers) => ({ ...state, peers }),
  },
  {
    name: "registry entries",
    of: ({ registry }) => registry.entries,
    into: (state, entries) => ({ ...state, registry: { ...state.registry, entries } }),
  },
  {
    name: "removed entries",
    of: ({ registry }) => registry.removed,
    into: (state, removed) => ({ ...state, registry: { ...state.registry, removed } }),
  },
  {
    name: "held heartbeats",
    of: ({ registry }) => registry.held,
    into: (state, held) => ({ ...state, registry: { ...state.registry, held } }),
  },
  {
    name: "hashes of heartbeats",
    of: ({ registry }) => registry.hashes,
    into: (state, hashes) => ({ ...state, registry: { ...state.registry, hashes } }),
  },
  {
    name: "pruned addresses",
    of: ({ memory }) => memory.pruned,
    into: (state, pruned) => ({ ...state, memory: { ...state.memory, pruned } }),
  },
  {
    name: "violations",
    of: ({ memory }) => memory.violations,
    into: (state, violations) => ({ ...state, memory: { ...state.memory, violations } }),
  },
  {
    name: "sessions",
    of: ({ sessions }) => sessions,
    into: (state, sessions) => ({ ...state, sessions }),
  },
];

function keeping({ name, of, into }: Collection): Mutant<Masternode> {
  return mutant(`${name} are kept`, (machine) => ({
    ...machine,
    step: (before, input, ctx) => {
      const after = machine.step(before, input, ctx);
      const [old, now] = [of(before), of(after)];
      if (old === now) return after;
      let kept = now;
      for (const { keys, values } of old.chunks) {
        for (const [at, key] of keys.entries()) {
          if (!has(kept, key)) kept = put(kept, key, values[at]);
        }
      }
      return kept === now ? after : into(after, kept as Table<never>);
    },
  }));
}

// Closes that are not carried out, by the reason given.

const REASONS = [
  ...["duplicate", "self", "full", "banned", "found others", "line too long"],
  ...["feeler", "pings lost", "silent, and others of its ip wait"],
];

const closes = [
  behind("nothing is ever closed", () => ({ close: () => {} })),
  ...REASONS.map((ignored) =>
    behind(`not closed: ${ignored}`, (ctx) => ({
      close(session, reason) {
        if (reason !== ignored) ctx.close(session, reason);
      },
    })),
  ),
];

// Roles swapped.

const { dialed, accepted } = repaired.opened;
const roles = [
  changed("opened sessions take the other role", {
    opened: { dialed: accepted, accepted: dialed },
  }),
];

export const mutants: readonly Mutant<Masternode>[] = [
  ...[...cells, ...rearms, ...gates, ...constants],
  ...[...COLLECTIONS.map(keeping), ...closes, ...roles],
];
