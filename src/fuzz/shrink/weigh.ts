/**
 * How much there is to a scenario, as numbers of which the first that differ decide. Every step of
 * shrinking makes it less, so shrinking ends, and what is kept is the shorter read.
 */
import { formatIp, portOf } from "../../core/address.ts";
import type { Ends } from "../../core/fault.ts";
import type { Settings } from "../../kit/field.ts";
import type { Dialect } from "../../scenario/dialect.ts";
import type { NodePlan, Scenario, ScenarioEvent } from "../../scenario/model.ts";
import {
  overrides,
  unusual,
  unusualLink,
  unusualNetwork,
  unusualTraits,
  type Way,
} from "./usual.ts";

/** Nodes, events, parts, length in µs, odd names, characters, and the sum of all numbers. */
export type Weight = readonly number[];

export function weigh(kit: Dialect, scenario: Scenario): Weight {
  const { nodes, events, until } = scenario;
  const { about: _about, file: _file, name: _name, ...rest } = scenario;
  const bare = { ...rest, nodes: nodes.map(({ address: _address, ...node }) => node), until: 0 };
  const tally: Tally = { characters: 0, sum: 0 };
  count(bare, tally);
  const parts = partsOf(kit, scenario);
  return [
    nodes.length,
    events.length,
    parts,
    until,
    odd(kit, nodes, scenario.seed),
    ...told(tally),
  ];
}

export function isLess(one: Weight, other: Weight): boolean {
  const at = one.findIndex((value, index) => value !== other[index]);
  return at >= 0 && (one[at] ?? 0) < (other[at] ?? 0);
}

interface Tally {
  characters: number;
  sum: number;
}

function told({ characters, sum }: Tally): readonly number[] {
  return [characters, sum];
}

/** Digits that say something: 90,000,000 has one. */
function count(value: unknown, tally: Tally): void {
  if (typeof value === "number") {
    tally.characters += String(value).replace(/0+$/, "").length;
    tally.sum += Math.abs(value);
  } else if (typeof value === "string") {
    tally.characters += value.length;
  } else if (typeof value === "object" && value !== null) {
    for (const inner of Object.values(value)) count(inner, tally);
  }
}

/** Everything that somebody had to say: settings, overrides, links, names in lists, details. */
function partsOf(kit: Dialect, scenario: Scenario): number {
  const { config, world, nodes, link, links, network, sweepLink, events, expect } = scenario;
  const own = nodes.map((node) => {
    const set = [...unusual(kit.node, node.settings), ...overrides(kit.config, node.config)];
    const listed = unusual(kit.node, node.settings).map((way) => listLength(node.settings, way));
    return set.length + sum(listed) + unusualTraits(node).length + (node.start === null ? 1 : 0);
  });
  return (
    overrides(kit.config, config).length +
    unusual(kit.world, world).length +
    unusualLink(link).length +
    unusualNetwork(network).length +
    (sweepLink === null ? 0 : 1) +
    sum(own) +
    sum(links.map((plan) => Object.keys(plan.link).length + named(plan.from) + named(plan.to))) +
    sum(events.map(detailsOf)) +
    sum(expect.map(({ on, claims }) => 1 + on.length + claims.length))
  );
}

function listLength(settings: Settings, way: Way): number {
  let value: unknown = settings;
  for (const key of way) value = (value as Settings | undefined)?.[key];
  return Array.isArray(value) ? value.length : 0;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}

function named(ends: Ends): number {
  return ends === "*" ? 0 : ends.length;
}

function detailsOf(event: ScenarioEvent): number {
  if (!("fault" in event)) return Object.keys(event.args).length;
  const { fault } = event;
  const { from = "*", to = "*" } = fault as { readonly from?: Ends; readonly to?: Ends };
  const groups = fault.do === "partition" ? sum(fault.groups.map((group) => group.length)) : 0;
  const sides = fault.do === "flap" ? sum(fault.between.map(named)) : named(from) + named(to);
  const harsh = fault.do === "power-loss" && fault.disk !== "kept" ? 1 : 0;
  const unsure = "chance" in fault && fault.chance !== 1 ? 1 : 0;
  const link = fault.do === "shape" ? Object.keys(fault.link).length : 0;
  return Object.keys(fault).length + groups + sides + harsh + unsure + link;
}

/** The n-th of the plain names and addresses, which examples in books have (RFC 5737). */
export function plainName(index: number): string {
  return index < 26 ? String.fromCharCode(65 + index) : `N${index + 1}`;
}

export function plainIp(index: number): string {
  return `203.0.113.${index + 1}`;
}

function odd(kit: Dialect, nodes: readonly NodePlan[], seed: string): number {
  const strange = nodes.map(({ name, address }, index) => {
    const usual = [
      name === plainName(index),
      formatIp(address).startsWith("203.0.113."),
      portOf(address) === kit.defaultPort,
    ];
    return usual.filter((plain) => !plain).length;
  });
  return sum(strange) + (seed === "1" ? 0 : seed.length);
}
