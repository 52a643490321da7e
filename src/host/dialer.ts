/**
 * One dial: a TCP connection from the node's own ip, straight or through a proxy. Ends once, in an
 * open socket or in one of the machine's words for why there is none; never inside the call.
 */
import { connect, type Socket } from "node:net";
import { type Address, formatIp, parseAddress, portOf } from "../core/address.ts";
import type { RefusedReason } from "../core/machine.ts";

export type Dialed =
  /** `local` is the address that the other end sees; null if that cannot be known. */
  | { readonly ok: true; readonly socket: Socket; readonly local: Address | null }
  | { readonly ok: false; readonly reason: RefusedReason };

export interface Dial {
  /** Nothing more is heard of it. */
  abort(): void;
}

/** How a node dials. `from` is the ip it dials from, as text. `timeout` in real ms. */
export type Dialer = (
  remote: Address,
  from: string,
  timeout: number,
  done: (dialed: Dialed) => void,
) => Dial;

export const straight: Dialer = (remote, from, timeout, done) => {
  const socket = connect({
    host: formatIp(remote),
    port: portOf(remote),
    localAddress: from,
    allowHalfOpen: true,
  });
  const patience = setTimeout(() => fail("timeout"), timeout);
  const opened = (): void => {
    settle();
    const local = parseAddress(socket.localAddress ?? "", socket.localPort ?? 0);
    done({ ok: true, socket, local });
  };
  const failed = (error: NodeJS.ErrnoException): void => fail(reasonOf(error.code));
  const fail = (reason: RefusedReason): void => {
    settle();
    socket.destroy();
    done({ ok: false, reason });
  };
  const settle = (): void => {
    clearTimeout(patience);
    // An error after the end is nobody's business, but it must have a listener.
    socket.on("error", () => {});
    socket.off("error", failed).off("connect", opened);
  };
  socket.on("error", failed).on("connect", opened);
  return {
    abort() {
      settle();
      socket.destroy();
    },
  };
};

/** The kernel's word as the machine's. */
function reasonOf(code: string | undefined): RefusedReason {
  switch (code) {
    case "ECONNREFUSED":
    case "ECONNRESET":
      return "refused";
    case "ETIMEDOUT":
      return "timeout";
    case "EMFILE":
    case "ENFILE":
    case "EADDRINUSE":
    case "EADDRNOTAVAIL":
    case "ENOBUFS":
      return "limit";
    default:
      return "unreachable";
  }
}
