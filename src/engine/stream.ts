/**
 * Bytes under way: an ordered, reliable stream each way. Loss is delay, a broken path is waiting,
 * and a stream ends only when somebody ends it (teardown.ts). One rule: every segment that was
 * launched is handed over, dropped with a reason, or still under way.
 */
import { assert, Bug } from "../core/assert.ts";
import { hashOf } from "../core/digest.ts";
import type { Protocol, SessionId } from "../core/machine.ts";
import { occupy } from "./bandwidth.ts";
import { type Connection, type EndIndex, hasSocket, otherEnd, type Segment } from "./connection.ts";
import type { Told } from "./host.ts";
import { typical } from "./latency.ts";
import {
  broken,
  control,
  delay,
  firstRto,
  host,
  type Kind,
  type Net,
  now,
  recordDrop,
  swallowed,
} from "./net.ts";
import { hear } from "../runtime/hear.ts";
import { OP } from "./op.ts";
import { abandon, bytesOf, isMessage, keep, launch, overflow, segment, tidy } from "./packet.ts";
import { held, judge, shaped } from "./rules.ts";
import { giveUp, reset } from "./teardown.ts";

/** A process sends a message: link rules first, then the stream. */
export function transmit<P extends Protocol>(
  net: Net<P>,
  connection: Connection,
  d: EndIndex,
  message: P["message"],
  cause: number,
): void {
  const sender = connection.ends[d];
  const receiver = connection.ends[otherEnd(d)];
  const body = net.wire === "bytes" ? encoded(net, message) : message;
  const kind = kindOf(net, message.type);
  if (net.rules.length === 0) {
    launch(net, connection, d, segment(OP.DATA, cause, body), kind, 0);
    return;
  }
  const link = net.links.get(sender.node, receiver.node);
  const n = net.links.count(link, kind.index);
  const verdict = judge(net.rules, sender.node, receiver.node, message.type, (rule, chance) =>
    net.links.meets(link, rule.hash, chance, kind.hash, n),
  );
  if (verdict.do === "drop") {
    net.links.next(link, kind.index);
    recordDrop(net, sender, cause, "link fault: drop");
    return;
  }
  const extra = verdict.do === "delay" ? verdict.by : 0;
  const op = verdict.do === "corrupt" ? OP.CORRUPT : OP.DATA;
  launch(net, connection, d, segment(op, cause, body), kind, extra);
  if (verdict.do === "duplicate") {
    // With the luck of a retransmission: the messages that follow keep theirs.
    launch(net, connection, d, segment(op, cause, body), control(net, "again"), extra);
  }
}

/** A stream of real bytes is cut there. */
const NEWLINE = 10;

/** The line, which must hold all of the message: else the two wire modes play different games. */
function encoded<P extends Protocol>(net: Net<P>, message: P["message"]): Uint8Array {
  const line = net.codec.encode(message);
  const back = net.codec.decode(line);
  assert(
    back.kind === "message" && hashOf(back.message).join() === hashOf(message).join(),
    `the codec does not give back what it was given: ${message.type}`,
  );
  assert(!line.includes(NEWLINE), `the codec's line has a newline in it: ${message.type}`);
  return line;
}

/** A segment reaches the other host. */
export function arrive<P extends Protocol>(
  net: Net<P>,
  connection: Connection,
  d: EndIndex,
  arrived: Segment,
): void {
  connection.inFlight--;
  const sender = connection.ends[d];
  const receiver = connection.ends[otherEnd(d)];
  const way = connection.ways[d];
  const isSound = connection.brokenAt < 0;
  const isLost = (!isSound && swallowed(net, sender, receiver)) || isHeld(net, connection, d);
  if (way.gap !== null) {
    fallIn(net, connection, d, arrived, way.gap);
  } else if (isLost || way.waiting.length > 0) {
    wait(net, connection, d, arrived);
  } else if (!receiver.alive) {
    refuse(net, connection, d, arrived);
  } else if (isFull(net, connection, d, arrived)) {
    wait(net, connection, d, arrived);
  } else {
    handOver(net, connection, d, arrived);
    if (!isSound && broken(net, receiver, sender)) awaitAck(net, connection, d);
  }
}

/** The kernel has it; the process gets it now, or when it moves again. */
function handOver<P extends Protocol>(
  net: Net<P>,
  connection: Connection,
  d: EndIndex,
  arrived: Segment,
): void {
  const receiver = connection.ends[otherEnd(d)];
  const owner = host(net, receiver.node);
  if (owner.stalled) {
    connection.ways[d].unread += bytesOf(net, arrived);
    keep(owner, connection, arrived.op, d, arrived.cause, arrived.body);
    return;
  }
  read(net, connection, d, arrived);
}

