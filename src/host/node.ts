/**
 * A real node: one runtime on the TCP port, from its listening socket to its last durable file. It
 * knows no protocol: machine, config and codecs are handed in. Who wants log lines, metrics or a
 * record listens to the recorder, as in the simulator.
 */
import { createServer, type Server, type Socket } from "node:net";
import { type Address, formatIp, ipOf, portOf } from "../core/address.ts";
import { BadInput } from "../core/assert.ts";
import type { Codec, FileCodecs } from "../core/codec.ts";
import type { Machine, Protocol } from "../core/machine.ts";
import type { Duration } from "../core/units.ts";
import { NodeRuntime } from "../runtime/node.ts";
import { nodeStreams } from "../runtime/streams.ts";
import { KIND, NO_CAUSE } from "../trace/event.ts";
import type { Recorder } from "../trace/recorder.ts";
import type { HostClock } from "./clock.ts";
import { type Dialer, straight } from "./dialer.ts";
import { type HostLimits, LIMITS } from "./limits.ts";
import { HostPort, type Session, type Traffic } from "./port.ts";
import type { NodeSocket } from "./socket.ts";
import { type Found, type ReadAhead, Store } from "./store.ts";

export interface HostOptions<P extends Protocol> {
  readonly machine: Machine<P>;
  readonly config: P["config"];
  readonly codec: Codec<P["message"]>;
  readonly files: FileCodecs<P["files"]>;
  /** Why it cannot go on from what is in its folder; null: it can. */
  readonly misfit?: (files: Partial<P["files"]>) => string | null;
  /** Told to the machine before a clean end. */
  readonly stop: P["command"] | null;
  /** By which its randomness is drawn, with seed and incarnation (runtime/streams.ts). */
  readonly name: string;
  readonly seed: string;
  readonly incarnation: number;
  /** Where others reach it. */
  readonly listen: Address;
  /** Where its socket listens, if that is another address. */
  readonly bind?: Address;
  /** The ip its dials come from; default: that of `bind`. */
  readonly dialsFrom?: number;
  /** Default: straight. */
  readonly dialer?: Dialer;
  /** There, and locked by this process. */
  readonly dir: string;
  /** What of it is known already. */
  readonly ahead?: ReadAhead;
  readonly clock: HostClock;
  readonly recorder: Recorder;
  readonly limits?: Partial<HostLimits>;
  /** What no trace event says, for the log: refused sockets, files that could not be saved. */
  readonly notice?: (text: string) => void;
  /** Deep-freezes states and inputs. */
  readonly guard?: boolean;
}

/** How often sessions are looked at whose bytes nobody takes, in real ms. */
const SWEEP = 1_000;
/** How long a stopped node waits for its last bytes to be taken, in real ms. */
const FAREWELL = 2_000;

/**
 * Listens, then boots the machine. Rejects with what the system says of address or folder, and with
 * BadInput for a misfit.
 */
export async function startNode<P extends Protocol>(options: HostOptions<P>): Promise<HostNode<P>> {
  const node = new HostNode(options);
  await node.start();
  return node;
}

export class HostNode<P extends Protocol> {
  /** Resolves if a step threw: the node is down then. */
  readonly failed: Promise<Error>;
  readonly #options: HostOptions<P>;
  readonly #server: Server;
  readonly #port: HostPort<P>;
  readonly #store: Store<P>;
  readonly #limits: HostLimits;
  readonly #runtime: NodeRuntime<P>;
  #sweep: NodeJS.Timeout | null = null;
  #refused = 0;
  #over = false;

