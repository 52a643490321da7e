/** Passes that take whole things away: nodes, faults with what undoes them, commands. */
import type { Fault } from "../../core/fault.ts";
import type { Dialect } from "../../scenario/dialect.ts";
import type { Scenario, ScenarioEvent } from "../../scenario/model.ts";
import type { Edit, Pass } from "./edit.ts";
import { referring, without } from "./whom.ts";

/** Who comes first is often who all others dial, so the last go first. */
export const fewerNodes: Pass = {
  name: "nodes",
  together: true,
  edits: (kit, { nodes }) =>
    nodes
      .map(
        ({ name }): Edit =>
          (scenario) =>
            without(kit, scenario, new Set([name])),
      )
      .toReversed(),
};

/** Where a node holds the others together, somebody takes its place: all dial the first one. */
export const nodesBypassed: Pass = {
  name: "nodes bypassed",
  together: false,
  edits: (kit, { nodes }) =>
    nodes
      .flatMap(({ name }) => nodes.map((other) => [name, other.name] as const))
      .filter(([gone, instead]) => gone !== instead)
      .map(
        ([gone, instead]): Edit =>
          (scenario) =>
            bypassing(kit, scenario, gone, instead),
      )
      .toReversed(),
};

/** Two that only together can be spared; few worlds are so large that this takes long. */
export const pairsOfNodes: Pass = {
  name: "two nodes",
  together: false,
  edits: (kit, { nodes }) =>
    nodes.length > PAIRS_MAX
      ? []
      : pairs(nodes).map(([one, other]): Edit => {
          return (scenario) => without(kit, scenario, new Set([one.name, other.name]));
        }),
};

const PAIRS_MAX = 7;

function bypassing(kit: Dialect, scenario: Scenario, gone: string, instead: string) {
  const nodes = scenario.nodes.filter(({ name }) => name !== gone);
  return referring(kit, { ...scenario, nodes }, (name, owner) => {
    if (name !== gone) return name;
    return owner === null || owner === instead ? null : instead;
  });
}

/** A fault and what ends it are one story: cut and heal, kill and restart. */
export const fewerStories: Pass = {
  name: "faults",
  together: true,
  edits: (_kit, { events }) =>
    events
      .map((event, index) => [event, ...undoing(events.slice(index + 1), event)])
      .map((story): Edit => lacking(new Set(story)))
      .toReversed(),
};

export const fewerEvents: Pass = {
  name: "events",
  together: true,
  edits: (_kit, { events }) => events.map((event): Edit => lacking(new Set([event]))).toReversed(),
};

export const pairsOfEvents: Pass = {
  name: "two events",
  together: false,
  edits: (_kit, { events }) =>
    events.length > PAIRS_MAX ? [] : pairs(events).map((pair): Edit => lacking(new Set(pair))),
};

function pairs<T>(list: readonly T[]): readonly (readonly [T, T])[] {
  return list.flatMap((one, index) => list.slice(index + 1).map((other) => [one, other] as const));
}

function lacking(gone: ReadonlySet<ScenarioEvent>): Edit {
  return (scenario) => {
    const events = scenario.events.filter((event) => !gone.has(event));
    return { ...scenario, events };
  };
}

/** The first event later on that takes back what this one did, if any. */
function undoing(later: readonly ScenarioEvent[], event: ScenarioEvent): readonly ScenarioEvent[] {
  if (!("fault" in event)) return [];
  const undone = later.find((other) => "fault" in other && undoes(other.fault, event.fault));
  return undone === undefined ? [] : [undone];
}

const ENDS_PROCESS: readonly Fault["do"][] = ["stop", "kill", "power-loss", "hang"];

function undoes(later: Fault, fault: Fault): boolean {
  if (later.do === "heal") {
    const name = (fault as { readonly name?: string }).name;
    return (
      fault.do !== "heal" && (later.name === undefined ? isLasting(fault) : later.name === name)
    );
  }
  if (!("node" in fault) || !("node" in later) || later.node !== fault.node) return false;
  if (later.do === "restart") return ENDS_PROCESS.includes(fault.do);
  return (later.do === "clock" || later.do === "disk") && later.do === fault.do;
}

function isLasting(fault: Fault): boolean {
  return "groups" in fault || "from" in fault || fault.do === "flap";
}
