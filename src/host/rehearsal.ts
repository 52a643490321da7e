/**
 * A node's first steps, played with one other for nobody, and forgotten: what they need is then
 * loaded, compiled and, where it is a pure function's memory, computed. For who starts early and
 * has to be quick when it counts.
 */
import type { Address } from "../core/address.ts";
import type { Codec } from "../core/codec.ts";
import type { Machine, Protocol, SessionId, TimerKey } from "../core/machine.ts";
import { type Random, Streams } from "../core/random.ts";
import type { Time, UnixMicros } from "../core/units.ts";
import { NodeRuntime } from "../runtime/node.ts";
import type { Port } from "../runtime/port.ts";
import { NO_CAUSE } from "../trace/event.ts";
import { Recorder } from "../trace/recorder.ts";

export interface RehearsalOptions<P extends Protocol> {
  readonly machine: Machine<P>;
  readonly codec: Codec<P["message"]>;
  /** The second is to dial the first. */
  readonly cast: readonly [Role<P>, Role<P>];
  readonly wall: UnixMicros;
}

export interface Role<P extends Protocol> {
  readonly config: P["config"];
  readonly self: Address;
}

/** Rounds of a second each, in which whatever timers stand are fired. */
const ROUNDS = 4;
/** Of a round; a storm is no rehearsal. */
const ACTS_MAX = 400;

/** Never throws: what is wrong with a machine will be seen, and said, when it counts. */
export function rehearse<P extends Protocol>(options: RehearsalOptions<P>): void {
  const stage: Stage = { time: 0, acts: [] };
  const [first, second] = options.cast.map((role) => new Actor(options, role, stage));
  if (first === undefined || second === undefined) return;
  first.meet(second);
  second.meet(first);
  try {
    first.boot();
    second.boot();
    for (let round = 0; round < ROUNDS; round++) {
      for (let left = ACTS_MAX; left > 0; left--) stage.acts.shift()?.();
      stage.time += 1_000_000;
      first.ring();
      second.ring();
    }
  } catch {
    // Nobody saw it.
  }
}

interface Stage {
  time: number;
  readonly acts: (() => void)[];
}

class Actor<P extends Protocol> implements Port<P> {
  readonly self: Address;
  readonly #options: RehearsalOptions<P>;
  readonly #stage: Stage;
  readonly #streams = new Streams("rehearsal");
  readonly #runtime: NodeRuntime<P>;
  #other: Actor<P> | null = null;
  readonly #ends = new Map<SessionId, SessionId>();
  #armed: { readonly timer: P["timer"]; readonly key: TimerKey }[] = [];

  constructor(options: RehearsalOptions<P>, { config, self }: Role<P>, stage: Stage) {
    this.self = self;
    this.#options = options;
    this.#stage = stage;
    const recorder = new Recorder({ level: "none" });
    const { machine } = options;
    const parts = { machine, config, self, index: 0, port: this, recorder, guard: false };
    this.#runtime = new NodeRuntime<P>(parts);
  }

  meet(other: Actor<P>): void {
    this.#other = other;
  }

  boot(): void {
    this.#runtime.boot({}, NO_CAUSE);
  }

  ring(): void {
    const armed = this.#armed;
    this.#armed = [];
    for (const { timer, key } of armed) this.#runtime.fire(timer, key, NO_CAUSE);
  }

  deliver(session: SessionId, message: P["message"]): void {
    this.#runtime.deliver(session, message, NO_CAUSE);
  }

  closed(session: SessionId): void {
    this.#runtime.closed(session, "fin", NO_CAUSE);
  }

  now(): Time {
    return this.#stage.time as Time;
  }

  uptime(): Time {
    return this.now();
  }

  wall(): UnixMicros {
    return (this.#options.wall + this.#stage.time) as UnixMicros;
  }

  random(label: string): Random {
    return this.#streams.get(label);
  }

  /** Whoever is called, the other one answers. */
  dial(session: SessionId, remote: Address): void {
    this.#stage.acts.push(() => {
      const other = this.#other;
      if (other === null) return;
      const theirs = other.#runtime.accept();
      this.#ends.set(session, theirs);
      other.#ends.set(theirs, session);
      this.#runtime.opened(session, "dialed", remote, NO_CAUSE);
      other.#runtime.opened(theirs, "accepted", this.self, NO_CAUSE);
    });
  }

  transmit(session: SessionId, message: P["message"]): void {
    const line = this.#options.codec.encode(message);
    this.#stage.acts.push(() => {
      const theirs = this.#ends.get(session);
      const decoded = this.#options.codec.decode(line);
      if (theirs === undefined || decoded.kind !== "message") return;
      this.#other?.deliver(theirs, decoded.message);
    });
  }

  close(session: SessionId): void {
    const theirs = this.#ends.get(session);
    if (theirs === undefined) return;
    this.#stage.acts.push(() => this.#other?.closed(theirs));
  }

  arm(timer: P["timer"], key: TimerKey): number {
    return this.#armed.push({ timer, key });
  }

  disarm(_handle: number, timer: P["timer"], key: TimerKey): void {
    this.#armed = this.#armed.filter((armed) => armed.timer !== timer || armed.key !== key);
  }

  persist(file: string, _value: unknown, token: number): void {
    this.#stage.acts.push(() => this.#runtime.saved(token, file, true, NO_CAUSE));
  }
}
