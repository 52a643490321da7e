/** What is remembered besides peers and registry themselves: that the cache is behind (rule Q3). */
import { type MasternodeCtx, type State, withState } from "./state.ts";

/** Something changed that the cache holds: soon it is saved. */
export function noteChange(state: State, ctx: MasternodeCtx): State {
  if (state.memory.unsaved) return state;
  ctx.setTimer("cache", state.config.cacheDelay);
  return withState(state, { memory: { ...state.memory, unsaved: true } });
}
