/**
 * The seam. A protocol is a Machine: `step(state, input, ctx) → state`, pure, with every wish
 * spoken to `ctx`. The contracts are in docs/writing-a-machine.md; the short form:
 *
 *  1. A step sees only its arguments.            4. `ctx` dies when the step returns.
 *  2. A step never mutates what it was given.    5. `save(…, "before-sends")` is durable before
 *  3. Unchanged means the same reference.           any later send or close of the node leaves.
 *                                                6. If a step throws, the run is over.
 *  7. After `close(session)` no input mentions it; `closed` comes at most once, never in a step.
 */
import type { Address } from "./address.ts";
import type { Random } from "./random.ts";
import type { Duration, Time, UnixMicros } from "./units.ts";

/** The alphabets of one protocol, gathered so that everything else has one type parameter. */
export interface Protocol {
  readonly config: unknown;
  readonly state: unknown;
  readonly message: { readonly type: string };
  readonly timer: string;
  readonly command: { readonly type: string };
  readonly fact: { readonly type: string };
  readonly files: Readonly<Record<string, unknown>>;
}

/** Counted by the runtime from 1 within one incarnation, the same for dials and accepts. */
export type SessionId = number & { readonly session: unique symbol };

export type Role = "dialed" | "accepted";
export type RefusedReason = "refused" | "timeout" | "unreachable" | "limit";
/** For people. Kernels disagree on fin against reset, so a machine never branches on those two. */
export type CloseReason = "fin" | "reset" | "timeout" | "slow" | "disk";
/**
 * `shape`: no message, or a known one of wrong shape. `unknown`: well-formed, of a type this
 * version does not know. `too long`: beyond the machine's own limit.
 */
export type Garbled = "shape" | "unknown" | "too long";
export type TimerKey = string | number;

export type Input<P extends Protocol> =
  | {
      readonly kind: "opened";
      readonly session: SessionId;
      readonly role: Role;
      readonly remote: Address;
    }
  | {
      readonly kind: "refused";
      readonly session: SessionId;
      readonly remote: Address;
      readonly reason: RefusedReason;
    }
  | { readonly kind: "message"; readonly session: SessionId; readonly message: P["message"] }
  /** A line that is no message; `what` says of which kind. */
  | {
      readonly kind: "garbled";
      readonly session: SessionId;
      readonly error: string;
      readonly what: Garbled;
    }
  | { readonly kind: "closed"; readonly session: SessionId; readonly reason: CloseReason }
  | { readonly kind: "timer"; readonly timer: P["timer"]; readonly key: TimerKey }
  | { readonly kind: "saved"; readonly file: string; readonly ok: boolean }
  | { readonly kind: "command"; readonly command: P["command"] };

export type GateValues = Readonly<Record<string, number | string>>;
export type Strength = "before-sends" | "whenever";

/** A value, or a pure function that makes it of what never changes, for who may never be asked. */
export type Late<T> = T | (() => T);

export function made<T>(value: Late<T>): T {
  return typeof value === "function" ? (value as () => T)() : value;
}

/** What one step may see and ask for. Dead once the step returns (asserted). */
export interface Ctx<P extends Protocol> {
  /** Where this node listens, as configured. */
  readonly self: Address;
  /** This node's own clock: may be skewed, may jump. */
  readonly wall: UnixMicros;
  /** Monotonic since boot. Intervals use this. */
  readonly uptime: Time;
  /** The stream of a label, private to this incarnation of this node. */
  random(label: string): Random;
  /** Ends as `opened` or `refused`. There is no time-out but the network's own: arm a timer. */
  dial(remote: Address): SessionId;
  send(session: SessionId, message: P["message"]): void;
  /** Sends what was sent before, then FIN. Also gives up a dial. */
  close(session: SessionId, reason: string): void;
  /** One-shot. Arming a timer that runs replaces it. */
  setTimer(timer: P["timer"], after: Duration, key?: TimerKey): void;
  cancelTimer(timer: P["timer"], key?: TimerKey): void;
  save<F extends keyof P["files"] & string>(
    file: F,
    value: Late<P["files"][F]>,
    strength: Strength,
  ): void;
  emit(fact: P["fact"]): void;
  /**
   * A named guard; returns `open`. Openings, closings and, while closed, changes of the values
   * become trace events. A value named `for` makes the guard one of several of its name (a peer, a
   * height).
   */
  gate(name: string, open: boolean, values: GateValues): boolean;
}

export interface Machine<P extends Protocol> {
  readonly name: string;
  /** All message types, in a fixed order. */
  readonly kinds: readonly P["message"]["type"][];
  init(config: P["config"], files: Partial<P["files"]>, ctx: Ctx<P>): P["state"];
  /** Pure: bytes that a line on this session may have now. Left out: any number. */
  lineLimit?(state: P["state"], session: SessionId): number;
  /** Pure. Returns `state` itself when nothing changed. */
  step(state: P["state"], input: Input<P>, ctx: Ctx<P>): P["state"];
}