/** The process reads it. */
export function read<P extends Protocol>(
  net: Net<P>,
  connection: Connection,
  d: EndIndex,
  arrived: Segment,
): void {
  const receiver = connection.ends[otherEnd(d)];
  const running = host(net, receiver.node).process;
  const { cause } = arrived;
  if (running === null || (arrived.op === OP.ACK && !receiver.alive)) {
    // It ended before its process heard of it.
    if (isMessage(arrived.op)) recordDrop(net, connection.ends[d], cause, "session closed");
  } else if (arrived.op === OP.ACK) {
    receiver.session = running.port.accepted(connection);
    const remote = connection.ends[0].address;
    running.runtime.opened(receiver.session, "accepted", remote, cause);
  } else if (arrived.op === OP.FIN) {
    receiver.alive = false;
    running.port.forget(receiver.session);
    running.runtime.closed(receiver.session, "fin", cause);
    abandon(net, connection, otherEnd(d), "session closed");
  } else if (!told(net, running.runtime, receiver.session, arrived)) {
    recordDrop(net, connection.ends[d], cause, "session closed");
  }
  tidy(net, connection);
}

/** Gives a message to its process; false if the machine has closed that session. */
function told<P extends Protocol>(
  net: Net<P>,
  runtime: Told<P>["runtime"],
  session: SessionId,
  arrived: Segment,
): boolean {
  const { op, body, cause } = arrived;
  if (isTooLong(net, runtime, session, arrived)) {
    return runtime.garbled(session, "line too long", "too long", cause);
  }
  if (op === OP.CORRUPT) return runtime.garbled(session, "a corrupted line", "shape", cause);
  if (net.wire === "objects") return runtime.deliver(session, body as P["message"], cause);
  return hear(runtime, session, net.codec.decode(body as Uint8Array), cause);
}

/**
 * Lines are measured only where the machine allows few bytes: before it knows a peer, that is. The
 * large limits of known peers are the real host's to enforce (docs/network-model.md, Limits).
 */
function isTooLong<P extends Protocol>(
  net: Net<P>,
  runtime: Told<P>["runtime"],
  session: SessionId,
  arrived: Segment,
): boolean {
  const limit = runtime.lineLimit(session);
  return limit <= MEASURED_MAX && bytesOf(net, arrived) - 1 > limit;
}

const MEASURED_MAX = 65_536;

/** The retransmission timer: try again, or give up. */
export function retry<P extends Protocol>(net: Net<P>, connection: Connection, d: EndIndex): void {
  const way = connection.ways[d];
  const sender = connection.ends[d];
  const receiver = connection.ends[otherEnd(d)];
  way.retry = -1;
  if (isHeld(net, connection, d)) return;
  const first = way.waiting[0];
  if (first === undefined) return acknowledge(net, connection, d);
  if (broken(net, sender, receiver) || isFull(net, connection, d, first)) {
    return keepTrying(net, connection, d);
  }
  const link = net.links.get(sender.node, receiver.node);
  const at = now(net) + delay(net, link, control(net, "again"));
  way.retry = net.queue.schedule(at, OP.AGAIN, connection.id, d, 0, null);
}

/** A retransmission gets there, and with it, in order, what has queued up behind it. */
export function again<P extends Protocol>(net: Net<P>, connection: Connection, d: EndIndex): void {
  const way = connection.ways[d];
  const sender = connection.ends[d];
  const receiver = connection.ends[otherEnd(d)];
  const link = net.links.get(sender.node, receiver.node);
  const { bandwidth } = shaped(net.rules, link.from, link.to, link.profile);
  const { waiting } = way;
  way.retry = -1;
  let read = 0;
  connection.inFlight++; // it must outlive the loop
  while (read < waiting.length && canTake(net, connection, d, waiting[read])) {
    const segment = waiting[read] as Segment;
    read++;
    way.waitingBytes -= segment.bytes;
    handOver(net, connection, d, segment);
    if (bandwidth !== null && segment.bytes > 0 && read < waiting.length) {
      occupy(net, connection, d, segment.bytes, bandwidth);
      break;
    }
  }
  connection.inFlight--;
  way.waiting = waiting.slice(read);
  if (read > 0) {
    way.unackedSince = now(net);
    way.rto = 0;
  }
  if (way.retry < 0) settle(net, connection, d);
  tidy(net, connection);
}

/** After a retransmission: all is there, or the rest must go on waiting. */
function settle<P extends Protocol>(net: Net<P>, connection: Connection, d: EndIndex): void {
  const way = connection.ways[d];
  const [first] = way.waiting;
  if (first === undefined) return acknowledge(net, connection, d);
  const [sender, receiver] = [connection.ends[d], connection.ends[otherEnd(d)]];
  if (isHeld(net, connection, d)) return;
  if (swallowed(net, sender, receiver) || receiver.alive) return keepTrying(net, connection, d);
  abandon(net, connection, d, "session closed");
  if (!receiver.finished) reset(net, connection, d, first.cause);
}

