/**
 * A scenario as a world: names become hosts, settings become machine configs, events are scheduled.
 */
import { BadInput, must } from "../core/assert.ts";
import type { Time } from "../core/units.ts";
import type { LinkProfile } from "../core/fault.ts";
import type { Protocol } from "../core/machine.ts";
import type { NodeSpec } from "../engine/host.ts";
import { type Jitter, Lateness } from "../engine/lateness.ts";
import { World } from "../engine/world.ts";
import { defaultsOf, type Settings } from "../kit/field.ts";
import type { Kit, NodeSetup, Profile } from "../kit/kit.ts";
import type { Recorder } from "../trace/recorder.ts";
import { claimContext } from "./context.ts";
import type { LinkPlan, NodePlan, Scenario, ScenarioEvent } from "./model.ts";
import { unknownWord } from "./reasons.ts";

export interface CompileOptions {
  readonly seed: string;
  readonly profile: string;
  readonly recorder: Recorder;
  readonly wire: "objects" | "bytes";
  readonly guard: boolean;
  readonly jitter?: Jitter | undefined;
  readonly proxied?: boolean | undefined;
}

export function compile<P extends Protocol>(
  kit: Kit<P>,
  scenario: Scenario,
  options: CompileOptions,
): World<P> {
  const { world: settings, network } = scenario;
  const { jitter, proxied = false } = options;
  const profile = profileOf(kit, options.profile);
  const constants = { ...defaultsOf(kit.config), ...profile.config, ...scenario.config };
  const { addressOf } = claimContext(scenario.nodes);
  const world = new World<P>({
    seed: options.seed,
    epoch: kit.epoch(settings, constants),
    nodes: specsOf(kit, scenario, options.profile),
    types: profile.machine.kinds,
    codec: kit.codec,
    wire: options.wire,
    network,
    link: linkOf(scenario, options.seed),
    recorder: options.recorder,
    guard: options.guard,
    stop: kit.stop,
    proxied,
    ...(jitter === undefined ? {} : { jitter }),
  });
  const moments = momentsOf(scenario, jitter);
  for (const [index, event] of scenario.events.entries()) {
    const at = must(moments[index], "moment", index);
    if ("fault" in event) {
      world.injectAt(at, event.fault);
    } else {
      const spec = must(kit.commands[event.command], "command", event.command);
      world.commandAt(at, event.node, spec.make(event.args, addressOf));
    }
  }
  return world;
}

/** When events happen. Nobody who is late with one overtakes it with his next; others may. */
function momentsOf({ events }: Scenario, jitter: Jitter | undefined): readonly Time[] {
  if (jitter === undefined) return events.map(({ at }) => at);
  const lateness = new Lateness(jitter);
  const last = new Map<string | null, number>();
  return events.map((event, index) => {
    const who = actorOf(event);
    const moment = Math.max(last.get(who) ?? 0, event.at + lateness.of(index, event.at));
    last.set(who, moment);
    return moment as Time;
  });
}

/** The process that acts or is acted on; null: the network. */
function actorOf(event: ScenarioEvent): string | null {
  if ("command" in event) return event.node;
  return "node" in event.fault ? event.fault.node : null;
}

/** Who the nodes are: what each runs, with which config, where. */
export function specsOf<P extends Protocol>(
  kit: Kit<P>,
  scenario: Scenario,
  profile: string,
): readonly NodeSpec<P>[] {
  const { addressOf } = claimContext(scenario.nodes);
  return scenario.nodes.map((plan) => specOf(kit, scenario, plan, profile, addressOf));
}

export function profileOf<P extends Protocol>(kit: Kit<P>, name: string): Profile<P> {
  const found = kit.profiles.find((profile) => profile.name === name);
  if (found !== undefined) return found;
  const names = kit.profiles.map((profile) => profile.name);
  throw new BadInput([unknownWord("profile", name, names)]);
}

/** Of one node, in a run with the profile `standard`. */
export function constantsOf<P extends Protocol>(
  kit: Kit<P>,
  scenario: Scenario,
  plan: NodePlan,
  standard: string,
): Settings {
  const profile = profileOf(kit, plan.profile ?? standard);
  return { ...defaultsOf(kit.config), ...profile.config, ...scenario.config, ...plan.config };
}

function specOf<P extends Protocol>(
  kit: Kit<P>,
  scenario: Scenario,
  plan: NodePlan,
  standard: string,
  addressOf: NodeSetup["addressOf"],
): NodeSpec<P> {
  const profile = profileOf(kit, plan.profile ?? standard);
  const config = constantsOf(kit, scenario, plan, standard);
  const { name, address, dialsFrom, settings: node, start, clock, disk } = plan;
  const setup = { name, address, config, world: scenario.world, node, addressOf };
  return {
    name,
    address,
    machine: profile.machine,
    config: kit.configure(setup),
    start,
    clock,
    disk,
    ...(dialsFrom === null ? {} : { source: dialsFrom }),
  };
}

/** The default link, or the sweep's for a seed that is not the scenario's own; then overrides. */
export function linkOf(
  scenario: Scenario,
  seed: string,
): (from: number, to: number) => LinkProfile {
  const pinned = seed === scenario.seed || scenario.sweepLink === null;
  const base = pinned ? scenario.link : must(scenario.sweepLink, "sweep link");
  const names = scenario.nodes.map((node) => node.name);
  const covers = (ends: LinkPlan["from"], node: number): boolean =>
    ends === "*" || ends.includes(must(names[node], "node", node));
  return (from, to) => {
    let profile = base;
    for (const plan of scenario.links) {
      if (covers(plan.from, from) && covers(plan.to, to)) profile = { ...profile, ...plan.link };
    }
    return profile;
  };
}
