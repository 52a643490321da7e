/**
 * One TCP connection of a node: bytes to lines on the way in, lines to bytes on the way out, and
 * the one word that is said when it ends. It knows neither messages nor machines. After `finish`
 * nothing more is heard of it; what was written before still leaves.
 */
import type { Socket } from "node:net";
import { nextTick } from "node:process";
import type { CloseReason } from "../core/machine.ts";
import { Lines } from "../wire/lines.ts";

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
  readonly lines: Lines = new Lines();
  received = 0;
  sent = 0;
  /** Both ways are over. */
  readonly closed: Promise<void>;
  readonly #socket: Socket;
  #events: SocketEvents | null;
  #corked = false;
  /** For the user time-out: bytes the kernel had taken when somebody last looked, and when. */
  #taken = 0;
  #takenAt = 0;

  constructor(socket: Socket, events: SocketEvents) {
    this.#socket = socket;
    this.#events = events;
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
    socket.on("end", () => this.#end("fin"));
    socket.on("error", (error: NodeJS.ErrnoException) => {
      this.#end(error.code === "ETIMEDOUT" ? "timeout" : "reset");
    });
    socket.on("close", () => this.#end("reset"));
  }

  /** Written and not yet taken by the kernel. */
  get buffered(): number {
    return this.#socket.writableLength;
  }

  /** A line with its newline. */
  write(line: Uint8Array): void {
    if (!this.#corked) {
      this.#corked = true;
      this.#socket.cork();
      // One packet for all that a step sends.
      nextTick(() => {
        this.#corked = false;
        this.#socket.uncork();
      });
    }
    this.sent += line.length;
    this.#socket.write(line);
  }

  /** FIN after what was written. What still comes is read and thrown away. */
  finish(): void {
    this.#events = null;
    this.#socket.end();
    this.#socket.resume();
    const linger = setTimeout(() => this.#socket.destroy(), LINGER);
    linger.unref();
    this.#socket.once("close", () => clearTimeout(linger));
    this.#socket.once("end", () => this.#socket.destroySoon());
  }

  /** At once and without a word; the kernel says RST for what was not read. */
  destroy(): void {
    this.#events = null;
    this.#socket.destroy();
  }

  /** Nothing that was written has left for this long (real ms): the way is broken. */
  stuckFor(now: number): number {
    const { writableLength, bytesWritten } = this.#socket;
    // `bytesWritten` counts what is still queued.
    const taken = bytesWritten - writableLength;
    if (writableLength === 0 || taken !== this.#taken) {
      this.#taken = taken;
      this.#takenAt = now;
    }
    return now - this.#takenAt;
  }

  #end(reason: CloseReason): void {
    const events = this.#events;
    if (events === null) return;
    this.#events = null;
    if (reason === "fin") this.finish();
    else this.#socket.destroy();
    events.ended(reason);
  }
}
