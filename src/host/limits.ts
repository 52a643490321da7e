/** What a host bounds by itself, so that nobody outside can exhaust it (rule S7). */
import { readFileSync } from "node:fs";

export interface HostLimits {
  /** Bytes that wait to be sent on one session; with more it is closed `slow`. */
  readonly sendBuffer: number;
  /** The same over all sockets; with more, the one with most is closed. */
  readonly unsent: number;
  /** Bytes of begun lines over all sessions; with more, the session with most is closed. */
  readonly unread: number;
  /** Sockets in all, dials and accepted ones; beyond them an accept is refused by a reset. */
  readonly sockets: number;
  /** µs after which a session whose bytes nobody takes is closed `timeout` (rule S6). */
  readonly userTimeout: number;
  /** µs after which a dial that nobody answers is given up, if the machine does not do so. */
  readonly dialTimeout: number;
}

const MIB = 1_048_576;

/**
 * 512 sockets are three times what the protocol keeps (125, 16 guests, 8 dials) and half of the
 * 1,024 files that a process may commonly open.
 */
export const LIMITS: HostLimits = {
  sendBuffer: 8 * MIB,
  unsent: 256 * MIB,
  unread: 64 * MIB,
  sockets: 512,
  userTimeout: 30_000_000,
  dialTimeout: 127_000_000,
};

/**
 * Fewer sockets where the process may open fewer files: half of them, for saves need some as well,
 * and what comes beyond the last one the kernel hangs up on without a word. As Linux tells it.
 */
export function socketsFor(file = "/proc/self/limits"): number {
  try {
    const [, files] = /^Max open files +(\d+)/m.exec(readFileSync(file, "latin1")) ?? [];
    return Math.min(LIMITS.sockets, Math.floor(Number(files ?? Number.POSITIVE_INFINITY) / 2));
  } catch {
    return LIMITS.sockets;
  }
}
