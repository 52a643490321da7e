/**
 * The names of nodes, wherever a scenario has them: in settings, links, faults, commands and
 * expectations. What names somebody who is gone goes with him, or names one less.
 */
import type { Ends, Fault } from "../../core/fault.ts";
import type { Fields, Setting, Settings } from "../../kit/field.ts";
import type { Dialect } from "../../scenario/dialect.ts";
import type { ClaimCall, Expectation, Scenario, ScenarioEvent } from "../../scenario/model.ts";

/** Who is meant now by a name; null: nobody. `owner`: in whose settings it stands, or null. */
export type Whom = (name: string, owner: string | null) => string | null;

/** Every reference to a node, not the nodes themselves. Null where one cannot be done without. */
export function referring(kit: Dialect, scenario: Scenario, whom: Whom): Scenario | null {
  const world = settingsTo(kit.world, scenario.world, (name) => whom(name, null));
  if (world === null) return null;
  const nodes: Scenario["nodes"][number][] = [];
  for (const node of scenario.nodes) {
    const settings = settingsTo(kit.node, node.settings, (name) => whom(name, node.name));
    if (settings === null) return null;
    nodes.push({ ...node, settings });
  }
  const to: To = (name) => whom(name, null);
  const links = scenario.links.flatMap((plan) => {
    const [from, end] = [endsTo(plan.from, to), endsTo(plan.to, to)];
    return from === null || end === null ? [] : [{ ...plan, from, to: end }];
  });
  const events = scenario.events.flatMap((event) => eventTo(kit, event, to) ?? []);
  const expect = scenario.expect.flatMap((row) => rowTo(kit, row, to) ?? []);
  return { ...scenario, world, nodes, links, events, expect };
}

/** The scenario without some of its nodes. */
export function without(
  kit: Dialect,
  scenario: Scenario,
  gone: ReadonlySet<string>,
): Scenario | null {
  const nodes = scenario.nodes.filter(({ name }) => !gone.has(name));
  if (nodes.length === 0) return null;
  return referring(kit, { ...scenario, nodes }, (name) => (gone.has(name) ? null : name));
}

type To = (name: string) => string | null;

function settingsTo(fields: Fields, settings: Settings, to: To): Settings | null {
  const changed: Record<string, Setting> = {};
  for (const [key, value] of Object.entries(settings)) {
    if (value === undefined) continue;
    const field = fields[key];
    if (field?.kind === "node") {
      const name = to(value as string);
      if (name === null && field.optional !== true) return null;
      if (name !== null) changed[key] = name;
    } else if (field?.kind === "nodes") {
      changed[key] = namesTo(value as readonly string[], to);
    } else if (field?.kind === "group") {
      const inner = settingsTo(field.fields, value as Settings, to);
      if (inner === null) return null;
      changed[key] = inner as Setting;
    } else {
      changed[key] = value;
    }
  }
  return changed;
}

function namesTo(names: readonly string[], to: To): readonly string[] {
  return [...new Set(names.map(to).filter((name) => name !== null))];
}

/** Null: of those it named nobody is left. */
function endsTo(ends: Ends, to: To): Ends | null {
  if (ends === "*") return ends;
  const names = namesTo(ends, to);
  return names.length === 0 ? null : names;
}

function eventTo(kit: Dialect, event: ScenarioEvent, to: To): ScenarioEvent | null {
  if ("fault" in event) {
    const fault = faultTo(event.fault, to);
    return fault === null ? null : { ...event, fault };
  }
  const node = to(event.node);
  const args = settingsTo(kit.commands[event.command]?.fields ?? {}, event.args, to);
  return node === null || args === null ? null : { ...event, node, args };
}

function faultTo(fault: Fault, to: To): Fault | null {
  if (fault.do === "heal") return fault;
  if (fault.do === "partition") {
    const groups = fault.groups.map((group) => namesTo(group, to));
    const peopled = groups.filter((group) => group.length > 0);
    return peopled.length === 0 ? null : { ...fault, groups: peopled };
  }
  if (fault.do === "flap") {
    const [one, other] = fault.between.map((ends) => endsTo(ends, to));
    return one && other ? { ...fault, between: [one, other] } : null;
  }
  if (fault.do === "reset") {
    const [one, other] = fault.between.map(to);
    return one && other ? { ...fault, between: [one, other] } : null;
  }
  if ("from" in fault) {
    const [from, end] = [endsTo(fault.from, to), endsTo(fault.to, to)];
    return from === null || end === null ? null : { ...fault, from, to: end };
  }
  const node = to(fault.node);
  return node === null ? null : { ...fault, node };
}

function rowTo(kit: Dialect, row: Expectation, to: To): Expectation | null {
  const on = namesTo(row.on, to);
  const claims = row.claims.flatMap(({ claim, args }): readonly ClaimCall[] => {
    const changed = settingsTo(kit.claims[claim]?.fields ?? {}, args, to);
    return changed === null ? [] : [{ claim, args: changed }];
  });
  const needed = row.chained ? 2 : 1;
  if (claims.length < needed || (row.on.length > 0 && on.length === 0)) return null;
  return { ...row, on, claims };
}
