/**
 * One host: its clocks, its disk, and at most one running process. States: `off` (no power:
 * silence), `up` (kernel only: refuses dials, answers old sessions with RST), `running`. A running
 * process may stand still (`hang`, `pause`) while its kernel goes on accepting and buffering.
 */
import type { Address } from "../core/address.ts";
import type { Machine, Protocol } from "../core/machine.ts";
import type { NodeRuntime } from "../runtime/node.ts";
import type { Time } from "../core/units.ts";
import type { Clock } from "../runtime/clock.ts";
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

export interface Host<P extends Protocol> {
  readonly index: number;
  readonly spec: NodeSpec<P>;
  address: Address;
  status: "off" | "up" | "running";
  /** The process stands still. */
  stalled: boolean;
  /** When it moves again: the latest of what was asked for. */
  resumeAt: Time;
  incarnation: number;
  clock: Clock;
  disk: Disk;
  process: Process<P> | null;
  /** Input that waits for a stalled process, and timers that came due meanwhile. */
  inbox: Pending[];
  due: Pending[];
  nextEphemeral: number;
  /** Writes under way, oldest first. */
  writing: WriteRecord[];
}

export interface Process<P extends Protocol> {
  readonly runtime: NodeRuntime<P>;
  readonly port: SimPort<P>;
}

const EPHEMERAL_FIRST = 49_152;
const EPHEMERAL_COUNT = 16_384;

/** The next source port, as kernels hand them out. */
export function ephemeralPort<P extends Protocol>(host: Host<P>): number {
  const port = EPHEMERAL_FIRST + (host.nextEphemeral % EPHEMERAL_COUNT);
  host.nextEphemeral++;
  return port;
}
