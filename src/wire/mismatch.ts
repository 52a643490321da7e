/** Why bytes are no value of a shape. Never thrown: whoever reads returns the value or this. */
export class Mismatch {
  readonly path: string;
  readonly expected: string;
  constructor(path: string, expected: string) {
    this.path = path;
    this.expected = expected;
  }

  /** The same mismatch seen from one level above: `.key` or `[index]`. */
  within(step: string): Mismatch {
    return new Mismatch(step + this.path, this.expected);
  }

  toString(): string {
    const where = this.path === "" ? "" : `${this.path}: `;
    return `${where}expected ${this.expected}`;
  }
}

/** No JSON, or none that is read here: the place is a byte, whatever it was meant to be. */
export class Malformed extends Mismatch {
  constructor(at: number, expected: string) {
    super(`byte ${at}`, expected);
  }

  override within(): Mismatch {
    return this;
  }
}
