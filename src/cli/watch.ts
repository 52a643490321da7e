/**
 * How a run of real nodes goes, on stderr. Numbers of few nodes stand in their order, of many as
 * how many say what.
 */
import type { Look } from "../cluster/cluster.ts";
import { formatDuration, SECOND } from "../core/units.ts";
import { LiveLine } from "./live.ts";
import type { Io } from "./output.ts";

const PLAIN_MS = 5_000;
const FEW = 8;

export class Watch {
  readonly #line: LiveLine;
  readonly #name: string;
  readonly #until: number;

  constructor(io: Io, name: string, until: number) {
    this.#line = new LiveLine(io, PLAIN_MS, 0);
    this.#name = name;
    this.#until = until;
  }

  tick({ at, gauges }: Look): void {
    if (this.#line.due() === null) return;
    const time = formatDuration(Math.floor(at / SECOND) * SECOND);
    const parts = Object.entries(gauges).map(([name, values]) => `${name} ${valuesText(values)}`);
    this.#line.show(
      [this.#name, `${time} of ${formatDuration(this.#until)}`, ...parts].join(" · "),
    );
  }

  end(): void {
    this.#line.end();
  }
}

function valuesText(values: readonly (number | null)[]): string {
  if (values.length <= FEW) return values.map((value) => value ?? "-").join(" ");
  const counts = new Map<number | null, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const sorted = [...counts].toSorted(([a], [b]) => (b ?? -1) - (a ?? -1));
  return sorted.map(([value, count]) => `${value ?? "-"} (${count})`).join(" ");
}
