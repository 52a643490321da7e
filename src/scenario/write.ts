/**
 * A scenario back as YAML, for drawn and shrunk ones that shall be kept. Loading what was written
 * gives the same scenario but for its places. Short things stand on one line, as people write them,
 * and what goes without saying is not said.
 */
import { Document, isMap, isPair, isScalar, isSeq, type Node } from "yaml";
import { type Address, formatAddress, formatIp, ipText, portOf } from "../core/address.ts";
import type { Ends, Fault, Latency, LinkProfile } from "../core/fault.ts";
import { FOREVER, formatDuration } from "../core/units.ts";
import type { Fields, Setting, Settings } from "../kit/field.ts";
import { comment, type Comments } from "./comment.ts";
import type { Dialect } from "./dialect.ts";
import { compact } from "./forms.ts";
import { LINK } from "./links.ts";
import type {
  ClaimCall,
  Expectation,
  LinkPlan,
  NodePlan,
  Scenario,
  ScenarioEvent,
  When,
} from "./model.ts";
import { NETWORK, NETWORK_FIELDS } from "./network.ts";
import { promisedOut } from "./promises.ts";

type Plain = Readonly<Record<string, unknown>>;

/** The kit says which of its numbers are durations. */
export function writeScenario(kit: Dialect, scenario: Scenario, comments?: Comments): string {
  const { sweepLink, network, links, events } = scenario;
  const plain = compact({
    name: scenario.name,
    about: comments === undefined ? scenario.about : undefined,
    seed: seedOut(scenario.seed),
    profile: scenario.profile,
    until: formatDuration(scenario.until),
    ...toldOut(kit.world, scenario.world),
    config: unlessEmpty(settingsOut(kit.config, scenario.config)),
    link: unlessEmpty(linkOut(changedLink(scenario.link, LINK))),
    sweep:
      sweepLink === null ? undefined : { link: linkOut(changedLink(sweepLink, scenario.link)) },
    network: unlessEmpty(changedNetwork(network)),
    links: unlessNone(linksOut(links)),
    nodes: Object.fromEntries(scenario.nodes.map((node) => [node.name, nodeOut(kit, node)])),
    events: unlessNone(events.map((event) => eventOut(kit, event))),
    expect: unlessNone(rowsOut(kit, scenario.expect)),
    invariants: promisedOut(kit, scenario.invariants ?? []),
  });
  const document = new Document(plain, { version: "1.2", aliasDuplicateObjects: false });
  layOut(document.contents, 0);
  if (comments !== undefined && isMap(document.contents)) comment(document.contents, comments);
  return document.toString({ lineWidth: 100, flowCollectionPadding: true });
}

/** A number where YAML reads it as the same text. */
function seedOut(seed: string): string | number {
  const number = Number(seed);
  return Number.isSafeInteger(number) && String(number) === seed ? number : seed;
}

const ONE_LINE = 80;

/** Blocks for the file, its sections and its rows; one line for what is smaller and fits. */
function layOut(node: Node | null, depth: number): void {
  if (!isMap(node) && !isSeq(node)) return;
  const small = depth >= 2 ? !(isMap(node) && node.has("row")) : depth === 1 && isFlat(node);
  const fits = JSON.stringify(node.toJSON()).length <= ONE_LINE;
  if ((small && fits) || node.items.length === 0) {
    node.flow = true;
    return;
  }
  for (const item of node.items) layOut((isPair(item) ? item.value : item) as Node, depth + 1);
}

/** A section of a few plain values, `chain: { height: 3009, expected: 3011 }`. */
function isFlat(node: Node): boolean {
  return isMap(node) && node.items.every(({ value }) => isScalar(value));
}

/** What says nothing is not written: a kept counterexample should be short. */
function unlessEmpty(record: Plain): Plain | undefined {
  return Object.keys(record).length === 0 ? undefined : record;
}

function unlessNone<T>(list: readonly T[]): readonly T[] | undefined {
  return list.length === 0 ? undefined : list;
}

/** Keys the kit does not know are left out: the file could not be loaded with them. */
export function settingsOut(fields: Fields, settings: Settings): Plain {
  const entries = Object.entries(fields).flatMap(([name, field]): [string, unknown][] => {
    const value = settings[name];
    if (value === undefined) return [];
    if (field.kind === "duration") return [[name, formatDuration(value as number)]];
    if (field.kind === "group") {
      return [[name, settingsOut(field.fields, value as Readonly<Record<string, Setting>>)]];
    }
    return [[name, value]];
  });
  return Object.fromEntries(entries);
}

