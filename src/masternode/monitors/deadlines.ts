/** What each session has to have done, and when. The earliest is known, so asking costs nothing. */
export class Deadlines {
  readonly #due = new Map<number, number>();
  /** The earliest of them, or earlier. */
  #next = Number.POSITIVE_INFINITY;

  get size(): number {
    return this.#due.size;
  }

  of(session: number): number | undefined {
    return this.#due.get(session);
  }

  set(session: number, due: number): void {
    this.#due.set(session, due);
    this.#next = Math.min(this.#next, due);
  }

  delete(session: number): void {
    this.#due.delete(session);
  }

  /** Takes out those that are over, with the moments when they were due. */
  over(now: number): readonly Deadline[] {
    if (now <= this.#next) return NONE;
    const over = [...this.#due].filter(([, due]) => now > due);
    for (const [session] of over) this.#due.delete(session);
    this.#next = Math.min(...this.#due.values());
    return over;
  }
}

type Deadline = readonly [session: number, due: number];

const NONE: readonly Deadline[] = [];
