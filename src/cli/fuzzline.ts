/** How far a campaign is, on one line of stderr. */
import type { Range } from "../campaign/range.ts";
import { grouped, hours } from "../campaign/tell.ts";
import type { Counts, Tally } from "../campaign/tally.ts";
import type { Span } from "./fuzzed.ts";
import { LiveLine } from "./live.ts";
import type { Io } from "./output.ts";

const PLAIN_MS = 10_000;

export class FuzzLine {
  readonly #line: LiveLine;
  readonly #span: Span;
  readonly #start: number;

  constructor(io: Io, span: Span) {
    this.#line = new LiveLine(io, PLAIN_MS);
    this.#span = span;
    this.#start = io.elapsed();
  }

  tick(_done: Range, tally: Tally): void {
    const now = this.#line.due();
    if (now === null) return;
    const { worlds, events, virtual, coverage, failures } = tally;
    const { from, to } = this.#span;
    const seconds = (now - this.#start) / 1_000;
    const rate = worlds / seconds;
    const total = to === null ? null : to - from + 1;
    const of = total === null ? "" : ` of ${grouped(total)}`;
    const kinds = Object.keys(failures).length;
    const parts = [
      `fuzz · ${grouped(worlds)}${of}`,
      `${Math.round(rate)} runs/s`,
      `${grouped(Math.round(events / seconds))} events/s`,
      `${hours(virtual)} virtual`,
      kinds === 0 ? "no failure" : `${kinds} ${kinds === 1 ? "failure" : "failures"}`,
      `${count(coverage.faults)} faults`,
      `${count(coverage.gates)} gates`,
      `${count(coverage.marks)} marks`,
      ...(total === null ? [] : [`${Math.ceil((total - worlds) / rate)}s left`]),
    ];
    this.#line.show(parts.join(" · "));
  }

  end(): void {
    this.#line.end();
  }
}

function count(counts: Counts): number {
  return Object.keys(counts).length;
}
