/**
 * A proxy between plain sockets of `node:net`, on a block of loopback of its own. Nothing here
 * waits for a length of time: only for what must happen.
 */
import { connect, createServer, type Server, type Socket } from "node:net";
import { hrtime, pid } from "node:process";
import { address, type Address, formatIp, portOf } from "../../src/core/address.ts";
import type { LinkProfile } from "../../src/core/fault.ts";
import { millis, seconds } from "../../src/core/units.ts";
import type { NetworkConfig } from "../../src/engine/net.ts";
import { LINK } from "../engine/world.ts";
import { Pace } from "../../src/cluster/pace.ts";
import { Proxy } from "../../src/cluster/proxy.ts";
import { EVERY_KIND, type TraceEvent } from "../../src/trace/event.ts";
import { Recorder } from "../../src/trace/recorder.ts";

const NETWORK: NetworkConfig = {
  userTimeout: seconds(30),
  dialTimeout: seconds(127),
  keepalive: seconds(60),
  rtoMin: millis(200),
  rtoMax: seconds(20),
  sendBuffer: 8 * 1_048_576,
  receiveBuffer: 4 * 1_048_576,
};

const PORT = 24_100;

/** Blocks 127.14.*: by process, so that tests that run at the same time do not meet. */
let blocks = 0;
export function ownBlock(): number {
  const third = (pid + 61 * blocks++) % 250;
  return (127 * 256 + 14) * 65_536 + third * 256;
}

export interface GroundOptions {
  readonly link?: Partial<LinkProfile>;
  readonly network?: Partial<NetworkConfig>;
  readonly speed?: number;
  /** Who runs; the others have no power. Default all. */
  readonly running?: readonly string[];
}

/** Nodes A, B, C … that are nothing but listening sockets. */
export class Ground {
  readonly proxy: Proxy;
  readonly pace: Pace;
  readonly events: TraceEvent[] = [];
  readonly drops: readonly string[];
  readonly #names: readonly string[];
  readonly #block: number;
  readonly #servers = new Map<string, Server>();
  readonly #sockets = new Set<Socket>();

  private constructor(
    proxy: Proxy,
    pace: Pace,
    names: readonly string[],
    block: number,
    drops: readonly string[],
  ) {
    this.proxy = proxy;
    this.pace = pace;
    this.#names = names;
    this.#block = block;
    this.drops = drops;
  }

  static async open(names: readonly string[], options: GroundOptions = {}): Promise<Ground> {
    const block = ownBlock();
    const pace = new Pace(options.speed ?? 1);
    pace.begin(hrtime.bigint());
    const recorder = new Recorder({ level: "none" });
    const drops: string[] = [];
    const proxy = await Proxy.open({
      ip: block + 254,
      seed: "1",
      sites: names.map((name, index) => ({
        name,
        address: address(block + 2 + index, PORT),
        source: null,
      })),
      types: ["Ping", "Pong"],
      typeOf: (line) => /"(Ping|Pong)"/.exec(new TextDecoder().decode(line))?.[1] ?? null,
      network: { ...NETWORK, ...options.network },
      link: () => ({ ...LINK, ...options.link }),
      pace,
      recorder,
      joined: () => undefined,
      dropped: (line, reason) => drops.push(`${new TextDecoder().decode(line.bytes)}: ${reason}`),
    });
    const ground = new Ground(proxy, pace, names, block, drops);

    recorder.listen({ mask: EVERY_KIND, see: (event) => ground.events.push(event) });
    for (const name of options.running ?? names) proxy.boot(names.indexOf(name));
    return ground;
  }

  address(name: string): Address {
    return address(this.#block + 2 + this.index(name), PORT);
  }

  index(name: string): number {
    return this.#names.indexOf(name);
  }

  /** Listens; every socket that comes in is handed over. */
  async listen(name: string, hear: (talk: Talk) => void): Promise<void> {
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      hear(this.#talk(socket));
    });
    this.#servers.set(name, server);
    const at = this.address(name);
    await new Promise<void>((resolve) => {
      server.listen({ host: formatIp(at), port: portOf(at) }, resolve);
    });
  }

