/**
 * A recording as one incarnation of one node sees it (runtime/port.ts): its clocks show what the
 * recording says, its luck comes from the seed, and what the machine asks for goes nowhere but into
 * the books against which the next recorded inputs are checked.
 */
import type { Address } from "../core/address.ts";
import { type Late, made, type Protocol, type SessionId, type TimerKey } from "../core/machine.ts";
import type { Random, Streams } from "../core/random.ts";
import type { Duration, Time, UnixMicros } from "../core/units.ts";
import { type Clock, trueLength, uptimeAt, wallAt } from "../runtime/clock.ts";
import type { Port, TimerHandle } from "../runtime/port.ts";
import { streamOf } from "../runtime/streams.ts";
import type { EventId } from "../trace/event.ts";
import type { Armed, Dues } from "../runtime/due.ts";

/** What one incarnation shares with the whole replay. */
export interface Ground {
  readonly streams: Streams;
  readonly dues: Dues;
  /** A message has left: what the world did to it at once comes next in the recording. */
  left(send: EventId): void;
  /** A file's value, for the boot that will read it. */
  saved(saving: Saving): void;
  /** A later save of that file is durable: no boot will read this one. */
  outdated(save: EventId): void;
}

export interface Dialed {
  readonly remote: Address;
  readonly cause: EventId;
}

export interface Saving {
  readonly file: string;
  readonly value: unknown;
  readonly cause: EventId;
}

export class ReplayPort<P extends Protocol> implements Port<P> {
  at: Time;
  clock: Clock;
  readonly dials: Map<SessionId, Dialed> = new Map();
  /** By token. */
  readonly saves: Map<number, Saving> = new Map();
  readonly #ground: Ground;
  readonly #node: number;
  readonly #name: string;
  readonly #incarnation: number;
  /** By file, the save that is on disk. */
  readonly #durable = new Map<string, EventId>();
  /** By name and key: the runtime arms each once. */
  readonly #armed = new Map<string, Armed>();

  constructor(ground: Ground, node: number, name: string, incarnation: number, clock: Clock) {
    this.#ground = ground;
    this.#node = node;
    this.#name = name;
    this.#incarnation = incarnation;
    this.clock = clock;
    this.at = clock.at;
  }

  now(): Time {
    return this.at;
  }

  uptime(): Time {
    return uptimeAt(this.clock, this.at);
  }

  wall(): UnixMicros {
    return wallAt(this.clock, this.at);
  }

  random(label: string): Random {
    return streamOf(this.#ground.streams, this.#name, this.#incarnation, label);
  }

  dial(session: SessionId, remote: Address, cause: EventId): void {
    this.dials.set(session, { remote, cause });
  }

  transmit(_session: SessionId, _message: P["message"], cause: EventId): void {
    this.#ground.left(cause);
  }

  close(session: SessionId): void {
    this.dials.delete(session);
  }

  arm(timer: P["timer"], key: TimerKey, after: Duration, cause: EventId): TimerHandle {
    const due = this.at + trueLength(this.clock, after);
    this.#book({ node: this.#node, timer, key, cause, due });
    return 0;
  }

  disarm(_handle: TimerHandle, timer: P["timer"], key: TimerKey): void {
    const armed = this.#armed.get(nameOf(timer, key));
    if (armed !== undefined) this.fired(armed);
  }

  persist(file: string, value: Late<unknown>, token: number, cause: EventId): void {
    const saving = { file, value: made(value), cause };
    this.saves.set(token, saving);
    this.#ground.saved(saving);
  }

  settled(token: number, ok: boolean): void {
    const saving = this.saves.get(token);
    this.saves.delete(token);
    if (saving === undefined || !ok) return;
    const before = this.#durable.get(saving.file);
    if (before !== undefined) this.#ground.outdated(before);
    this.#durable.set(saving.file, saving.cause);
  }

  running(timer: string, key: TimerKey): Armed | null {
    return this.#armed.get(nameOf(timer, key)) ?? null;
  }

  fired(armed: Armed): void {
    this.#armed.delete(nameOf(armed.timer, armed.key));
    this.#ground.dues.remove(armed);
  }

  /** The process moves again: what came due meanwhile is due now. */
  resume(at: Time): void {
    for (const armed of [...this.#armed.values()]) {
      if (armed.due >= at) continue;
      this.#ground.dues.remove(armed);
      this.#book({ ...armed, due: at });
    }
  }

  /** The process is gone, and its timers with it. */
  end(): void {
    for (const armed of [...this.#armed.values()]) this.fired(armed);
  }

  #book(armed: Armed): void {
    this.#armed.set(nameOf(armed.timer, armed.key), armed);
    this.#ground.dues.add(armed);
  }
}

/** A number is another key than its text. */
function nameOf(timer: string, key: TimerKey): string {
  return `${timer}/${typeof key}/${key}`;
}
