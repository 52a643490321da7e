/**
 * What all parts of one simulated world share: the queue, the hosts, the links and the connections.
 * Mutable, owned by one `World`; the files beside it are the operations on it.
 */
import { type Address, ipOf } from "../core/address.ts";
import { must } from "../core/assert.ts";
import type { Codec } from "../core/codec.ts";
import { nameHash } from "../core/luck.ts";
import type { Protocol } from "../core/machine.ts";
import type { Duration, Time } from "../core/units.ts";
import { type EventId, KIND } from "../trace/event.ts";
import type { Recorder } from "../trace/recorder.ts";
import type { Connection, End } from "./connection.ts";
import type { Site } from "./host.ts";
import type { Lateness } from "./lateness.ts";
import type { Link, Links } from "./links.ts";
import type { Queue } from "./queue.ts";
import { blocked, type Rule, shaped } from "./rules.ts";

/** TCP's own constants; what they model is in docs/network-model.md. */
export interface NetworkConfig {
  /** A sender gives up when its oldest byte waits this long for an acknowledgement. */
  readonly userTimeout: Duration;
  /** A dial that nobody answers is given up by the kernel. */
  readonly dialTimeout: Duration;
  /** An idle end of a broken connection finds out after this long. */
  readonly keepalive: Duration;
  readonly rtoMin: Duration;
  readonly rtoMax: Duration;
  /** Bytes a sender may leave unacknowledged before it is closed `slow`. */
  readonly sendBuffer: number;
  /** Bytes a kernel holds for a process that does not read. */
  readonly receiveBuffer: number;
}

export interface Net<P extends Protocol> {
  readonly queue: Queue;
  readonly recorder: Recorder;
  readonly links: Links;
  /** Left out in an exact world, and in the real one, which needs none. */
  readonly lateness?: Lateness;
  /** Nodes hear of the network's own time-outs what they hear behind a proxy. */
  readonly proxied?: boolean;
  readonly hosts: readonly Site<P>[];
  /** Who listens where now. */
  listeners: ReadonlyMap<Address, Site<P>>;
  readonly config: NetworkConfig;
  readonly codec: Codec<P["message"]>;
  readonly wire: "objects" | "bytes";
  /** Dense index and name hash of each message type. */
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly connections: Map<number, Connection>;
  rules: readonly Rule[];
  lastConnection: number;
}

export interface Kind {
  readonly index: number;
  readonly hash: number;
}

/** Packets that are no messages have luck of their own; `again` is a retransmission. */
export const CONTROL = ["SYN", "SYN-ACK", "ACK", "FIN", "RST", "again"] as const;

export function control<P extends Protocol>(net: Net<P>, packet: (typeof CONTROL)[number]): Kind {
  return must(net.kinds.get(`tcp ${packet}`), packet);
}

/** Dense numbers for message types, then for control packets. */
export function kindsOf(types: readonly string[]): ReadonlyMap<string, Kind> {
  const names = [...types, ...CONTROL.map((packet) => `tcp ${packet}`)];
  return new Map(names.map((name, index) => [name, { index, hash: nameHash(name) }]));
}

export function now<P extends Protocol>(net: Net<P>): Time {
  return net.queue.now as Time;
}

export function host<P extends Protocol>(net: Net<P>, node: number): Site<P> {
  return must(net.hosts[node], "node", node);
}

/** The host that listens there, or one with that ip whose other ports refuse; null is silence. */
export function hostAt<P extends Protocol>(net: Net<P>, remote: Address): Site<P> | null {
  const exact = net.listeners.get(remote);
  if (exact !== undefined) return exact;
  return net.hosts.find((each) => ipOf(each.address) === ipOf(remote)) ?? null;
}

/** By address; of several at one the first, as a scan would find it. */
export function listenersOf<P extends Protocol>(
  hosts: readonly Site<P>[],
): ReadonlyMap<Address, Site<P>> {
  return new Map(hosts.toReversed().map((each) => [each.address, each]));
}

/** Packets sent by one end cannot reach the other: link faults, no power, or a moved host. */
export function broken<P extends Protocol>(net: Net<P>, from: End, to: End): boolean {
  return host(net, from.node).status === "off" || swallowed(net, from, to);
}

/** A packet under way does not arrive. Its sender may be off by now: the wire does not know. */
export function swallowed<P extends Protocol>(net: Net<P>, from: End, to: End): boolean {
  if (host(net, to.node).status === "off" || moved(net, from) || moved(net, to)) return true;
  return blocked(net.rules, from.node, to.node);
}

/** Nobody answers at this end's address any more. */
function moved<P extends Protocol>(net: Net<P>, end: End): boolean {
  return ipOf(host(net, end.node).address) !== end.home;
}

/** Delay of the next packet of a kind over a link, with loss as retransmission and no bandwidth. */
export function delay<P extends Protocol>(net: Net<P>, link: Link, kind: Kind): number {
  const profile = shaped(net.rules, link.from, link.to, link.profile);
  const n = net.links.next(link, kind.index);
  let length = net.links.latency(link, profile, kind.hash, n);
  if (profile.loss > 0) {
    let rto = firstRto(net.config, length);
    for (let lost = net.links.losses(link, profile.loss, kind.hash, n); lost > 0; lost--) {
      length += rto;
      rto = Math.min(rto * 2, net.config.rtoMax);
    }
  }
  return length + (net.lateness?.of(link.hash ^ kind.hash, now(net)) ?? 0);
}

/** One round trip and a margin. */
export function firstRto(config: NetworkConfig, latency: number): number {
  return Math.min(config.rtoMin + 2 * latency, config.rtoMax);
}

export function recordDrop<P extends Protocol>(
  net: Net<P>,
  sender: Pick<End, "node" | "session">,
  cause: EventId,
  reason: string,
): void {
  net.recorder.record(now(net), sender.node, KIND.drop, cause, sender.session, 0, reason);
}
