/**
 * One host: its clocks, its disk, and at most one running process. States: `off` (no power:
 * silence), `up` (kernel only: refuses dials, answers old sessions with RST), `running`. A running
 * process may stand still (`hang`, `pause`) while its kernel goes on accepting and buffering.
 */
import type { Address } from "../core/address.ts";
import type { Machine, Protocol, SessionId } from "../core/machine.ts";
import type { NodeRuntime } from "../runtime/node.ts";
import type { Time } from "../core/units.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Connection } from "./connection.ts";
import type { Disk, DiskPlan } from "./disk.ts";
import type { SimPort, WriteRecord } from "./port.ts";

export interface NodeSpec<P extends Protocol> {
  readonly name: string;
  readonly address: Address;
  /** The ip its dials come from, as others see it; without, that of its address. */
  readonly source?: number;
  readonly machine: Machine<P>;
  readonly config: P["config"];
  /** Boots by itself at this time; null waits for a restart. */
  readonly start: number | null;
  readonly clock: { readonly offset: number; readonly drift: number };
  readonly disk: DiskPlan;
}

/** Something the kernel has for a process that stands still. */
export interface Pending {
  readonly op: number;
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly body: unknown;
}

/** What the network knows of a host. Its process may be a simulated one, or a real one's proxy. */
export interface Site<P extends Protocol> {
  readonly index: number;
  readonly name: string;
  /** The ip its dials come from; without, that of its address. */
  readonly source?: number;
  address: Address;
  status: "off" | "up" | "running";
  /** The process stands still. */
  stalled: boolean;
  /** Input that waits for a stalled process. */
  inbox: Pending[];
  process: Told<P> | null;
  nextEphemeral: number;
}

/** Who hears what the network brings. */
export interface Told<P extends Protocol> {
  readonly runtime: Pick<
    NodeRuntime<P>,
    "opened" | "refused" | "deliver" | "garbled" | "lineLimit" | "closed"
  >;
  readonly port: {
    /** A session for a connection this node accepts. */
    accepted(connection: Connection): SessionId;
    /** The network ended it. */
    forget(session: SessionId): void;
  };
}

export interface Host<P extends Protocol> extends Site<P> {
  readonly spec: NodeSpec<P>;
  /** When it moves again: the latest of what was asked for. */
  resumeAt: Time;
  incarnation: number;
  clock: Clock;
  disk: Disk;
  process: Process<P> | null;
  /** Timers that came due while it stood still. */
  due: Pending[];
  /** Writes under way, oldest first. */
  writing: WriteRecord[];
}

export interface Process<P extends Protocol> extends Told<P> {
  readonly runtime: NodeRuntime<P>;
  readonly port: SimPort<P>;
}

const EPHEMERAL_FIRST = 49_152;
const EPHEMERAL_COUNT = 16_384;

/** The next source port, as kernels hand them out. */
export function ephemeralPort<P extends Protocol>(host: Site<P>): number {
  const port = EPHEMERAL_FIRST + (host.nextEphemeral % EPHEMERAL_COUNT);
  host.nextEphemeral++;
  return port;
}
