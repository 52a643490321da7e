/**
 * The seam between a node and the world it lives in. The simulated world and the TCP host each
 * implement it; they never import each other. One port serves one incarnation of one node.
 * Everything it is asked for carries the event that asked, so that effects have causes.
 */
import type { Address } from "../core/address.ts";
import type { Late, Protocol, SessionId, TimerKey } from "../core/machine.ts";
import type { Random } from "../core/random.ts";
import type { Duration, Time, UnixMicros } from "../core/units.ts";
import type { EventId } from "../trace/event.ts";

/** What `arm` returned; meaningful to its port only. */
export type TimerHandle = number;

export interface Port<P extends Protocol> {
  /** The run's time: for the trace only, never seen by a machine. */
  now(): Time;
  /** Monotonic since this incarnation booted. */
  uptime(): Time;
  wall(): UnixMicros;
  random(label: string): Random;
  /** Ends in `opened` or `refused` on the runtime, never inside this call. */
  dial(session: SessionId, remote: Address, cause: EventId): void;
  transmit(session: SessionId, message: P["message"], cause: EventId): void;
  /** FIN after what was sent before. The session is forgotten: nothing more may come of it. */
  close(session: SessionId, cause: EventId): void;
  /** Fires `runtime.fire(timer, key, cause)` once, after that much of the node's own time. */
  arm(timer: P["timer"], key: TimerKey, after: Duration, cause: EventId): TimerHandle;
  /** The timer stands beside its handle: it may be due already, where no handle leads. */
  disarm(handle: TimerHandle, timer: P["timer"], key: TimerKey): void;
  /** Ends in `runtime.saved(token, …)`, never inside this call. */
  persist(file: string, value: Late<unknown>, token: number, cause: EventId): void;
}
