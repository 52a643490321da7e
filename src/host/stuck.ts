/**
 * Since when nothing gets through on one way, of which nobody says anything but what it is like now
 * and then. Bytes have to be seen twice: what was written just before a look has had no time yet,
 * however long the way was idle, and however much longer than anybody's patience.
 */
export class Stuck {
  #through = -1;
  /** The first look that saw bytes wait that wait still; null: none do. */
  #since: number | null = null;

  /** How long, in the unit of `now`. `waiting` bytes are under way, `through` have arrived. */
  look(now: number, waiting: number, through: number): number {
    if (waiting === 0) this.#since = null;
    else if (this.#since === null || through > this.#through) this.#since = now;
    this.#through = Math.max(through, this.#through);
    return this.#since === null ? 0 : now - this.#since;
  }
}
