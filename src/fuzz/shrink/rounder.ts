/** Passes over single numbers and names: rounder ones, smaller ones, those of examples in books. */
import { parseAddress, portOf } from "../../core/address.ts";
import { HOUR, MILLISECOND, MINUTE, SECOND } from "../../core/units.ts";
import type { Field, Fields, Settings } from "../../kit/field.ts";
import type { Dialect } from "../../scenario/dialect.ts";
import type { NodePlan, Scenario } from "../../scenario/model.ts";
import type { Edit, Pass } from "./edit.ts";
import { plainIp, plainName } from "./weigh.ts";
import { referring } from "./whom.ts";

type Path = readonly (string | number)[];

/** A number of the scenario: where, what it is, and whether it is a length in µs. */
interface Leaf {
  readonly path: Path;
  readonly value: number;
  readonly isLength: boolean;
}

export const rounderNumbers: Pass = {
  name: "rounder numbers",
  together: false,
  edits: (kit, scenario) =>
    leavesOf(kit, scenario).flatMap(({ path, value, isLength }) =>
      (isLength ? roundLengths(value) : roundCounts(value)).map((rounder): Edit => {
        return (now) => replaced(now, path, value, rounder) as Scenario | null;
      }),
    ),
};

function leavesOf(kit: Dialect, scenario: Scenario): readonly Leaf[] {
  const { config, world, nodes, link, links, events } = scenario;
  return [
    ...settingLeaves(kit.world, world, ["world"]),
    ...settingLeaves(kit.config, config, ["config"]),
    ...plainLeaves(link, ["link"]),
    ...links.flatMap((plan, index) => plainLeaves(plan.link, ["links", index, "link"])),
    ...nodes.flatMap(({ start, clock, disk, config: own, settings }, index) => [
      ...plainLeaves({ start, clock, disk }, ["nodes", index]),
      ...settingLeaves(kit.config, own, ["nodes", index, "config"]),
      ...settingLeaves(kit.node, settings, ["nodes", index, "settings"]),
    ]),
    ...events.flatMap((event, index) => [
      { path: ["events", index, "at"], value: event.at, isLength: true },
      ...("fault" in event
        ? plainLeaves(event.fault, ["events", index, "fault"])
        : settingLeaves(kit.commands[event.command]?.fields ?? {}, event.args, [
            ...["events", index, "args"],
          ])),
    ]),
  ];
}

function settingLeaves(fields: Fields, settings: Settings, path: Path): readonly Leaf[] {
  return Object.entries(settings).flatMap(([key, value]): readonly Leaf[] => {
    const field: Field | undefined = fields[key];
    const here = [...path, key];
    if (field?.kind === "group") return settingLeaves(field.fields, value as Settings, here);
    if (typeof value !== "number") return [];
    return [{ path: here, value, isLength: field?.kind === "duration" }];
  });
}

const NO_LENGTHS = ["drift", "chance", "loss", "bandwidth"];

/** Of faults, links, clocks and disks, whose numbers are lengths but for a few. */
function plainLeaves(value: unknown, path: Path): readonly Leaf[] {
  if (typeof value === "number") {
    return [{ path, value, isLength: !NO_LENGTHS.includes(String(path.at(-1))) }];
  }
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => plainLeaves(inner, [...path, key]));
}

const GRIDS = [
  ...[HOUR, 30 * MINUTE, 10 * MINUTE, 5 * MINUTE, MINUTE, 30 * SECOND, 10 * SECOND, 5 * SECOND],
  ...[SECOND, 500 * MILLISECOND, 100 * MILLISECOND, 10 * MILLISECOND, MILLISECOND],
];
const TRIED = 8;

/** Nearby lengths that are shorter to write, the roundest first. */
function roundLengths(value: number): readonly number[] {
  const size = Math.abs(value);
  const near = GRIDS.flatMap((grid) => [
    Math.floor(size / grid) * grid,
    Math.ceil(size / grid) * grid,
  ]);
  return rounder(
    near.filter((one) => one > 0 && one <= 4 * size),
    value,
  );
}

/** Small ones first, then those with few digits. */
function roundCounts(value: number): readonly number[] {
  const size = Math.abs(value);
  const tens = [1, 10, 100, 1_000, 10_000, 100_000].filter((ten) => ten <= size);
  const near = tens.toReversed().map((ten) => Math.floor(size / ten) * ten);
  return rounder(
    [1, 2, 3, ...near, size - 1].filter((one) => one > 0 && one < size),
    value,
  );
}

