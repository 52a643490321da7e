/**
 * Makes a changed scenario one that loads: what lies beyond its end, or refers to what is gone, is
 * left out. Null where a value itself is one that a file may not have.
 */
import type { Latency, LinkProfile } from "../../core/fault.ts";
import { FOREVER, SECOND, type Time } from "../../core/units.ts";
import type { Field, Fields, Settings } from "../../kit/field.ts";
import type { Dialect } from "../../scenario/dialect.ts";
import type { Scenario, ScenarioEvent, When } from "../../scenario/model.ts";

export function fitted(kit: Dialect, scenario: Scenario): Scenario | null {
  const { until } = scenario;
  if (scenario.nodes.length === 0 || !isLegal(kit, scenario)) return null;
  const events = known(scenario.events.filter(({ at }) => at <= until));
  if (!events.every(isPossible)) return null;
  return {
    ...scenario,
    events,
    nodes: scenario.nodes.map((node) => {
      return node.start !== null && node.start > until ? { ...node, start: null } : node;
    }),
    links: scenario.links.filter(({ link }) => Object.keys(link).length > 0),
    expect: scenario.expect.filter(({ when }) => isWithin(when, until)),
  };
}

/** A heal that names a fault needs one of that name. */
function known(events: readonly ScenarioEvent[]): readonly ScenarioEvent[] {
  const names = new Set(
    events.map((event) => {
      if (!("fault" in event) || event.fault.do === "heal") return null;
      return (event.fault as { readonly name?: string }).name ?? null;
    }),
  );
  return events.filter((event) => {
    const heals = "fault" in event && event.fault.do === "heal" ? event.fault.name : undefined;
    return heals === undefined || names.has(heals);
  });
}

function isPossible(event: ScenarioEvent): boolean {
  if (!("fault" in event)) return true;
  const { fault } = event;
  if (fault.do === "flap" && fault.down + fault.up <= 0) return false;
  if (fault.do === "shape") return Object.keys(fault.link).length > 0 && isOrdered(fault.link);
  return true;
}

function isLegal(
  kit: Dialect,
  { config, world, nodes, link, links, sweepLink }: Scenario,
): boolean {
  const profiles = [link, ...links.map((plan) => plan.link), ...(sweepLink ? [sweepLink] : [])];
  return (
    profiles.every(isOrdered) &&
    within(kit.config, config) &&
    within(kit.world, world) &&
    nodes.every((node) => within(kit.config, node.config) && within(kit.node, node.settings))
  );
}

function within(fields: Fields, settings: Settings): boolean {
  return Object.entries(settings).every(([key, value]) => {
    const field = fields[key];
    if (field?.kind === "group") return within(field.fields, value as Settings);
    return field === undefined || typeof value !== "number" || inRange(field, value);
  });
}

function inRange(field: Field, value: number): boolean {
  if (field.kind === "duration") return value >= (field.min ?? 0);
  if (field.kind !== "number") return true;
  const { min = -Infinity, max = Infinity, whole = false } = field;
  return value >= min && value <= max && (!whole || Number.isInteger(value));
}

function isOrdered({ latency }: Partial<LinkProfile>): boolean {
  return latency === undefined || inOrder(latency);
}

function inOrder(latency: Latency): boolean {
  if (latency.shape === "constant") return latency.at >= 0;
  if (latency.shape === "uniform") return latency.min <= latency.max;
  return latency.min <= latency.mean && latency.mean <= latency.max;
}

/** As the loader asks of rows (scenario/when.ts). */
function isWithin(when: When, until: Time): boolean {
  switch (when.kind) {
    case "at":
      return when.second < until && when.after < when.second + SECOND;
    case "by":
      return when.limit <= until && when.after < when.limit;
    case "eventually":
      return when.after + when.within <= until;
    case "always":
    case "never": {
      const ends = when.to === FOREVER || when.to <= until;
      return when.from < until && when.from < when.to && ends;
    }
  }
}
