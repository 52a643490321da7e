/**
 * Puts faults in force. Link faults become rules that are lifted by `for` or `heal`; node faults
 * act at once. Every fault, and every lift, is a trace event.
 */
import { parseAddress } from "../core/address.ts";
import { BadInput, unreachable } from "../core/assert.ts";
import type { Fault, NodeFault } from "../core/fault.ts";
import type { Protocol } from "../core/machine.ts";
import { type EventId, KIND, WORLD } from "../trace/event.ts";
import { wallAt, withDrift, withJump } from "../runtime/clock.ts";
import { damaged } from "./disk.ts";
import type { Host } from "./host.ts";
import { boot, type Ground, kill, powerLoss, recordClock, stall, stop } from "./lifecycle.ts";
import { listenersOf, type Net, now } from "./net.ts";
import { OP } from "./op.ts";
import { isLinkFault, type LinkRuleFault, makeRule, type Rule } from "./rules.ts";
import { recheck, reset } from "./teardown.ts";

/** What a fault needs to know of its world besides the ground. */
export interface FaultScene<P extends Protocol> extends Ground<P> {
  readonly hosts: readonly Host<P>[];
  readonly epoch: number;
  nextRule(): number;
}

export function inject<P extends Protocol>(
  scene: FaultScene<P>,
  fault: Fault,
  cause: EventId,
): EventId {
  if (!isLinkFault(fault)) return injectNode(scene, fault, cause);
  return injectLink(scene.net, scene.nextRule(), fault, cause);
}

/** A rule of that number is in force from now on. */
export function injectLink<P extends Protocol>(
  net: Net<P>,
  id: number,
  fault: LinkRuleFault & { readonly for?: number },
  cause: EventId,
): EventId {
  const event = net.recorder.record(now(net), WORLD, KIND.fault, cause, 0, 0, fault);
  const names = net.hosts.map((host) => host.name);
  net.rules = [...net.rules, makeRule(id, fault, event, names)];
  if (fault.for !== undefined) {
    net.queue.schedule(now(net) + fault.for, OP.LIFT, id, 0, event, null);
  }
  if (fault.do === "flap") {
    net.queue.schedule(now(net) + fault.down, OP.FLAP, id, 0, event, null);
  }
  recheck(net);
  return event;
}

/** Takes rules out of force: one by its id, or all of a name, or all. */
export function lift<P extends Protocol>(
  net: Net<P>,
  goes: (rule: Rule) => boolean,
  cause: EventId,
): void {
  const lifted = net.rules.filter(goes);
  if (lifted.length === 0) return;
  net.rules = net.rules.filter((rule) => !lifted.includes(rule));
  for (const rule of lifted) {
    const by = cause >= 0 ? cause : rule.event;
    net.recorder.record(now(net), WORLD, KIND.lift, by, 0, 0, rule.fault);
  }
  recheck(net);
}

/** A flapping link changes sides. */
export function flap<P extends Protocol>(net: Net<P>, id: number): void {
  const rule = net.rules.find((each) => each.id === id);
  if (rule === undefined || rule.fault.do !== "flap") return;
  const turned: Rule = { ...rule, down: !rule.down };
  net.rules = net.rules.map((each) => (each === rule ? turned : each));
  const kind = turned.down ? KIND.fault : KIND.lift;
  net.recorder.record(now(net), WORLD, kind, rule.event, 0, 0, rule.fault);
  const next = turned.down ? rule.fault.down : rule.fault.up;
  net.queue.schedule(now(net) + next, OP.FLAP, id, 0, rule.event, null);
  recheck(net);
}

function injectNode<P extends Protocol>(
  scene: FaultScene<P>,
  fault: NodeFault,
  cause: EventId,
): EventId {
  const { net } = scene;
  const target = "node" in fault ? named(scene.hosts, fault.node) : null;
  const node = target?.index ?? WORLD;
  const event = net.recorder.record(now(net), node, KIND.fault, cause, 0, 0, fault);
  if (target !== null) applyToHost(scene, target, fault, event);
  else if (fault.do === "reset") resetBetween(net, fault.between, event);
  else if (fault.do === "heal") heal(net, fault, event);
  return event;
}

/** All link faults, or those of a name. */
export function heal<P extends Protocol>(
  net: Net<P>,
  { name }: Extract<NodeFault, { do: "heal" }>,
  event: EventId,
): void {
  lift(net, (rule) => name === undefined || rule.fault.name === name, event);
}

function applyToHost<P extends Protocol>(
  scene: FaultScene<P>,
  host: Host<P>,
  fault: NodeFault,
  event: EventId,
): void {
  switch (fault.do) {
    case "stop":
      return stop(scene, host, event);
    case "kill":
      return kill(scene, host, event);
    case "power-loss":
      return powerLoss(scene, host, fault.disk, event);
    case "restart":
      return boot(scene, host, event);
    case "hang":
      return stall(scene, host, null, event);
    case "pause":
      return stall(scene, host, fault.for, event);
    case "clock":
      return setClock(scene, host, fault, event);
    case "disk": {
      const { full = host.disk.full, delay = host.disk.delay, damage } = fault;
      host.disk = { ...host.disk, full, delay };
      if (damage === undefined) return;
      const luck = scene.streams.get(`${host.spec.name}/damage/${damage}`);
      host.disk = damaged(host.disk, damage, luck);
      return;
    }
    case "move":
      return move(scene.net, host, fault.address);
    case "reset":
    case "heal":
      return;
    default:
      return unreachable(fault);
  }
}

function setClock<P extends Protocol>(
  scene: FaultScene<P>,
  host: Host<P>,
  fault: Extract<NodeFault, { do: "clock" }>,
  event: EventId,
): void {
  const time = now(scene.net);
  if (fault.drift !== undefined) host.clock = withDrift(host.clock, time, fault.drift);
  if (fault.jump !== undefined) host.clock = withJump(host.clock, time, fault.jump);
  if (fault.offset !== undefined) {
    const right = scene.epoch + time + fault.offset;
    host.clock = withJump(host.clock, time, right - wallAt(host.clock, time));
  }
  recordClock(scene.net, host, event);
}

function move<P extends Protocol>(net: Net<P>, host: Host<P>, text: string): void {
  const moved = parseAddress(text, host.spec.address % 65_536);
  if (moved === null) throw new BadInput([`move: not an address: ${text}`]);
  host.address = moved;
  net.listeners = listenersOf(net.hosts);
  recheck(net);
}

export function resetBetween<P extends Protocol>(
  net: Net<P>,
  between: readonly [string, string],
  event: EventId,
): void {
  const pair = between.map((name) => named(net.hosts, name).index);
  for (const connection of net.connections.values()) {
    const [left, right] = connection.ends;
    const both = pair.includes(left.node) && pair.includes(right.node);
    if (!both || left.node === right.node || !connection.established) continue;
    reset(net, connection, 0, event);
    reset(net, connection, 1, event);
  }
}

export function named<H extends { readonly name: string }>(hosts: readonly H[], name: string): H {
  const host = hosts.find((each) => each.name === name);
  if (host === undefined) throw new BadInput([`no node is named ${name}`]);
  return host;
}
