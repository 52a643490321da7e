/**
 * Real time as a run's time: whole microseconds since an origin that all processes of the machine
 * read from the same monotonic clock, so many times faster than real.
 */
import { hrtime } from "node:process";
import { must } from "../core/assert.ts";
import type { Time } from "../core/units.ts";

export class Pace {
  readonly speed: number;
  #origin: bigint | null = null;

  constructor(speed: number) {
    this.speed = speed;
  }

  /** Time 0 is that reading of the monotonic clock, in ns. Till then it stands at 0. */
  begin(origin: bigint): void {
    this.#origin = origin;
  }

  /** Time 0 on the monotonic clock, in ns; not before it has begun. */
  get origin(): bigint {
    return must(this.#origin, "pace", "origin");
  }

  /** It is that time now. Whoever runs by the former origin would be left behind. */
  leap(to: number): void {
    const length = Math.max(0, to - this.now);
    this.begin(this.origin - BigInt(Math.ceil((length / this.speed) * 1_000)));
  }

  get now(): Time {
    if (this.#origin === null) return 0 as Time;
    const micros = Number((hrtime.bigint() - this.#origin) / 1_000n);
    return Math.max(0, Math.floor(micros * this.speed)) as Time;
  }

  /** Real milliseconds until then, rounded up: a wait is never too short. */
  until(at: number): number {
    const origin = this.#origin ?? hrtime.bigint();
    const nanos = origin + BigInt(Math.ceil((at / this.speed) * 1_000)) - hrtime.bigint();
    return Math.max(0, Math.ceil(Number(nanos) / 1_000_000));
  }

  /** A real length as the run's time. */
  length(millis: number): number {
    return Math.round(millis * 1_000 * this.speed);
  }
}
