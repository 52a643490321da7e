/** Dice in, a world out: what each die means for one kit. Pure; any dice are a valid world. */
import { formatAddress } from "../core/address.ts";
import { must } from "../core/assert.ts";
import { type Duration, seconds, type Time } from "../core/units.ts";
import type { Settings } from "../kit/field.ts";
import type { WorldHint } from "../kit/fuzz.ts";
import type { NodePlan, Scenario, ScenarioEvent } from "../scenario/model.ts";
import { addressesOf, type Place, PLACES } from "./addresses.ts";
import { castOf } from "./cast.ts";
import { changes, type Constants, mended, paced, swept, valueOf } from "./constants.ts";
import { among, between, likely, weighed } from "./dice.ts";
import type { Counts, Genes, NodeGenes } from "./genes.ts";
import { GRAPHS, joins, known } from "./graph.ts";
import { healed } from "./heal.ts";
import { linkOf, linkPlanOf, networkOf, SOCKETS, tripOf } from "./links.ts";
import type { Lore } from "./lore.ts";
import type { WorldShape } from "./shapes.ts";
import { type Stage, type Trouble, REPERTOIRE } from "./troubles.ts";

export interface Drawn {
  readonly scenario: Scenario;
  /** Kinds of trouble and other options that are on, for people. */
  readonly swarm: readonly string[];
}

/** The core has so many nodes at least, if there are so many to whom everything is promised. */
const CORE_MIN = 3;
/** Between ports in use, where not all have the same: more than neighbours of one ip differ by. */
const PORT_STEP = 7;
/** Of a hundred kinds of trouble, so many are on. */
const TROUBLE_ON = 50;

export function countsOf({ options, hints }: Lore): Counts {
  return {
    options: REPERTOIRE.length + options.length,
    paces: Object.keys(hints.paces).length,
    network: SOCKETS.length,
    settings: Object.keys(hints.node).length,
  };
}

/** What is decided before anybody is there. */
interface Setting {
  readonly lore: Lore;
  readonly shape: WorldShape;
  readonly genes: Genes;
  readonly kinds: readonly Trouble[];
  readonly options: readonly string[];
  readonly isOn: (option: string) => boolean;
  readonly world: WorldHint;
  readonly place: Place;
  readonly constants: Constants;
  readonly heal: Time;
  /** Between one node's restart and the next one's, then. */
  readonly apart: Duration;
  readonly until: Time;
}

/** `only`: exactly these kinds of trouble are on. */
export function makeWorld(
  lore: Lore,
  shape: WorldShape,
  genes: Genes,
  only: readonly string[] | null,
): Drawn {
  const setting = settingOf(lore, shape, genes, only);
  const { kinds, options, isOn, constants, heal, apart, until } = setting;
  const { plans, core, events } = inhabited(setting);
  const stage = stageOf(setting, plans, core);
  const hurt = inOrder(shape.troubles > 0 ? troubled(setting, stage) : []);
  const mendedNodes = healed(hurt, { at: heal, core, apart });
  const stays = isOn("outsiders") ? staying(setting, stage) : [];
  const scenario: Scenario = {
    name: "drawn",
    about: "Drawn by seed.",
    file: "drawn.yaml",
    seed: "0",
    profile: lore.profile,
    until,
    config: changes(lore.ground, {}, constants),
    world: setting.world.world,
    nodes: plans,
    link: linkOf(genes.link),
    links: isOn("links") ? genes.links.map((each) => linkPlanOf(each, stage.names)) : [],
    network: networkOf(isOn("tcp") ? genes.network : []),
    sweepLink: null,
    events: inOrder([...hurt, ...mendedNodes, ...events, ...stays]),
    expect: [],
  };
  return { scenario, swarm: [...kinds.map(({ kind }) => kind), ...options] };
}

function settingOf(
  lore: Lore,
  shape: WorldShape,
  genes: Genes,
  only: readonly string[] | null,
): Setting {
  const die = (index: number): number => must(genes.on[index], "die");
  const kinds = REPERTOIRE.filter(({ kind }, index) => {
    if (shape.troubles === 0) return false;
    return only === null ? likely(TROUBLE_ON, die(index)) : only.includes(kind);
  });
  const options = lore.options.filter((_, index) => {
    return likely(shape.variety, die(REPERTOIRE.length + index));
  });
  const isOn = (option: string): boolean => options.includes(option);
  const until = among(shape.lasts, genes.lasts);
  const [least, most] = shape.hindered;
  const heal = Math.floor((until * between(least, most, genes.heal)) / 100);
  const world = weighed(lore.hints.worlds, genes.world);
  const places = PLACES.filter(({ home }) => world.home || !home);
  return {
    lore,
    shape,
    genes,
    kinds,
    options,
    isOn,
    world,
    place: isOn("places") ? weighed(places, genes.place) : must(PLACES[0], "place"),
    constants: constantsOf(lore, shape, genes, isOn),
    heal: moment(heal),
    apart: seconds(among([0, 1, 5, 0.2], (genes.heal * 7) % 10_000)),
    until: moment(until),
  };
}

function moment(count: number): Time {
  return seconds(count) as number as Time;
}

