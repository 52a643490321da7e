/** What a monitor complains of: the first breach of each kind. */
import type { Time } from "../core/units.ts";
import type { EventId } from "../trace/event.ts";
import { type Complaint, signatureOf } from "./invariant.ts";

/** Where a breach was seen. */
export interface Sight {
  readonly node: number;
  /** µs of the run. */
  readonly at: number;
  readonly id: EventId | null;
}

export class Breaches {
  readonly #found = new Map<string, Complaint>();

  /** The text is made only for the first of a kind. */
  add(invariant: string, witness: string, { node, at, id }: Sight, text: () => string): void {
    const kind = { invariant, witness, node, at: at as Time, event: id, text: "" };
    const signature = signatureOf(kind);
    if (!this.#found.has(signature)) this.#found.set(signature, { ...kind, text: text() });
  }

  all(): readonly Complaint[] {
    return [...this.#found.values()];
  }
}
