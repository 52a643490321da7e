/** Passes that put things back to what they are when nobody says anything. */
import type { Fields, Settings } from "../../kit/field.ts";
import type { Dialect } from "../../scenario/dialect.ts";
import type { Latency, LinkProfile } from "../../core/fault.ts";
import type { Duration } from "../../core/units.ts";
import { LINK } from "../../scenario/links.ts";
import type { NodePlan, Scenario } from "../../scenario/model.ts";
import { NETWORK } from "../../scenario/network.ts";
import type { Edit, Pass } from "./edit.ts";
import {
  drop,
  overrides,
  reset,
  unusual,
  unusualLink,
  unusualNetwork,
  unusualTraits,
  USUAL,
} from "./usual.ts";

/** Constants, settings, links, clocks, disks, starts, versions: all usual again. */
export const usualAgain: Pass = {
  name: "defaults",
  together: true,
  edits: (kit, scenario) => [
    ...overrides(kit.config, scenario.config).map((way): Edit => {
      return (now) => ({ ...now, config: drop(now.config, way) });
    }),
    ...scenario.nodes.flatMap((node) => nodeEdits(kit, node)),
    ...unusual(kit.world, scenario.world).map((way): Edit => {
      return (now) => {
        const world = reset(kit.world, now.world, way);
        return world === null ? null : { ...now, world };
      };
    }),
    ...linkEdits(scenario),
  ],
};

function nodeEdits(kit: Dialect, node: NodePlan): readonly Edit[] {
  return [
    ...unusualTraits(node).map((trait): Edit => {
      return onNode(node.name, (now) => ({ ...now, [trait]: USUAL[trait] }));
    }),
    ...overrides(kit.config, node.config).map((way): Edit => {
      return onNode(node.name, (now) => ({ ...now, config: drop(now.config, way) }));
    }),
    ...unusual(kit.node, node.settings)
      .filter((way) => !isList(kit.node, way))
      .map((way): Edit => {
        return onNode(node.name, (now) => {
          const settings = reset(kit.node, now.settings, way);
          return settings === null ? null : { ...now, settings };
        });
      }),
  ];
}

/** Lists of nodes are taken apart name by name: `fewerTies`. */
function isList(fields: Fields, way: readonly string[]): boolean {
  return fields[way[0] ?? ""]?.kind === "nodes";
}

function linkEdits({ link, links, network, sweepLink }: Scenario): readonly Edit[] {
  return [
    ...(sweepLink === null ? [] : [(now: Scenario) => ({ ...now, sweepLink: null })]),
    ...unusualNetwork(network).map((key): Edit => {
      return (now) => ({ ...now, network: { ...now.network, [key]: NETWORK[key] } });
    }),
    ...unusualLink(link).map((key): Edit => {
      return (now) => ({ ...now, link: { ...now.link, [key]: LINK[key] } });
    }),
    ...links.map((plan): Edit => {
      return (now) => ({ ...now, links: now.links.filter((other) => other !== plan) });
    }),
  ];
}

function onNode(name: string, change: (node: NodePlan) => NodePlan | null): Edit {
  return (scenario) => {
    const nodes: NodePlan[] = [];
    for (const node of scenario.nodes) {
      const changed = node.name === name ? change(node) : node;
      if (changed === null) return null;
      nodes.push(changed);
    }
    return { ...scenario, nodes };
  };
}

/** Who dials whom, one dial less at a time. */
export const fewerTies: Pass = {
  name: "ties",
  together: true,
  edits: (kit, { nodes }) =>
    nodes.flatMap((node) =>
      listsOf(kit.node, node.settings).flatMap(([key, names]) =>
        names.map((gone): Edit => {
          return onNode(node.name, (now) => {
            const left = (now.settings[key] as readonly string[]).filter((name) => name !== gone);
            return { ...now, settings: { ...now.settings, [key]: left } };
          });
        }),
      ),
    ),
};

function listsOf(
  fields: Fields,
  settings: Settings,
): readonly (readonly [string, readonly string[]])[] {
  return Object.entries(settings)
    .filter(([key]) => fields[key]?.kind === "nodes")
    .map(([key, value]) => [key, value as readonly string[]] as const);
}

/** One latency for all, where any does. */
export const constantLatency: Pass = {
  name: "latencies",
  together: false,
  edits: (_kit, { link, links }) => [
    ...latencies(link).map((latency): Edit => {
      return (now) => ({ ...now, link: { ...now.link, latency } });
    }),
    ...links.flatMap((plan, index) =>
      latencies(plan.link).map((latency): Edit => {
        return (now) => ({
          ...now,
          links: now.links.map((other, at) => {
            return at === index ? { ...other, link: { ...other.link, latency } } : other;
          }),
        });
      }),
    ),
  ],
};

function latencies({ latency }: Partial<LinkProfile>): readonly Latency[] {
  if (latency === undefined || latency.shape === "constant") return [];
  const { min, max } = latency;
  const middle = Math.round((min + max) / 2_000) * 1_000;
  return [middle, max, min].map((at): Latency => ({ shape: "constant", at: at as Duration }));
}
