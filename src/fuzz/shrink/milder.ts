/** Passes over what is left of each fault: whom it strikes, how, and how surely. */
import type { Ends, Fault } from "../../core/fault.ts";
import type { LinkPlan, Scenario, ScenarioEvent } from "../../scenario/model.ts";
import type { Edit, Pass } from "./edit.ts";

/** Names out of link faults, groups, links and rows, one at a time. */
export const fewerStruck: Pass = {
  name: "whom faults strike",
  together: false,
  edits: (_kit, { events, links, expect }) => [
    ...events.flatMap((event, index) => ("fault" in event ? faultEdits(event.fault, index) : [])),
    ...links.flatMap((plan, index) => linkEdits(plan, index)),
    ...expect.flatMap(({ on }, index) =>
      shorter(on).map((left): Edit => {
        return (now) => ({
          ...now,
          expect: now.expect.map((row, at) => (at === index ? { ...row, on: left } : row)),
        });
      }),
    ),
  ],
};

function linkEdits({ from, to }: LinkPlan, index: number): readonly Edit[] {
  const change = (part: Partial<LinkPlan>): Edit => {
    return (now) => ({
      ...now,
      links: now.links.map((plan, at) => (at === index ? { ...plan, ...part } : plan)),
    });
  };
  return [
    ...plainerEnds(from).map((ends) => change({ from: ends })),
    ...plainerEnds(to).map((ends) => change({ to: ends })),
  ];
}

function faultEdits(fault: Fault, index: number): readonly Edit[] {
  return struck(fault).map(
    (one): Edit =>
      (now) =>
        withFault(now, index, one),
  );
}

function struck(fault: Fault): readonly Fault[] {
  if (fault.do === "partition") {
    return fault.groups.flatMap((group, at): readonly Fault[] => {
      const rest = fault.groups.filter((_, other) => other !== at);
      const less = shorter(group).map((left): Fault => {
        return { ...fault, groups: fault.groups.map((one, other) => (other === at ? left : one)) };
      });
      return rest.length === 0 ? less : [{ ...fault, groups: rest }, ...less];
    });
  }
  if (fault.do === "flap") {
    const [one, other] = fault.between;
    return [
      ...plainerEnds(one).map((ends): Fault => ({ ...fault, between: [ends, other] })),
      ...plainerEnds(other).map((ends): Fault => ({ ...fault, between: [one, ends] })),
    ];
  }
  if (!("from" in fault)) return [];
  return [
    ...plainerEnds(fault.from).map((ends): Fault => ({ ...fault, from: ends })),
    ...plainerEnds(fault.to).map((ends): Fault => ({ ...fault, to: ends })),
  ];
}

/** All, and each list with one name less. */
function plainerEnds(ends: Ends): readonly Ends[] {
  return ends === "*" ? [] : ["*", ...shorter(ends)];
}

function shorter(names: readonly string[]): readonly (readonly string[])[] {
  if (names.length < 2) return [];
  return names.map((gone) => names.filter((name) => name !== gone)).toReversed();
}

/** Another fault of which there is less to say. */
export const milderFaults: Pass = {
  name: "milder faults",
  together: false,
  edits: (_kit, { events }) =>
    events.flatMap((event, index) =>
      "fault" in event
        ? milder(event.fault).map(
            (one): Edit =>
              (now) =>
                withFault(now, index, one),
          )
        : [],
    ),
};

/** Details that a fault can do without. */
const DETAILS = ["for", "name", "message", "offset", "jump", "drift", "full", "delay", "damage"];

function milder(fault: Fault): readonly Fault[] {
  const milder: Fault[] = [];
  if (fault.do === "power-loss") {
    milder.push({ do: "kill", node: fault.node }, { ...fault, disk: "kept" });
  }
  if (fault.do === "flap") {
    const [one, other] = fault.between;
    if (one === "*" || other === "*") {
      const to = one === "*" ? other : one;
      milder.push({ do: "cut", from: "*", to }, { do: "cut", from: to, to: "*" });
    } else {
      milder.push({ do: "partition", groups: [one] }, { do: "cut", from: one, to: other });
    }
  }
  if ("chance" in fault) milder.push({ ...fault, chance: 1 });
  if (fault.do === "shape") {
    const keys = Object.keys(fault.link);
    if (keys.length > 1) {
      milder.push(...keys.map((key): Fault => ({ ...fault, link: lacking(fault.link, key) })));
    }
  }
  const given = DETAILS.filter((key) => key in fault && !isNeeded(fault, key));
  return [...milder, ...given.map((key) => lacking(fault, key))];
}

/** A pause has to end, and a fault of clocks or disks to change something. */
function isNeeded(fault: Fault, key: string): boolean {
  if (fault.do === "pause" || fault.do === "heal") return true;
  return (
    (fault.do === "clock" || fault.do === "disk") && Object.keys(fault).length <= 3 && key in fault
  );
}

function lacking<T extends object>(record: T, key: string): T {
  return Object.fromEntries(Object.entries(record).filter(([name]) => name !== key)) as T;
}

function withFault(scenario: Scenario, index: number, fault: Fault): Scenario {
  const events = scenario.events.map((event, at): ScenarioEvent => {
    return at === index ? { ...event, fault } : event;
  });
  return { ...scenario, events };
}
