/**
 * What a record in the queue means. Per op: what `a`, `b`, `c` and the body hold. `c` is the
 * causing event wherever it is not said otherwise.
 */
export const OP = {
  /** a node, b incarnation, body the timer */
  TIMER: 1,
  /** a connection, b how manieth try */
  SYN: 2,
  /** a connection */
  SYN_ACK: 3,
  /** a connection: nobody listens there */
  REFUSED: 4,
  /** a connection: the network gives up the dial */
  DIAL_TIMEOUT: 5,
  /** a connection, b way: the handshake's last packet, first in its stream */
  ACK: 6,
  /** a connection, b way, body the message (object mode) or its line (byte mode) */
  DATA: 7,
  /** a connection, b way: a line that arrives unreadable */
  CORRUPT: 8,
  /** a connection, b way */
  FIN: 9,
  /** a connection, b the end that receives it */
  RST: 10,
  /** a connection, b way: retransmission timer */
  RETRY: 11,
  /** a connection, b way: the retransmission gets there */
  AGAIN: 12,
  /** a connection */
  KEEPALIVE: 13,
  /** a connection, b the end whose send buffer is full. The last op about a connection. */
  SLOW: 14,
  /** a node, b incarnation, c token, body the write */
  SAVED: 15,
  /** a node */
  BOOT: 16,
  /** a node, b incarnation */
  RESUME: 17,
  /** body the fault */
  FAULT: 18,
  /** a rule */
  LIFT: 19,
  /** a rule */
  FLAP: 20,
  /** a node, body the command */
  COMMAND: 21,
  /** Only in the inbox of a process that stands still: a node, b session, body the reason. */
  ENDED: 22,
  /** Likewise: a node, b incarnation, c token, body the finished write. */
  NOTED: 23,
} as const;

/** Ops between these are about a connection. */
export function isPacket(op: number): boolean {
  return op >= OP.SYN && op <= OP.SLOW;
}
