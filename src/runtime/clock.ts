/**
 * One node's clocks: a wall clock with offset, drift and jumps, and a monotonic uptime, both driven
 * by one oscillator that may run fast or slow. An immutable value: from the moment `at` on, both
 * advance by true time × (1 + drift/10^6), in whole microseconds.
 */
import type { Duration, Time, UnixMicros } from "../core/units.ts";

export interface Clock {
  /** True time from which this reading counts. */
  readonly at: Time;
  readonly wall: UnixMicros;
  readonly uptime: Time;
  /** Parts per million fast. */
  readonly drift: number;
}

const MILLION = 1_000_000;

export function startClock(epoch: UnixMicros, offset: Duration, drift: number): Clock {
  return { at: 0 as Time, wall: (epoch + offset) as UnixMicros, uptime: 0 as Time, drift };
}

export function wallAt(clock: Clock, now: Time): UnixMicros {
  return (clock.wall + elapsed(clock, now)) as UnixMicros;
}

export function uptimeAt(clock: Clock, now: Time): Time {
  return (clock.uptime + elapsed(clock, now)) as Time;
}

/** True time until this node's oscillator has counted `length`: never early. */
export function trueLength(clock: Clock, length: Duration): Duration {
  if (clock.drift === 0) return length;
  return Math.ceil((length * MILLION) / (MILLION + clock.drift)) as Duration;
}

export function rebooted(clock: Clock, now: Time): Clock {
  return { at: now, wall: wallAt(clock, now), uptime: 0 as Time, drift: clock.drift };
}

export function withDrift(clock: Clock, now: Time, drift: number): Clock {
  return { at: now, wall: wallAt(clock, now), uptime: uptimeAt(clock, now), drift };
}

export function withJump(clock: Clock, now: Time, jump: number): Clock {
  const wall = (wallAt(clock, now) + jump) as UnixMicros;
  return { at: now, wall, uptime: uptimeAt(clock, now), drift: clock.drift };
}

function elapsed(clock: Clock, now: Time): number {
  const length = now - clock.at;
  return clock.drift === 0 ? length : length + Math.floor((length * clock.drift) / MILLION);
}
