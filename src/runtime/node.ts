/**
 * One incarnation of one node: a machine, its state, timers, sessions and save barrier, standing on
 * a Port. It is the one real `Ctx`. Its one rule: whatever the machine is told or asks for is a
 * trace event first. It never knows which world it lives in, nor which protocol it runs.
 */
import type { Address } from "../core/address.ts";
import { assert, Bug, StepFailed } from "../core/assert.ts";
import { deepFreeze } from "../core/freeze.ts";
import type {
  CloseReason,
  Ctx,
  Garbled,
  GateValues,
  Input,
  Late,
  Machine,
  Protocol,
  RefusedReason,
  Role,
  SessionId,
  Strength,
  TimerKey,
} from "../core/machine.ts";
import type { Random } from "../core/random.ts";
import type { Duration, Time, UnixMicros } from "../core/units.ts";
import { type EventId, KIND, NO_CAUSE } from "../trace/event.ts";
import type { Recorder } from "../trace/recorder.ts";
import { Barrier } from "./barrier.ts";
import { Gates } from "./gates.ts";
import type { Port } from "./port.ts";
import { Timers } from "./timers.ts";

/** As numbers on the trace. */
export const GARBLED: readonly Garbled[] = ["shape", "unknown", "too long"];

export interface NodeOptions<P extends Protocol> {
  readonly machine: Machine<P>;
  readonly config: P["config"];
  readonly self: Address;
  /** Index of the node in the trace. */
  readonly index: number;
  readonly port: Port<P>;
  readonly recorder: Recorder;
  /** Deep-freezes state and inputs so that a mutating step throws where it mutates. */
  readonly guard: boolean;
}

export class NodeRuntime<P extends Protocol> implements Ctx<P> {
  readonly self: Address;
  readonly index: number;
  readonly #options: NodeOptions<P>;
  readonly #port: Port<P>;
  readonly #recorder: Recorder;
  #state: P["state"] | null = null;
  #lastSession = 0;
  /** Sessions the machine may still speak of, and whether they have opened. */
  #sessions = new Map<SessionId, boolean>();
  #timers: Timers<P>;
  #gates: Gates;
  #barrier: Barrier<P>;
  /** The event being handled; every effect of the step names it as its cause. */
  #cause: EventId = NO_CAUSE;
  #stepping = false;
  #sentInStep = false;

  constructor(options: NodeOptions<P>) {
    this.#options = options;
    this.self = options.self;
    this.index = options.index;
    this.#port = options.port;
    this.#recorder = options.recorder;
    this.#timers = new Timers(options.port);
    this.#gates = new Gates();
    this.#barrier = new Barrier(options.port);
  }

  // ── what the world tells ────────────────────────────────────────────────────────────────────

  boot(files: Partial<P["files"]>, cause: EventId): void {
    const { machine, config, guard } = this.#options;
    if (guard) deepFreeze(files);
    this.#begin(cause);
    try {
      this.#state = settled("init", machine.init(config, files, this));
    } catch (error) {
      this.#crash(error);
    }
    this.#end();
  }

  /** A number for a session this node accepts; `opened` follows once its port knows it. */
  accept(): SessionId {
    return this.#nextSession();
  }

