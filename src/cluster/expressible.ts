/**
 * Why real processes and sockets cannot play a scenario: one sentence a reason, none if they can.
 * What the proxy can do on the way is no reason; what only a simulated host can do is.
 */
import type { Fault } from "../core/fault.ts";
import { formatDuration, HOUR } from "../core/units.ts";
import type { Settings } from "../kit/field.ts";
import type { Scenario } from "../scenario/model.ts";
import { NETWORK } from "../scenario/network.ts";
import { BLOCK_HOSTS, ipsOf } from "./loopback.ts";

/** Processes that one machine of two cores starts and serves in time. */
const NODES_MAX = 25;
/** Real time that somebody may be expected to wait for one run. */
const REAL_MAX = 2 * HOUR;

/** What of a kit knows whether its nodes can meet on loopback addresses. */
export interface Loopback {
  offLoopback?(world: Settings): string | null;
}

export function expressible(kit: Loopback, scenario: Scenario, speed: number): readonly string[] {
  const { nodes, world, until, events, network } = scenario;
  const real = until / speed;
  const ips = ipsOf(scenario).length;
  const reasons = [
    nodes.length > NODES_MAX ? `${nodes.length} nodes; ${NODES_MAX} processes is the most` : null,
    ips > BLOCK_HOSTS ? `${ips} ips; a block of loopback addresses has ${BLOCK_HOSTS}` : null,
    kit.offLoopback?.(world) ?? null,
    real > REAL_MAX
      ? `${formatDuration(until)} take ${formatDuration(Math.round(real))} at speed ${speed}`
      : null,
    ...nodes.map(({ name, disk }) => {
      return disk.delay > 0 || disk.full ? `${name} has a slow or full disk from the start` : null;
    }),
    ...(["sendBuffer", "receiveBuffer"] as const).map((key) => {
      return network[key] === NETWORK[key] ? null : `${key}: the kernel's is what it is`;
    }),
    ...events.map((event) => ("fault" in event ? flaw(event.fault) : null)),
  ];
  return [...new Set(reasons.filter((reason) => reason !== null))];
}

function flaw(fault: Fault): string | null {
  if (fault.do === "move") return "move: a process cannot be given another ip while it runs";
  if (fault.do === "power-loss" && fault.disk === "torn") {
    return "power-loss with disk torn: no real write is torn at a chosen moment";
  }
  if (fault.do === "disk" && fault.delay !== undefined) {
    return "disk delay: a real disk is as slow as it is";
  }
  return null;
}
