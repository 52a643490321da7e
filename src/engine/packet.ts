/**
 * Segments and what may become of them: launched onto a way, counted, dropped with a reason. Above
 * the wire, below all else of the network: streams, dials and endings are made of these.
 */
import type { Protocol } from "../core/machine.ts";
import type { EventId } from "../trace/event.ts";
import { put, takenAt, withdraw } from "./bandwidth.ts";
import { type Connection, type EndIndex, otherEnd, type Segment } from "./connection.ts";
import type { Pending, Site } from "./host.ts";
import { delay, type Kind, type Net, now, recordDrop } from "./net.ts";
import { isPacket, OP } from "./op.ts";
import { shaped } from "./rules.ts";

export function segment(op: number, cause: EventId, body: unknown): Segment {
  return { op, cause, body, bytes: 0 };
}

/** Puts a segment on the wire; it arrives after everything launched before it on this way. */
export function launch<P extends Protocol>(
  net: Net<P>,
  connection: Connection,
  d: EndIndex,
  sent: Segment,
  kind: Kind,
  extra: number,
): void {
  const way = connection.ways[d];
  if (way.clogged) {
    // Nor may a FIN pretend that all was sent.
    if (isMessage(sent.op)) recordDrop(net, connection.ends[d], sent.cause, "send buffer full");
    return;
  }
  way.link ??= net.links.get(connection.ends[d].node, connection.ends[otherEnd(d)].node);
  const { link } = way;
  const { bandwidth } = shaped(net.rules, link.from, link.to, link.profile);
  let counted = sent;
  if (bandwidth !== null) {
    counted = { ...sent, bytes: bytesOf(net, sent) };
    const unsent = ((takenAt(net, way, counted, bandwidth) - now(net)) * bandwidth) / 1_000_000;
    if (unsent > net.config.sendBuffer) {
      overflow(net, connection, d, counted);
      return;
    }
  }
  connection.inFlight++;
  put(net, connection, d, counted, bandwidth, delay(net, link, kind) + extra);
}

/** The kernel has something for a process that stands still. */
export function keep<P extends Protocol>(
  owner: Site<P>,
  connection: Connection,
  op: number,
  b: EndIndex,
  cause: EventId,
  body: unknown,
): void {
  connection.inFlight++;
  owner.inbox.push({ op, a: connection.id, b, c: cause, body });
}

/** A process will never read this item of its inbox. */
export function lose<P extends Protocol>(net: Net<P>, item: Pending, reason: string): void {
  const connection = net.connections.get(item.a);
  if (!isPacket(item.op) || connection === undefined) return;
  connection.inFlight--;
  const sender = connection.ends[item.b as EndIndex];
  if (isMessage(item.op)) recordDrop(net, sender, item.c, reason);
  tidy(net, connection);
}

/** Everything that waits on a way, or for its wire, will never arrive. */
export function abandon<P extends Protocol>(
  net: Net<P>,
  connection: Connection,
  d: EndIndex,
  reason: string,
): void {
  const way = connection.ways[d];
  const unsent = withdraw(net, way);
  connection.inFlight -= unsent.length;
  // What is under way comes behind the waiting, but before the unsent.
  if (way.waiting.length > 0) way.gap = reason;
  for (const { op, cause } of [...way.waiting, ...unsent]) {
    if (isMessage(op)) recordDrop(net, connection.ends[d], cause, reason);
  }
  way.waiting = [];
  way.waitingBytes = 0;
  way.unackedSince = -1;
  if (way.retry >= 0) net.queue.cancel(way.retry);
  way.retry = -1;
}

/** The send buffer is full: the peer does not read, or not fast enough. */
export function overflow<P extends Protocol>(
  net: Net<P>,
  connection: Connection,
  e: EndIndex,
  refused: Segment,
): void {
  if (isMessage(refused.op)) {
    recordDrop(net, connection.ends[e], refused.cause, "send buffer full");
  }
  connection.ways[e].clogged = true;
  // Told later: a machine is never told of a close inside the step that sent.
  connection.inFlight++;
  net.queue.schedule(now(net), OP.SLOW, connection.id, e, refused.cause, null);
}

/** Forgets a connection once both ends are gone and nothing of it is under way. */
export function tidy<P extends Protocol>(net: Net<P>, connection: Connection): void {
  const [left, right] = connection.ends;
  if (left.alive || right.alive || connection.inFlight > 0) return;
  if (connection.ways.some((way) => way.waiting.length > 0)) return;
  for (const way of connection.ways) if (way.retry >= 0) net.queue.cancel(way.retry);
  if (connection.keepalive >= 0) net.queue.cancel(connection.keepalive);
  net.connections.delete(connection.id);
}

/** Counted only where bytes matter (bandwidth, full buffers), the same in both wire modes. */
export function bytesOf<P extends Protocol>(net: Net<P>, sent: Segment): number {
  if (sent.bytes > 0 || !isMessage(sent.op)) return sent.bytes;
  if (net.wire === "bytes") return (sent.body as Uint8Array).length + 1;
  const { codec } = net;
  const message = sent.body as P["message"];
  return (codec.size?.(message) ?? codec.encode(message).length) + 1;
}

export function isMessage(op: number): boolean {
  return op === OP.DATA || op === OP.CORRUPT;
}
