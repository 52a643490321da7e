/**
 * Opening a connection: SYN, SYN-ACK, ACK. A dial ends as `opened` on both ends, `refused` when the
 * host says so, or silence until the process or the kernel gives up.
 */
import { type Address, address, ipOf } from "../core/address.ts";
import type { Protocol, SessionId } from "../core/machine.ts";
import { SECOND } from "../core/units.ts";
import type { EventId } from "../trace/event.ts";
import { type Connection, type EndIndex, newConnection, newEnd, otherEnd } from "./connection.ts";
import { ephemeralPort, type Site } from "./host.ts";
import { control, delay, host, hostAt, type Net, now, swallowed } from "./net.ts";
import { OP } from "./op.ts";
import { keep, launch, segment, tidy } from "./packet.ts";
import { held } from "./rules.ts";
import { look } from "./teardown.ts";

/** `begun`: when it was, if not just now. */
export function dial<P extends Protocol>(
  net: Net<P>,
  from: Site<P>,
  session: SessionId,
  remote: Address,
  cause: EventId,
  begun: number = now(net),
): Connection {
  const home = ipOf(from.address);
  const source = address(from.source ?? home, ephemeralPort(from));
  const end = newEnd(from.index, source, home);
  end.session = session;
  net.lastConnection++;
  const connection = newConnection(net.lastConnection, end, remote, cause, begun);
  net.connections.set(connection.id, connection);
  net.queue.schedule(
    now(net) + net.config.dialTimeout,
    OP.DIAL_TIMEOUT,
    connection.id,
    0,
    cause,
    null,
  );
  sendSyn(net, connection, begun - now(net));
  return connection;
}

/** A SYN reaches whoever has that address now. */
export function synArrives<P extends Protocol>(net: Net<P>, connection: Connection): void {
  const [dialer, acceptor] = connection.ends;
  if (!dialer.alive || connection.established) return;
  const target = hostAt(net, connection.remote);
  if (target === null) return retrySyn(net, connection);
  acceptor.node = target.index;
  if (lostOnTheWay(net, connection, 0)) return retrySyn(net, connection);
  const listening = target.status === "running" && target.address === connection.remote;
  acceptor.alive = listening;
  const packet = control(net, listening ? "SYN-ACK" : "RST");
  const back = delay(net, net.links.get(target.index, dialer.node), packet);
  const op = listening ? OP.SYN_ACK : OP.REFUSED;
  net.queue.schedule(now(net) + back, op, connection.id, 0, connection.dial, null);
}

/** The dialer's kernel has its answer, also for a process that stands still, and says ACK. */
export function synAckArrives<P extends Protocol>(net: Net<P>, connection: Connection): void {
  const [dialer, acceptor] = connection.ends;
  if (connection.established) return;
  const isLost = lostOnTheWay(net, connection, 1);
  if (isLost || !dialer.alive) {
    acceptor.alive = false;
    if (dialer.alive) retrySyn(net, connection);
    else tidy(net, connection);
    return;
  }
  connection.established = true;
  launch(net, connection, 0, segment(OP.ACK, connection.dial, null), control(net, "ACK"), 0);
  look(net, connection);
  const owner = host(net, dialer.node);
  if (owner.stalled) keep(owner, connection, OP.SYN_ACK, 0, connection.dial, null);
  else openDialer(net, connection);
}

/** The dialing process hears of it. */
export function openDialer<P extends Protocol>(net: Net<P>, connection: Connection): void {
  const [dialer] = connection.ends;
  const running = host(net, dialer.node).process;
  running?.runtime.opened(dialer.session, "dialed", connection.remote, connection.dial);
  tidy(net, connection); // the process may have stood still until after the end
}

export function refusalArrives<P extends Protocol>(net: Net<P>, connection: Connection): void {
  if (!connection.ends[0].alive) return tidy(net, connection);
  if (lostOnTheWay(net, connection, 1)) retrySyn(net, connection);
  else dialFails(net, connection, "refused");
}

/** Nobody answered, or somebody said no. */
export function dialFails<P extends Protocol>(
  net: Net<P>,
  connection: Connection,
  reason: "refused" | "timeout",
): void {
  const [dialer] = connection.ends;
  if (connection.established || !dialer.alive) return;
  const owner = host(net, dialer.node);
  if (owner.stalled) {
    const op = reason === "refused" ? OP.REFUSED : OP.DIAL_TIMEOUT;
    keep(owner, connection, op, 0, connection.dial, null);
    return;
  }
  dialer.alive = false;
  owner.process?.port.forget(dialer.session);
  owner.process?.runtime.refused(dialer.session, connection.remote, reason, connection.dial);
  tidy(net, connection);
}

/** `lag`: how long the kernel waits before it sends, or ago that it has sent. */
function sendSyn<P extends Protocol>(net: Net<P>, connection: Connection, lag: number): void {
  const target = hostAt(net, connection.remote);
  const from = connection.ends[0].node;
  // An address nobody has swallows packets; the way there has no luck to draw.
  const length =
    target === null ? 0 : delay(net, net.links.get(from, target.index), control(net, "SYN"));
  const at = Math.max(now(net), now(net) + lag + length);
  net.queue.schedule(at, OP.SYN, connection.id, connection.synTries, connection.dial, null);
}

/** Linux: again after 1, 3, 7, 15, 31 and 63 s, counted from the dial. */
function retrySyn<P extends Protocol>(net: Net<P>, connection: Connection): void {
  connection.synTries++;
  if (connection.synTries > SYN_TRIES_MAX) return;
  const at = connection.dialedAt + (2 ** connection.synTries - 1) * SECOND;
  sendSyn(net, connection, Math.max(0, at - now(net)));
}

/** A packet of the handshake does not get through; a held one is as good as lost. */
function lostOnTheWay<P extends Protocol>(
  net: Net<P>,
  connection: Connection,
  d: EndIndex,
): boolean {
  const from = connection.ends[d];
  const to = connection.ends[otherEnd(d)];
  return swallowed(net, from, to) || held(net.rules, from.node, to.node);
}

const SYN_TRIES_MAX = 6;
