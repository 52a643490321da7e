/**
 * How a run of real nodes goes, on stderr: one line rewritten on a terminal, else a line every few
 * seconds. Numbers of few nodes stand in their order, of many as how many say what.
 */
import type { Look } from "../cluster/cluster.ts";
import { formatDuration, SECOND } from "../core/units.ts";
import { type Io, readable } from "./output.ts";

const REDRAW_MS = 100;
const PLAIN_MS = 5_000;
const FEW = 8;

export class Watch {
  readonly #io: Io;
  readonly #name: string;
  readonly #until: number;
  readonly #live: boolean;
  #next: number;
  #drawn = false;

  constructor(io: Io, name: string, until: number) {
    this.#io = io;
    this.#name = name;
    this.#until = until;
    this.#live = io.stderr.isTTY && io.env["TERM"] !== "dumb";
    this.#next = io.elapsed() + (this.#live ? 0 : PLAIN_MS);
  }

  tick({ at, gauges }: Look): void {
    const now = this.#io.elapsed();
    if (now < this.#next) return;
    this.#next = now + (this.#live ? REDRAW_MS : PLAIN_MS);
    const time = formatDuration(Math.floor(at / SECOND) * SECOND);
    const parts = Object.entries(gauges).map(([name, values]) => `${name} ${valuesText(values)}`);
    const words = [this.#name, `${time} of ${formatDuration(this.#until)}`, ...parts];
    const text = readable(words.join(" · "), this.#io);
    this.#io.stderr.write(this.#live ? `\r\u001b[2K${text}` : `${text}\n`);
    this.#drawn = true;
  }

  /** Takes the line away before results are printed. */
  end(): void {
    if (this.#live && this.#drawn) this.#io.stderr.write("\r\u001b[2K");
  }
}

function valuesText(values: readonly (number | null)[]): string {
  if (values.length <= FEW) return values.map((value) => value ?? "-").join(" ");
  const counts = new Map<number | null, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const sorted = [...counts].toSorted(([a], [b]) => (b ?? -1) - (a ?? -1));
  return sorted.map(([value, count]) => `${value ?? "-"} (${count})`).join(" ");
}
