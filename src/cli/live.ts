/**
 * A line on stderr that tells how far something is: rewritten on a terminal, elsewhere a line now
 * and then. Asked for every event, so it costs a look at the clock until its time has come.
 */
import { type Io, readable } from "./output.ts";

const REDRAW_MS = 100;

export class LiveLine {
  readonly #io: Io;
  readonly #every: number;
  readonly #live: boolean;
  #next: number;
  #drawn = false;

  /** `plain`: how often where no terminal is; `first`: how soon on one, both in ms. */
  constructor(io: Io, plain: number, first: number = REDRAW_MS) {
    this.#io = io;
    this.#live = io.stderr.isTTY && io.env["TERM"] !== "dumb";
    this.#every = this.#live ? REDRAW_MS : plain;
    this.#next = io.elapsed() + (this.#live ? first : plain);
  }

  /** The moment, in ms, if it is time to show something. */
  due(): number | null {
    const now = this.#io.elapsed();
    if (now < this.#next) return null;
    this.#next = now + this.#every;
    return now;
  }

  show(words: string): void {
    const { stderr } = this.#io;
    const text = readable(this.#live ? within(words, stderr.columns) : words, this.#io);
    stderr.write(this.#live ? `\r\u001b[2K${text}` : `${text}\n`);
    this.#drawn = true;
  }

  /** Takes the line away before results are printed. */
  end(): void {
    if (this.#live && this.#drawn) this.#io.stderr.write("\r\u001b[2K");
  }
}

/** A second line of the terminal could not be taken away: the last column stays free. */
function within(text: string, columns: number | undefined): string {
  if (columns === undefined || columns === 0 || text.length < columns) return text;
  return `${text.slice(0, Math.max(0, columns - 2))}…`;
}
