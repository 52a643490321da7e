/** The numbers of what we sign: each above all before it, also over restarts (rules A4, Q4). */
import { MILLISECOND } from "../../core/units.ts";
import { noteChange } from "../memory.ts";
import { changedIdentity } from "../records.ts";
import { type MasternodeCtx, type Sequences, type State, withState } from "../state.ts";
import { chainSaved } from "./keep.ts";

/** The next number of each kind, saved before anything that carries it leaves. */
export function numbered(
  state: State,
  kinds: readonly (keyof Sequences)[],
  ctx: MasternodeCtx,
): State {
  const { sequences: last, diskFails } = state.identity;
  const wall = Math.floor(ctx.wall / MILLISECOND);
  const sequences = { ...last };
  for (const kind of kinds) sequences[kind] = Math.max(last[kind] + 1, wall);
  ctx.save("sequences", sequences, diskFails ? "whenever" : "before-sends");
  return withState(state, { identity: changedIdentity(state.identity, { sequences }) });
}

/**
 * When they cannot be saved, the node goes on from memory and says so. Cache and chain are saved
 * anew: their next change may be far off.
 */
export function saved(state: State, file: string, ok: boolean, ctx: MasternodeCtx): State {
  if (file === "cache" && !ok) return noteChange(state, ctx);
  if (file === "chain") return chainSaved(state, ok, ctx);
  if (file !== "sequences" || state.identity.diskFails === !ok) return state;
  ctx.gate("disk", ok, { file });
  return withState(state, { identity: changedIdentity(state.identity, { diskFails: !ok }) });
}
