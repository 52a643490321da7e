/**
 * One connection between two real nodes as the proxy has it: a leg to each of them, and what is
 * under way between. Too much under way and its sender is not read from: he feels it as he would
 * feel a slow network, and nobody here holds more than a bound.
 */
import type { Address } from "../core/address.ts";
import type { RefusedReason } from "../core/machine.ts";
import type { Connection, EndIndex } from "../engine/connection.ts";

/** Way d runs from end d; what it carries is numbered from 0, as its sender sent it. */
export interface Line {
  readonly type: string;
  readonly bytes: Uint8Array;
  readonly call: Call;
  readonly way: EndIndex;
  readonly ordinal: number;
}

/** The socket between the proxy and one node. Calls nobody back from within these. */
export interface Leg {
  /** The dialer's: it has come through. */
  opened(): void;
  /** The dialer's: it has not. */
  refused(reason: RefusedReason): void;
  line(bytes: Uint8Array): void;
  /** FIN after what was written. */
  fin(): void;
  reset(): void;
  /** Whatever it says from now on is heard by nobody. */
  forget(): void;
  /** Whether to read on from its node. */
  flow(open: boolean): void;
}

/** Bytes under way, above which the sender waits. */
const UNDER_WAY_MAX = 1_048_576;

export class Call {
  readonly connection: Connection;
  /** The acceptor's is null until the call has reached it. */
  readonly legs: [Leg, Leg | null];
  /** Lines that each end has sent so far. */
  readonly sent: [number, number] = [0, 0];
  /** Of each way: the numbers of the lines that arrived, in the order of their arrival. */
  readonly arrived: readonly [number[], number[]] = [[], []];
  readonly #under: [number, number] = [0, 0];
  readonly #unread: [boolean, boolean] = [false, false];

  constructor(connection: Connection, dialer: Leg) {
    this.connection = connection;
    this.legs = [dialer, null];
  }

  /** What the acceptor sees as the other end: where the proxy connects to it from. */
  get bound(): Address {
    return this.connection.ends[0].address;
  }

  /** Once it has reached its acceptor. */
  get key(): string {
    return callKey(this.connection.ends[1].node, this.bound);
  }

  took({ way, bytes }: Line): void {
    this.#under[way] += bytes.length;
    this.#steer(way);
  }

  gave({ way, bytes }: Line): void {
    this.#under[way] -= bytes.length;
    this.#steer(way);
  }

  /** The node at the end of that way does not read what it has. */
  unread(way: EndIndex, is: boolean): void {
    this.#unread[way] = is;
    this.#steer(way);
  }

  #steer(way: EndIndex): void {
    this.legs[way]?.flow(!this.#unread[way] && this.#under[way] <= UNDER_WAY_MAX);
  }
}

/** By acceptor and by where it sees the call come from. */
export function callKey(acceptor: number, bound: Address): string {
  return `${acceptor} ${bound}`;
}
