/**
 * How connections end: FIN from a process or its kernel, RST, or silence noticed by a time-out.
 * What one end knows the other may not: half-open sessions are real here, and end by RST or
 * keepalive.
 */
import type { CloseReason, Protocol } from "../core/machine.ts";
import type { EventId } from "../trace/event.ts";
import { retime } from "./bandwidth.ts";
import { type Connection, type EndIndex, hasSocket, otherEnd } from "./connection.ts";
import type { Pending, Site } from "./host.ts";
import { broken, control, delay, host, type Net, now, swallowed } from "./net.ts";
import { OP } from "./op.ts";
import { abandon, isMessage, launch, lose, segment, tidy } from "./packet.ts";
import { held } from "./rules.ts";

/** A process (or the kernel of a dead one) closes: FIN after what was sent before. */
export function finish<P extends Protocol>(
  net: Net<P>,
  connection: Connection,
  e: EndIndex,
  cause: EventId,
): void {
  const end = connection.ends[e];
  end.alive = false;
  if (connection.established) {
    end.finished = true;
    launch(net, connection, e, segment(OP.FIN, cause, null), control(net, "FIN"), 0);
  }
  tidy(net, connection);
}

/** Sends RST to end `e`; lost when the path is broken, then only keepalive will tell it. */
export function reset<P extends Protocol>(
  net: Net<P>,
  connection: Connection,
  e: EndIndex,
  cause: EventId,
): void {
  const target = connection.ends[e];
  const from = connection.ends[otherEnd(e)];
  if (!target.alive) return;
  if (broken(net, from, target) || held(net.rules, from.node, target.node)) {
    armKeepalive(net, connection);
    return;
  }
  const link = net.links.get(from.node, target.node);
  const at = now(net) + delay(net, link, control(net, "RST"));
  connection.inFlight++;
  net.queue.schedule(at, OP.RST, connection.id, e, cause, null);
}

/** RST reaches end `e`: what its process has not read is lost. */
export function rstArrives<P extends Protocol>(
  net: Net<P>,
  connection: Connection,
  e: EndIndex,
  cause: EventId,
): void {
  connection.inFlight--;
  const from = connection.ends[otherEnd(e)];
  if (swallowed(net, from, connection.ends[e])) {
    armKeepalive(net, connection);
  } else {
    endSession(net, connection, e, "reset", cause);
    abandon(net, connection, e, "session closed");
  }
  tidy(net, connection);
}

/** The sender's patience is over (user time-out). */
export function giveUp<P extends Protocol>(net: Net<P>, connection: Connection, e: EndIndex): void {
  endSession(net, connection, e, "timeout", connection.dial);
  abandon(net, connection, e, "timeout");
  reset(net, connection, otherEnd(e), connection.dial);
  tidy(net, connection);
}

/** A sender whose buffer overflowed is closed. */
export function slow<P extends Protocol>(
  net: Net<P>,
  connection: Connection,
  e: EndIndex,
  cause: EventId,
): void {
  connection.inFlight--;
  endSession(net, connection, e, "slow", cause);
  abandon(net, connection, e, "send buffer full");
  reset(net, connection, otherEnd(e), cause);
  tidy(net, connection);
}

/** Rules changed, some host went or came: look at every connection again. */
export function recheck<P extends Protocol>(net: Net<P>): void {
  for (const connection of net.connections.values()) {
    if (connection.established) look(net, connection);
  }
}

export function look<P extends Protocol>(net: Net<P>, connection: Connection): void {
  if (!isBroken(net, connection)) {
    connection.brokenAt = -1;
  } else if (connection.brokenAt < 0) {
    connection.brokenAt = now(net);
    armKeepalive(net, connection);
  }
  for (const d of [0, 1] as const) {
    retime(net, connection, d);
    wake(net, connection, d);
  }
}

/** One of the two paths. */
function isBroken<P extends Protocol>(net: Net<P>, connection: Connection): boolean {
  const [left, right] = connection.ends;
  return broken(net, left, right) || broken(net, right, left);
}

/** A process reads again: its kernel offers room, and what waited for that is sent at once. */
export function offerRoom<P extends Protocol>(net: Net<P>, owner: Site<P>): void {
  for (const connection of net.connections.values()) {
    for (const d of [0, 1] as const) {
      const way = connection.ways[d];
      if (connection.ends[otherEnd(d)].node !== owner.index) continue;
      way.unread = 0;
      if (way.waiting.length === 0 || way.retry < 0) continue;
      net.queue.cancel(way.retry);
      way.retry = net.queue.schedule(now(net), OP.RETRY, connection.id, d, 0, null);
    }
  }
}

