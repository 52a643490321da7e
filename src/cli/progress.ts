/** How far a sweep is, on stderr; nothing if it is over at once. */
import { LiveLine } from "./live.ts";
import type { Io } from "./output.ts";

const PLAIN_MS = 10_000;

export class Progress {
  readonly #line: LiveLine;
  readonly #total: number;
  readonly #name: string;
  readonly #unit: string;
  readonly #start: number;

  /** `unit`: what is counted, as it stands after a rate: `runs/s`. */
  constructor(io: Io, name: string, total: number, unit = "runs") {
    this.#line = new LiveLine(io, PLAIN_MS);
    this.#total = total;
    this.#name = name;
    this.#unit = unit;
    this.#start = io.elapsed();
  }

  /** `failed` null: nothing is judged. */
  tick(done: number, failed: number | null): void {
    const now = this.#line.due();
    if (now === null) return;
    const rate = done / ((now - this.#start) / 1_000);
    // Nothing is known of the rest before the first is done.
    const left = done === 0 ? "" : ` · ${Math.ceil((this.#total - done) / rate)}s left`;
    const share = Math.floor((100 * done) / this.#total);
    const what = this.#unit === "runs" ? "" : ` ${this.#unit}`;
    this.#line.show(
      `${this.#name} · ${done} of ${this.#total}${what} (${share}%) ` +
        `${failed === null ? "" : `· ${failed} failed `}· ` +
        `${Math.round(rate)} ${this.#unit}/s${left}`,
    );
  }

  end(): void {
    this.#line.end();
  }
}