/** Settings whose defaults are filled in when they are loaded: only what differs from them. */
function toldOut(fields: Fields, settings: Settings): Plain {
  return settingsOut(fields, unlike(fields, settings));
}

function unlike(fields: Fields, settings: Settings): Settings {
  const told = Object.entries(settings).flatMap(([name, value]): [string, Setting][] => {
    const field = fields[name];
    if (field === undefined || value === undefined) return [];
    if (field.kind === "group") {
      const inner = unlike(field.fields, value as Settings);
      // An optional group is not there by itself, whatever its fields would be.
      const empty = Object.keys(inner).length === 0 && field.optional !== true;
      return empty ? [] : [[name, inner as Setting]];
    }
    const usual = "default" in field ? field.default : undefined;
    return JSON.stringify(usual) === JSON.stringify(value) ? [] : [[name, value]];
  });
  return Object.fromEntries(told);
}

/** TCP's constants are the program's, so a file names only those it changes. */
function changedNetwork(network: Scenario["network"]): Plain {
  const all = settingsOut(NETWORK_FIELDS, network as unknown as Settings);
  const changed = Object.entries(all).filter(([name]) => {
    const key = name as keyof typeof NETWORK;
    return network[key] !== NETWORK[key];
  });
  return Object.fromEntries(changed);
}

function latencyOut(latency: Latency): unknown {
  switch (latency.shape) {
    case "constant":
      return formatDuration(latency.at);
    case "uniform":
      return `${formatDuration(latency.min)}..${formatDuration(latency.max)}`;
    case "exponential": {
      const { mean, min, max } = latency;
      const [exponential, least, most] = [mean, min, max].map(formatDuration);
      return { exponential, min: least, max: most };
    }
  }
}

function changedLink(link: LinkProfile, usual: LinkProfile): Partial<LinkProfile> {
  const changed = Object.entries(link).filter(([key, value]) => {
    return JSON.stringify(value) !== JSON.stringify(usual[key as keyof LinkProfile]);
  });
  return Object.fromEntries(changed) as Partial<LinkProfile>;
}

/** One way and then the other with the same profile is `between`. */
function linksOut(links: readonly LinkPlan[]): readonly Plain[] {
  const rows: Plain[] = [];
  for (let index = 0; index < links.length; index++) {
    const { from, to, link } = links[index] as LinkPlan;
    const back = JSON.stringify({ from: to, to: from, link });
    const both = JSON.stringify(links[index + 1]) === back;
    const ends = both ? { between: [side(from), side(to)] } : { from: side(from), to: side(to) };
    rows.push({ ...ends, ...linkOut(link) });
    if (both) index++;
  }
  return rows;
}

function linkOut(link: Partial<LinkProfile>): Plain {
  const { latency, drawn, loss, bandwidth } = link;
  return compact({
    latency: latency === undefined ? undefined : latencyOut(latency),
    drawn,
    loss,
    bandwidth: bandwidth === null ? "unlimited" : bandwidth,
  });
}

/** One name stands alone; the loader reads both. */
function side(ends: Ends): unknown {
  if (ends === "*") return "all";
  return ends.length === 1 ? ends[0] : ends;
}

function nodeOut(kit: Dialect, node: NodePlan): Plain {
  const { clock, disk } = node;
  return compact({
    start: startOut(node.start),
    address: addressOut(node.address, kit.defaultPort),
    dialsFrom: node.dialsFrom === null ? undefined : ipText(node.dialsFrom),
    profile: node.profile ?? undefined,
    ...toldOut(kit.node, node.settings),
    config: unlessEmpty(settingsOut(kit.config, node.config)),
    clock: unlessEmpty(
      compact({ offset: unlessZero(clock.offset), drift: clock.drift || undefined }),
    ),
    disk: unlessEmpty(compact({ delay: unlessZero(disk.delay), full: disk.full || undefined })),
  });
}

function startOut(start: NodePlan["start"]): string | undefined {
  return start === null ? "never" : unlessZero(start);
}

function unlessZero(length: number): string | undefined {
  return length === 0 ? undefined : formatDuration(length);
}

function addressOut(address: Address, defaultPort: number): string {
  return portOf(address) === defaultPort ? formatIp(address) : formatAddress(address);
}

function eventOut(kit: Dialect, event: ScenarioEvent): Plain {
  const at = formatDuration(event.at);
  if (!("fault" in event)) {
    const fields = kit.commands[event.command]?.fields ?? {};
    return { at, node: event.node, [event.command]: toldOut(fields, event.args) };
  }
  const { fault } = event;
  const lasting = "groups" in fault || "from" in fault || fault.do === "flap" ? fault : null;
  return compact({
    at,
    [fault.do]: faultOut(fault),
    for: lasting?.for === undefined ? undefined : formatDuration(lasting.for),
    name: lasting?.name,
  });
}

