/** Who has which height: tips told and asked for (rule Y1). What is new may start a sync. */
import type { TimerKey } from "../../core/machine.ts";
import type { Duration } from "../../core/units.ts";
import type { MessageOf } from "../messages.ts";
import { type MasternodeCtx, readySessions, type Session, type State } from "../state.ts";
import { claim, sendTip } from "../tip.ts";
import { sync } from "./sync.ts";

/** Every tip period, aligned so that missed ones are skipped. */
export function exchangeTips(state: State, _key: TimerKey, ctx: MasternodeCtx): State {
  const { tipPeriod } = state.config;
  ctx.setTimer("tips", (tipPeriod - (ctx.uptime % tipPeriod)) as Duration);
  for (const session of readySessions(state)) {
    if (!sendTip(state, session, ctx)) ctx.send(session.id, { type: "GetBlockHeight" });
  }
  return sync(state, ctx);
}

export function acceptTip(
  state: State,
  session: Session,
  { height, hash }: MessageOf<"Tip">,
  ctx: MasternodeCtx,
): State {
  return sync(claim(state, session, height, hash, ctx), ctx);
}

/** Without `Tip`, a peer at our height or above is asked which block it has at ours (rule Y1). */
export function acceptHeight(
  state: State,
  session: Session,
  message: MessageOf<"BlockHeightResponse">,
  ctx: MasternodeCtx,
): State {
  const { height } = state.chain;
  const plain = !session.capabilities.includes("tip");
  if (plain && message.height >= height) ctx.send(session.id, { type: "GetBlockHash", height });
  const same = session.tip?.height === message.height ? session.tip.hash : null;
  return sync(claim(state, session, message.height, same, ctx), ctx);
}