  opened(session: SessionId, role: Role, remote: Address, cause: EventId): void {
    if (!this.#sessions.has(session)) return;
    this.#sessions.set(session, true);
    const id = this.#record(KIND.opened, cause, session, remote, role);
    this.#step({ kind: "opened", session, role, remote }, id);
  }

  refused(session: SessionId, remote: Address, reason: RefusedReason, cause: EventId): void {
    if (!this.#sessions.delete(session)) return;
    const id = this.#record(KIND.refused, cause, session, remote, reason);
    this.#step({ kind: "refused", session, remote, reason }, id);
  }

  /** False if the machine has closed that session: nobody will ever see this message. */
  deliver(session: SessionId, message: P["message"], cause: EventId): boolean {
    if (!this.#sessions.has(session)) return false;
    const id = this.#record(KIND.deliver, cause, session, 0, message);
    this.#step({ kind: "message", session, message }, id);
    return true;
  }

  /** False as above. */
  garbled(session: SessionId, error: string, what: Garbled, cause: EventId): boolean {
    if (!this.#sessions.has(session)) return false;
    const id = this.#record(KIND.garbled, cause, session, GARBLED.indexOf(what), error);
    this.#step({ kind: "garbled", session, error, what }, id);
    return true;
  }

  /** Bytes that the next line on that session may have; its port asks before it takes one. */
  lineLimit(session: SessionId): number {
    const { machine } = this.#options;
    if (machine.lineLimit === undefined || !this.#sessions.has(session)) {
      return Number.POSITIVE_INFINITY;
    }
    return machine.lineLimit(this.#state, session);
  }

  closed(session: SessionId, reason: CloseReason, cause: EventId): void {
    if (!this.#sessions.delete(session)) return;
    this.#giveUp(session, "session closed");
    const id = this.#record(KIND.closed, cause, session, 0, reason);
    this.#step({ kind: "closed", session, reason }, id);
  }

  fire(timer: P["timer"], key: TimerKey, cause: EventId): void {
    this.#timers.fired(timer, key);
    const id =
      typeof key === "number"
        ? this.#record(KIND.timer, cause, 1, key, timer)
        : this.#record(KIND.timer, cause, 0, 0, key === "" ? timer : `${timer}/${key}`);
    this.#step({ kind: "timer", timer, key }, id);
  }

  command(command: P["command"], cause: EventId): void {
    const id = this.#record(KIND.command, cause, 0, 0, command);
    this.#step({ kind: "command", command }, id);
  }

  saved(token: number, file: string, ok: boolean, cause: EventId): void {
    const id = this.#record(KIND.saved, cause, token, ok ? 1 : 0, file);
    const lost = ok ? [] : this.#barrier.sessionsOf(token);
    for (const session of lost) this.#giveUp(session, "disk");
    this.#barrier.settle(token);
    // All of them first: what a step says on one that it has not been told of is lost as well.
    for (const session of lost) this.#port.close(session, id);
    for (const session of lost) this.closed(session, "disk", id);
    this.#step({ kind: "saved", file, ok }, id);
  }

  /** The process is gone, and with it what it had not sent. */
  end(reason: string): void {
    this.#giveUp(null, reason);
  }

  get state(): P["state"] {
    return this.#state;
  }

  /** Sends that wait for a save. */
  get held(): number {
    return this.#barrier.size;
  }

  /** The same node on another world's port and recorder, going on identically. */
  fork(port: Port<P>, recorder: Recorder): NodeRuntime<P> {
    const twin = new NodeRuntime({ ...this.#options, port, recorder });
    twin.#state = this.#state;
    twin.#lastSession = this.#lastSession;
    twin.#sessions = new Map(this.#sessions);
    twin.#timers = this.#timers.fork(port);
    twin.#gates = this.#gates.fork();
    twin.#barrier = this.#barrier.fork(port);
    return twin;
  }

  // ── what the machine asks (Ctx) ─────────────────────────────────────────────────────────────

  get wall(): UnixMicros {
    this.#alive();
    return this.#port.wall();
  }

  get uptime(): Time {
    this.#alive();
    return this.#port.uptime();
  }

  random(label: string): Random {
    this.#alive();
    return this.#port.random(label);
  }

  dial(remote: Address): SessionId {
    this.#alive();
    if (!Number.isSafeInteger(remote)) throw new Bug(`dial: ${String(remote)} is no address`);
    const session = this.#nextSession();
    const id = this.#record(KIND.dial, this.#cause, session, remote, null);
    this.#port.dial(session, remote, id);
    return session;
  }

  send(session: SessionId, message: P["message"]): void {
    this.#alive();
    if (this.#sessions.get(session) !== true) {
      throw new Bug(`send on session ${session}, which is not open`);
    }
    if (this.#options.guard) deepFreeze(message);
    this.#sentInStep = true;
    const id = this.#record(KIND.send, this.#cause, session, 0, message);
    this.#barrier.send(session, message, id);
  }

  close(session: SessionId, reason: string): void {
    this.#alive();
    assert(this.#sessions.delete(session), `close of session ${session}, which is not open`);
    this.#sentInStep = true;
    const id = this.#record(KIND.close, this.#cause, session, 0, reason);
    this.#barrier.close(session, id);
  }

  setTimer(timer: P["timer"], after: Duration, key: TimerKey = ""): void {
    this.#alive();
    if (!Number.isSafeInteger(after) || after < 0) {
      throw new Bug(`timer ${timer}: bad length ${after}`);
    }
    this.#timers.set(timer, key, after, this.#cause);
  }

  cancelTimer(timer: P["timer"], key: TimerKey = ""): void {
    this.#alive();
    this.#timers.cancel(timer, key);
  }

  save<F extends keyof P["files"] & string>(
    file: F,
    value: Late<P["files"][F]>,
    strength: Strength,
  ): void {
    this.#alive();
    const first = strength === "before-sends";
    assert(!(first && this.#sentInStep), `save ${file}: before-sends after a send of this step`);
    if (this.#options.guard) deepFreeze(value);
    const token = this.#barrier.token(first);
    const id = this.#record(KIND.save, this.#cause, token, first ? 1 : 0, file);
    this.#port.persist(file, value, token, id);
  }

  emit(fact: P["fact"]): void {
    this.#alive();
    if (this.#options.guard) deepFreeze(fact);
    this.#record(KIND.fact, this.#cause, 0, 0, fact);
  }

  gate(name: string, open: boolean, values: GateValues): boolean {
    this.#alive();
    if (this.#gates.changes(name, open, values)) {
      this.#record(KIND.gate, this.#cause, open ? 1 : 0, 0, { gate: name, values });
    }
    return open;
  }

  // ── the step ────────────────────────────────────────────────────────────────────────────────

  #step(input: Input<P>, cause: EventId): void {
    const { machine, guard } = this.#options;
    if (guard) deepFreeze(input);
    this.#begin(cause);
    try {
      this.#state = settled("step", machine.step(this.#state, input, this));
    } catch (error) {
      this.#crash(error);
    }
    this.#end();
  }

  #begin(cause: EventId): void {
    assert(!this.#stepping, "a step inside a step");
    this.#cause = cause;
    this.#stepping = true;
    this.#sentInStep = false;
  }

  #end(): void {
    this.#stepping = false;
    if (this.#options.guard) deepFreeze(this.#state);
  }

  #crash(error: unknown): never {
    this.#stepping = false;
    const text = error instanceof Error ? error.message : String(error);
    throw new StepFailed(this.index, this.#record(KIND.crash, this.#cause, 0, 0, text), error);
  }

  /** Held sends of a session (or of all) that will never leave. */
  #giveUp(session: SessionId | null, reason: string): void {
    for (const held of this.#barrier.forget(session)) {
      this.#record(KIND.drop, held.cause, held.session, 0, reason);
    }
  }

  #nextSession(): SessionId {
    this.#lastSession++;
    this.#sessions.set(this.#lastSession as SessionId, false);
    return this.#lastSession as SessionId;
  }

  #record(kind: number, cause: EventId, a: number, b: number, body: unknown): EventId {
    return this.#recorder.record(this.#port.now(), this.index, kind, cause, a, b, body);
  }

  #alive(): void {
    if (!this.#stepping) throw new Bug("ctx used after its step returned");
  }
}

/** An async step goes on when its ctx is dead, and its promise would be taken for a state. */
function settled<S>(what: "init" | "step", state: S): S {
  const { then } = (state ?? {}) as { then?: (kept: null, broken: () => null) => unknown };
  if (typeof then !== "function") return state;
  // Else what it throws would end the program before that is said.
  then.call(state, null, () => null);
  throw new Bug(`${what} gives a promise: a machine must not be async`);
}
