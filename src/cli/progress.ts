/**
 * How far a sweep is, on stderr: one line rewritten on a terminal, a plain line every ten seconds
 * elsewhere, nothing if it is over before.
 */
import { type Io, readable } from "./output.ts";

const REDRAW_MS = 100;
const PLAIN_MS = 10_000;

export class Progress {
  readonly #io: Io;
  readonly #total: number;
  readonly #name: string;
  readonly #unit: string;
  readonly #live: boolean;
  readonly #start: number;
  #next: number;
  #drawn = false;

  /** `unit`: what is counted, as it stands after a rate: `runs/s`. */
  constructor(io: Io, name: string, total: number, unit = "runs") {
    this.#io = io;
    this.#total = total;
    this.#name = name;
    this.#unit = unit;
    this.#live = io.stderr.isTTY && io.env["TERM"] !== "dumb";
    this.#start = io.elapsed();
    this.#next = this.#start + (this.#live ? REDRAW_MS : PLAIN_MS);
  }

  /** `failed` null: nothing is judged. */
  tick(done: number, failed: number | null): void {
    const now = this.#io.elapsed();
    if (now < this.#next) return;
    this.#next = now + (this.#live ? REDRAW_MS : PLAIN_MS);
    const rate = done / ((now - this.#start) / 1_000);
    const left = Math.ceil((this.#total - done) / rate);
    const share = Math.floor((100 * done) / this.#total);
    const what = this.#unit === "runs" ? "" : ` ${this.#unit}`;
    const text = readable(
      `${this.#name} · ${done} of ${this.#total}${what} (${share}%) ` +
        `${failed === null ? "" : `· ${failed} failed `}· ` +
        `${Math.round(rate)} ${this.#unit}/s · ${left}s left`,
      this.#io,
    );
    this.#io.stderr.write(this.#live ? `\r\u001b[2K${text}` : `${text}\n`);
    this.#drawn = true;
  }

  /** Takes the line away before results are printed. */
  end(): void {
    if (this.#live && this.#drawn) this.#io.stderr.write("\r\u001b[2K");
  }
}
