/**
 * One TCP connection of a node: bytes to lines on the way in, lines to bytes on the way out, and
 * the one word that is said when it ends. It knows neither messages nor machines. After `finish`
 * nothing more is heard of it; what was written before still leaves.
 */
import type { Socket } from "node:net";
import type { Address } from "../core/address.ts";
import { parseAddress } from "../core/address.ts";
import type { CloseReason } from "../core/machine.ts";
import { Lines } from "../wire/lines.ts";
import { Outbox } from "./outbox.ts";
import { Stuck } from "./stuck.ts";
import { endsOf, type Unacked } from "./unacked.ts";

/** What a socket tells its port. */
export interface SocketEvents {
  /** Bytes came in: take lines until there is none. */
  readable(): void;
  /** At most once, and not after `finish`. */
  ended(reason: CloseReason): void;
}

/** How long a closed connection may take to get rid of its last bytes, in real ms. */
const LINGER = 30_000;
/** The kernel asks an idle peer whether it lives after this long, in real ms (section 2.1). */
const KEEPALIVE = 30_000;

export class NodeSocket {
  lines: Lines = new Lines();
  received = 0;
  /** Both ways are over, and the descriptor is free. */
  readonly closed: Promise<void>;
  readonly #socket: Socket;
  readonly #outbox: Outbox;
  readonly #ends: string;
  #events: SocketEvents | null;
  /** Lines wait for the next turn, and behind them perhaps the end. */
  #rests = false;
  #endWaits = false;
  /** For the user time-out: bytes that had got through when somebody last looked, and when. */
  readonly #stuck = new Stuck();

  constructor(socket: Socket, remote: Address, events: SocketEvents) {
    this.#socket = socket;
    this.#outbox = new Outbox(socket);
    this.#events = events;
    const local = parseAddress(socket.localAddress ?? "", socket.localPort ?? 0);
    const far = parseAddress(socket.remoteAddress ?? "", socket.remotePort ?? 0);
    this.#ends = endsOf(local ?? remote, far ?? remote);
    this.closed = new Promise((resolve) => {
      socket.once("close", () => resolve());
    });
    socket.setNoDelay(true);
    socket.setKeepAlive(true, KEEPALIVE);
    socket.on("data", (chunk: Uint8Array) => {
      this.received += chunk.length;
      if (this.#events === null) return; // read on, so that the kernel need not say RST
      this.lines.feed(chunk);
      this.#events.readable();
    });
    // Even of a paused socket Node tells the end.
    socket.on("end", () => (this.#rests ? (this.#endWaits = true) : this.#end("fin")));
    socket.on("error", (error: NodeJS.ErrnoException) => {
      this.#end(error.code === "ETIMEDOUT" ? "timeout" : "reset");
    });
    socket.on("close", () => this.#end("reset"));
  }

  /** Bytes written so far. */
  get sent(): number {
    return this.#outbox.total;
  }

  /** Written and not yet taken by the kernel. */
  get buffered(): number {
    return this.#outbox.waiting;
  }

  /** Of these, what is held for this socket alone. */
  get held(): number {
    return this.#socket.destroyed ? 0 : this.#outbox.held;
  }

  /** A line with its newline; `shared` if it goes to others too. */
  write(line: Uint8Array, shared: boolean): void {
    this.#outbox.put(line, shared);
  }

  /** `work` goes on in the next turn of the loop; until it says `wake`, nothing more is read. */
  rest(work: () => void): void {
    this.#rests = true;
    this.#socket.pause();
    setImmediate(() => {
      if (this.#events !== null) work();
    });
  }

  wake(): void {
    this.#rests = false;
    if (this.#socket.isPaused()) this.#socket.resume();
    if (this.#endWaits) this.#end("fin");
  }

  /** FIN after what was written. What still comes is read and thrown away. */
  finish(): void {
    this.#mute();
    this.#outbox.end();
    this.#socket.resume();
    const linger = setTimeout(() => this.#socket.destroy(), LINGER);
    linger.unref();
    this.#socket.once("close", () => clearTimeout(linger));
  }

  /** At once and without a word; the kernel says RST for what was not read. */
  destroy(): void {
    this.#mute();
    this.#socket.destroy();
  }

  /** Bytes that the kernel has taken. */
  get given(): number {
    return this.#outbox.total - this.#outbox.waiting;
  }

  /**
   * For so long (real ms) nothing of what was written has got through: the way is broken. `given`:
   * what it was before `unacked` was read.
   */
  stuckFor(now: number, given: number, unacked: Unacked): number {
    const held = unacked.get(this.#ends) ?? 0;
    // What was given while it was read may be among what it says.
    return this.#stuck.look(now, this.#outbox.waiting + held, given - held, this.given - held);
  }

  #end(reason: CloseReason): void {
    const events = this.#events;
    if (events === null) return;
    if (reason === "fin") this.finish();
    else this.destroy();
    events.ended(reason);
  }

  /** What the other end had begun to say is nobody's: it must not wait with the last bytes. */
  #mute(): void {
    this.#events = null;
    this.lines = new Lines();
  }
}
