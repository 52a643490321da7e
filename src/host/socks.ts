/**
 * Dials through a SOCKS5 proxy (RFC 1928; name and password by RFC 1929). What the proxy says of
 * the other end becomes the machine's words; a proxy that is no use, or not there, means that
 * nobody can be reached.
 */
import { connect, type Socket } from "node:net";
import { type Address, address, formatIp, ipOf, portOf } from "../core/address.ts";
import type { RefusedReason } from "../core/machine.ts";
import type { Dialed, Dialer } from "./dialer.ts";

export interface Proxy {
  readonly address: Address;
  /** Empty: nobody in particular. At most 255 bytes, as its password. */
  readonly user: string;
  readonly password: string;
}

/** It dials from the proxy's address and not from the node's. */
export function throughProxy(proxy: Proxy): Dialer {
  return (remote, _from, timeout, done) => {
    const host = formatIp(proxy.address);
    const socket = connect({ host, port: portOf(proxy.address), allowHalfOpen: true });
    const talk = handshake(socket, proxy, remote);
    let need = 0;
    const patience = setTimeout(() => settle({ ok: false, reason: "timeout" }), timeout);
    const settle = (dialed: Dialed): void => {
      leave();
      if (!dialed.ok) socket.destroy();
      done(dialed);
    };
    /** Whatever the proxy says, as far as it goes. */
    const hear = (bytes: Uint8Array | null): void => {
      for (let given = bytes; given !== null; given = take(socket, need)) {
        const next = given.length < need ? FAILED : talk.next(given);
        if (next.done === true) return settle(next.value);
        need = next.value;
      }
    };
    const listeners = {
      connect: () => hear(new Uint8Array(0)),
      readable: () => hear(take(socket, need)),
      end: () => settle(unreached("unreachable")),
      close: () => settle(unreached("unreachable")),
      error: (error: NodeJS.ErrnoException) => settle(unreached(ownLimit(error.code))),
    };
    for (const [name, listener] of Object.entries(listeners)) socket.on(name, listener);
    const leave = (): void => {
      clearTimeout(patience);
      for (const [name, listener] of Object.entries(listeners)) socket.off(name, listener);
      // What goes wrong after the end is nobody's business, but it must have a listener.
      socket.on("error", () => {});
    };
    return {
      abort() {
        leave();
        socket.destroy();
      },
    };
  };
}

/** Null: not there yet. Fewer only after the end. */
function take(socket: Socket, count: number): Uint8Array | null {
  return socket.read(count) as Uint8Array | null;
}

function unreached(reason: RefusedReason): Dialed {
  return { ok: false, reason };
}

const FAILED = { done: true, value: unreached("unreachable") } as const;

const VERSION = 5;
const [NO_NAME, BY_PASSWORD] = [0, 2];
const CONNECT = 1;
const [IPV4, NAME, IPV6] = [1, 3, 4];

/** Yields how many bytes it has to hear next, and is then given them. */
function* handshake(
  socket: Socket,
  { user, password }: Proxy,
  remote: Address,
): Generator<number, Dialed, Uint8Array> {
  const methods = user === "" ? [NO_NAME] : [NO_NAME, BY_PASSWORD];
  socket.write(Uint8Array.of(VERSION, methods.length, ...methods));
  const [version, method] = yield 2;
  if (version !== VERSION) return unreached("unreachable");
  if (method === BY_PASSWORD && user !== "") {
    socket.write(Uint8Array.of(1, ...counted(user), ...counted(password)));
    const [, verdict] = yield 2;
    if (verdict !== 0) return unreached("unreachable");
  } else if (method !== NO_NAME) return unreached("unreachable");
  socket.write(Uint8Array.of(VERSION, CONNECT, 0, IPV4, ...sixBytes(remote)));
  const [, reply = 1, , kind] = yield 4;
  if (reply !== 0) return unreached(REPLIES[reply] ?? "unreachable");
  if (kind === IPV4) return { ok: true, socket, local: fromSix(yield 6) };
  if (kind === NAME) yield ((yield 1)[0] ?? 0) + 2;
  else if (kind === IPV6) yield 18;
  else return unreached("unreachable");
  return { ok: true, socket, local: null };
}

/** By reply code. There is none for a time-out: proxies say `TTL expired` (Tor does). */
const REPLIES: readonly (RefusedReason | undefined)[] = [
  ...[undefined, "unreachable", "unreachable", "unreachable", "unreachable"],
  ...["refused", "timeout"],
] as const;

/** What is exhausted here, and not on the way. */
function ownLimit(code: string | undefined): RefusedReason {
  const exhausted = ["EMFILE", "ENFILE", "EADDRNOTAVAIL", "ENOBUFS"];
  return exhausted.includes(code ?? "") ? "limit" : "unreachable";
}

function counted(text: string): readonly number[] {
  const bytes = new TextEncoder().encode(text);
  return [bytes.length, ...bytes];
}

function sixBytes(value: Address): readonly number[] {
  const [ip, port] = [ipOf(value), portOf(value)];
  return [ip >>> 24, (ip >>> 16) & 255, (ip >>> 8) & 255, ip & 255, port >> 8, port & 255];
}

/** Null for 0.0.0.0:0, which proxies say that do not tell (Tor). */
function fromSix([a = 0, b = 0, c = 0, d = 0, high = 0, low = 0]: Uint8Array): Address | null {
  const ip = ((a * 256 + b) * 256 + c) * 256 + d;
  return ip === 0 ? null : address(ip, high * 256 + low);
}
