/**
 * What an operator may ask a running node. A view is a pure look at a state: rows of plain JSON
 * data, and how a person reads their columns. It serves the control socket, the terminal and the
 * metrics, none of which knows the protocol.
 */
import type { Protocol, SessionId } from "../core/machine.ts";
import type { Time, UnixMicros } from "../core/units.ts";

export interface View<P extends Protocol> {
  /** One line for `--help`. */
  readonly about: string;
  /** One row, of which numbers are gauges for metrics; or any number of rows. */
  readonly shape: "record" | "list";
  /** In the order in which they are shown. */
  readonly columns: Readonly<Record<string, Column>>;
  look(state: P["state"], moment: Moment): readonly Row[];
}

export interface Column {
  readonly about: string;
  /** Numbers are seconds, bytes, milliseconds or counts. */
  readonly unit: "text" | "flag" | "count" | "seconds" | "milliseconds" | "bytes";
  /** Too wide for a table: only in JSON. */
  readonly wide?: boolean;
  /** A sum since boot: a counter for metrics, not a gauge. */
  readonly grows?: boolean;
}

/** Null: not known, or none. */
export type Row = Readonly<Record<string, string | number | boolean | null>>;

/** The rest of what a view may see: this node's clocks, and what its host knows of sessions. */
export interface Moment {
  readonly uptime: Time;
  readonly wall: UnixMicros;
  readonly traffic: ReadonlyMap<SessionId, Traffic>;
}

/** Bytes of one session. */
export interface Traffic {
  readonly received: number;
  readonly sent: number;
  /** Written and not yet taken by the kernel. */
  readonly buffered: number;
}
