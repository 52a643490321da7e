/**
 * A sender's wire with a limit of bytes per second: it takes one segment after the other, and each
 * is filed for when it will arrive. That forecast holds while the limit does; when the limit
 * changes, what the wire has not taken is timed anew, so no segment waits by a limit of the past.
 */
import type { Protocol } from "../core/machine.ts";
import type { Connection, EndIndex, Segment, Unsent, Way } from "./connection.ts";
import { type Net, now } from "./net.ts";
import { OP } from "./op.ts";
import { shaped } from "./rules.ts";

/** When the wire will have taken one more segment, behind those it has still to take. */
export function takenAt<P extends Protocol>(
  net: Net<P>,
  way: Way,
  sent: Segment,
  bandwidth: number | null,
): number {
  if (bandwidth === null) return now(net);
  const begin = Math.max(now(net), way.freeAt);
  return begin + airtime(sent.bytes, bandwidth, spare(net, way));
}

/** Microseconds in which a wire takes so many bytes, less what it can take of them before. */
function airtime(bytes: number, bandwidth: number, before = 0): number {
  return Math.ceil((bytes * 1_000_000 - before) / bandwidth);
}

/**
 * What is left of the last microsecond that the wire is taken for, in bytes × 1,000,000: else short
 * segments on a fast wire would cost one each.
 */
function spare<P extends Protocol>(net: Net<P>, way: Way): number {
  return way.freeAt > now(net) ? way.spare : 0;
}

/**
 * The wire takes a segment behind those it has still to take. `travel`: from then to its arrival,
 * which is never before theirs.
 */
export function put<P extends Protocol>(
  net: Net<P>,
  connection: Connection,
  d: EndIndex,
  sent: Segment,
  bandwidth: number | null,
  travel: number,
): void {
  const way = connection.ways[d];
  const free = takenAt(net, way, sent, bandwidth);
  const behind = way.lastArrival;
  way.lastArrival = Math.max(free + travel, behind);
  const { op, cause, body } = sent;
  const handle = net.queue.schedule(way.lastArrival, op, connection.id, d, cause, body);
  if (bandwidth === null) return;
  const taken = free - Math.max(now(net), way.freeAt);
  way.spare = spare(net, way) + taken * bandwidth - sent.bytes * 1_000_000;
  way.freeAt = free;
  way.bandwidth = bandwidth;
  forgetTaken(net, way);
  if (free > now(net)) way.unsent.push({ segment: sent, free, travel, behind, handle });
}

/** Rules have changed: if the limit has, bytes that have not left yet leave at the new one. */
export function retime<P extends Protocol>(net: Net<P>, connection: Connection, d: EndIndex): void {
  const way = connection.ways[d];
  const { link, busy } = way;
  const delays = busy !== null && busy.retry === way.retry;
  if (link === null || (way.freeAt <= now(net) && !delays)) return;
  const { bandwidth } = shaped(net.rules, link.from, link.to, link.profile);
  if (way.bandwidth !== null && way.bandwidth !== bandwidth) {
    retimeUnsent(net, connection, d, way.bandwidth, bandwidth);
  }
  if (delays && busy.bandwidth !== bandwidth) {
    net.queue.cancel(way.retry);
    occupy(net, connection, d, left(net, busy.until, busy.bandwidth), bandwidth);
  }
}

/** What is sent again next must wait until the wire has taken that many bytes. */
export function occupy<P extends Protocol>(
  net: Net<P>,
  connection: Connection,
  d: EndIndex,
  bytes: number,
  bandwidth: number | null,
): void {
  const way = connection.ways[d];
  const until = now(net) + (bandwidth === null ? 0 : airtime(bytes, bandwidth));
  way.retry = net.queue.schedule(until, OP.AGAIN, connection.id, d, 0, null);
  way.busy = bandwidth === null ? null : { until, bandwidth, retry: way.retry };
}

function retimeUnsent<P extends Protocol>(
  net: Net<P>,
  connection: Connection,
  d: EndIndex,
  before: number,
  bandwidth: number | null,
): void {
  const way = connection.ways[d];
  forgetTaken(net, way);
  const { unsent } = way;
  const [first] = unsent;
  if (first === undefined) return;
  way.unsent = [];
  way.freeAt = now(net);
  way.lastArrival = first.behind;
  for (const { segment, free, travel, handle } of unsent) {
    net.queue.cancel(handle);
    // Of the first a part may have left, of the others nothing.
    const bytes = Math.min(segment.bytes, left(net, free, before));
    put(net, connection, d, { ...segment, bytes }, bandwidth, travel);
  }
}

/** The sender's kernel is gone or gives up: what the wire has not taken whole never leaves. */
export function withdraw<P extends Protocol>(net: Net<P>, way: Way): Segment[] {
  forgetTaken(net, way);
  const { unsent } = way;
  way.unsent = [];
  for (const { handle } of unsent) net.queue.cancel(handle);
  return unsent.map(({ segment }) => segment);
}

/** Bytes that a wire takes from now until then. */
function left<P extends Protocol>(net: Net<P>, until: number, bandwidth: number): number {
  return Math.ceil(((until - now(net)) * bandwidth) / 1_000_000);
}

function forgetTaken<P extends Protocol>(net: Net<P>, way: Way): void {
  const isUnsent = (each: Unsent): boolean => each.free > now(net);
  if (way.unsent.length === 0 || isUnsent(way.unsent[0] as Unsent)) return;
  const first = way.unsent.findIndex(isUnsent);
  way.unsent.splice(0, first < 0 ? way.unsent.length : first);
}
