/**
 * What each node's own wall clock showed, folded from `clock` events: log lines carry the node's
 * time, which may be wrong, and not the run's. Feed it every event in order.
 */
import type { UnixMicros } from "../core/units.ts";
import type { TraceEvent } from "./event.ts";
import type { TraceHeader } from "./trace.ts";

/** From `at` on the clock shows `wall` and goes `drift` parts per million fast. */
interface Reading {
  readonly at: number;
  readonly wall: number;
  readonly drift: number;
}

const MILLION = 1_000_000;

export class Walls {
  readonly #epoch: number;
  readonly #readings = new Map<number, Reading>();

  constructor(header: Pick<TraceHeader, "epoch">) {
    this.#epoch = header.epoch;
  }

  see({ kind, node, at, a, b }: TraceEvent): void {
    if (kind === "clock") this.#readings.set(node, { at, wall: a, drift: b });
  }

  /** An exact clock until the first event says otherwise. */
  wall(node: number, at: number): UnixMicros {
    const reading = this.#readings.get(node);
    if (reading === undefined) return (this.#epoch + at) as UnixMicros;
    const length = at - reading.at;
    return (reading.wall + length + Math.floor((length * reading.drift) / MILLION)) as UnixMicros;
  }
}
