/**
 * A bounded memory of results in two generations: when the young one is full it becomes the old
 * one, and what stood in the old one is forgotten. What is looked up is young again. To delete the
 * first key of a full Map instead costs more each time: V8 steps over the deleted ones before it.
 */
export class Memory<T> {
  readonly #half: number;
  #young = new Map<string, T>();
  #old = new Map<string, T>();

  /** At most `most` results, an even number. The latest half of them is never forgotten. */
  constructor(most: number) {
    this.#half = most / 2;
  }

  get(key: string): T | undefined {
    const known = this.#young.get(key);
    if (known !== undefined) return known;
    const aged = this.#old.get(key);
    if (aged !== undefined) this.set(key, aged);
    return aged;
  }

  set(key: string, result: T): void {
    if (this.#young.size >= this.#half) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, result);
  }
}

/** The function with a memory of at most `most` results. */
export function remembered<T>(most: number, compute: (key: string) => T): (key: string) => T {
  const results = new Memory<T>(most);
  return (key) => {
    const known = results.get(key);
    if (known !== undefined) return known;
    const result = compute(key);
    results.set(key, result);
    return result;
  };
}
