/** What each record about a connection does when its moment has come. */
import type { Protocol } from "../core/machine.ts";
import type { EventId } from "../trace/event.ts";
import type { Connection, EndIndex } from "./connection.ts";
import { dialFails, refusalArrives, synAckArrives, synArrives } from "./dial.ts";
import type { Net } from "./net.ts";
import { OP } from "./op.ts";
import { segment } from "./packet.ts";
import { again, arrive, retry } from "./stream.ts";
import { keepalive, rstArrives, slow } from "./teardown.ts";

export function handlePacket<P extends Protocol>(
  net: Net<P>,
  connection: Connection,
  op: number,
  d: EndIndex,
  cause: EventId,
  body: unknown,
): void {
  switch (op) {
    case OP.SYN:
      return synArrives(net, connection);
    case OP.SYN_ACK:
      return synAckArrives(net, connection);
    case OP.REFUSED:
      return refusalArrives(net, connection);
    case OP.DIAL_TIMEOUT:
      return dialFails(net, connection, "timeout");
    case OP.RST:
      return rstArrives(net, connection, d, cause);
    case OP.RETRY:
      return retry(net, connection, d);
    case OP.AGAIN:
      return again(net, connection, d);
    case OP.KEEPALIVE:
      return keepalive(net, connection);
    case OP.SLOW:
      return slow(net, connection, d, cause);
    default:
      return arrive(net, connection, d, segment(op, cause, body));
  }
}