function constantsOf(
  { ground }: Lore,
  { paceMax }: WorldShape,
  genes: Genes,
  isOn: (option: string) => boolean,
): Constants {
  const { paces, sweeps } = ground.hints;
  const by = Object.entries(paces).map(([group, pace], index): [string, number] => {
    const divisor = among(pace.by, genes.paces[index] ?? 0);
    return [group, pace.dear === true ? Math.min(divisor, paceMax) : divisor];
  });
  const atPace = isOn("pace") ? paced(ground, Object.fromEntries(by)) : {};
  const names = Object.keys(sweeps);
  const some = isOn("sweep") && names.length > 0 ? genes.sweeps : [];
  const changed = some.map(({ which, how }) => ({ name: among(names, which), how }));
  return mended(ground, swept(ground, atPace, changed));
}

/** One constant of one node, and what must hold among its own. */
function ownOf({ lore, constants }: Setting, { which, how }: NodeGenes): Settings {
  const { ground } = lore;
  const { own } = ground.hints;
  if (own.length === 0) return {};
  const next = swept(ground, constants, [{ name: among(own, which), how }]);
  return changes(ground, constants, mended(ground, next));
}

interface Inhabited {
  readonly plans: readonly NodePlan[];
  readonly core: readonly NodePlan[];
  /** What an operator tells the core when the world heals. */
  readonly events: readonly ScenarioEvent[];
}

/** Nodes, who of them is the core, and whom each knows. */
function inhabited(setting: Setting): Inhabited {
  const { lore, genes, isOn, world, place, heal, apart, until } = setting;
  const { dials } = lore.hints;
  const addresses = addressesOf(
    place,
    lore.port,
    isOn("ports") ? PORT_STEP : 0,
    genes.nodes.map(({ address }) => address),
  );
  const own = (node: NodeGenes): Settings => ownOf(setting, node);
  const { plans, eligible } = castOf(genes.nodes, {
    lore,
    world,
    isOn,
    addresses,
    heal,
    until,
    trip: tripOf(linkOf(genes.link)),
    own,
  });
  const core = coreOf(eligible, setting);
  const graph = isOn("graph") ? weighed(GRAPHS, genes.graph) : must(GRAPHS[0], "graph");
  const knows = genes.nodes.map((node, index) => known(graph, index, plans.length, node.knows));
  const name = (index: number): string => must(plans[index], "node", index).name;
  const events: ScenarioEvent[] = [];
  const booted = (heal + core.length * apart + seconds(1)) as Time;
  for (const [index, peer] of joins(core, (each) => knows[each] ?? [])) {
    const told = introduction(lore, name(index), name(peer), booted);
    const byOperator = told !== null && (genes.nodes[index]?.knows ?? 0) % 3 === 0;
    if (byOperator) events.push(told);
    else knows[index]?.push(peer);
  }
  const acquainted = plans.map((plan, index): NodePlan => {
    if (dials === null) return plan;
    const peers = (knows[index] ?? []).map(name);
    return { ...plan, settings: { ...plan.settings, [dials]: peers } };
  });
  return { plans: acquainted, core: core.map((index) => must(acquainted[index], "node")), events };
}

/** Three of four to whom everything is promised, and at least enough for the network to go on. */
function coreOf(
  eligible: readonly number[],
  { lore, genes, constants }: Setting,
): readonly number[] {
  const { quorum } = lore.hints;
  const needed = Math.max(CORE_MIN, quorum === null ? 0 : valueOf(lore.ground, constants, quorum));
  const spare = eligible.length - needed;
  let left = Math.max(spare, 0);
  return eligible.filter((index) => {
    if (left === 0 || !likely(25, genes.nodes[index]?.core ?? 0)) return true;
    left--;
    return false;
  });
}

function introduction({ hints }: Lore, node: string, peer: string, at: Time): ScenarioEvent | null {
  if (hints.introduce === null) return null;
  const { command, field } = hints.introduce;
  return { at, node, command, args: { [field]: peer } };
}

function stageOf(setting: Setting, plans: readonly NodePlan[], core: readonly NodePlan[]): Stage {
  const { lore, place, heal } = setting;
  const names = plans.map(({ name }) => name);
  return {
    whom: names,
    names,
    outside: names.filter((name) => core.every((member) => member.name !== name)),
    from: 0 as Time,
    to: heal,
    forever: false,
    messages: lore.messages,
    files: lore.files,
    spare: formatAddress(place.at(names.length + 1, lore.port)),
    introduce: (node, peer, at) => introduction(lore, node, peer, at),
  };
}

/** One node moves at most: two that moved could not find each other again. */
function troubled({ genes, kinds }: Setting, stage: Stage): readonly ScenarioEvent[] {
  let moved = false;
  return genes.troubles.flatMap((trouble) => {
    if (kinds.length === 0) return [];
    const { kind, make } = weighed(kinds, trouble.kind);
    if (kind === "move" && moved) return [];
    moved ||= kind === "move";
    return make(trouble, stage);
  });
}

/** Of a hundred troubles so many come again outside the core, and stay. */
const STAYING = 25;

function staying({ genes, kinds, heal, until }: Setting, stage: Stage): readonly ScenarioEvent[] {
  if (stage.outside.length === 0 || kinds.length === 0) return [];
  const from = (heal + seconds(1)) as Time;
  const apart: Stage = { ...stage, whom: stage.outside, from, to: until, forever: true };
  const some = genes.troubles.filter(({ stays }) => likely(STAYING, stays));
  return some.flatMap((trouble) => {
    const { kind, make } = weighed(kinds, trouble.kind);
    return kind === "move" ? [] : make(trouble, apart);
  });
}

function inOrder(events: readonly ScenarioEvent[]): readonly ScenarioEvent[] {
  return events.toSorted((one, other) => one.at - other.at);
}
