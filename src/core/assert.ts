/**
 * Whose fault it is decides the form: a `Bug` is ours (or the protocol's) and is thrown, `BadInput`
 * is the user's and is thrown with a place and a hint, a peer's fault is a value and never thrown.
 */

/** A broken promise of this program or of a machine. Ends the run; never caught below the world. */
export class Bug extends Error {
  override readonly name = "Bug";
}

/** Something the user wrote that cannot be used. One line a problem, each with its place. */
export class BadInput extends Error {
  /** A kit that the user brings may have been loaded with another copy of this class. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    const { name, problems } = (value ?? {}) as { readonly name?: unknown; problems?: unknown };
    return name === "BadInput" && Array.isArray(problems);
  }

  override readonly name = "BadInput";
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
    this.problems = problems;
  }
}

/** A machine threw. Carries what a verdict needs; the run cannot go on. */
export class StepFailed extends Error {
  override readonly name = "StepFailed";
  readonly node: number;
  /** The trace event. */
  readonly event: number;
  constructor(node: number, event: number, error: unknown) {
    super(error instanceof Error ? error.message : String(error), { cause: error });
    this.node = node;
    this.event = event;
  }
}

export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Bug(message);
}

/** The value, or a Bug that says what was missing; its text is built only then. */
export function must<T>(value: T | null | undefined, what: string, which?: string | number): T {
  if (value === null || value === undefined) {
    throw new Bug(`missing: ${what}${which === undefined ? "" : ` ${which}`}`);
  }
  return value;
}

export function unreachable(value: never): never {
  throw new Bug(`unreachable: ${String(value)}`);
}
