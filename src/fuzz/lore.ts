/** What of a kit matters to who draws worlds for it, gathered once. */
import type { Standing } from "../check/invariant.ts";
import type { Protocol } from "../core/machine.ts";
import { defaultsOf, type Settings } from "../kit/field.ts";
import type { FuzzHints } from "../kit/fuzz.ts";
import type { Kit } from "../kit/kit.ts";
import { type Ground, numbersOf } from "./constants.ts";

export interface Lore {
  readonly hints: FuzzHints;
  readonly profile: string;
  readonly ground: Ground;
  /** A node's own keys, where nothing is said. */
  readonly standard: Settings;
  readonly port: number;
  readonly messages: readonly string[];
  readonly files: readonly string[];
  /** Profiles besides the first that are held to every promise. */
  readonly others: readonly string[];
  readonly old: readonly string[];
  readonly adversaries: readonly string[];
  /** Options, beside troubles, of which a swarm switches some on. */
  readonly options: readonly string[];
}

/** Whatever the kit. */
const OPTIONS = [
  ...[
    "starts",
    "late",
    "places",
    "ports",
    "graph",
    "links",
    "tcp",
    "nat",
    "clocks",
    "disks",
    "outsiders",
  ],
  ...["pace", "sweep", "own", "old", "adversary"],
];

/** A kit that says nothing has nodes that know nobody, unless its machines find each other. */
const NO_HINTS: FuzzHints = {
  paces: {},
  sweeps: {},
  own: [],
  relations: [],
  grains: {},
  worlds: [{ weight: 1, world: {}, home: true, node: {} }],
  dials: null,
  introduce: null,
  node: {},
  quorum: null,
  room: null,
};

export function loreOf<P extends Protocol>(kit: Kit<P>): Lore {
  const { fuzz = NO_HINTS, profiles, config } = kit;
  const hints = fuzz.worlds.length === 0 ? { ...fuzz, worlds: NO_HINTS.worlds } : fuzz;
  const [first, ...others] = profiles;
  const standing = (kind: Standing): readonly string[] =>
    others.filter((profile) => (profile.standing ?? "kept") === kind).map(({ name }) => name);
  const apart = new Set(hints.worlds.flatMap(({ node }) => Object.keys(node)));
  return {
    hints,
    profile: first?.name ?? "",
    ground: {
      defaults: numbersOf({ ...defaultsOf(config), ...first?.config }),
      fields: config,
      hints,
    },
    standard: defaultsOf(kit.node),
    port: kit.defaultPort,
    messages: first?.machine.kinds ?? [],
    files: Object.keys(kit.files),
    others: standing("kept"),
    old: standing("old"),
    adversaries: standing("adversary"),
    options: [...OPTIONS, ...Object.keys(hints.node), ...apart],
  };
}
