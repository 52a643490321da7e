/** What a codec made of a line, told to the node it came to: the same in both worlds. */
import type { Decoded } from "../core/codec.ts";
import type { Protocol, SessionId } from "../core/machine.ts";
import type { EventId } from "../trace/event.ts";
import type { NodeRuntime } from "./node.ts";

/** False if the machine has closed that session. */
export function hear<P extends Protocol>(
  node: Pick<NodeRuntime<P>, "deliver" | "garbled">,
  session: SessionId,
  line: Decoded<P["message"]>,
  cause: EventId,
): boolean {
  switch (line.kind) {
    case "message":
      return node.deliver(session, line.message, cause);
    case "unknown":
      return node.garbled(session, line.name, "unknown", cause);
    case "garbled":
      return node.garbled(session, line.error, "shape", cause);
  }
}
