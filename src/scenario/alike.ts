/**
 * Promises about two runs beside each other: a world, and the same world but for something that
 * must not matter, end alike. Of a scenario without faults its calm twin is compared: everybody
 * honest, at their own address, with an exact clock, there from the first seconds on. What has come
 * to be is compared, never when: what differs is looked at again, later.
 */
import type { Complaint, InvariantSpec } from "../check/invariant.ts";
import { type Address, address, ipOf, portOf } from "../core/address.ts";
import { StepFailed } from "../core/assert.ts";
import type { Protocol } from "../core/machine.ts";
import { type Duration, SECOND, type Time } from "../core/units.ts";
import type { World } from "../engine/world.ts";
import type { Ending, Kit } from "../kit/kit.ts";
import { Recorder } from "../trace/recorder.ts";
import { compile, constantsOf, profileOf } from "./compile.ts";
import type { Dialect } from "./dialect.ts";
import type { Scenario } from "./model.ts";

interface Relation {
  readonly spec: InvariantSpec;
  /** `dials`: the node setting that says whom a node knows. */
  readonly other: (scenario: Scenario, dials: string) => Scenario;
}

const SIMULATED = "a run is compared with another of its kind";

const RELATIONS: Readonly<Record<string, Relation>> = {
  "role-symmetry": {
    spec: {
      rule: "general",
      about: "who dialed whom decides nothing: with every dial turned round, all ends alike",
      mode: "eventually",
      simulated: SIMULATED,
    },
    other: turned,
  },
  "spelling-invariance": {
    spec: {
      rule: "general",
      about:
        "with every node on another port, so that addresses are spelled otherwise, all ends alike",
      mode: "eventually",
      simulated: SIMULATED,
    },
    other: ported,
  },
};

interface Played {
  readonly seed: string;
  readonly profile: string;
}

type Comparing = Pick<Dialect, "ending" | "fuzz">;

/** Those that a kit's runs can be held to, by name; none where it does not say how a run ends. */
export function relationsOf({ ending, fuzz }: Comparing): Readonly<Record<string, InvariantSpec>> {
  if (ending === undefined || fuzz === undefined || fuzz.dials === null) return {};
  return Object.fromEntries(Object.entries(RELATIONS).map(([name, { spec }]) => [name, spec]));
}

/** Everybody begins by `BEGIN`; what has come by `EARLIER` in one run, comes in any. */
const BEGIN: number = 20 * SECOND;
const EARLIER = (90 * SECOND) as Time;
/**
 * When they are compared: at the first, and while they differ at each later one. One node alone
 * that knows of many strangers finds them one by one, a feeler each.
 */
const FIRST = (150 * SECOND) as Time;
const LOOKS = [FIRST, ...[300, 600, 1_200].map((time) => (time * SECOND) as Time)];
/** Of nodes: so few have found each other by the last look, however slow they are. */
const NODES_MAX = 8;

/** What of `names` does not hold; nothing of a world that is too short or large, full, or hurt. */
export function compared<P extends Protocol>(
  kit: Kit<P>,
  scenario: Scenario,
  names: readonly string[],
  run: Played,
): readonly Complaint[] {
  const dials = kit.fuzz?.dials ?? null;
  const asked = names.filter((name) => Object.hasOwn(RELATIONS, name));
  if (asked.length === 0 || kit.ending === undefined || dials === null) return [];
  const hurt = scenario.events.some((event) => "fault" in event);
  const isLarge = scenario.nodes.length > NODES_MAX;
  const kept = (profileOf(kit, run.profile).standing ?? "kept") === "kept";
  if (hurt || isLarge || scenario.until < FIRST || !kept) return [];
  const twin = becalmed(scenario);
  if (isFull(kit, twin, run.profile)) return [];
  const begin = (one: Scenario): Playing<P> => new Playing(kit, one, run);
  const first = begin(twin);
  return asked.flatMap((name) => {
    const other = begin(RELATIONS[name]?.other(twin, dials) ?? twin);
    const found = lasting((time) => difference(first, other, time, scenario));
    return found === null ? [] : [{ ...found, invariant: name, at: FIRST, event: null }];
  });
}

/**
 * Some node has no room for all others, and one session more, for two that dial each other at once:
 * who is there first, or was called, decides who is in.
 */
function isFull<P extends Protocol>(kit: Kit<P>, scenario: Scenario, profile: string): boolean {
  const room = kit.fuzz?.room ?? null;
  if (room === null) return false;
  return scenario.nodes.some((node) => {
    return Number(constantsOf(kit, scenario, node, profile)[room]) < scenario.nodes.length;
  });
}

/** What differs at every look. */
function lasting(seen: (time: Time) => Found | null): Found | null {
  let found: Found | null = null;
  for (const time of LOOKS) {
    found = seen(time);
    if (found === null) break;
  }
  return found;
}