  /** Resolves with the reply: its code, and the socket. */
  async dial(name: string, to: string): Promise<Dialed> {
    const remote = this.address(to);
    const proxy = this.proxy.address;
    const socket = connect({
      host: formatIp(proxy),
      port: portOf(proxy),
      localAddress: formatIp(this.address(name)),
      allowHalfOpen: true,
    });
    const talk = this.#talk(socket);
    socket.write(Uint8Array.from([5, 1, 2]));
    await talk.bytes(2);
    socket.write(Uint8Array.from([1, name.length, ...new TextEncoder().encode(name), 0]));
    await talk.bytes(2);
    const request = new Uint8Array(10);
    request.set([5, 1, 0, 1]);
    const view = new DataView(request.buffer);
    view.setUint32(4, Math.floor(remote / 65_536));
    view.setUint16(8, portOf(remote));
    socket.write(request);
    const reply = await talk.bytes(10);
    if (reply.length < 10) return { code: -1, bound: 0 as Address, talk };
    const bound = address(reply.readUInt32BE(4), reply.readUInt16BE(8));
    return { code: reply[1] ?? -1, bound, talk };
  }

  #talk(socket: Socket): Talk {
    this.#sockets.add(socket);
    socket.once("close", () => this.#sockets.delete(socket));
    return new Talk(socket, this.pace);
  }

  async close(): Promise<void> {
    await this.proxy.close();
    for (const socket of this.#sockets) socket.destroy();
    for (const server of this.#servers.values()) server.close();
  }
}

export interface Dialed {
  readonly code: number;
  readonly bound: Address;
  readonly talk: Talk;
}

/** A socket in a test's words. */
export class Talk {
  readonly socket: Socket;
  /** Whole lines so far, and the run's time when each came. */
  readonly lines: string[] = [];
  readonly times: number[] = [];
  /** How it ended: `fin`, or an error's code. */
  ended: string | null = null;
  readonly #pace: Pace;
  #text = Buffer.alloc(0);
  #raw = true;
  #changed: () => void = () => undefined;

  constructor(socket: Socket, pace: Pace) {
    this.socket = socket;
    this.#pace = pace;
    socket.on("data", (chunk: Buffer) => {
      this.#text = Buffer.concat([this.#text, chunk]);
      if (!this.#raw) this.#cut();
      this.#changed();
    });
    const end = (how: string): void => {
      this.ended ??= how;
      this.#changed();
    };
    socket.on("end", () => end("fin"));
    socket.on("error", (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
    socket.on("close", () => end("close"));
  }

  async bytes(count: number): Promise<Buffer> {
    await this.until(() => this.#text.length >= count || this.ended !== null);
    const taken = this.#text.subarray(0, count);
    this.#text = this.#text.subarray(count);
    return taken;
  }

  say(...lines: readonly string[]): this {
    this.socket.write(lines.map((line) => `${line}\n`).join(""));
    return this;
  }

  /** Waits until so many lines have come. */
  async heard(count: number): Promise<readonly string[]> {
    this.#raw = false;
    this.#cut();
    await this.until(() => this.lines.length >= count || this.ended !== null);
    return this.lines;
  }

  async end(): Promise<string> {
    this.#raw = false;
    await this.until(() => this.ended !== null);
    return this.ended ?? "";
  }

  async until(is: () => boolean): Promise<void> {
    while (!is()) {
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
      });
    }
  }

  #cut(): void {
    const parts = this.#text.toString("utf8").split("\n");
    this.#text = Buffer.from(parts.pop() ?? "");
    for (const line of parts) {
      this.lines.push(line);
      this.times.push(this.#pace.now);
    }
  }
}
