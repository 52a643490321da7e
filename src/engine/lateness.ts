/**
 * What real hosts and wires add to every wait: a process is scheduled late, a disk takes its time,
 * a packet meets others. A world shaken so shows which of a run's facts hang on a race that the
 * model leaves open. Never early, small as a rule, now and then a stall; a pure function of what is
 * late and when, so a fork needs nothing copied. Worlds are exact by default.
 */
import { Luck, type Purpose } from "../core/luck.ts";
import type { Duration } from "../core/units.ts";

export interface Jitter {
  readonly seed: string;
  /** Most of what is added are evenly drawn from 0 to this. */
  readonly usual: Duration;
  /** How likely a wait is a stall, up to eight times the usual. */
  readonly stalls: number;
}

const LATE = 6 as Purpose;
const STALL = 7 as Purpose;
const STALL_LENGTH = 8;

export class Lateness {
  readonly #luck: Luck;
  readonly #usual: number;
  readonly #stalls: number;

  constructor({ seed, usual, stalls }: Jitter) {
    this.#luck = new Luck(`${seed}/jitter`);
    this.#usual = usual;
    this.#stalls = stalls;
  }

  /** Whole µs for the wait of `what` that begins at `at`. */
  of(what: number, at: number): number {
    const moment = at | 0;
    const stalls = this.#luck.unit(STALL, what, moment, 0) < this.#stalls;
    const most = stalls ? this.#usual * STALL_LENGTH : this.#usual;
    return Math.floor(this.#luck.unit(LATE, what, moment, 0) * most);
  }
}
