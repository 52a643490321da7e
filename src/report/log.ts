/**
 * A trace as the lines the real nodes would have written to their timed.log, by their own clocks.
 */
import type { Time } from "../core/units.ts";
import { WORLD } from "../trace/event.ts";
import { namesOf, type Trace } from "../trace/trace.ts";
import type { Vocabulary } from "../trace/vocabulary.ts";
import { Walls } from "../trace/walls.ts";

export interface NodeLine {
  readonly node: number;
  readonly at: Time;
  /** The whole line, without a newline. */
  readonly text: string;
}

/** Of all nodes, in the order of the run, which is not that of their clocks. */
export function* logLines(
  trace: Trace,
  vocabulary: Pick<Vocabulary, "log" | "logFormat">,
): Generator<NodeLine> {
  const names = namesOf(trace.header);
  const walls = new Walls(trace.header);
  for (const event of trace.events()) {
    walls.see(event);
    if (event.node === WORLD) continue;
    const line = vocabulary.log(event, names);
    if (line === null) continue;
    const { node, at } = event;
    yield { node, at, text: vocabulary.logFormat(walls.wall(node, at), names.node(node), line) };
  }
}
