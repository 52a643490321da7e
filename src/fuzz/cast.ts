/** Who is there: the nodes of a drawn world, and which of them are its core. */
import { type Address, ipOf } from "../core/address.ts";
import { type Duration, millis, MINUTE, seconds, type Time } from "../core/units.ts";
import type { Setting, Settings } from "../kit/field.ts";
import type { WorldHint } from "../kit/fuzz.ts";
import type { NodePlan } from "../scenario/model.ts";
import { among, likely, rest } from "./dice.ts";
import type { NodeGenes } from "./genes.ts";
import type { Lore } from "./lore.ts";

export interface Casting {
  readonly lore: Lore;
  readonly world: WorldHint;
  readonly isOn: (option: string) => boolean;
  readonly addresses: readonly Address[];
  /** When the world heals, and when the run is over. */
  readonly heal: Time;
  readonly until: Time;
  /** How long something is under way on usual links, more or less. */
  readonly trip: Duration;
  /** Constants of one node. */
  readonly own: (genes: NodeGenes) => Settings;
}

export interface Cast {
  readonly plans: readonly NodePlan[];
  /** Indices of nodes to which everything is promised. */
  readonly eligible: readonly number[];
}

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

function nameOf(index: number): string {
  return LETTERS[index] ?? `N${index + 1}`;
}

/** So many are never old or adversaries. */
const KEPT_MIN = 3;

export function castOf(all: readonly NodeGenes[], casting: Casting): Cast {
  const eligible: number[] = [];
  let strange = 0;
  const plans = all.map((genes, index): NodePlan => {
    const room = all.length - strange > KEPT_MIN;
    const stranger = room ? strangerOf(genes, casting) : null;
    if (stranger !== null) strange++;
    const start = startOf(genes, casting);
    const { settings, core } = settingsOf(genes, casting);
    if (stranger === null && core && start < casting.heal) eligible.push(index);
    return {
      name: nameOf(index),
      address: casting.addresses[index] as Address,
      dialsFrom: sourceOf(genes, index, casting),
      start,
      profile: stranger ?? otherOf(genes, casting),
      config: casting.isOn("own") && likely(OWN, genes.own) ? casting.own(genes) : {},
      settings,
      clock: clockOf(genes, casting),
      disk: { delay: diskOf(genes, casting), full: false },
    };
  });
  return { plans, eligible };
}

/** Of a hundred nodes so many have a constant of their own, where some have; as many, a profile. */
const OWN = 20;

/** Another node that is held to every promise; one die says which of the two a node has. */
function otherOf({ own, which }: NodeGenes, { isOn, lore }: Casting): string | null {
  const { others } = lore;
  if (!isOn("own") || others.length === 0) return null;
  return likely(2 * OWN, own) && !likely(OWN, own) ? among(others, which) : null;
}

function strangerOf(genes: NodeGenes, { isOn, lore }: Casting): string | null {
  const { old, adversaries } = lore;
  if (isOn("adversary") && adversaries.length > 0 && likely(20, genes.profile)) {
    return among(adversaries, genes.which);
  }
  if (isOn("old") && old.length > 0 && likely(60, genes.profile)) return among(old, genes.which);
  return null;
}

/** Of a hundred nodes so many are late, where some are. */
const LATE = 30;
/** A dial, a handshake and the first answers take less. */
const TRIPS = 6;

/**
 * All at once, or within seconds. Who is late is in the middle of its first words when a minute is
 * full and timers of those who began at once go off; or begins while there is trouble, or after it.
 */
function startOf({ start, when }: NodeGenes, { isOn, heal, until, trip }: Casting): Time {
  const part = when / 10_000;
  if (isOn("late") && likely(LATE, start)) {
    const minute = MINUTE - TRIPS * trip * part;
    const over = Math.max(until - seconds(30), 0) * part;
    const exact = among([minute, minute, heal * part, over], rest(LATE, start));
    return whole(exact, exact === minute ? millis(1) : seconds(1));
  }
  if (!isOn("starts")) return 0 as Time;
  const window = among([0, 2, 20], start);
  return whole(seconds(window) * part, window === 2 ? millis(100) : seconds(1));
}

function whole(exact: number, grain: Duration): Time {
  return (Math.floor(exact / grain) * grain) as Time;
}

function settingsOf(
  genes: NodeGenes,
  { lore, world, isOn }: Casting,
): { readonly settings: Settings; readonly core: boolean } {
  const settings: Record<string, Setting | undefined> = { ...lore.standard };
  let core = true;
  for (const [index, [name, hint]] of Object.entries(lore.hints.node).entries()) {
    const rolled = genes.settings[index] ?? 0;
    if (!isOn(name) || !likely(hint.percent, rolled)) continue;
    settings[name] = among(hint.values, rest(hint.percent, rolled));
    core &&= hint.core;
  }
  for (const [name, values] of Object.entries(world.node)) {
    if (isOn(name) && likely(50, genes.height) && values.length > 0) {
      settings[name] = among(values, rest(50, genes.height));
    }
  }
  return { settings, core };
}

/** 198.51.100.7: a translator before several nodes. It may as well be another node's ip. */
const TRANSLATOR = 0xc6_33_64_07;

function sourceOf({ source }: NodeGenes, index: number, casting: Casting): number | null {
  if (!casting.isOn("nat") || !likely(25, source)) return null;
  const which = rest(25, source);
  const other = casting.addresses[(index + 1) % casting.addresses.length];
  return other !== undefined && likely(50, which) ? ipOf(other) : TRANSLATOR;
}

function clockOf({ clock, drift }: NodeGenes, { isOn }: Casting): NodePlan["clock"] {
  if (!isOn("clocks")) return { offset: 0 as Duration, drift: 0 };
  const offset = seconds(among([0, 0, 0.02, -0.1, 0.5, -1, 1, 4, -5, 12, -12, 60, -150], clock));
  return { offset, drift: among([0, 0, 0, 20, -50, 100, -1_000], drift) };
}

function diskOf({ disk }: NodeGenes, { isOn }: Casting): Duration {
  return isOn("disks") ? millis(among([0, 0, 1, 5, 20, 200], disk)) : (0 as Duration);
}
