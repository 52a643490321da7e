/**
 * A real machine's clocks as a node reads them: once before each input, and then the same for all
 * of its step. `now` is monotonic time since an origin that processes of one machine can share; the
 * wall clock is a line over it (runtime/clock.ts), redrawn when somebody has set the real one. So
 * the trace says what every step read, and a replay reads the same.
 */
import { hrtime } from "node:process";
import { type Clock, rebooted, startClock, wallAt, withDrift, withJump } from "../runtime/clock.ts";
import type { Duration, Time, UnixMicros } from "../core/units.ts";

export interface ClockPlan {
  /** The machine's monotonic clock at time 0, in ns (`process.hrtime`); null: when it is made. */
  readonly origin: bigint | null;
  /** What an exact wall clock shows at time 0; null: what the machine's own shows. */
  readonly epoch: UnixMicros | null;
  /** Wall minus true time. */
  readonly offset: Duration;
  /** Parts per million by which it runs fast. */
  readonly drift: number;
  /** All of a node's time goes this many times faster than real time. */
  readonly speed: number;
}

/** A plain node's clocks. */
const REAL: ClockPlan = {
  origin: null,
  epoch: null,
  offset: 0 as Duration,
  drift: 0,
  speed: 1,
};

/**
 * The real wall clock may leave the line by this much: coarser than its millisecond and than what
 * NTP slews in half a minute, finer than what any rule of a protocol can feel.
 */
const LINE_TOLERANCE = 20_000;

export class HostClock {
  readonly #plan: ClockPlan;
  readonly #origin: bigint;
  #now = 0 as Time;
  #line: Clock;
  /** The plan's, and what jumps have added. */
  #offset: number;

  constructor(plan: ClockPlan = REAL) {
    this.#plan = plan;
    this.#origin = plan.origin ?? hrtime.bigint();
    const epoch = plan.epoch ?? ((realWall() - this.elapsed) as UnixMicros);
    this.#line = startClock(epoch, plan.offset, plan.drift);
    this.#offset = plan.offset;
    this.read();
  }

  /** As of the last reading. Before the origin it is negative. */
  get now(): Time {
    return this.#now;
  }

  /** Valid from the last time it was redrawn on. */
  get line(): Clock {
    return this.#line;
  }

  /** What an exact wall clock showed at time 0, for the head of a trace. */
  get epoch(): UnixMicros {
    return (wallAt(this.#line, 0 as Time) - this.#offset) as UnixMicros;
  }

  /** True if the wall clock was set since: its new line is then to be told. */
  read(): boolean {
    this.#now = Math.max(this.#now, this.elapsed) as Time;
    const { epoch, speed } = this.#plan;
    if (epoch !== null || speed !== 1 || this.#line.drift !== 0) return false;
    const gap = realWall() + this.#offset - wallAt(this.#line, this.#now);
    if (Math.abs(gap) <= LINE_TOLERANCE) return false;
    this.#line = withJump(this.#line, this.#now, gap);
    return true;
  }

  /** Uptime begins at this reading. */
  boot(): void {
    this.#line = rebooted(this.#line, this.#now);
  }

  /** For experiments: what a fault does to a node's clock. */
  jump(by: Duration): void {
    this.#offset += by;
    this.#line = withJump(this.#line, this.#now, by);
  }

  drift(rate: number): void {
    this.#line = withDrift(this.#line, this.#now, rate);
  }

  /** Real milliseconds until `now` will have reached that moment; 0 if it has. */
  realDelay(until: number): number {
    return Math.max(0, (until - this.elapsed) / this.#plan.speed / 1_000);
  }

  /** Real milliseconds since `now` was that moment. */
  realLateness(moment: number): number {
    return (this.elapsed - moment) / this.#plan.speed / 1_000;
  }

  /** Real milliseconds for a length of the run's time: limits of sockets keep pace with it. */
  realMillis(length: number): number {
    return length / this.#plan.speed / 1_000;
  }

  /** What `now` would be if it were read: a look that changes nothing. */
  get elapsed(): Time {
    const micros = Number((hrtime.bigint() - this.#origin) / 1_000n);
    return Math.floor(micros * this.#plan.speed) as Time;
  }
}

function realWall(): number {
  return Date.now() * 1_000;
}