/** What a lifted hold lets through is tried at once. */
function wake<P extends Protocol>(net: Net<P>, connection: Connection, d: EndIndex): void {
  const way = connection.ways[d];
  if (way.retry >= 0 || (way.waiting.length === 0 && way.unackedSince < 0)) return;
  if (held(net.rules, connection.ends[d].node, connection.ends[otherEnd(d)].node)) return;
  way.unackedSince = now(net);
  way.retry = net.queue.schedule(now(net), OP.RETRY, connection.id, d, 0, null);
}

/** An idle end probes: a dead peer answers RST, a broken path nothing. */
export function keepalive<P extends Protocol>(net: Net<P>, connection: Connection): void {
  connection.keepalive = -1;
  const silent = isBroken(net, connection);
  const tooLong = now(net) - connection.brokenAt >= net.config.keepalive;
  for (const e of [0, 1] as const) {
    const end = connection.ends[e];
    const peer = connection.ends[otherEnd(e)];
    if (!end.alive) continue;
    if (silent && tooLong) {
      endSession(net, connection, e, "timeout", connection.dial);
      abandon(net, connection, e, "timeout");
    } else if (silent || held(net.rules, peer.node, end.node)) {
      armKeepalive(net, connection);
    } else if (!hasSocket(peer)) {
      endSession(net, connection, e, "reset", connection.dial);
      abandon(net, connection, e, "session closed");
    }
  }
  tidy(net, connection);
}

/** The process is gone, its kernel is not: FIN, or RST where it left bytes unread. */
export function processDied<P extends Protocol>(net: Net<P>, owner: Site<P>, cause: EventId): void {
  for (const connection of [...net.connections.values()]) {
    for (const e of [0, 1] as const) {
      const end = connection.ends[e];
      if (!end.alive || end.node !== owner.index) continue;
      const unread = connection.ways[otherEnd(e)].unread > 0;
      if (!unread) finish(net, connection, e, cause);
      else {
        end.alive = false;
        abandon(net, connection, e, "process died");
        reset(net, connection, otherEnd(e), cause);
        tidy(net, connection);
      }
    }
  }
}

/** No power: its sockets are gone without a word, and so is what it had not sent. */
export function powerLost<P extends Protocol>(net: Net<P>, owner: Site<P>): void {
  for (const connection of [...net.connections.values()]) {
    for (const e of [0, 1] as const) {
      const end = connection.ends[e];
      if (end.node !== owner.index) continue;
      end.alive = false;
      end.finished = false;
      abandon(net, connection, e, "power loss");
      tidy(net, connection);
    }
  }
}

/** The socket is gone. The process learns that its session ended, now or when it moves again. */
function endSession<P extends Protocol>(
  net: Net<P>,
  connection: Connection,
  e: EndIndex,
  reason: CloseReason,
  cause: EventId,
): void {
  const end = connection.ends[e];
  const { alive, session } = end;
  end.alive = false;
  end.finished = false;
  if (!alive) return;
  const owner = host(net, end.node);
  // A proxy that gives up can make nobody's kernel say more.
  const told = net.proxied === true && reason !== "fin" ? "reset" : reason;
  if (!owner.stalled) {
    owner.process?.port.forget(session);
    owner.process?.runtime.closed(session, told, cause);
    return;
  }
  if (told === "reset") loseUnread(net, owner, connection, e);
  owner.inbox.push({ op: OP.ENDED, a: end.node, b: session, c: cause, body: told });
}

/** A reset takes with it what the process has not read. */
function loseUnread<P extends Protocol>(
  net: Net<P>,
  owner: Site<P>,
  connection: Connection,
  e: EndIndex,
): void {
  const isUnread = (item: Pending): boolean =>
    isMessage(item.op) && item.a === connection.id && item.b === otherEnd(e);
  const unread = owner.inbox.filter(isUnread);
  owner.inbox = owner.inbox.filter((item) => !isUnread(item));
  for (const item of unread) lose(net, item, "reset before it was read");
}

function armKeepalive<P extends Protocol>(net: Net<P>, connection: Connection): void {
  if (connection.keepalive >= 0) return;
  const since = connection.brokenAt < 0 ? now(net) : connection.brokenAt;
  const at = Math.max(now(net), since + net.config.keepalive);
  const { id, dial } = connection;
  connection.keepalive = net.queue.schedule(at, OP.KEEPALIVE, id, 0, dial, null);
}
