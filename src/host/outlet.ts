/**
 * Where a record flows to: a file, packed by another thread if its name ends in .gz, or a pipe that
 * whoever started this process reads. Its one rule: the node never waits for it. What cannot be
 * written is held up to a bound; beyond it, or when nobody reads any more, the outlet is shut.
 */
import { createWriteStream, fstatSync, openSync, type WriteStream } from "node:fs";
import { Socket } from "node:net";
import type { Writable } from "node:stream";
import { constants, createGzip, type Gzip } from "node:zlib";

export interface OutletOptions {
  /** `fd:3`, or a file. */
  readonly target: string;
  /** Bytes that may wait. */
  readonly pendingMax: number;
  /** Told once, if it ends before all that was written is out. */
  readonly shut: (why: string) => void;
}

/** Characters that are worth a write of their own. */
const PIECE = 65_536;
const SECOND = 1_000;
/** Nobody waits longer, in ms, for a pipe that nobody reads. */
const PATIENCE = 5_000;

export class Outlet {
  readonly #options: OutletOptions;
  readonly #end: Writable;
  readonly #gzip: Gzip | null;
  readonly #isPipe: boolean;
  readonly #clock: NodeJS.Timeout;
  #text = "";
  #scheduled = false;
  #open = true;
  #told = false;

  /** Throws what the system says if the file cannot be made, or there is no such fd. */
  constructor(options: OutletOptions) {
    this.#options = options;
    const { target } = options;
    const fd = /^fd:(\d+)$/.exec(target)?.[1];
    this.#end = fd === undefined ? fileAt(target) : inherited(Number(fd));
    this.#isPipe = fd !== undefined;
    this.#gzip = target.endsWith(".gz") ? createGzip() : null;
    this.#gzip?.pipe(this.#end);
    for (const stream of [this.#end, this.#gzip]) {
      stream?.on("error", (error) => this.#shut(reasonOf(error)));
    }
    this.#clock = setInterval(() => this.#flush(), SECOND);
    this.#clock.unref();
  }

  get open(): boolean {
    return this.#open;
  }

  write(text: string): void {
    if (!this.#open) return;
    this.#text += text;
    if (this.#text.length >= PIECE) this.#push();
    else if (this.#isPipe && !this.#scheduled) {
      // Who reads a pipe looks at the run as it goes on.
      this.#scheduled = true;
      setImmediate(() => {
        this.#scheduled = false;
        this.#push();
      });
    }
  }

  /** All is written, or will never be. */
  close(): Promise<void> {
    if (!this.#open) return Promise.resolve();
    this.#push();
    clearInterval(this.#clock);
    this.#open = false;
    const end = this.#end;
    return new Promise((resolve) => {
      // What is taken, however slowly, may be waited for.
      const look = (before: number): void => {
        const left = this.#pending;
        if (left < before) patience = setTimeout(look, PATIENCE, left);
        else this.#shut(slow(left));
      };
      let patience = setTimeout(look, PATIENCE, this.#pending);
      end.once("close", () => {
        clearTimeout(patience);
        resolve();
      });
      this.#inlet.end();
    });
  }

  /** Bytes that were given to streams and not yet taken by the system. */
  get #pending(): number {
    return this.#end.writableLength + (this.#gzip?.writableLength ?? 0);
  }

  get #inlet(): Writable {
    return this.#gzip ?? this.#end;
  }

  #push(): void {
    if (!this.#open || this.#text === "") return;
    this.#inlet.write(this.#text);
    this.#text = "";
    const { pendingMax } = this.#options;
    const pending = this.#pending;
    if (pending > pendingMax) this.#shut(slow(pending));
  }

  #flush(): void {
    this.#push();
    if (this.#open) this.#gzip?.flush(constants.Z_SYNC_FLUSH);
  }

  /** Also while it closes: the last bytes may be what the disk has no room for. */
  #shut(why: string): void {
    if (this.#told) return;
    this.#told = true;
    this.#open = false;
    this.#text = "";
    clearInterval(this.#clock);
    this.#gzip?.destroy();
    this.#end.destroy();
    this.#options.shut(why);
  }
}

/** Opened here and now, so that a wrong name stops the start. */
function fileAt(path: string): WriteStream {
  return createWriteStream(path, { fd: openSync(path, "w") });
}

/** A pipe of its parent's, or a file that a shell has opened. */
function inherited(fd: number): WriteStream | Socket {
  const stat = fstatSync(fd);
  const isPipe = stat.isFIFO() || stat.isSocket();
  return isPipe
    ? new Socket({ fd, readable: false, writable: true })
    : createWriteStream("", { fd });
}

function slow(pending: number): string {
  return `it is read too slowly: ${pending} bytes wait`;
}

function reasonOf(error: Error): string {
  const { code } = error as { readonly code?: unknown };
  return code === "EPIPE" ? "nobody reads it any more" : error.message;
}
