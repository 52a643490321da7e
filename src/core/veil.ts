/**
 * A machine behind a changed ctx: it asks as it always does, and the veil decides what becomes of
 * the wish. So mutants, adversaries and onlookers are made from outside, and no handler holds a
 * switch for them. Like everything in a step, a veil keeps nothing between steps.
 */
import type { Address } from "./address.ts";
import type {
  Ctx,
  GateValues,
  Input,
  Late,
  Machine,
  Protocol,
  SessionId,
  Strength,
  TimerKey,
} from "./machine.ts";
import type { Random } from "./random.ts";
import type { Duration } from "./units.ts";

/**
 * What replaces parts of `ctx` in one step. `input` is null in `init`; `state` is the one the step
 * begins with, null in `init`.
 */
export type Veil<P extends Protocol> = (
  ctx: Ctx<P>,
  input: Input<P> | null,
  state: P["state"] | null,
) => Partial<Ctx<P>>;

export function veiled<P extends Protocol>(machine: Machine<P>, veil: Veil<P>): Machine<P> {
  return {
    ...machine,
    init: (config, files, ctx) =>
      machine.init(config, files, new Through(ctx, veil(ctx, null, null))),
    step: (state, input, ctx) =>
      machine.step(state, input, new Through(ctx, veil(ctx, input, state))),
  };
}

/** Everything is the real one's but what the veil holds. Made once a step, hence no closures. */
class Through<P extends Protocol> implements Ctx<P> {
  readonly self: Ctx<P>["self"];
  readonly #ctx: Ctx<P>;
  readonly #changed: Partial<Ctx<P>>;

  constructor(ctx: Ctx<P>, changed: Partial<Ctx<P>>) {
    this.self = changed.self ?? ctx.self;
    this.#ctx = ctx;
    this.#changed = changed;
  }

  get wall(): Ctx<P>["wall"] {
    return this.#changed.wall ?? this.#ctx.wall;
  }

  get uptime(): Ctx<P>["uptime"] {
    return this.#changed.uptime ?? this.#ctx.uptime;
  }

  random(label: string): Random {
    return this.#by("random").random(label);
  }

  dial(remote: Address): SessionId {
    return this.#by("dial").dial(remote);
  }

  send(session: SessionId, message: P["message"]): void {
    this.#by("send").send(session, message);
  }

  close(session: SessionId, reason: string): void {
    this.#by("close").close(session, reason);
  }

  setTimer(timer: P["timer"], after: Duration, key?: TimerKey): void {
    this.#by("setTimer").setTimer(timer, after, key);
  }

  cancelTimer(timer: P["timer"], key?: TimerKey): void {
    this.#by("cancelTimer").cancelTimer(timer, key);
  }

  save<F extends keyof P["files"] & string>(
    file: F,
    value: Late<P["files"][F]>,
    strength: Strength,
  ): void {
    this.#by("save").save(file, value, strength);
  }

  emit(fact: P["fact"]): void {
    this.#by("emit").emit(fact);
  }

  gate(name: string, open: boolean, values: GateValues): boolean {
    return this.#by("gate").gate(name, open, values);
  }

  /** Who answers for it. */
  #by<K extends keyof Ctx<P>>(name: K): Pick<Ctx<P>, K> {
    return this.#changed[name] === undefined ? this.#ctx : (this.#changed as Pick<Ctx<P>, K>);
  }
}
