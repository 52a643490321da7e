/**
 * Since when nothing gets through on one way, of which nobody says anything but what it is like now
 * and then. Bytes have to be seen twice: what was written just before a look has had no time yet,
 * however long the way was idle. And no look is exact: what may have got through has.
 */
export class Stuck {
  #through = -1;
  /** The first look that saw bytes wait that wait still; null: none do. */
  #since: number | null = null;

  /**
   * How long, in the unit of `now`. `waiting` bytes are under way, at least `least` and at most
   * `most` have arrived.
   */
  look(now: number, waiting: number, least: number, most: number): number {
    if (waiting === 0) this.#since = null;
    else if (this.#since === null || most > this.#through) this.#since = now;
    this.#through = Math.max(least, this.#through);
    return this.#since === null ? 0 : now - this.#since;
  }
}
