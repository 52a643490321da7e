/**
 * Everything that may befall a world while it is hindered: each kind of trouble reads a few dice
 * and gives one or more events. Times are whole seconds, now and then milliseconds.
 */
import type { Fault, LinkFault } from "../core/fault.ts";
import { type Duration, millis, seconds, type Time } from "../core/units.ts";
import type { ScenarioEvent } from "../scenario/model.ts";
import { among, below, likely, type Weighted } from "./dice.ts";
import type { TroubleGenes } from "./genes.ts";
import { uniform } from "./links.ts";

export interface Stage {
  /** Whom it may strike. */
  readonly whom: readonly string[];
  readonly names: readonly string[];
  /** Nodes whose garbage costs nobody a friend. */
  readonly outside: readonly string[];
  /** Faults begin in [from, to) and are over at `to`. */
  readonly from: Time;
  readonly to: Time;
  /** Faults go on for ever. */
  readonly forever: boolean;
  readonly messages: readonly string[];
  readonly files: readonly string[];
  /** An address that nobody has, as text. */
  readonly spare: string;
  /** Null where the kit has no word for it. */
  readonly introduce: (node: string, peer: string, at: Time) => ScenarioEvent | null;
}

export interface Trouble extends Weighted {
  readonly kind: string;
  readonly make: (genes: TroubleGenes, stage: Stage) => readonly ScenarioEvent[];
}

const LENGTHS = [1, 2, 5, 10, 15, 20, 30, 45, 60, 90, 120, 200, 300, 0.2, 0.05] as const;

export const REPERTOIRE: readonly Trouble[] = [
  link("partition", 5, partition),
  link("cut", 4, (genes, stage) => ({ do: "cut", ...oneWay(genes, stage) })),
  link("hold", 2, (genes, stage) => ({ do: "hold", ...oneWay(genes, stage) })),
  link("flap", 3, (genes, stage) => {
    const { from, to } = oneWay(genes, stage);
    const [down, up] = [among(FLAPS, genes.much), among(FLAPS, genes.more)];
    return { do: "flap", between: [from, to], down: seconds(down), up: seconds(up) };
  }),
  link("shape", 4, (genes, stage) => {
    return { do: "shape", ...oneWay(genes, stage), link: among(BAD_LINKS, genes.much) };
  }),
  link("drop", 3, (genes, stage) => onMessages("drop", genes, stage)),
  link("duplicate", 2, (genes, stage) => onMessages("duplicate", genes, stage)),
  link("delay", 3, (genes, stage) => {
    const by = among([millis(500), seconds(2), seconds(5), seconds(12)], genes.more);
    const { from, to, message, chance } = messagesOf(genes, stage);
    return { do: "delay", from, to, ...(message === null ? {} : { message }), by, chance };
  }),
  { kind: "corrupt", weight: 2, make: corrupt },
  crash("stop", 2, (node) => ({ do: "stop", node })),
  crash("kill", 4, (node) => ({ do: "kill", node })),
  crash("power-loss", 5, (node, { what }) => {
    return { do: "power-loss", node, disk: among(["kept", "torn", "lost"], what) };
  }),
  crash("hang", 2, (node) => ({ do: "hang", node })),
  { kind: "damage", weight: 2, make: damage },
  { kind: "again", weight: 2, make: again },
  { kind: "blackout", weight: 3, make: blackout },
  { kind: "pause", weight: 4, make: pause },
  { kind: "clock", weight: 3, make: clock },
  { kind: "disk", weight: 2, make: disk },
  { kind: "move", weight: 1, make: move },
  { kind: "reset", weight: 3, make: reset },
  { kind: "introduce", weight: 2, make: introduce },
];

const FLAPS = [1, 2, 5, 10, 20, 0.5] as const;
const BAD_LINKS = [
  { latency: uniform(200, 400) },
  { loss: 0.1 },
  { latency: uniform(500, 2_000) },
  { loss: 0.4 },
  { bandwidth: 20_000 },
  { latency: uniform(1, 3_000), loss: 0.2 },
] as const;
const CHANCES = [1, 0.5, 0.2] as const;

/** When it begins. One of four falls into the first 15 s, when everybody meets everybody. */
function begin({ at, early, fine }: TroubleGenes, { from, to }: Stage): Time {
  const room = likely(25, early) ? Math.min(to - from, seconds(15)) : to - from;
  const exact = (at * room) / 10_000;
  return (from + (likely(20, fine) ? millis(Math.floor(exact / 1_000)) : whole(exact))) as Time;
}

