/** What is to be done at which moment of the run, in order; of one moment as it was written. */
import type { Time } from "../core/units.ts";
import type { Pace } from "./pace.ts";

interface Entry {
  readonly at: Time;
  readonly act: () => void;
}

export class Agenda {
  readonly #pace: Pace;
  #entries: readonly Entry[] = [];
  #timer: NodeJS.Timeout | null = null;
  #open = false;

  constructor(pace: Pace) {
    this.#pace = pace;
  }

  add(at: Time, act: () => void): void {
    const before = this.#entries.filter((entry) => entry.at <= at);
    const after = this.#entries.filter((entry) => entry.at > at);
    this.#entries = [...before, { at, act }, ...after];
    if (this.#open) this.#wait();
  }

  /** When the next is due. */
  get next(): Time | null {
    return this.#entries[0]?.at ?? null;
  }

  /** The pace has leapt. */
  look(): void {
    if (this.#open) this.#ring();
  }

  /** The run begins. */
  open(): void {
    this.#open = true;
    this.#wait();
  }

  close(): void {
    this.#open = false;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #wait(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    const [next] = this.#entries;
    if (next === undefined || !this.#open) return;
    const wait = Math.min(WAIT_MAX, this.#pace.until(next.at));
    this.#timer = setTimeout(() => this.#ring(), wait);
  }

  #ring(): void {
    while (this.#open) {
      const [next, ...rest] = this.#entries;
      if (next === undefined || next.at > this.#pace.now) break;
      this.#entries = rest;
      next.act();
    }
    this.#wait();
  }
}

/** The longest wait that Node's timers can do. */
const WAIT_MAX = 2_147_483_647;