  constructor(options: HostOptions<P>) {
    this.#options = options;
    const { clock, recorder, codec, seed, name, incarnation, listen, machine, config } = options;
    const notice = options.notice ?? (() => {});
    this.#limits = { ...LIMITS, ...options.limits };
    this.#store = new Store<P>(options.dir, options.files, notice);
    this.#server = createServer({ allowHalfOpen: true }, (socket) => this.#accept(socket));
    let fail: (error: Error) => void = () => {};
    this.failed = new Promise((resolve) => {
      fail = resolve;
    });
    const from = options.dialsFrom ?? ipOf(options.bind ?? listen);
    const streams = nodeStreams(seed);
    this.#port = new HostPort<P>({
      ...{ name, incarnation, streams, codec, clock, recorder, from, notice },
      store: this.#store,
      limits: this.#limits,
      dialer: options.dialer ?? straight,
      failed: (error) => {
        this.#drop();
        fail(error);
      },
    });
    this.#runtime = new NodeRuntime<P>({
      ...{ machine, config, recorder, self: listen, index: 0 },
      port: this.#port,
      guard: options.guard ?? false,
    });
  }

  async start(): Promise<void> {
    const { listen, bind = listen, ahead } = this.#options;
    const server = this.#server;
    const found = this.#store.read(ahead);
    const misfit = this.#options.misfit?.(found.values) ?? null;
    if (misfit !== null) throw new BadInput([`${this.#options.dir} — ${misfit}`]);
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen({ host: formatIp(bind), port: portOf(bind), exclusive: true }, () => {
        server.off("error", reject);
        resolve();
      });
    });
    server.on("error", (error) => this.#options.notice?.(`Listening: ${error.message}`));
    this.#boot(found);
    this.#sweep = setInterval(() => void this.#port.sweep(), SWEEP);
    this.#sweep.unref();
  }

  get state(): P["state"] {
    return this.#runtime.state;
  }

  get sessions(): readonly Session[] {
    return this.#port.sessions;
  }

  /** Bytes of begun lines over all sessions. */
  get unread(): number {
    return this.#port.unread;
  }

  /** Bytes since boot, of sessions that are over too. */
  get traffic(): Traffic {
    return this.#port.traffic;
  }

  command(command: P["command"]): void {
    this.#port.input((runtime) => runtime.command(command, NO_CAUSE));
  }

  /** For experiments: what a fault does to a node's clock. */
  setClock(change: { readonly jump?: Duration; readonly drift?: number }): void {
    const { clock } = this.#options;
    this.#port.input(() => {
      if (change.jump !== undefined) clock.jump(change.jump);
      if (change.drift !== undefined) clock.drift(change.drift);
      this.#port.recordClock(NO_CAUSE);
    });
  }

  /** For experiments: from now on nothing can be saved, or again. */
  setDiskFull(full: boolean): void {
    this.#store.full = full;
  }

  /** The machine's own stop command, its files durable, FIN on every session. */
  async stop(): Promise<void> {
    const { stop } = this.#options;
    if (stop !== null) this.command(stop);
    await this.#store.settled();
    if (this.#over) return; // it failed, or was killed meanwhile
    this.#down("stop");
    const sockets = this.#sockets;
    this.#close();
    for (const { socket } of this.#port.sessions) socket.finish();
    const patience = new Promise<void>((resolve) => setTimeout(resolve, FAREWELL).unref());
    await Promise.race([Promise.all(sockets.map((socket) => socket.closed)), patience]);
    for (const socket of sockets) socket.destroy();
  }

  /**
   * As if the process had died: for tests that run several nodes in one. Resolves when nothing of
   * it touches its folder any more.
   */
  kill(): Promise<void> {
    this.#store.abandon();
    if (!this.#over) {
      this.#down("kill");
      this.#drop();
    }
    return this.#store.settled();
  }

  #boot({ values, aside }: Found): void {
    const { clock, incarnation, listen } = this.#options;
    this.#port.run(this.#runtime, (runtime) => {
      clock.boot();
      const boot = this.#port.record(KIND.boot, NO_CAUSE, incarnation, listen, null);
      this.#port.recordClock(boot);
      for (const { file } of aside) this.#port.record(KIND.aside, boot, 0, 0, file);
      for (const [file, value] of Object.entries(values)) {
        this.#port.record(KIND.read, boot, NO_CAUSE, 0, { file, value });
      }
      runtime.boot(values, boot);
    });
  }

  #accept(socket: Socket): void {
    if (this.#port.hasRoom()) return this.#port.accept(socket);
    socket.on("error", () => {});
    socket.resetAndDestroy();
    this.#refused++;
    const { notice } = this.#options;
    // A flood is said in doubling steps, not line by line.
    if ((this.#refused & (this.#refused - 1)) !== 0) return;
    notice?.(
      `Refused a connection: ${this.#port.sockets} sockets are open (${this.#refused} so far)`,
    );
  }

  #down(how: string): void {
    this.#port.readClock();
    this.#port.record(KIND.down, NO_CAUSE, 0, 0, how);
    this.#runtime.end("process died");
  }

  /** Of sessions, and of those that are over but linger: who waits for them waits for their end. */
  get #sockets(): readonly NodeSocket[] {
    return [...this.#port.lingering, ...this.#port.sessions.map(({ socket }) => socket)];
  }

  /** At once, with all its sockets. */
  #drop(): void {
    this.#close();
    for (const socket of this.#sockets) socket.destroy();
  }

  /** But not its sockets, which end in one way or the other. */
  #close(): void {
    this.#over = true;
    if (this.#sweep !== null) clearInterval(this.#sweep);
    this.#port.end();
    this.#server.close();
  }
}