function whole(micros: number): Duration {
  return seconds(Math.floor(micros / 1_000_000));
}

function lengthOf({ lasts }: TroubleGenes): Duration {
  return seconds(among(LENGTHS, lasts));
}

/** Null: not before the hindered time is over. */
function end(at: Time, genes: TroubleGenes, { to, forever }: Stage): Time | null {
  const over = (at + lengthOf(genes)) as Time;
  return forever || over >= to ? null : over;
}

function link(
  kind: string,
  weight: number,
  fault: (genes: TroubleGenes, stage: Stage) => LinkFault | null,
): Trouble {
  return {
    kind,
    weight,
    make(genes, stage) {
      const one = fault(genes, stage);
      if (one === null) return [];
      const at = begin(genes, stage);
      const over = end(at, genes, stage);
      return [{ at, fault: over === null ? one : { ...one, for: (over - at) as Duration } }];
    },
  };
}

/** Down, and up again when it has lasted; or not before the world heals. */
function crash(
  kind: string,
  weight: number,
  fault: (node: string, genes: TroubleGenes) => Fault,
): Trouble {
  return {
    kind,
    weight,
    make(genes, stage) {
      const node = among(stage.whom, genes.node);
      const at = begin(genes, stage);
      return [{ at, fault: fault(node, genes) }, ...restart(node, end(at, genes, stage))];
    },
  };
}

function restart(node: string, at: Time | null): readonly ScenarioEvent[] {
  return at === null ? [] : [{ at, fault: { do: "restart", node } }];
}

/** One of those it may strike, and one of the others. */
function pair({ node, other }: TroubleGenes, { whom, names }: Stage): readonly [string, string] {
  const first = among(whom, node);
  const rest = names.filter((name) => name !== first);
  return [first, rest.length === 0 ? first : among(rest, other)];
}

type Side = readonly string[] | "*";

/** From one to another, to all, or from all to it. */
function oneWay(genes: TroubleGenes, stage: Stage): { from: Side; to: Side } {
  const [one, other] = pair(genes, stage);
  const ends: readonly (readonly [Side, Side])[] = [
    [[one], [other]],
    [[other], [one]],
    [[one], "*"],
    ["*", [one]],
  ];
  const [from, to] = among(ends, genes.side);
  return { from, to };
}

function partition(genes: TroubleGenes, { whom, names, forever }: Stage): LinkFault | null {
  const alone = among(whom, genes.node);
  const style = forever ? 0 : below(3, genes.what);
  if (style === 0) return { do: "partition", groups: [[alone]] };
  if (style === 1) return { do: "partition", groups: names.map((name) => [name]) };
  const bits = below(2 ** 12, genes.side);
  const half = names.filter((_, index) => (bits >> (index % 12)) % 2 === 1);
  return half.length === 0 ? null : { do: "partition", groups: [half] };
}

interface Struck {
  readonly from: Side;
  readonly to: Side;
  readonly message: string | null;
  readonly chance: number;
}

function messagesOf(genes: TroubleGenes, stage: Stage): Struck {
  const message = likely(75, genes.more) ? among(stage.messages, genes.what) : null;
  return { ...oneWay(genes, stage), message, chance: among(CHANCES, genes.much) };
}

function onMessages(verb: "drop" | "duplicate", genes: TroubleGenes, stage: Stage): LinkFault {
  const { from, to, message, chance } = messagesOf(genes, stage);
  return { do: verb, from, to, ...(message === null ? {} : { message }), chance };
}

/** Who sends garbage is banned: only from outside the core, or nothing could be promised. */
function corrupt(genes: TroubleGenes, stage: Stage): readonly ScenarioEvent[] {
  if (stage.outside.length === 0) return [];
  const from = [among(stage.outside, genes.node)];
  const to = likely(50, genes.side) ? pair(genes, stage).slice(1) : ("*" as const);
  const at = begin(genes, stage);
  const over = end(at, genes, stage);
  const lasting = over === null ? {} : { for: (over - at) as Duration };
  return [
    { at, fault: { do: "corrupt", from, to, chance: among(CHANCES, genes.much), ...lasting } },
  ];
}

/** A file changes while its node is down. */
function damage(genes: TroubleGenes, stage: Stage): readonly ScenarioEvent[] {
  if (stage.files.length === 0) return [];
  const node = among(stage.whom, genes.node);
  const at = begin(genes, stage);
  const file = among(stage.files, genes.what);
  return [
    { at, fault: { do: "kill", node } },
    { at, fault: { do: "disk", node, damage: file } },
    ...restart(node, end(at, genes, stage)),
  ];
}

