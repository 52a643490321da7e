/**
 * The chain on disk (rule Q4): written whenever it changed, and anew while the disk refuses it, for
 * the next block may be ten minutes off.
 */
import type { TimerKey } from "../../core/machine.ts";
import type { MasternodeCtx, State } from "../state.ts";

export function saveChain(state: State, _key: TimerKey, ctx: MasternodeCtx): State {
  ctx.save("chain", state.chain, "whenever");
  return state;
}

/** One that was asked for later may have gone well meanwhile: then there is nothing to do anew. */
export function chainSaved(state: State, ok: boolean, ctx: MasternodeCtx): State {
  if (ok) ctx.cancelTimer("chain");
  else ctx.setTimer("chain", state.config.cacheDelay);
  return state;
}
