/** A few numbers of each node as they stand, for who watches a run: told by events alone. */
import { kindMask, type TraceEvent } from "../trace/event.ts";
import type { Listener } from "../trace/recorder.ts";

export type Gauge = (event: TraceEvent) => number | null;

export class Gauges implements Listener {
  readonly mask: number = kindMask("fact", "boot", "down", "crash");
  readonly #gauges: Readonly<Record<string, Gauge>>;
  readonly #nodes: number;
  readonly #values = new Map<string, (number | null)[]>();

  constructor(gauges: Readonly<Record<string, Gauge>>, nodes: number) {
    this.#gauges = gauges;
    this.#nodes = nodes;
    for (const name of Object.keys(gauges)) this.#clear(name);
  }

  /** Of each node in order; null while it does not run or has said nothing. */
  get values(): Readonly<Record<string, readonly (number | null)[]>> {
    return Object.fromEntries(this.#values);
  }

  see(event: TraceEvent): void {
    for (const [name, gauge] of Object.entries(this.#gauges)) {
      const row = this.#values.get(name) ?? [];
      const value = event.kind === "fact" ? gauge(event) : null;
      if (event.kind !== "fact" || value !== null) row[event.node] = value;
    }
  }

  #clear(name: string): void {
    this.#values.set(name, new Array<number | null>(this.#nodes).fill(null));
  }
}
