/**
 * The lines of a trace as they are made, one after the other, each with its sum (sum.ts):
 * `{"header":…}`, an event a line, `{"footer":…}`; a real node's also `{"signed":[…]}`, what it
 * signed with a key that is not in the trace. Lines come without newlines.
 */
import type { TraceEvent } from "./event.ts";
import { type Crc, Sums } from "./sum.ts";
import type { TraceFooter, TraceHeader } from "./trace.ts";

export class TraceWriter {
  readonly #sums: Sums;
  /** A broadcast is many sends of one body in a row: its text is made once. */
  #body: unknown = null;
  #text = "null";

  constructor(crc?: Crc) {
    this.#sums = new Sums(crc);
  }

  header(header: TraceHeader): string {
    return this.#sums.seal(JSON.stringify({ header: { ...header, format: 2 } }));
  }

  event({ id, at, node, kind, cause, a, b, body }: TraceEvent): string {
    const place = `{"id":${id},"at":${at},"node":${node},"kind":"${kind}","cause":${cause}`;
    return this.#sums.seal(`${place},"a":${a},"b":${b},"body":${this.#said(body)}}`);
  }

  /** Both as hex. */
  signed(digest: string, signature: string): string {
    return this.#sums.seal(JSON.stringify({ signed: [digest, signature] }));
  }

  footer(footer: TraceFooter): string {
    return this.#sums.seal(JSON.stringify({ footer }));
  }

  #said(body: unknown): string {
    if (body !== this.#body) {
      this.#body = body;
      this.#text = JSON.stringify(body) ?? "null";
    }
    return this.#text;
  }
}
