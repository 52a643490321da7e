/**
 * Promises about two runs beside each other: a world, and the same world but for something that
 * must not matter, end alike. Of a scenario without faults its calm twin is compared: everybody
 * honest, at their own address, with an exact clock, there from the first seconds on. What has come
 * to be is compared, never when.
 */
import type { Complaint, InvariantSpec } from "../check/invariant.ts";
import { type Address, address, ipOf, portOf } from "../core/address.ts";
import { StepFailed } from "../core/assert.ts";
import type { Protocol } from "../core/machine.ts";
import { type Duration, SECOND, type Time } from "../core/units.ts";
import type { Ending, Kit } from "../kit/kit.ts";
import { Recorder } from "../trace/recorder.ts";
import { compile, profileOf } from "./compile.ts";
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

type Comparing = Pick<Dialect, "ending" | "fuzz">;

/** Those that a kit's runs can be held to, by name; none where it does not say how a run ends. */
export function relationsOf({ ending, fuzz }: Comparing): Readonly<Record<string, InvariantSpec>> {
  if (ending === undefined || fuzz === undefined || fuzz.dials === null) return {};
  return Object.fromEntries(Object.entries(RELATIONS).map(([name, { spec }]) => [name, spec]));
}

/** Everybody begins by `BEGIN`; what has come by `EARLIER` in one run, has by `END` in any. */
const BEGIN: number = 20 * SECOND;
const EARLIER = (90 * SECOND) as Time;
const END = (150 * SECOND) as Time;

/** What of `names` does not hold; nothing of a world that is too short, or hurt by something. */
export function compared<P extends Protocol>(
  kit: Kit<P>,
  scenario: Scenario,
  names: readonly string[],
  { seed, profile }: { readonly seed: string; readonly profile: string },
): readonly Complaint[] {
  const dials = kit.fuzz?.dials ?? null;
  const asked = names.filter((name) => Object.hasOwn(RELATIONS, name));
  if (asked.length === 0 || kit.ending === undefined || dials === null) return [];
  const hurt = scenario.events.some((event) => "fault" in event);
  const kept = (profileOf(kit, profile).standing ?? "kept") === "kept";
  if (hurt || scenario.until < END || !kept) return [];
  const twin = becalmed(scenario);
  const end = (one: Scenario): Ended => played(kit, one, { seed, profile });
  const first = end(twin);
  return asked.flatMap((name) => {
    const other = RELATIONS[name]?.other(twin, dials) ?? twin;
    const found = difference(first, end(other), scenario);
    return found === null ? [] : [{ ...found, invariant: name, at: END, event: null }];
  });
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
  return { ...scenario, nodes, events, expect: [], until: END };
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

interface Ended {
  /** By node; null: it does not run. */
  readonly earlier: readonly (Ending | null)[];
  readonly last: readonly (Ending | null)[];
  /** A machine threw. */
  readonly thrown: { readonly node: number; readonly text: string } | null;
}

function played<P extends Protocol>(
  kit: Kit<P>,
  scenario: Scenario,
  run: { readonly seed: string; readonly profile: string },
): Ended {
  const recorder = new Recorder({ level: "none" });
  const world = compile(kit, scenario, { ...run, recorder, wire: "objects", guard: false });
  const names = new Map(scenario.nodes.map(({ name, address: at }) => [at, name]));
  const nameOf = (at: Address): string => names.get(at) ?? "somebody";
  const ends = (until: Time): readonly (Ending | null)[] => {
    world.run(until);
    return scenario.nodes.map(({ name }) => {
      const state = world.state(name);
      return state === null ? null : (kit.ending?.(state, nameOf) ?? null);
    });
  };
  try {
    return { earlier: ends(EARLIER), last: ends(END), thrown: null };
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error;
    return { earlier: [], last: [], thrown: { node: error.node, text: error.message } };
  }
}

type Found = Pick<Complaint, "witness" | "node" | "text">;

/** Null: they end alike. A world that throws as it is breaks another promise. */
function difference(one: Ended, other: Ended, { nodes }: Scenario): Found | null {
  if (one.thrown !== null) return null;
  const name = (node: number): string => nodes[node]?.name ?? `#${node}`;
  if (other.thrown !== null) {
    const { node, text } = other.thrown;
    return {
      witness: "a step throws",
      node,
      text: `in the other world ${name(node)} fails: ${text}`,
    };
  }
  for (const [node, last] of one.last.entries()) {
    const [mine, theirs] = [one.earlier[node], other.last[node]];
    if (last === null || theirs === null || theirs === undefined) continue;
    const least = mine?.progress ?? 0;
    if (theirs.progress < least) {
      const text = `${name(node)} came to ${least}, in the other world to ${theirs.progress}`;
      return { witness: "progress", node, text };
    }
    for (const [what, fact] of Object.entries(last.facts)) {
      const [here, there] = [fact.join(", "), (theirs.facts[what] ?? []).join(", ")];
      if (here === there) continue;
      return {
        witness: what,
        node,
        text: `${name(node)} has ${what} ${here}; in the other world ${there}`,
      };
    }
  }
  return null;
}
