/** What a scenario has when nobody says anything: where it differs is what there is to tell. */
import type { LinkProfile } from "../../core/fault.ts";
import { defaultsOf, type Fields, type Setting, type Settings } from "../../kit/field.ts";
import { LINK } from "../../scenario/links.ts";
import { NETWORK } from "../../scenario/network.ts";
import type { NodePlan, Scenario } from "../../scenario/model.ts";

/** Where a setting stands: its name, and those of the groups around it. */
export type Way = readonly string[];

/** All settings that are not what they would be by themselves, groups entered. */
export function unusual(fields: Fields, settings: Settings): readonly Way[] {
  const usual = defaultsOf(fields);
  return Object.entries(settings).flatMap(([key, value]): readonly Way[] => {
    const field = fields[key];
    if (value === undefined || field === undefined) return [];
    if (field.kind === "group") {
      const ways = unusual(field.fields, value as Settings).map((way) => [key, ...way]);
      return ways.length === 0 && field.optional === true ? [[key]] : ways;
    }
    return same(value, usual[key]) ? [] : [[key]];
  });
}

/** All that is set, groups entered: of overrides nothing is there by itself. */
export function overrides(fields: Fields, settings: Settings): readonly Way[] {
  return Object.entries(settings).flatMap(([key, value]): readonly Way[] => {
    const field = fields[key];
    if (value === undefined) return [];
    if (field?.kind !== "group") return [[key]];
    return overrides(field.fields, value as Settings).map((way) => [key, ...way]);
  });
}

/** The setting as if nobody had said anything; null where somebody has to. */
export function reset(fields: Fields, settings: Settings, way: Way): Settings | null {
  const [key = "", ...rest] = way;
  const field = fields[key];
  if (field?.kind === "group" && rest.length > 0) {
    const inner = reset(field.fields, (settings[key] ?? {}) as Settings, rest);
    return inner === null ? null : { ...settings, [key]: inner as Setting };
  }
  const usual = field !== undefined && "default" in field ? field.default : undefined;
  if (usual !== undefined) return { ...settings, [key]: usual };
  return field?.optional === true ? drop(settings, [key]) : null;
}

/** The override gone, and a group with it that is empty then. */
export function drop(settings: Settings, way: Way): Settings {
  const [key = "", ...rest] = way;
  const { [key]: value, ...others } = settings;
  if (rest.length === 0) return others;
  const inner = drop((value ?? {}) as Settings, rest);
  return Object.keys(inner).length === 0 ? others : { ...others, [key]: inner as Setting };
}

function same(one: unknown, other: unknown): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}

export type LinkKey = keyof LinkProfile;

export function unusualLink(link: LinkProfile): readonly LinkKey[] {
  return (Object.keys(LINK) as LinkKey[]).filter((key) => !same(link[key], LINK[key]));
}

export type NetworkKey = keyof typeof NETWORK;

export function unusualNetwork(network: Scenario["network"]): readonly NetworkKey[] {
  return (Object.keys(NETWORK) as NetworkKey[]).filter((key) => network[key] !== NETWORK[key]);
}

/** A node but for what is the protocol's: it starts at once, on a host without faults. */
export const USUAL: Pick<NodePlan, "start" | "dialsFrom" | "profile" | "clock" | "disk"> = {
  start: 0,
  dialsFrom: null,
  profile: null,
  clock: { offset: 0, drift: 0 },
  disk: { delay: 0, full: false },
} as Pick<NodePlan, "start" | "dialsFrom" | "profile" | "clock" | "disk">;

export type Trait = keyof typeof USUAL;

export function unusualTraits(node: NodePlan): readonly Trait[] {
  return (Object.keys(USUAL) as Trait[]).filter((trait) => !same(node[trait], USUAL[trait]));
}
