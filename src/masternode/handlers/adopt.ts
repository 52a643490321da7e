/** Another chain becomes ours: longer by a block, or another branch (rules Y2, Y3). And thanks. */
import type { FactOf } from "../facts.ts";
import type { SessionId } from "../../core/machine.ts";
import { get } from "../../core/table.ts";
import { trusted } from "../doubt.ts";
import { forkPoint } from "../fork.ts";
import { type Chain, type MasternodeCtx, type State, withState } from "../state.ts";
import { scored } from "./reputation.ts";

/** Own blocks that are not part of it are gone. An attempt on the old tip ends (rule B1). */
export function adopt(
  state: State,
  candidate: Chain,
  by: FactOf<"tip">["via"],
  ctx: MasternodeCtx,
): State {
  const { height: from } = state.chain;
  const { height: to, tip } = candidate;
  const ancestor = forkPoint(state.chain, candidate);
  const depth = from - ancestor;
  if (depth > 0) ctx.emit({ type: "reorganised", from, to, ancestor, depth });
  const via = depth > 0 ? "reorganisation" : by;
  ctx.emit({ type: "tip", height: to, hash: tip, via });
  return withState(state, { chain: candidate });
}

/** Whose message brought it is believed again (rule B1) and has earned something (rule Q1). */
export function thanked(state: State, id: SessionId, ctx: MasternodeCtx): State {
  const session = get(state.sessions, id);
  return session === undefined
    ? state
    : scored(trusted(state, session, ctx), session.peer, "block", ctx);
}
