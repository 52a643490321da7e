/**
 * How the first session between two nodes begins: the types of the first messages each end sends.
 * One way of one session keeps its order in any world.
 */
import { type TraceEvent, typeOf } from "../../trace/event.ts";

/** Further messages meet timers and other peers' news, which no session orders. */
const MESSAGES_MAX = 6;

export interface Talk {
  readonly text: string;
  readonly how: string;
}

export class Talks {
  /** By node and session; null: not the first with that peer in that role. */
  readonly #talks = new Map<string, { readonly text: string; said: number } | null>();
  readonly #begun = new Set<string>();

  /** What this end says, `message 3 with B, dialed`, and of which type it is. */
  see({ kind, node, a, body }: TraceEvent, peer: string): Talk | null {
    const session = `${node}/${a}`;
    if (kind === "opened") {
      const text = `with ${peer}, ${String(body)}`;
      const first = !this.#begun.has(`${node}/${text}`);
      this.#begun.add(`${node}/${text}`);
      this.#talks.set(session, first ? { text, said: 0 } : null);
      return null;
    }
    if (kind !== "send") return null;
    const talk = this.#talks.get(session) ?? null;
    if (talk === null || talk.said === MESSAGES_MAX) return null;
    talk.said++;
    return { text: `message ${talk.said} ${talk.text}`, how: typeOf(body) };
  }
}