function becalmed(scenario: Scenario): Scenario {
  const soon = (at: Time): Time => Math.min(at, BEGIN) as Time;
  const nodes = scenario.nodes.map((node) => ({
    ...node,
    profile: null,
    start: node.start === null ? null : soon(node.start),
    clock: { offset: 0 as Duration, drift: 0 },
    dialsFrom: null,
    disk: { delay: 0 as Duration, full: false },
  }));
  const events = scenario.events.map((event) => ({ ...event, at: soon(event.at) }));
  return { ...scenario, nodes, events, expect: [] };
}

/** Who knew somebody is known by them, and who was told of somebody, they are told of. */
function turned(scenario: Scenario, dials: string): Scenario {
  const knows = (name: string, whom: string): boolean => {
    const node = scenario.nodes.find((each) => each.name === name);
    return ((node?.settings[dials] ?? []) as readonly string[]).includes(whom);
  };
  const names = scenario.nodes.map(({ name }) => name);
  const nodes = scenario.nodes.map((node) => {
    const callers = names.filter((name) => knows(name, node.name));
    return { ...node, settings: { ...node.settings, [dials]: callers } };
  });
  const events = scenario.events.map((event) => {
    if ("fault" in event) return event;
    const [named, ...more] = Object.entries(event.args);
    const isPeer = named !== undefined && more.length === 0 && names.includes(String(named[1]));
    return isPeer ? { ...event, node: String(named[1]), args: { [named[0]]: event.node } } : event;
  });
  return { ...scenario, nodes, events };
}

const PORTS_ON = 1_000;

function ported(scenario: Scenario): Scenario {
  const nodes = scenario.nodes.map((node) => {
    const port = portOf(node.address);
    const other = port > 0xffff - PORTS_ON ? port - PORTS_ON : port + PORTS_ON;
    return { ...node, address: address(ipOf(node.address), other) };
  });
  return { ...scenario, nodes };
}

/** By node; null: it does not run. */
type Endings = readonly (Ending | null)[];

/** A run that goes on only as far as somebody looks. */
class Playing<P extends Protocol> {
  readonly #kit: Kit<P>;
  readonly #names: ReadonlyMap<Address, string>;
  readonly #world: World<P>;
  readonly #seen = new Map<Time, Endings>();
  /** A machine threw. */
  thrown: { readonly node: number; readonly text: string } | null = null;

  constructor(kit: Kit<P>, scenario: Scenario, run: Played) {
    const recorder = new Recorder({ level: "none" });
    this.#kit = kit;
    this.#names = new Map(scenario.nodes.map(({ name, address: at }) => [at, name]));
    this.#world = compile(kit, scenario, { ...run, recorder, wire: "objects", guard: false });
    this.at(EARLIER);
  }

  /** No earlier than what was looked at before, or one of those. */
  at(time: Time): Endings {
    const before = this.#seen.get(time);
    if (before !== undefined) return before;
    const endings = this.thrown === null ? this.#play(time) : [];
    this.#seen.set(time, endings);
    return endings;
  }

  #play(time: Time): Endings {
    try {
      this.#world.run(time);
    } catch (error) {
      if (!(error instanceof StepFailed)) throw error;
      this.thrown = { node: error.node, text: error.message };
      return [];
    }
    const nameOf = (at: Address): string => this.#names.get(at) ?? "somebody";
    return [...this.#names.values()].map((name) => {
      const state = this.#world.state(name);
      return state === null ? null : (this.#kit.ending?.(state, nameOf) ?? null);
    });
  }
}

type Found = Pick<Complaint, "witness" | "node" | "text">;

/** Null: they are alike. A world that throws as it is breaks another promise. */
function difference<P extends Protocol>(
  one: Playing<P>,
  other: Playing<P>,
  time: Time,
  { nodes }: Scenario,
): Found | null {
  const name = (node: number): string => nodes[node]?.name ?? `#${node}`;
  const [earlier, mine, theirs] = [one.at(EARLIER), one.at(time), other.at(time)];
  if (one.thrown !== null) return null;
  if (other.thrown !== null) {
    const { node, text } = other.thrown;
    return {
      witness: "a step throws",
      node,
      text: `in the other world ${name(node)} fails: ${text}`,
    };
  }
  for (const [node, here] of mine.entries()) {
    const there = theirs[node] ?? null;
    if (here === null || there === null) continue;
    const least = earlier[node]?.progress ?? 0;
    if (there.progress < least) {
      const text = `${name(node)} came to ${least}, in the other world to ${there.progress}`;
      return { witness: "progress", node, text };
    }
    for (const [what, fact] of Object.entries(here.facts)) {
      const [has, had] = [fact.join(", "), (there.facts[what] ?? []).join(", ")];
      if (has === had) continue;
      const text = `${name(node)} has ${what} ${has}; in the other world ${had}`;
      return { witness: what, node, text };
    }
  }
  return null;
}
