/**
 * One incarnation of one node under replay: its runtime on a replaying port, and what a recorded
 * input must be if this version asked for what led to it.
 */
import type { Address } from "../core/address.ts";
import type { CloseReason, Protocol, RefusedReason, Role, SessionId } from "../core/machine.ts";
import type { Time } from "../core/units.ts";
import { GARBLED, NodeRuntime, type NodeOptions } from "../runtime/node.ts";
import type { TraceEvent } from "../trace/event.ts";
import type { Trace } from "../trace/trace.ts";
import type { ReplayPort } from "./port.ts";

export class Actor<P extends Protocol> {
  readonly port: ReplayPort<P>;
  /** What init is to read, until it has run. */
  files: Record<string, unknown> | null = {};
  stalled = false;
  readonly #runtime: NodeRuntime<P>;

  constructor(options: NodeOptions<P> & { readonly port: ReplayPort<P> }) {
    this.port = options.port;
    this.#runtime = new NodeRuntime(options);
  }

  get state(): P["state"] {
    return this.#runtime.state;
  }

  /** `cause` is the boot. */
  start(cause: number): void {
    const files = this.files ?? {};
    this.files = null;
    this.#runtime.boot(files, cause);
  }

  /** Tells the machine what the recording says it was told. */
  feed(event: TraceEvent): void {
    const runtime = this.#runtime;
    const { a, b, body, cause } = event;
    const session = a as SessionId;
    this.port.at = event.at;
    switch (event.kind) {
      case "opened": {
        const own = body === "accepted" ? runtime.accept() : session;
        return runtime.opened(own, body as Role, b as Address, cause);
      }
      case "refused":
        this.port.dials.delete(session);
        return runtime.refused(session, b as Address, body as RefusedReason, cause);
      case "deliver":
        runtime.deliver(session, body as P["message"], cause);
        return;
      case "garbled":
        runtime.garbled(session, String(body), GARBLED[b] ?? "shape", cause);
        return;
      case "closed":
        this.port.dials.delete(session);
        return runtime.closed(session, body as CloseReason, cause);
      case "timer":
        return this.#fire(event);
      case "command":
        return runtime.command(body as P["command"], cause);
      default:
        this.port.settled(a, b === 1);
        return runtime.saved(a, String(body), b === 1, cause);
    }
  }

  /** The event as this version would have it, or null if it waits for no such thing. */
  expects(event: TraceEvent, trace: Trace): TraceEvent | null {
    const { kind, a, cause } = event;
    if (kind === "timer") return this.#due(event, trace.header.origin === "sim");
    if (kind === "saved") {
      const save = this.port.saves.get(a);
      return save === undefined ? null : { ...event, body: save.file, cause: save.cause };
    }
    if (kind === "refused" || (kind === "opened" && event.body === "dialed")) {
      const dial = this.port.dials.get(a as SessionId);
      return dial === undefined ? null : { ...event, b: dial.remote, cause: dial.cause };
    }
    if (kind !== "deliver") return event;
    const sent = trace.event(cause);
    return sent?.kind === "send" ? { ...event, body: sent.body } : event;
  }

  /** A simulated timer fires when it is due, or when its process moves again; a real one later. */
  #due(event: TraceEvent, exact: boolean): TraceEvent | null {
    const armed = this.port.running(...timerOf(event));
    if (armed === null) return null;
    const late = !exact && event.at > armed.due;
    return { ...event, cause: armed.cause, at: late ? event.at : (armed.due as Time) };
  }

  #fire(event: TraceEvent): void {
    const [timer, key] = timerOf(event);
    const armed = this.port.running(timer, key);
    if (armed === null) return;
    this.port.fired(armed);
    this.#runtime.fire(timer, key, armed.cause);
  }
}

/** Name and key, as the runtime wrote them. */
function timerOf({ a, b, body }: TraceEvent): [timer: string, key: string | number] {
  const text = String(body);
  if (a === 1) return [text, b];
  const slash = text.indexOf("/");
  return slash < 0 ? [text, ""] : [text.slice(0, slash), text.slice(slash + 1)];
}
