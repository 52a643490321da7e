/**
 * What one socket still has to send, handed to the kernel in pieces: so it is known to the byte how
 * much waits here, and a slow way that gets a few bytes through is not taken for a dead one.
 */
import type { Socket } from "node:net";
import { nextTick } from "node:process";

/** Bytes given to the kernel at once. */
const PIECE = 65_536;

export class Outbox {
  readonly #socket: Socket;
  /** Not given yet; of the first, `#from` bytes are. */
  readonly #lines: Uint8Array[] = [];
  #from = 0;
  /** Those of them that wait nowhere else, and their bytes. */
  readonly #own = new Set<Uint8Array>();
  #held = 0;
  #waiting = 0;
  #total = 0;
  #writing = false;
  #ended = false;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Bytes that the kernel has not taken. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Bytes that nobody needs but this one: a line that goes to many is not among them. */
  get held(): number {
    return this.#held;
  }

  /** Bytes put in so far. */
  get total(): number {
    return this.#total;
  }

  /** What one step puts in goes out together. */
  put(line: Uint8Array, shared = false): void {
    this.#lines.push(line);
    if (!shared) {
      this.#own.add(line);
      this.#held += line.length;
    }
    this.#waiting += line.length;
    this.#total += line.length;
    this.#pumpSoon();
  }

  /** FIN, after what was put in. */
  end(): void {
    this.#ended = true;
    this.#pumpSoon();
  }

  #pumpSoon(): void {
    if (this.#writing) return;
    this.#writing = true;
    nextTick(() => this.#pump());
  }

  #pump(): void {
    const pieces = this.#take();
    const size = pieces.reduce((sum, piece) => sum + piece.length, 0);
    if (size === 0) {
      this.#writing = false;
      if (this.#ended) this.#socket.end();
      return;
    }
    // After an error nothing more is taken; the socket says so itself.
    const taken = (error?: Error | null): void => {
      if (error instanceof Error) return;
      this.#waiting -= size;
      this.#pump();
    };
    this.#socket.cork();
    const last = pieces.pop() as Uint8Array;
    for (const piece of pieces) this.#socket.write(piece);
    this.#socket.write(last, taken);
    this.#socket.uncork();
  }

  /** The next lines, or as much of one as is given at once. */
  #take(): Uint8Array[] {
    const pieces: Uint8Array[] = [];
    let [room, whole] = [PIECE, 0];
    for (const line of this.#lines) {
      const piece = line.subarray(this.#from, this.#from + room);
      pieces.push(piece);
      room -= piece.length;
      this.#from += piece.length;
      if (this.#from < line.length) break;
      this.#from = 0;
      whole++;
      if (room === 0) break;
    }
    for (const line of this.#lines.splice(0, whole)) {
      if (this.#own.delete(line)) this.#held -= line.length;
    }
    return pieces;
  }
}
