/**
 * A byte stream cut into lines (section 2.2). Feed whatever the socket gave, then take lines until
 * null. The limit belongs to the taking, not to the feeding: the line that makes a session ready
 * raises it from 4 KiB to 16 MiB for the next line of the same chunk (rule S7).
 *
 * If every feed is followed by taking to null, the buffer has at most twice the size of what is
 * held, or a few chunks: so who bounds `size` over many streams (rule S7) bounds their memory. Each
 * byte is copied and searched a bounded number of times, however small the chunks.
 */
const NEWLINE = 10;
const RETURN = 13;
/** A larger buffer is given back when it is mostly empty. */
const KEEP = 65_536;
/**
 * Mostly: of so many bytes at most one is held. What is copied then is less than what was taken
 * since the buffer was made, for it was made half full.
 */
const SPARE = 4;

export class Lines {
  #buffer = new Uint8Array(0);
  #start = 0;
  #end = 0;
  /** No newline stands before it: the search goes on from here. */
  #searched = 0;
  #overrun = false;

  /** Bytes held, complete lines included. Left over at a close, they are a torn line: nothing. */
  get size(): number {
    return this.#end - this.#start;
  }

  /** Copies the chunk: the caller may reuse it. Ignored after `too long`. */
  feed(chunk: Uint8Array): void {
    if (this.#overrun) return;
    this.#makeRoom(chunk.length);
    this.#buffer.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  /**
   * The next line without its `\n` and without one `\r` before it; null when there is no complete
   * one; `too long` once a line exceeds `limit` bytes, and from then on null for ever, because the
   * place where the next line begins is not worth waiting for.
   */
  next(limit: number): Uint8Array | "too long" | null {
    const newline = this.#buffer.subarray(0, this.#end).indexOf(NEWLINE, this.#searched);
    const end = newline < 0 ? this.#end : newline;
    if (end - this.#start > limit) return this.#giveUp();
    if (newline < 0) {
      this.#searched = this.#end;
      return null;
    }
    const last = newline > this.#start && this.#buffer[newline - 1] === RETURN;
    const line = this.#buffer.slice(this.#start, last ? newline - 1 : newline);
    this.#start = newline + 1;
    this.#searched = this.#start;
    this.#giveBack();
    return line;
  }

  #giveUp(): "too long" {
    this.#overrun = true;
    this.#start = this.#end = this.#searched = 0;
    this.#buffer = new Uint8Array(0);
    return "too long";
  }

  #giveBack(): void {
    const { length } = this.#buffer;
    const { size } = this;
    if (length > KEEP && SPARE * size <= length) this.#moveTo(new Uint8Array(size));
    else if (size === 0) this.#start = this.#end = this.#searched = 0;
  }

  /** Moves or doubles only when at least half of the buffer has been consumed or filled. */
  #makeRoom(more: number): void {
    if (this.#end + more <= this.#buffer.length) return;
    const size = this.size;
    const roomy = 2 * (size + more) <= this.#buffer.length;
    this.#moveTo(roomy ? this.#buffer : new Uint8Array(Math.max(256, 2 * (size + more))));
  }

  #moveTo(target: Uint8Array<ArrayBuffer>): void {
    target.set(this.#buffer.subarray(this.#start, this.#end));
    this.#buffer = target;
    this.#searched -= this.#start;
    this.#end -= this.#start;
    this.#start = 0;
  }
}
