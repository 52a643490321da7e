/** Which guards said no at a moment, and with what values: the usual why. */
import { must } from "../core/assert.ts";
import type { Time } from "../core/units.ts";
import type { GateBody, TraceEvent } from "../trace/event.ts";
import type { Words } from "../trace/text.ts";
import type { Trace } from "../trace/trace.ts";
import { gateKey } from "./timeline.ts";

export interface ClosedGate {
  readonly node: number;
  /** `gate minimum is closed (active 1, needed 3)`. */
  readonly text: string;
}

/** After all events of that moment; by node, then in the order in which they last closed. */
export function closedGates(trace: Trace, words: Words, moment: Time): readonly ClosedGate[] {
  const shut = new Map<number, Map<string, TraceEvent>>();
  for (const event of trace.events()) {
    if (event.at > moment) break;
    // A process that is gone guards nothing.
    if (event.kind === "boot" || event.kind === "down") shut.delete(event.node);
    if (event.kind !== "gate") continue;
    const ofNode = shut.get(event.node) ?? new Map<string, TraceEvent>();
    shut.set(event.node, ofNode);
    const key = gateKey(event);
    // New values are a new closing: later ones stand last.
    ofNode.delete(key);
    if (event.a === 0) ofNode.set(key, event);
  }
  const nodes = [...shut.keys()].toSorted((a, b) => a - b);
  return nodes.flatMap((node) =>
    [...must(shut.get(node), "node").values()].map((event): ClosedGate => {
      const { gate, values } = event.body as GateBody;
      return { node, text: words.vocabulary.gate(gate, false, values) };
    }),
  );
}
