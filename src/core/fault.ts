/**
 * What a world may do to its nodes and links, as plain data with node names, so that it can be
 * written, drawn, shrunk, traced and kept. Link faults are rules that last until lifted (`for`, or
 * a later `heal`); node faults are events.
 */
import type { Duration } from "./units.ts";

/** How long one message needs, in whole microseconds. */
export type Latency =
  | { readonly shape: "constant"; readonly at: Duration }
  | { readonly shape: "uniform"; readonly min: Duration; readonly max: Duration }
  /** `min` + an exponential with mean `mean` − `min`, cut at `max`. */
  | {
      readonly shape: "exponential";
      readonly min: Duration;
      readonly mean: Duration;
      readonly max: Duration;
    };

/** What a message needs at the most. */
export function longest(latency: Latency): Duration {
  return latency.shape === "constant" ? latency.at : latency.max;
}

export interface LinkProfile {
  /** One way. */
  readonly latency: Latency;
  /** Draw the latency once per directed link, or for each message. */
  readonly drawn: "per-link" | "per-message";
  /** Chance that a segment is lost; TCP turns it into retransmission delay. */
  readonly loss: number;
  /** Bytes per second; null is unlimited. */
  readonly bandwidth: number | null;
}

/** Node names, or all. */
export type Ends = readonly string[] | "*";

export type LinkFault =
  /** Nodes of different groups cannot reach each other; nodes in no group form one more. */
  | { readonly do: "partition"; readonly groups: readonly (readonly string[])[] }
  /** One way: nothing from `from` reaches `to`. */
  | { readonly do: "cut"; readonly from: Ends; readonly to: Ends }
  /** Bytes wait and arrive in order when lifted. No time-outs: as if the link became very long. */
  | { readonly do: "hold"; readonly from: Ends; readonly to: Ends }
  /** Both ways, down for `down`, up for `up`, and so on. */
  | {
      readonly do: "flap";
      readonly between: readonly [Ends, Ends];
      readonly down: Duration;
      readonly up: Duration;
    }
  /** Replaces parts of the link's profile, one way. */
  | {
      readonly do: "shape";
      readonly from: Ends;
      readonly to: Ends;
      readonly link: Partial<LinkProfile>;
    }
  /** Messages (of a type) vanish though TCP would not lose them: a defect put in, for tests. */
  | MessageFault<"drop">
  | MessageFault<"duplicate">
  /** The receiver finds the line undecodable. */
  | MessageFault<"corrupt">
  | (MessageFault<"delay"> & { readonly by: Duration });

interface MessageFault<Do extends string> {
  readonly do: Do;
  readonly from: Ends;
  readonly to: Ends;
  readonly message?: string;
  readonly chance: number;
}

export type NodeFault =
  /** Clean: the machine's stop command, then FIN on every session. The host stays up. */
  | { readonly do: "stop"; readonly node: string }
  /** The process dies; its kernel says FIN, refuses new dials. Written files survive. */
  | { readonly do: "kill"; readonly node: string }
  /** Silence. Writes not yet durable are lost or torn; `lost` empties the disk. */
  | {
      readonly do: "power-loss";
      readonly node: string;
      readonly disk: "kept" | "torn" | "lost";
    }
  /** Boots from what is on disk; a running node is killed first. */
  | { readonly do: "restart"; readonly node: string }
  /** The process stands still for ever; its kernel still accepts. */
  | { readonly do: "hang"; readonly node: string }
  /** Stands still, then handles buffered input, then the timers that came due meanwhile. */
  | { readonly do: "pause"; readonly node: string; readonly for: Duration }
  | {
      readonly do: "clock";
      readonly node: string;
      /** Sets wall minus true time. */
      readonly offset?: Duration;
      /** Adds to the wall clock at once. */
      readonly jump?: Duration;
      /** Parts per million by which the node's clocks run fast. */
      readonly drift?: number;
    }
  | {
      readonly do: "disk";
      readonly node: string;
      readonly full?: boolean;
      readonly delay?: Duration;
      /** A file that changes under its node: one character, or unreadable as a whole. */
      readonly damage?: string;
    }
  /** The host gets another address: old sessions fall silent, the process is told nothing. */
  | { readonly do: "move"; readonly node: string; readonly address: string }
  /** RST on every session between two nodes. */
  | { readonly do: "reset"; readonly between: readonly [string, string] }
  /** Lifts all link faults, or those of that name. */
  | { readonly do: "heal"; readonly name?: string };

/** `name` is for a later `heal`; `for` lifts the fault by itself. */
export type Fault = (LinkFault & { readonly name?: string; readonly for?: Duration }) | NodeFault;