/** Down and up, again and again. */
function again(genes: TroubleGenes, stage: Stage): readonly ScenarioEvent[] {
  const node = among(stage.whom, genes.node);
  const at = begin(genes, stage);
  const period = seconds(among([5, 10, 20, 40, 2], genes.lasts));
  const times = 2 + below(4, genes.much);
  const fault: Fault = likely(50, genes.what)
    ? { do: "power-loss", node, disk: "kept" }
    : { do: "kill", node };
  return Array.from({ length: times }, (_, time) => (at + time * period) as Time).flatMap(
    (down): ScenarioEvent[] => {
      const up = (down + period / 2) as Time;
      return up >= stage.to
        ? []
        : [
            { at: down, fault },
            { at: up, fault: { do: "restart", node } },
          ];
    },
  );
}

/** Everybody at once, and back one after the other. */
function blackout(genes: TroubleGenes, stage: Stage): readonly ScenarioEvent[] {
  if (stage.forever) return [];
  const at = begin(genes, stage);
  const over = end(at, genes, stage);
  const apart = seconds(among([0, 1, 5, 0.1], genes.more));
  const verb = among(["stop", "kill", "power-loss"] as const, genes.what);
  const spared = likely(30, genes.side) ? among(stage.names, genes.node) : null;
  return stage.names.flatMap((node, index): ScenarioEvent[] => {
    if (node === spared) return [];
    const fault: Fault =
      verb === "power-loss" ? { do: verb, node, disk: "kept" } : { do: verb, node };
    const up = over === null ? null : ((over + index * apart) as Time);
    return [{ at, fault }, ...restart(node, up !== null && up < stage.to ? up : null)];
  });
}

function pause(genes: TroubleGenes, stage: Stage): readonly ScenarioEvent[] {
  const node = among(stage.whom, genes.node);
  const at = begin(genes, stage);
  const rest = stage.forever ? lengthOf(genes) : Math.min(lengthOf(genes), stage.to - at);
  return [{ at, fault: { do: "pause", node, for: rest as Duration } }];
}

function clock(genes: TroubleGenes, stage: Stage): readonly ScenarioEvent[] {
  const node = among(stage.whom, genes.node);
  const length = seconds(among([1, 5, 12, 60, 130, 400, 1_000], genes.much));
  const signed = (likely(50, genes.side) ? -length : length) as Duration;
  const drift = among([50, 500, 5_000, -50, -500, -5_000], genes.much);
  const change = among([{ jump: signed }, { offset: signed }, { drift }], genes.what);
  const at = begin(genes, stage);
  const over = end(at, genes, stage);
  const back: Fault = "drift" in change ? { do: "clock", node, drift: 0 } : right(node);
  const after: ScenarioEvent[] = over === null ? [] : [{ at: over, fault: back }];
  return [{ at, fault: { do: "clock", node, ...change } }, ...after];
}

function right(node: string): Fault {
  return { do: "clock", node, offset: 0 as Duration };
}

function disk(genes: TroubleGenes, stage: Stage): readonly ScenarioEvent[] {
  const node = among(stage.whom, genes.node);
  const at = begin(genes, stage);
  const over = end(at, genes, stage);
  const full = likely(50, genes.what);
  const delay = among([millis(20), millis(200), seconds(2), seconds(10)], genes.much);
  const change = full ? { full } : { delay };
  const well = full ? { full: false } : { delay: 0 as Duration };
  const after: ScenarioEvent[] =
    over === null ? [] : [{ at: over, fault: { do: "disk", node, ...well } }];
  return [{ at, fault: { do: "disk", node, ...change } }, ...after];
}

function move(genes: TroubleGenes, stage: Stage): readonly ScenarioEvent[] {
  const node = among(stage.whom, genes.node);
  const at = begin(genes, stage);
  const over = end(at, genes, stage);
  const once = likely(50, genes.what) ? over : null;
  return [{ at, fault: { do: "move", node, address: stage.spare } }, ...restart(node, once)];
}

function reset(genes: TroubleGenes, stage: Stage): readonly ScenarioEvent[] {
  const between = pair(genes, stage);
  return [{ at: begin(genes, stage), fault: { do: "reset", between } }];
}

function introduce(genes: TroubleGenes, stage: Stage): readonly ScenarioEvent[] {
  const [node, peer] = pair(genes, stage);
  const told = stage.introduce(node, peer, begin(genes, stage));
  return told === null ? [] : [told];
}
