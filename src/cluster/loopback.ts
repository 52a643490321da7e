/**
 * The same scenario on loopback addresses: every ip of it becomes one of a block 127.a.b.*, in the
 * same order, ports kept, so that nothing which compares addresses decides otherwise. The block's
 * last address that is free is the proxy's.
 */
import { address, ipOf, ipText, parseAddress, portOf } from "../core/address.ts";
import { BadInput } from "../core/assert.ts";
import type { Fields, Setting, Settings } from "../kit/field.ts";
import type { Claim } from "../kit/kit.ts";
import type { Expectation, NodePlan, Scenario } from "../scenario/model.ts";

/** Addresses of a block that a node may have. */
export const BLOCK_HOSTS = 253;
const LAST = 254;

export interface OnLoopback {
  readonly scenario: Scenario;
  /** Where the proxy may listen. */
  readonly proxy: number;
}

/** What of a kit tells which arguments of claims are patterns that may name an ip. */
export interface Claims {
  readonly claims: Readonly<Record<string, Pick<Claim, "fields">>>;
}

/** `block`: the ip 127.a.b.0. At most BLOCK_HOSTS ips; `expressible` has said so before. */
export function onLoopback(kit: Claims, scenario: Scenario, block: number): OnLoopback {
  const ips = ipsOf(scenario);
  if (ips.length > BLOCK_HOSTS) throw new BadInput([`${ips.length} ips do not fit one block`]);
  const places = placesOf(ips, block);
  const ip = (old: number): number => places.of.get(old) ?? old;
  const node = (plan: NodePlan): NodePlan => ({
    ...plan,
    address: address(ip(ipOf(plan.address)), portOf(plan.address)),
    dialsFrom: plan.dialsFrom === null ? null : ip(plan.dialsFrom),
  });
  const nodes = scenario.nodes.map(node);
  const expect = scenario.expect.map((row) => rowOn(kit, row, places));
  const proxy = proxyPlace(new Set(places.of.values()), block);
  return { scenario: { ...scenario, nodes, expect }, proxy };
}

/** Every ip that a scenario's nodes have or dial from, in order. */
export function ipsOf({ nodes }: Pick<Scenario, "nodes">): readonly number[] {
  const all = nodes.flatMap(({ address: at, dialsFrom }) => [ipOf(at), dialsFrom ?? ipOf(at)]);
  return [...new Set(all)].toSorted((a, b) => a - b);
}

interface Places {
  readonly of: ReadonlyMap<number, number>;
  readonly block: number;
  /** The network of 256 whose last numbers are kept, if all are of one; without its last byte. */
  readonly kept: number | null;
}

/** Of one network, last numbers are kept, so that n7 is still .7; else they count from 2. */
function placesOf(ips: readonly number[], block: number): Places {
  const [net = 0, ...others] = new Set(ips.map((ip) => Math.floor(ip / 256)));
  const keeps = others.length === 0 && ips.every((ip) => ip % 256 > 0 && ip % 256 < LAST);
  const of = new Map(ips.map((ip, index) => [ip, block + (keeps ? ip % 256 : index + 2)]));
  return { of, block, kept: keeps ? net : null };
}

function proxyPlace(taken: ReadonlySet<number>, block: number): number {
  let place = block + LAST;
  while (taken.has(place)) place--;
  return place;
}

/** Ips in patterns of claims, `203.0.113.66` or `203\.0\.113\.66`, and what they begin with. */
function rowOn(kit: Claims, row: Expectation, places: Places): Expectation {
  const claims = row.claims.map(({ claim, args }) => {
    return { claim, args: patternsOn(kit.claims[claim]?.fields ?? {}, args, places) };
  });
  return { ...row, claims };
}

function patternsOn(fields: Fields, args: Settings, places: Places): Settings {
  const entries = Object.entries(args).map(([name, value]): [string, Setting | undefined] => {
    const isPattern = fields[name]?.kind === "pattern" && typeof value === "string";
    return [name, isPattern ? patternOn(value, places) : value];
  });
  return Object.fromEntries(entries);
}

/** Three numbers and a fourth, or a class of them: `203.0.113.[123]`. */
const QUAD = /(?<![\d.])(\d{1,3})(\\?\.)(\d{1,3})\2(\d{1,3})\2(\d{1,3}(?!\d)|(?=\[))/g;

function patternOn(text: string, { of, block, kept }: Places): string {
  const quad = (found: string, a: string, dot: string, b: string, c: string, d: string): string => {
    const old = parseAddress(`${a}.${b}.${c}.${d || "0"}`, 0);
    if (old === null) return found;
    const place = d === "" && kept === Math.floor(ipOf(old) / 256) ? block : of.get(ipOf(old));
    if (place === undefined) return found;
    const written = ipText(place);
    return (d === "" ? written.slice(0, -1) : written).replaceAll(".", dot);
  };
  return text.replaceAll(QUAD, quad);
}