function rounder(near: readonly number[], value: number): readonly number[] {
  const sign = value < 0 ? -1 : 1;
  const different = near.map((one) => sign * one).filter((one) => one !== value);
  return [...new Set(different)].slice(0, TRIED);
}

/** Null if another edit has changed it. */
function replaced(whole: unknown, path: Path, from: number, to: number): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return whole === from ? to : null;
  if (typeof whole !== "object" || whole === null) return null;
  const inner = replaced((whole as Record<string, unknown>)[key], rest, from, to);
  if (inner === null) return null;
  if (Array.isArray(whole)) return whole.map((item: unknown, at) => (at === key ? inner : item));
  return { ...whole, [key]: inner };
}

/** A chain's heights count from somewhere: from nought, as far apart as they are. */
export const lowerHeights: Pass = {
  name: "numbers that belong together",
  together: false,
  edits: (kit, { world }) =>
    Object.entries(kit.world).flatMap(([group, field]): readonly Edit[] => {
      if (field.kind !== "group") return [];
      const counts = settingLeaves(field.fields, (world[group] ?? {}) as Settings, []);
      const least = Math.min(...counts.map(({ value }) => value));
      if (counts.length < 2 || least <= 0 || !Number.isFinite(least)) return [];
      const names = counts.map(({ path }) => String(path[0]));
      return [least, least - 1].map((by) => (now) => lowered(now, group, names, by));
    }),
};

/** In the group, and in nodes' own settings of the same names. */
function lowered(
  scenario: Scenario,
  group: string,
  names: readonly string[],
  by: number,
): Scenario {
  const less = (settings: Settings): Settings => {
    const changed = Object.entries(settings).map(([key, value]) => {
      const counts = names.includes(key) && typeof value === "number";
      return [key, counts ? Math.max(0, value - by) : value];
    });
    return Object.fromEntries(changed) as Settings;
  };
  const own = scenario.world[group] as Settings;
  return {
    ...scenario,
    world: { ...scenario.world, [group]: less(own) } as Settings,
    nodes: scenario.nodes.map((node) => ({ ...node, settings: less(node.settings) })),
  };
}

/** Names A, B, C; addresses of examples, in the same order; seeds of one digit. */
export const plainNames: Pass = {
  name: "names",
  together: false,
  edits: (kit, { nodes }) => [
    (scenario) => named(kit, scenario),
    // Names are a part of luck: with another seed it may happen to others.
    ...SEEDS.map((seed): Edit => (scenario) => {
      const plain = named(kit, { ...scenario, seed });
      return plain === null ? null : settled(kit, plain, null);
    }),
    ...PORTS.flatMap((port): readonly Edit[] => [
      (scenario) => settled(kit, scenario, null, port),
      ...nodes.map(
        ({ name }): Edit =>
          (scenario) =>
            settled(kit, scenario, name, port),
      ),
    ]),
    ...SEEDS.map((seed): Edit => (scenario) => ({ ...scenario, seed })),
  ],
};

const PORTS = ["usual", "kept"] as const;
const SEEDS = ["1", "2", "3", "4", "5", "6", "7", "8", "9"];

function named(kit: Dialect, scenario: Scenario): Scenario | null {
  const names = new Map(scenario.nodes.map(({ name }, index) => [name, plainName(index)]));
  const called = referring(kit, scenario, (name) => names.get(name) ?? name);
  if (called === null) return null;
  const nodes = called.nodes.map((node) => ({ ...node, name: names.get(node.name) ?? node.name }));
  return { ...called, nodes };
}

/** All of them, or one alone. Who had the lower address still has; ports stay if they have to. */
function settled(
  kit: Dialect,
  scenario: Scenario,
  only: string | null,
  port: (typeof PORTS)[number] = "usual",
): Scenario | null {
  const order = scenario.nodes.toSorted((one, other) => one.address - other.address);
  const nodes = scenario.nodes.map((node): NodePlan => {
    const standard = port === "kept" ? portOf(node.address) : kit.defaultPort;
    const plain = parseAddress(plainIp(order.indexOf(node)), standard);
    return plain === null || (only ?? node.name) !== node.name ? node : { ...node, address: plain };
  });
  const distinct = new Set(nodes.map((node) => node.address)).size === nodes.length;
  return distinct ? { ...scenario, nodes } : null;
}
