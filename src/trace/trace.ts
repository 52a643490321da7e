/** A trace as readers get it, from memory or from a file: a header and events by id. */
import { type Address, formatAddress } from "../core/address.ts";
import type { Duration, UnixMicros } from "../core/units.ts";
import { type EventId, type TraceEvent, WORLD } from "./event.ts";
import type { Outcome } from "./outcome.ts";
import type { Names } from "./vocabulary.ts";

export interface TraceHeader {
  /** 2: its lines have sums. */
  readonly format: 1 | 2;
  readonly origin: "sim" | "host";
  readonly kit: string;
  readonly timesim: string;
  /** The scenario as data; scenario/ knows its shape. */
  readonly scenario: unknown;
  readonly name: string;
  readonly seed: string;
  readonly profile: string;
  readonly nodes: readonly { readonly name: string; readonly address: Address }[];
  /** Wall clock of an exact clock at time 0. */
  readonly epoch: UnixMicros;
  /** The defect that was put in, `./mine.ts#mute`: the protocol as it is plays otherwise. */
  readonly mutant?: string;
  /** Of real nodes: how many times faster than real time they ran. Left out: as if it were 1. */
  readonly speed?: number;
  /** Of a real node: what its machine's config is made of; cli/ knows its shape. */
  readonly setup?: unknown;
}

export interface TraceFooter {
  readonly digest: string;
  readonly events: number;
  readonly virtual: Duration;
  readonly outcomes: readonly Outcome[];
  /** Of a real node: the digest of its machine's last state. */
  readonly state?: string;
}

export interface Trace {
  readonly header: TraceHeader;
  readonly footer: TraceFooter;
  /** Null when not kept. */
  event(id: EventId): TraceEvent | null;
  /** Kept events in order. */
  events(): Iterable<TraceEvent>;
}

/** Names of nodes and of the addresses they were started with. */
export function namesOf(header: Pick<TraceHeader, "nodes">): Names {
  const byAddress = new Map(header.nodes.map((node) => [node.address, node.name]));
  return {
    node: (index) => (index === WORLD ? "-" : (header.nodes[index]?.name ?? `#${index}`)),
    address: (value) => byAddress.get(value) ?? formatAddress(value),
  };
}