function faultOut(fault: Fault): unknown {
  switch (fault.do) {
    case "partition":
      return fault.groups;
    case "cut":
    case "hold":
      return { from: side(fault.from), to: side(fault.to) };
    case "flap": {
      const between = fault.between.map(side);
      return { between, down: formatDuration(fault.down), up: formatDuration(fault.up) };
    }
    case "shape":
      return { from: side(fault.from), to: side(fault.to), ...linkOut(fault.link) };
    case "drop":
    case "duplicate":
    case "corrupt":
    case "delay": {
      const by = fault.do === "delay" ? formatDuration(fault.by) : undefined;
      const { message } = fault;
      const chance = fault.chance === 1 ? undefined : fault.chance;
      return compact({ from: side(fault.from), to: side(fault.to), message, chance, by });
    }
    default:
      return nodeFaultOut(fault);
  }
}

type NodeFault = Extract<Fault, { readonly node: string } | { do: "reset" } | { do: "heal" }>;

function nodeFaultOut(fault: NodeFault): unknown {
  switch (fault.do) {
    case "stop":
    case "kill":
    case "restart":
    case "hang":
      return fault.node;
    case "power-loss":
      return fault.disk === "kept" ? fault.node : { node: fault.node, disk: fault.disk };
    case "pause":
      return { node: fault.node, for: formatDuration(fault.for) };
    case "clock": {
      const { node, drift } = fault;
      return compact({ node, offset: maybe(fault.offset), jump: maybe(fault.jump), drift });
    }
    case "disk": {
      const { node, full, damage } = fault;
      return compact({ node, full, delay: maybe(fault.delay), damage });
    }
    case "move":
      return { node: fault.node, address: fault.address };
    case "reset":
      return fault.between;
    case "heal":
      return fault.name ?? true;
  }
}

function maybe(length: number | undefined): string | undefined {
  return length === undefined ? undefined : formatDuration(length);
}

/** A row that was split into pinned and sweep becomes one again. */
function rowsOut(kit: Dialect, expect: readonly Expectation[]): readonly Plain[] {
  const rows: Plain[] = [];
  for (let index = 0; index < expect.length; index++) {
    const one = expect[index] as Expectation;
    const next = expect[index + 1];
    const body = bodyOut(kit, one);
    if (one.runs === "all") {
      rows.push({ ...body, ...whenOut(one.when) });
    } else if (one.runs === "pinned" && next?.runs === "sweep" && sameBody(kit, one, next)) {
      rows.push({ ...body, pinned: whenOut(one.when), sweep: whenOut(next.when) });
      index++;
    } else {
      rows.push({ ...body, [one.runs]: whenOut(one.when) });
    }
  }
  return rows;
}

function bodyOut(kit: Dialect, { row, on, claims, chained }: Expectation): Plain {
  const calls = claims.map((call) => claimOut(kit, call));
  return compact({
    row,
    on: on.length === 0 ? undefined : side(on),
    ...(chained ? { chain: calls } : { that: calls.length === 1 ? calls[0] : calls }),
  });
}

function sameBody(kit: Dialect, one: Expectation, other: Expectation): boolean {
  return JSON.stringify(bodyOut(kit, one)) === JSON.stringify(bodyOut(kit, other));
}

/** Always with the names of its fields: the short form is for hands. */
function claimOut(kit: Dialect, { claim, args }: ClaimCall): unknown {
  const given = toldOut(kit.claims[claim]?.fields ?? {}, args);
  return Object.keys(given).length === 0 ? claim : { [claim]: given };
}

function whenOut(when: When): Plain {
  const d = formatDuration;
  switch (when.kind) {
    case "at":
      return compact({ at: d(when.second), after: when.after === 0 ? undefined : d(when.after) });
    case "by":
      return compact({ by: d(when.limit), after: when.after === 0 ? undefined : d(when.after) });
    case "eventually":
      return { eventually: { within: d(when.within), after: d(when.after) } };
    case "always":
    case "never":
      return { [when.kind]: spanOut(when.from, when.to) };
  }
}

function spanOut(from: number, to: number): unknown {
  if (from === 0 && to === FOREVER) return true;
  const end = to === FOREVER ? undefined : formatDuration(to);
  return compact({ from: formatDuration(from), to: end });
}
