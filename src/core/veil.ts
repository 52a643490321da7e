/**
 * A machine behind a changed ctx: it asks as it always does, and the veil decides what becomes of
 * the wish. So mutants, adversaries and onlookers are made from outside, and no handler holds a
 * switch for them. Like everything in a step, a veil keeps nothing between steps.
 */
import type { Ctx, Input, Machine, Protocol } from "./machine.ts";

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
    init: (config, files, ctx) => machine.init(config, files, through(ctx, veil(ctx, null, null))),
    step: (state, input, ctx) => machine.step(state, input, through(ctx, veil(ctx, input, state))),
  };
}

/** Everything is the real one's but what the veil holds. */
function through<P extends Protocol>(ctx: Ctx<P>, changed: Partial<Ctx<P>>): Ctx<P> {
  return {
    self: ctx.self,
    get wall() {
      return ctx.wall;
    },
    get uptime() {
      return ctx.uptime;
    },
    random: (label) => ctx.random(label),
    dial: (remote) => ctx.dial(remote),
    send: (session, message) => {
      ctx.send(session, message);
    },
    close: (session, reason) => {
      ctx.close(session, reason);
    },
    setTimer: (timer, after, key) => {
      ctx.setTimer(timer, after, key);
    },
    cancelTimer: (timer, key) => {
      ctx.cancelTimer(timer, key);
    },
    save: (file, value, strength) => {
      ctx.save(file, value, strength);
    },
    emit: (fact) => {
      ctx.emit(fact);
    },
    gate: (name, open, values) => ctx.gate(name, open, values),
    ...changed,
  };
}
