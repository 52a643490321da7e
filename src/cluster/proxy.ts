/**
 * The shaping proxy: a SOCKS5 server that every node of a cluster dials through. The user name says
 * who dials; the connection onward comes from that node's ip, so that the other end sees what it
 * would see without a proxy. What happens between is the shaper's.
 */
import { connect, createServer, type Server, type Socket } from "node:net";
import { type Address, address, formatIp, ipText, portOf } from "../core/address.ts";
import type { Time } from "../core/units.ts";
import type { Call, Leg } from "./call.ts";
import { SocketLeg } from "./leg.ts";
import { Shaper, type ShaperOptions } from "./shaper.ts";
import { Greeter } from "./socks.ts";

export type ProxyOptions = Omit<ShaperOptions, "connect"> & {
  /** Where it listens; the system chooses the port. */
  readonly ip: number;
};

/** A dial, as a node asked for it. */
interface Asked {
  readonly socket: Socket;
  readonly node: number;
  readonly remote: Address;
  /** Bytes that came behind the request. */
  readonly more: Buffer;
  readonly begun: Time;
}

/** A node that has just been started may not listen yet: so long it is tried again, real ms. */
const PATIENCE = 2_000;
const AGAIN = 5;

export class Proxy {
  readonly shaper: Shaper;
  readonly #options: ProxyOptions;
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  /** Dials of nodes that woke before anybody here knew. */
  readonly #early = new Map<number, (() => void)[]>();

  private constructor(options: ProxyOptions) {
    this.#options = options;
    this.shaper = new Shaper({ ...options, connect: (call) => this.#onward(call) });
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      this.#greet(socket);
    });
  }

  static async open(options: ProxyOptions): Promise<Proxy> {
    const proxy = new Proxy(options);
    await new Promise<void>((resolve, reject) => {
      proxy.#server.once("error", reject);
      proxy.#server.listen({ host: ipText(options.ip), port: 0 }, resolve);
    });
    return proxy;
  }

  get address(): Address {
    const place = this.#server.address();
    return address(this.#options.ip, typeof place === "object" ? (place?.port ?? 0) : 0);
  }

  boot(node: number): void {
    this.shaper.boot(node);
    const early = this.#early.get(node) ?? [];
    this.#early.delete(node);
    for (const dial of early) dial();
  }

  /** Its sockets tell the rest themselves. */
  processDied(node: number): void {
    this.#early.delete(node);
    this.shaper.processDied(node);
  }

  /** To be told before its process is killed. */
  powerLost(node: number): void {
    this.#early.delete(node);
    this.shaper.powerLost(node);
  }

  async close(): Promise<void> {
    this.shaper.close();
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
  }

  /** Until the client has said whom it dials. */
  #greet(socket: Socket): void {
    this.#keep(socket);
    const { sites, pace } = this.#options;
    // Greetings take their time, which no dial without a proxy would need.
    const begun = pace.now;
    const greeter = new Greeter((user) => sites.some((site) => site.name === user));
    let bytes: Buffer = Buffer.alloc(0);
    const hear = (chunk: Buffer): void => {
      bytes = Buffer.concat([bytes, chunk]);
      for (;;) {
        const step = greeter.next(bytes);
        if (step.do === "wait") return;
        if (step.do === "refuse") return void socket.end(step.bytes);
        bytes = bytes.subarray(step.taken);
        if (step.do === "answer") socket.write(step.bytes);
        else {
          socket.off("data", hear);
          const node = sites.findIndex((site) => site.name === step.user);
          this.#dial({ socket, node, remote: step.remote, more: bytes, begun });
          return;
        }
      }
    };
    socket.on("data", hear);
  }

  #dial(asked: Asked): void {
    const { socket, node, remote, more, begun } = asked;
    if (!this.shaper.runs(node)) {
      const again = (): void => this.#dial(asked);
      this.#early.set(node, [...(this.#early.get(node) ?? []), again]);
      return;
    }
    const leg = new SocketLeg(this.shaper, 0);
    leg.join(socket, this.shaper.dial(node, remote, leg, begun));
    leg.feed(more);
  }

  /** The call has reached its acceptor's kernel: now its process is to hear of it. */
  #onward(call: Call): Leg {
    const leg = new SocketLeg(this.shaper, 1);
    this.#connect(call, leg, performance.now() + PATIENCE);
    return leg;
  }

  #connect(call: Call, leg: SocketLeg, until: number): void {
    const { remote } = call.connection;
    const { bound } = call;
    const socket = connect({
      host: formatIp(remote),
      port: portOf(remote),
      localAddress: formatIp(bound),
      localPort: portOf(bound),
      allowHalfOpen: true,
      noDelay: true,
    });
    this.#keep(socket);
    const failed = (): void => {
      if (performance.now() < until && call.connection.ends[1].alive) {
        setTimeout(() => this.#connect(call, leg, until), AGAIN);
      } else this.shaper.reset(call, 1);
    };
    socket.once("error", failed);
    socket.once("connect", () => {
      socket.off("error", failed);
      leg.join(socket, call);
    });
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("error", () => undefined);
    socket.once("close", () => this.#sockets.delete(socket));
  }
}