/** Nothing waits: the acknowledgement comes, if there is a way back. */
function acknowledge<P extends Protocol>(net: Net<P>, connection: Connection, d: EndIndex): void {
  const way = connection.ways[d];
  if (broken(net, connection.ends[otherEnd(d)], connection.ends[d])) {
    return keepTrying(net, connection, d);
  }
  way.unackedSince = -1;
  way.rto = 0;
}

function canTake<P extends Protocol>(
  net: Net<P>,
  connection: Connection,
  d: EndIndex,
  next: Segment | undefined,
): boolean {
  const receiver = connection.ends[otherEnd(d)];
  if (next === undefined || !receiver.alive || isHeld(net, connection, d)) return false;
  return !swallowed(net, connection.ends[d], receiver) && !isFull(net, connection, d, next);
}

function wait<P extends Protocol>(
  net: Net<P>,
  connection: Connection,
  d: EndIndex,
  arrived: Segment,
): void {
  const way = connection.ways[d];
  const sender = connection.ends[d];
  // Where no kernel remembers it, nobody will send it again.
  if (!hasSocket(sender)) return fallIn(net, connection, d, arrived, "session closed");
  const counted = { ...arrived, bytes: bytesOf(net, arrived) };
  if (way.waitingBytes + counted.bytes > net.config.sendBuffer) {
    way.gap = "send buffer full";
    overflow(net, connection, d, counted);
    return;
  }
  way.waiting.push(counted);
  way.waitingBytes += counted.bytes;
  awaitAck(net, connection, d);
}

/** Something before it will never come, so neither will this. */
function fallIn<P extends Protocol>(
  net: Net<P>,
  connection: Connection,
  d: EndIndex,
  arrived: Segment,
  reason: string,
): void {
  connection.ways[d].gap = reason;
  const sender = connection.ends[d];
  if (isMessage(arrived.op)) recordDrop(net, sender, arrived.cause, reason);
  // The receiver asks for what is missing, and a kernel that has forgotten answers RST.
  if (!hasSocket(sender)) reset(net, connection, otherEnd(d), arrived.cause);
  tidy(net, connection);
}

/** The sender has bytes out that nobody acknowledges. */
function awaitAck<P extends Protocol>(net: Net<P>, connection: Connection, d: EndIndex): void {
  if (connection.ways[d].retry >= 0 || isHeld(net, connection, d)) return;
  keepTrying(net, connection, d);
}

/** Until the sender's patience is over, if there is still somebody to have patience. */
function keepTrying<P extends Protocol>(net: Net<P>, connection: Connection, d: EndIndex): void {
  const way = connection.ways[d];
  if (!hasSocket(connection.ends[d])) {
    abandon(net, connection, d, "session closed");
    return tidy(net, connection);
  }
  if (way.unackedSince < 0) way.unackedSince = now(net);
  const patience = way.unackedSince + net.config.userTimeout;
  if (now(net) >= patience) giveUp(net, connection, d);
  else armRetry(net, connection, d, patience);
}

/** Exponential back-off, cut so that giving up happens on time. */
function armRetry<P extends Protocol>(
  net: Net<P>,
  connection: Connection,
  d: EndIndex,
  limit: number,
): void {
  const way = connection.ways[d];
  const link = net.links.get(connection.ends[d].node, connection.ends[otherEnd(d)].node);
  const first = Math.ceil(firstRto(net.config, typical(link.profile.latency)));
  way.rto = way.rto === 0 ? first : Math.min(way.rto * 2, net.config.rtoMax);
  const at = Math.min(now(net) + way.rto, limit);
  way.retry = net.queue.schedule(at, OP.RETRY, connection.id, d, 0, null);
}

/** The receiver's kernel knows no such session. */
function refuse<P extends Protocol>(
  net: Net<P>,
  connection: Connection,
  d: EndIndex,
  arrived: Segment,
): void {
  if (isMessage(arrived.op)) recordDrop(net, connection.ends[d], arrived.cause, "session closed");
  if (!connection.ends[otherEnd(d)].finished) reset(net, connection, d, arrived.cause);
  tidy(net, connection);
}

function isHeld<P extends Protocol>(net: Net<P>, connection: Connection, d: EndIndex): boolean {
  if (net.rules.length === 0) return false;
  return held(net.rules, connection.ends[d].node, connection.ends[otherEnd(d)].node);
}

/** The kernel has no room for it: the process stands still. An empty buffer takes anything. */
function isFull<P extends Protocol>(
  net: Net<P>,
  connection: Connection,
  d: EndIndex,
  next: Segment,
): boolean {
  const { unread } = connection.ways[d];
  if (!host(net, connection.ends[otherEnd(d)].node).stalled || unread === 0) return false;
  return unread + bytesOf(net, next) > net.config.receiveBuffer;
}

function kindOf<P extends Protocol>(net: Net<P>, type: string): Kind {
  const kind = net.kinds.get(type);
  if (kind === undefined) throw new Bug(`missing: message type ${type} in machine.kinds`);
  return kind;
}
